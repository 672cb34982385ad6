"""`yinuo replay`: claims of a file carried from report to their end, at simulated times."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import ClassVar

import click
from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from tqdm import tqdm

from yinuo.areas.claims.models import Claim
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.payments.bank.stand_in import StandInBank
from yinuo.core.people.actors import SYSTEM
from yinuo.core.policies import commands as policies
from yinuo.interfaces.cli import replay_cast
from yinuo.interfaces.cli.replay_engine import Engine
from yinuo.interfaces.cli.replay_script import Ledger, Script
from yinuo.interfaces.common import mapped, mapping, tables
from yinuo.interfaces.common.mapping import Map, Typed
from yinuo.kit.errors import DomainError, Message, raise_problems

MISMATCH = 1


class OnlyInSandbox(DomainError):
    code = "only_in_sandbox"
    message: ClassVar[Message] = gettext_noop(
        "A replay sets the clock, so it runs only in a sandbox database: set YINUO_SANDBOX=1 for a "
        "database of its own."
    )


class MapCannotReplay(DomainError):
    code = "map_cannot_replay"
    message: ClassVar[Message] = gettext_noop(
        "This map cannot be replayed: it needs the parts policy, claim and replay."
    )
    http = 422


class PlayedBefore(DomainError):
    code = "played_before"
    message: ClassVar[Message] = gettext_noop(
        "%(count)s claims of this file are here already. Replay it in a fresh sandbox."
    )


@dataclass(frozen=True, slots=True)
class Result:
    """How the claims of a replay ended, and what became of their promises."""

    states: Mapping[str, int]
    events: int
    promises: int
    kept: int
    missed: int


def replay(
    path: Path,
    using: Map,
    *,
    most: int | None = None,
    ended: Callable[[int], object] = lambda _count: None,
) -> Result:
    """Carry the claims of a file to their end.

    Raises OnlyInSandbox, MapCannotReplay, PlayedBefore, and what is wrong with a row.
    """
    if not settings.YINUO_SANDBOX:
        raise OnlyInSandbox
    if using.policy is None or using.claim is None or using.replay is None:
        raise MapCannotReplay
    with tables.opened(path, needed=list(using.used), delimiter=using.delimiter) as table:
        rows = list(islice(_typed(table, using), most))
    ledger = Ledger()
    scripts = _scripts(rows, using, ledger)
    start = min(script.report.accident_at for script in scripts)
    engine = Engine(StandInBank(start, decide=ledger.decide), ended=ended)
    for script in scripts:
        engine.add(script.story())
    engine.run()
    return _result(ledger.case_ids)


def _typed(table: tables.Table, using: Map) -> Iterator[Typed]:
    for row in table.rows:
        typed, problems = mapping.read(row, using)
        raise_problems([row.problem] if row.problem else problems)
        yield typed


def _scripts(rows: list[Typed], using: Map, ledger: Ledger) -> list[Script]:
    assert using.policy and using.claim and using.replay
    reports = [mapped.report_of(row, using.claim) for row in rows]
    keys = [report.external_key for report in reports]
    known = Claim.objects.filter(external_key__in=keys).count()
    if known:
        raise PlayedBefore(count=known)
    start = min(report.accident_at for report in reports)
    cast = replay_cast.gather(at=start)
    taken = [mapped.policy_of(row, using.policy, branch_code=cast.branch.code) for row in rows]
    for place in range(0, len(taken), policies.SET_LIMIT):
        found = policies.import_many(taken[place : place + policies.SET_LIMIT], by=SYSTEM, at=start)
        raise_problems(refused.problem for refused in found.refused)
    return [
        Script(row, report, using.replay, cast, turn, ledger)
        for turn, (row, report) in enumerate(zip(rows, reports, strict=True))
    ]


def _result(case_ids: list[int]) -> Result:
    of_these = Case.objects.filter(pk__in=case_ids)
    promises = Promise.objects.filter(case_id__in=case_ids).aggregate(
        made=Count("pk"),
        kept=Count("pk", filter=Q(kept_at__isnull=False, missed_at__isnull=True)),
        missed=Count("pk", filter=Q(missed_at__isnull=False)),
    )
    return Result(
        states=Counter(of_these.values_list("state", flat=True)),
        events=Event.objects.filter(case_id__in=case_ids).count(),
        promises=promises["made"],
        kept=promises["kept"],
        missed=promises["missed"],
    )


@click.command("replay")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--map", "map_name", required=True, help="A map file, or the name of a shipped one.")
@click.option("--rows", type=click.IntRange(1), help="Only so many rows from the beginning.")
@click.option("--quiet", is_flag=True, help="No progress bar.")
def replay_command(file: Path, map_name: str, rows: int | None, quiet: bool) -> None:
    """Carry the claims of a file to their end, in a sandbox at simulated times."""
    began = datetime.now()
    using = mapping.load(map_name)
    with tqdm(total=rows, unit=_(" claims"), disable=quiet or None, file=sys.stderr) as bar:
        result = replay(file, using, most=rows, ended=bar.update)
