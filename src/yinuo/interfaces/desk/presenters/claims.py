"""Claims at the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.models import Claim, Loss
from yinuo.areas.claims.whose import Standing
from yinuo.core.cases.models import Case
from yinuo.core.cases.workflow import subject_of
from yinuo.core.documents import queries as documents
from yinuo.core.documents.models import Document
from yinuo.core.documents.queries import Line
from yinuo.core.people.actors import Actor
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.actions import Possible
from yinuo.interfaces.common.present import Fact, Money, Tag, Tone
from yinuo.interfaces.desk.opened import Opened, OpenedPage
from yinuo.interfaces.desk.presenters.base import Presenter
from yinuo.interfaces.desk.presenters.claim_file import sections_of
from yinuo.interfaces.desk.rows import sheet_url
from yinuo.interfaces.desk.sheets.claim_frame import loss_name
from yinuo.overview import claimfile
from yinuo.overview.claimfile import CalculationRow, ClaimFile


def newest_of(rows: Sequence[CalculationRow]) -> list[CalculationRow]:
    """The newest calculation of each loss."""
    return list({row.loss: row for row in reversed(rows)}.values())


class ClaimPresenter(Presenter):
    aside: ClassVar[frozenset[str]] = Presenter.aside | {
        "early-contact",
        "redispatch",
        "reassessment",
        "papers-request",
        "account",
        "account-declining",
        "withdrawal",
        "reserve",
        "refusal-proposal",
        "review-return",
        "approval-return",
    }
    # These have a page of their own, or stand beside the line that they are about.
    elsewhere: ClassVar[frozenset[str]] = frozenset(
        {
            "accident-facts",
            "letter",
            "sum-question",
            "sum-objection",
            "sum-answer",
            "recovery-notice",
            "recovery-entry",
        }
    )
    template = "desk/case_file.html"
    icon = "car"

    def elsewhere_url(self, case: Case) -> str:
        return reverse("desk:settlement", args=[case.number])

    def load(self, actor: Actor, case: Case, at: datetime) -> Claim:
        return claims.of_case(case)

    def parts(self, row: Claim) -> tuple[Loss, ...]:
        return tuple(row.losses.all())

    def papers(self, opened: Opened) -> Sequence[Line]:
        claim: Claim = opened.row
        needed = claims.papers_needed(claim, opened.at) if claim.case.closed_at is None else ()
        return documents.checklist(
            opened.actor, claim.case, needed, language=opened.language, at=opened.at
        )

    def own(self, opened: Opened) -> ClaimFile:
        return claimfile.read(opened.row)

    def subject(self, opened: Opened) -> str:
        claim: Claim = opened.row
        return " ".join(filter(None, (claim.plate, claim.policy.vehicle.make)))

    def figures(self, page: OpenedPage) -> Sequence[Fact]:
        found = []
        for label, values in (
            (_("Estimate"), [loss.estimate for loss in page.parts]),
            (_("Reserve"), [loss.reserve for loss in page.parts]),
            (_("Decided sum"), [loss.amount for loss in page.parts]),
        ):
            known = [value for value in values if value is not None]
            if known:
                found.append(Fact(label, Money(sum(known, Decimal(0)), page.row.currency)))
        return found

    def tags(self, page: OpenedPage) -> Sequence[Tag]:
        care = page.case.care
        tone = Tone.AMBER if care in ("major", "special") else Tone.PLAIN
        return (Tag(labels.word(labels.CLASSES, care), tone),)

    def facts(self, opened: Opened) -> Mapping[str, object]:
        claim: Claim = opened.row
        return {
            "plate": claim.plate,
            "place": claim.place,
            "accident_at": claim.accident_at,
            "currency": claim.currency,
        }

    def expected(self, page: OpenedPage, one: Possible) -> Mapping[str, object]:
        waiting = [each for each in page.own.calculations if each.loss in one.parts]
        if not waiting:
            return {}
        return {"outcome": waiting[0].outcome, "amount": str(waiting[0].amount)}

    def is_offered(self, page: OpenedPage, one: Possible) -> bool:
        """The sheet that does two jobs is for those who hold both; papers are judged when here, and
        an account is turned down while it waits.
        """
        if one.noun == "papers-judgement":
            return any(line.status == Document.Status.RECEIVED for line in page.papers)
        if one.noun == "account-declining":
            return any(not account.confirmed for account in page.own.accounts)
        if one.noun in self.elsewhere:
            return False
        if one.noun == "recovery":
            return any(loss.outcome and loss.kind == "own_vehicle" for loss in page.parts)
        if one.noun == "survey-and-assessment":
            return page.actor.roles >= {"surveyor", "assessor"}
        return True

    def label(self, page: OpenedPage, one: Possible) -> str:
        if one.noun == "survey-and-assessment":
            return _("Survey and assess at once")
        return one.label

    def standing(self, page: OpenedPage) -> Standing:
        found: Standing = page.own.standing
        return found

    def part_names(self, page: OpenedPage) -> Mapping[str, str]:
        several = page.parts if len(page.parts) > 1 else ()
        return {subject_of(loss): loss_name(loss) for loss in several}

    def context(self, page: OpenedPage) -> Mapping[str, object]:
        return {
            "sections": sections_of(
                page.row, page.parts, page.own, page.papers, page.names, page.at
            ),
            "papers_url": sheet_url(page.case.number, "papers"),
            "settlement_url": reverse("desk:settlement", args=[page.case.number]),
            "letter_urls": [
                (one.loss, reverse("desk:letter", args=[page.case.number, one.loss]))
                for one in newest_of(page.own.calculations)
            ],
        }

    def currency(self, opened: Opened) -> str:
        claim: Claim = opened.row
        return claim.currency
