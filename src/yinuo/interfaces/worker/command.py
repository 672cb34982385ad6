"""`yinuo worker`."""

from __future__ import annotations

import click

from yinuo.interfaces.worker import wiring


@click.command()
@click.option("--concurrency", default=4, show_default=True, type=click.IntRange(1, 64))
@click.option("--queue", "queues", multiple=True, help="Only these queues; may be repeated.")
@click.option("--until-empty", is_flag=True, help="Stop when nothing is left to do.")
def worker(concurrency: int, queues: tuple[str, ...], until_empty: bool) -> None:
    """Work through the queue: reactions, messages, sweeps."""
    wiring.run_worker(concurrency=concurrency, queues=list(queues) or None, forever=not until_empty)
