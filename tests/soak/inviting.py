"""A worker that only invites and sends, at the time that it is told, so that it can be killed.

It does what the worker's two clocks do, `sweep_call_backs` and `send_waiting_messages`, until
nothing is left to do.
"""

from __future__ import annotations

import sys
from datetime import datetime

import django

django.setup()

from yinuo import automation  # noqa: E402 - Django has to know its settings first
from yinuo.core.cases import commands as cases  # noqa: E402
from yinuo.core.messages import commands as messages  # noqa: E402
from yinuo.kit import queue  # noqa: E402


def main(at: datetime) -> None:
    cases.reacts_to(automation.REACTIONS)
    with queue.capture():
        automation.sweep_call_backs(at=at)
        while messages.send_due(None, at=at).claimed:
            pass


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]))
