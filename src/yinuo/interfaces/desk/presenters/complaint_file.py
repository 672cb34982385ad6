"""What only the page of a complaint needs, read in few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yinuo.areas.complaints import queries as complaints
from yinuo.areas.complaints import record
from yinuo.areas.complaints.models import (
    Answer,
    Complaint,
    Measure,
    MoreTime,
    NamedCause,
    Party,
    Proposal,
    Remark,
    Review,
    Suspicion,
    Talk,
    Why,
)
from yinuo.areas.complaints.record import Record
from yinuo.areas.complaints.rules import SuggestedCause
from yinuo.core.approvals.models import Approval
from yinuo.core.cases.models import Case, Note
from yinuo.core.people.models import Staff
from yinuo.interfaces.desk.opened import Opened
from yinuo.kit import together
from yinuo.kit.together import Rows


@dataclass(frozen=True, slots=True)
class Inside:
    """The lists of one complaint, and the record of the case complained of."""

    words: Sequence[str]
    causes: Sequence[NamedCause]
    suggested: Sequence[SuggestedCause]
    measures: Sequence[Measure]
    proposals: Sequence[Proposal]
    answer: Answer | None
    more_time: MoreTime | None
    suspicion: Suspicion | None
    parties: Sequence[Party]
    whys: Sequence[Why]
    remarks: Sequence[Remark]
    record: Record | None
    money_refused: bool
    review: Review | None
    talks: Sequence[Talk]

    @property
    def proposal(self) -> Proposal | None:
        """The newest."""
        return self.proposals[0] if self.proposals else None

    @property
    def offered(self) -> Proposal | None:
        """The one that the complainant has before them and has not answered."""
        return next((one for one in self.proposals if not (one.answer or one.held_back)), None)

    @property
    def named(self) -> Mapping[str, bool]:
        return {one.code: one.main for one in self.causes}


@dataclass(frozen=True, slots=True)
class Looked:
    case: Case
    complaint: Complaint


def inside_of(opened: Opened) -> Inside:
    """The short lists of the complaint in one statement, the record of its case in another."""
    row: Complaint = opened.row
    causes = Rows(row.causes.order_by("-main", "pk"))
    measures = Rows(row.measures.filter(dropped_at__isnull=True).order_by("pk"))
    approvals = Rows(Approval.objects.filter(measure__complaint=row))
    staff = Rows(Staff.objects.filter(pk__in=row.measures.values("staff")))
    proposals = Rows(row.proposals.order_by("-round"))
    answers = Rows(row.answers.order_by("-version")[:1])
    more_time = Rows(complaints.more_time_waiting(row)[:1])
    suspicions = Rows(row.suspicions.order_by("-pk")[:1])
    parties = Rows(row.parties.order_by("pk"))
    whys = Rows(row.whys.order_by("ordinal"))
    remarks = Rows(row.remarks.order_by("at", "pk"))
    reviews = Rows(row.reviews.filter(decided_at__isnull=True).order_by("-round")[:1])
    talks = Rows(row.talks.order_by("-at", "-pk"))
    minutes = Rows(Note.objects.filter(talks__complaint=row))
    together.read(
        causes, measures, approvals, staff, proposals, answers,
        more_time, suspicions, parties, whys, remarks, talks, minutes, reviews,
    )  # fmt: skip
    _link(measures.rows, approvals.rows, staff.rows)
    notes = {one.pk: one for one in minutes.rows}
    for talk in talks.rows:
        talk.note = notes[talk.note_id]
    about = opened.case.about
    known = record.read(about) if about is not None else None
    looked = Looked(row.case, row)
    return Inside(
        words=complaints.words_of(row),
        causes=causes.rows,
        # Once a person has named the causes, nobody is shown what the machine would have said.
        suggested=() if causes.rows else complaints.suggested(looked, opened.at, known=known),
        measures=measures.rows,
        proposals=proposals.rows,
        answer=answers.first,
        more_time=more_time.first,
        suspicion=suspicions.first,
        parties=parties.rows,
        whys=whys.rows,
        remarks=remarks.rows,
        record=known,
        talks=talks.rows,
        review=reviews.first,
        money_refused=any(
            one.decided_at is not None
            and answers.first is not None
            and one.verdict == Approval.Verdict.RETURNED
            and one.decided_at >= answers.first.made_at
            for one in approvals.rows
        ),
    )


def _link(
    measures: Sequence[Measure], approvals: Sequence[Approval], staff: Sequence[Staff]
) -> None:
    """Give each measure its approval and colleague, which were read beside it."""
    given = {one.pk: one for one in approvals}
    named = {one.pk: one for one in staff}
    for one in measures:
        if one.approval_id is not None:
            one.approval = given[one.approval_id]
        if one.staff_id is not None:
            one.staff = named[one.staff_id]
