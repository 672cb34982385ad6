"""`yinuo replay`: claims or complaints of a file carried to their end, at simulated times."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import ClassVar

import click
from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from tqdm import tqdm

from yinuo.areas.claims.commands import Report
from yinuo.areas.claims.models import Claim
from yinuo.core.cases import verifying
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.payments.bank.stand_in import StandInBank
from yinuo.core.people.actors import SYSTEM
from yinuo.core.policies import commands as policies
from yinuo.core.policies.models import Policy
from yinuo.core.policies.rules import PolicyRow, normalise_number
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.cli import hands as many_hands
from yinuo.interfaces.cli import replay_cast, replay_complaints
from yinuo.interfaces.cli.engine import Engine
from yinuo.interfaces.cli.hands import Ended
from yinuo.interfaces.cli.replay_cast import Cast
from yinuo.interfaces.cli.replay_script import Ledger, Script
from yinuo.interfaces.cli.replay_steps import instructing
from yinuo.interfaces.common import mapped, mapping, tables
from yinuo.interfaces.common.mapping import Map, Typed
from yinuo.kit.errors import DomainError, Message, raise_problems

MISMATCH = 1
FINDINGS_SHOWN = 20
SWEEP_EVERY = timedelta(hours=1)
"""Warnings of a replay are up to so late; when a promise was missed is exact all the same."""
BANK_EVERY = timedelta(hours=24)
"""The bank of a replay takes our file, and brings its answers, once a day."""
STRETCH = timedelta(days=10)
"""So far ahead may a case be; the cast has as many surveyors as that needs."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""Until the bank is first visited; its own clock is set then."""


class OnlyInSandbox(DomainError):
    code = "only_in_sandbox"
    message: ClassVar[Message] = gettext_noop(
        "A replay sets the clock, so it runs only in a sandbox database: set YINUO_SANDBOX=1 for a "
        "database of its own."
    )


class MapCannotReplay(DomainError):
    code = "map_cannot_replay"
    message: ClassVar[Message] = gettext_noop(
        "This map cannot be replayed: it needs the parts policy, claim and replay, or the parts "
        "complaint and complaint_replay."
    )
    http = 422


class PlayedBefore(DomainError):
    code = "played_before"
    message: ClassVar[Message] = gettext_noop(
        "%(count)s cases of this file are here already. Replay it in a fresh sandbox."
    )


@dataclass(frozen=True, slots=True)
class Result:
    """How the claims of a replay ended, and what became of their promises."""

    states: Mapping[str, int]
    events: int
    promises: int
    kept: int
    missed: int


def play(
    path: Path,
    using: Map,
    *,
    most: int | None = None,
    hands: int | None = None,
    planned: Callable[[int], object] = lambda _count: None,
    ended: Ended = lambda _count: None,
) -> Result:
    """Carry the claims of a file to their end; `hands` processes at once, one a core if it is None.

    Raises OnlyInSandbox, MapCannotReplay, PlayedBefore, and what is wrong with a row.
    """
    if not settings.YINUO_SANDBOX:
        raise OnlyInSandbox
    if using.policy is None or using.claim is None or using.replay is None:
        raise MapCannotReplay
    with tables.opened(path, needed=list(using.used), delimiter=using.delimiter) as table:
        rows = list(islice(_typed(table, using), most))
    planned(len(rows))
    reports = [mapped.report_of(row, using.claim) for row in rows]
    keys = [report.external_key for report in reports]
    known = Claim.objects.filter(external_key__in=keys).count()
    if known:
        raise PlayedBefore(count=known)
    start = min(report.accident_at for report in reports)
    told = sorted(enumerate(zip(rows, reports, strict=True)), key=lambda one: one[1][1].accident_at)
    hands = hands or many_hands.as_many_as_fit(len(told))
    casts = [replay_cast.gather(hand, at=start) for hand in range(hands)]

    def part(hand: int, tell: Ended) -> list[int]:
        ledger = Ledger()
        bank = StandInBank(_EPOCH, decide=ledger.decide)
        branch = casts[hand].branch.pk
        engine = Engine(bank, branch, tell, SWEEP_EVERY, BANK_EVERY, STRETCH)
        ledger.instruct = instructing(engine.call_bank)
        ours = many_hands.stretch_of(told, hand, hands)
        with rulebook.pinned():
            for script in _scripts(ours, using, casts[hand], ledger, start):
                engine.add(script.story())
            engine.run()
        return ledger.case_ids

    return _result(many_hands.share(part, hands, ended))


def play_complaints(
    path: Path,
    using: Map,
    *,
    most: int | None = None,
    hands: int | None = None,
    planned: Callable[[int], object] = lambda _count: None,
    ended: Ended = lambda _count: None,
) -> Result:
    """Carry the complaints of a file from receipt to closing; `hands` as for `play`.

    Raises OnlyInSandbox, MapCannotReplay, PlayedBefore, and what is wrong with a row.
    """
    if not settings.YINUO_SANDBOX:
        raise OnlyInSandbox
    if using.complaint is None or using.complaint_replay is None:
        raise MapCannotReplay
    with tables.opened(path, needed=list(using.used), delimiter=using.delimiter) as table:
        typed = islice(_typed(table, using), most)
        rows = [mapped.complaint_of(row, using.complaint) for row in typed]
    planned(len(rows))
    known = replay_complaints.played(rows)
    if known:
        raise PlayedBefore(count=known)
    hands = hands or many_hands.as_many_as_fit(len(rows))
    rows.sort(key=lambda row: row.received_on)
    offices = replay_complaints.open_offices(rows, using.complaint_replay, using.zone, hands)

    def part(hand: int, tell: Ended) -> list[int]:
        ours = many_hands.stretch_of(rows, hand, hands)
        return replay_complaints.play(ours, offices[hand], tell)

    return _result(many_hands.share(part, hands, ended))


def _typed(table: tables.Table, using: Map) -> Iterator[Typed]:
    for row in table.rows:
        typed, problems = mapping.read(row, using)
        raise_problems([row.problem] if row.problem else problems)
        yield typed


def _scripts(
    told: Sequence[tuple[int, tuple[Typed, Report]]],
    using: Map,
    cast: Cast,
    ledger: Ledger,
    start: datetime,
) -> list[Script]:
    """The rows of one hand, each with its place in the file, once their policies are there."""
    assert using.policy
    assert using.replay
    taken = [
        _not_asked(mapped.policy_of(row, using.policy, branch_code=cast.branch.code))
        for _place, (row, _report) in told
    ]
    for place in range(0, len(taken), policies.SET_LIMIT):
        found = policies.import_many(taken[place : place + policies.SET_LIMIT], by=SYSTEM, at=start)
        raise_problems(refused.problem for refused in found.refused)
    numbers = [normalise_number(report.policy_number) for _place, (_row, report) in told]
    holders = dict(Policy.objects.filter(number__in=numbers).values_list("number", "holder_id"))
    return [
        Script(row, report, using.replay, cast, place, ledger, holders[number])
        for number, (place, (row, report)) in zip(numbers, told, strict=True)
    ]


def _not_asked(policy: PolicyRow) -> PolicyRow:
    """Nobody knows what the people of somebody else's file would answer, so they are not asked."""
    return replace(policy, holder=replace(policy.holder, opted_out=("surveys",)))


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


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--map", "map_name", required=True, help="A map file, or the name of a shipped one.")
@click.option("--rows", type=click.IntRange(1), help="Only so many rows from the beginning.")
@click.option(
    "--hands", type=click.IntRange(1, 64), help="Processes at once; one a core by itself."
)
@click.option("--quiet", is_flag=True, help="No progress bar.")
def replay(file: Path, map_name: str, rows: int | None, hands: int | None, quiet: bool) -> None:
    """Carry the claims or complaints of a file to their end, in a sandbox at simulated times."""
    began = perf_counter()
    using = mapping.load(map_name)
    carry = play_complaints if using.complaint else play
    with tqdm(total=rows, unit=_(" cases"), disable=quiet or None, file=sys.stderr) as bar:
        result = carry(
            file,
            using,
            most=rows,
            hands=hands,
            planned=bar.reset,
            ended=bar.update,
        )
    carried, seconds = sum(result.states.values()), perf_counter() - began
    click.echo(
        _("%(cases)s cases with %(events)s lines in %(seconds).0f s: %(rate).1f a second.")
        % {
            "cases": carried,
            "events": result.events,
            "seconds": seconds,
            "rate": carried / seconds,
        }
    )
    click.echo(
        _("%(made)s promises: %(kept)s kept in time, %(missed)s missed, %(left)s fell away.")
        % {
            "made": result.promises,
            "kept": result.kept,
            "missed": result.missed,
            "left": result.promises - result.kept - result.missed,
        }
    )
    counted = using.complaint_replay or using.replay
    assert counted
    expected = counted.expected if carried == counted.expected_rows else None
    matches = _show_states(result.states, expected)
    findings = _verify()
    if not matches or findings:
        sys.exit(MISMATCH)


def _show_states(states: Mapping[str, int], expected: Mapping[str, int] | None) -> bool:
    """A table of the end states beside what the map expects of the whole file; do they agree?"""
    click.echo(f"{_('state'):<12}{_('cases'):>8}{_('expected'):>10}")
    for state in sorted({*states, *(expected or {})}):
        wanted = "" if expected is None else expected.get(state, 0)
        click.echo(f"{state:<12}{states.get(state, 0):>8}{wanted:>10}")
    return expected is None or dict(states) == {k: n for k, n in expected.items() if n}


def _verify() -> int:
    """How many lines, heads and seals are not as they were written."""
    found: list[verifying.Finding] = []
    checked = verifying.verify(report=found.append)
    for finding in found[:FINDINGS_SHOWN]:
        click.echo(str(finding))
    sentence = _("%(cases)s cases and %(events)s lines verified: %(found)s wrong.")
    counts = {"cases": checked.cases, "events": checked.events, "found": len(found)}
    click.echo(sentence % counts)
    return len(found)
