"""`yinuo import policies|claims|complaints FILE --map MAP`: the good rows of others' files."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any, ClassVar, Protocol, Self, TypeVar

import click
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from tqdm import tqdm

from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.commands import History
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints.commands import PastComplaint
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.commands.persons import BranchUnknown
from yinuo.core.people.models import Branch
from yinuo.core.policies import commands as policies
from yinuo.core.policies.rules import PolicyRow
from yinuo.interfaces.common import mapped, mapping, tables
from yinuo.interfaces.common.mapping import Map, Typed
from yinuo.kit.errors import DomainError, Message

SOME_REFUSED = 1
POLICIES_AT_ONCE = policies.SET_LIMIT
CLAIMS_AT_ONCE = 500
COMPLAINTS_AT_ONCE = 500
_FORMULA = ("=", "+", "-", "@", "\t")

Ours = TypeVar("Ours")


class PartMissing(DomainError):
    code = "part_missing"
    message: ClassVar[Message] = gettext_noop("This map has no part [%(part)s].")
    http = 422


class TimeMissing(DomainError):
    code = "time_missing"
    message: ClassVar[Message] = gettext_noop(
        "The map does not say when the claim was reported: [claim.fields] needs reported_at."
    )
    http = 422


class Refusal(Protocol):
    @property
    def position(self) -> int: ...
    @property
    def problem(self) -> DomainError: ...


class Outcome(Protocol):
    """What a set command says of its rows."""

    @property
    def added(self) -> int: ...
    @property
    def unchanged(self) -> int: ...
    @property
    def refused(self) -> tuple[Any, ...]: ...


@dataclass(slots=True)
class Counts:
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0


@dataclass(slots=True)
class ErrorFile:
    """`FILE.errors.csv`: made with the first bad row; an old one goes away when all rows are good.

    Opens in a spreadsheet as it is: with a byte order mark, and no cell that could be a formula.
    """

    path: Path
    rows: int = 0
    _file: IO[str] | None = field(default=None)

    def __enter__(self) -> Self:
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file:
            self._file.close()

    def add(self, row: int, problem: DomainError) -> None:
        """Every part of the problem is a line; the row counts once."""
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._file).writerow([_("row"), _("column"), _("reason")])
        writer = csv.writer(self._file)
        for part in problem.parts:
            writer.writerow([row, _harmless(part.field or ""), _harmless(str(part))])


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of row: how it is made, and the command that takes a set of them."""

    make: Callable[[Typed], Any]
    take: Callable[[list[Any]], Outcome]
    at_once: int


def policies_job(using: Map, branch_code: str, at: datetime) -> Job:
    part = using.policy
    if part is None:
        raise PartMissing(part="policy")

    def make(row: Typed) -> PolicyRow:
        return mapped.policy_of(row, part, branch_code=branch_code)

    def take(rows: list[PolicyRow]) -> Outcome:
        return policies.import_many(rows, by=SYSTEM, at=at)

    return Job(make, take, POLICIES_AT_ONCE)


def claims_job(using: Map, at: datetime) -> Job:
    part = using.claim
    if part is None:
        raise PartMissing(part="claim")
    if "reported_at" not in part.fields:
        raise TimeMissing

    def make(row: Typed) -> History:
        return History(mapped.report_of(row, part), row.take(part.fields["reported_at"]))

    def take(rows: list[History]) -> Outcome:
        return claims.take_over_many(rows, by=SYSTEM, at=at)

    return Job(make, take, CLAIMS_AT_ONCE)


def complaints_job(using: Map, branch: Branch, at: datetime) -> Job:
    part = using.complaint
    if part is None:
        raise PartMissing(part="complaint")

    def make(row: Typed) -> PastComplaint:
        filed = mapped.complaint_of(row, part)
        return PastComplaint(
            key=filed.key,
            customer=replace(filed.customer, home_branch_id=branch.pk, external_key=filed.key),
            channel=filed.channel,
            product=filed.product,
            received_at=datetime.combine(filed.received_on, time(), using.zone),
            closed_at=datetime.combine(filed.closed_on, time(), using.zone),
            causes=filed.causes,
            upheld=filed.upheld,
            measures=filed.measures,
            withdrawn=filed.end == "withdraw",
        )

    def take(rows: list[PastComplaint]) -> Outcome:
        return complaints.take_over_many(rows, branch=branch, by=SYSTEM, at=at)

    return Job(make, take, COMPLAINTS_AT_ONCE)


def run(
    path: Path,
    using: Map,
    job: Job,
    *,
    progress: Callable[[int], object] = lambda _bytes: None,
) -> Counts:
    """Read the file in sets; each set is one transaction. `progress` is told the position.

    Raises what `tables.opened` raises, before anything is written.
    """
    counts = Counts()
    needed = list(using.used)
    with (
        tables.opened(path, needed=needed, delimiter=using.delimiter, sheet=using.sheet) as table,
        ErrorFile(path.with_name(f"{path.name}.errors.csv")) as errors,
    ):
        rows = _made(table, using, job, errors, counts)
        while found := list(islice(rows, job.at_once)):
            outcome = job.take([ours for _number, ours in found])
            counts.added += outcome.added
            counts.unchanged += outcome.unchanged
            counts.changed += getattr(outcome, "changed", 0)
            for refusal in outcome.refused:
                counts.refused += 1
                errors.add(found[refusal.position][0], refusal.problem)
            progress(table.position)
        # Also where the last rows, or all of them, were left out.
        progress(table.position)
    return counts


def _made(
    table: tables.Table, using: Map, job: Job, errors: ErrorFile, counts: Counts
) -> Iterator[tuple[int, Any]]:
    """The rows that can be read, as ours; the others go into the file of errors."""
    for row in table.rows:
        problems = [row.problem] if row.problem else []
        if not problems:
            typed, problems = mapping.read(row, using)
        if not problems:
            try:
                yield row.number, job.make(typed)
                continue
            except DomainError as refusal:
                problems = [refusal]
        counts.refused += 1
        for problem in problems:
            errors.add(row.number, problem)


file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
map_option = click.option(
    "--map", "map_name", required=True, help="A map file, or the name of a shipped one."
)
quiet_option = click.option("--quiet", is_flag=True, help="No progress bar.")


@click.group()
def import_group() -> None:
    """Take over policies, finished claims or complaints from a CSV or Excel file."""


@import_group.command("policies")
@file_argument
@map_option
@click.option("--branch", default="", help="Code of the branch, where the map names none.")
@quiet_option
def import_policies(file: Path, map_name: str, branch: str, quiet: bool) -> None:
    """Policies; a number that is known becomes what the file says."""
    using = mapping.load(map_name)
    _report(file, using, policies_job(using, branch, datetime.now(UTC)), quiet)


@import_group.command("complaints")
@file_argument
@map_option
@click.option("--branch", default="", help="Code of the branch; the head office when left out.")
@quiet_option
def import_complaints(file: Path, map_name: str, branch: str, quiet: bool) -> None:
    """Finished complaints as history; one that is known stays as it is."""
    using, at = mapping.load(map_name), datetime.now(UTC)
    home = Branch.objects.filter(code=branch) if branch else Branch.objects.filter(parent=None)
    found = home.order_by("pk").first()
    if found is None:
        raise BranchUnknown("branch")
    _report(file, using, complaints_job(using, found, at), quiet)


@import_group.command("claims")
@file_argument
@map_option
@click.option("--branch", default="", help="Code of the branch, where the map names none.")
@quiet_option
def import_claims(file: Path, map_name: str, branch: str, quiet: bool) -> None:
    """Finished claims as history, with their policies where the map describes them."""
    using, at = mapping.load(map_name), datetime.now(UTC)
    if using.policy is not None:
        run(file, using, policies_job(using, branch, at))
    _report(file, using, claims_job(using, at), quiet)


def _report(file: Path, using: Map, job: Job, quiet: bool) -> None:
    size = file.stat().st_size
    with tqdm(total=size, unit="B", unit_scale=True, disable=quiet or None, file=sys.stderr) as bar:
        counts = run(file, using, job, progress=lambda position: bar.update(position - bar.n))
    sentence = _("%(added)s added, %(changed)s changed, %(unchanged)s unchanged.")
    parts = {
        "added": counts.added,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
    }
    click.echo(sentence % parts)
    if counts.refused:
        sentence = _("%(count)s rows left out: see %(file)s.")
        click.echo(sentence % {"count": counts.refused, "file": f"{file.name}.errors.csv"})
        sys.exit(SOME_REFUSED)
    if not counts.added and not counts.changed:
        click.echo(_("Everything in this file is here already: nothing was changed."))
