"""Those who handle complaints in the stories, with their doors, and what they do again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from html import unescape

from django.test import Client
from django.utils import timezone

from tests.areas.complaints.office import LETTER
from tests.interfaces.desk.filling import send, text
from tests.interfaces.desk.house import Desks
from tests.interfaces.portal.visitors import visit
from yinuo.areas.complaints.models import Inbound
from yinuo.core.cases.models import Case, Promise
from yinuo.kit.queue import Captured


@dataclass(slots=True)
class Calendar:
    """The clock of the doors, put forward by the story."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def reads(self) -> type[datetime]:
        """What a door takes its time from."""
        calendar = self

        class Reads(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Reads:
                return super().now(tz) + calendar.ahead

        return Reads


@dataclass(slots=True)
class Office:
    """The desk with its complaint officers, a claim, the worker's jobs, and the customer."""

    desks: Desks
    claim: Case
    jobs: Captured
    visitor: Client

    def post(self, role: str, case: Case, noun: str, **given: str) -> None:
        """Send a sheet of a complaint as this colleague."""
        path = f"/desk/complaints/{case.number}/{noun}"
        send(self.desks[role], path, given)
        case.refresh_from_db()

    def refused(self, role: str, case: Case, noun: str, **given: str) -> str:
        """The sheet again, with what is wrong."""
        return self._again(role, case, noun, given, 422)

    def conflicts(self, role: str, case: Case, noun: str, **given: str) -> str:
        """As `refused`, for what is right and does not go now."""
        return self._again(role, case, noun, given, 409)

    def finds_nothing(self, role: str, case: Case, noun: str, **given: str) -> str:
        """As `refused`, for what names something that is not there."""
        return self._again(role, case, noun, given, 404)

    def _again(
        self, role: str, case: Case, noun: str, given: Mapping[str, str], status: int
    ) -> str:
        path = f"/desk/complaints/{case.number}/{noun}"
        return unescape(text(send(self.desks[role], path, given, status=status)))

    def page(self, role: str, case: Case) -> str:
        return unescape(text(self.desks[role].get(f"/desk/complaints/{case.number}")))

    def own_page(self, case: Case) -> str:
        visit(self.visitor, case)
        return unescape(text(self.visitor.get(f"/complaints/{case.number}")))

    def says(self, case: Case, noun: str, **given: str) -> None:
        """The customer takes a step on the complaint's own page."""
        visit(self.visitor, case)
        answer = self.visitor.post(f"/complaints/{case.number}/{noun}", given)
        assert answer.status_code == 303, unescape(text(answer))
        case.refresh_from_db()

    def handler(self, case: Case) -> str:
        case.refresh_from_db()
        staff = self.desks.world.staff
        return next(name for name, one in staff.items() if one.pk == case.handler_id)


def local(days_ago: float) -> str:
    """A time as the browser's field holds it."""
    at = timezone.localtime(datetime.now(UTC) - timedelta(days=days_ago))
    return at.strftime("%Y-%m-%dT%H:%M")


def take_in(office: Office, words: str, *, channel: str = "letter", days_ago: float = 0) -> Inbound:
    given = {"words": words, "channel": channel, "about": office.claim.number}
    if days_ago:
        given["received_at"] = local(days_ago)
    answer = office.desks["agent"].post("/desk/voices", given)
    assert answer.status_code == 302, unescape(text(answer))
    return Inbound.objects.latest("pk")


def sort(office: Office, voice: Inbound, kind: str, **more: str) -> Case:
    given = {"kind": kind, "about": office.claim.number, **more}
    answer = office.desks["agent"].post(f"/desk/voices/{voice.pk}", given)
    assert answer.status_code == 302, unescape(text(answer))
    voice.refresh_from_db()
    assert voice.case is not None
    return voice.case


def look_into(office: Office, case: Case) -> str:
    """To the middle of the inquiry; returns who handles it."""
    name = office.handler(case)
    office.post(name, case, "acknowledgement", how="phone")
    office.post(name, case, "acceptance")
    office.post(name, case, "no-interest")
    office.post(name, case, "inquiry")
    office.post(name, case, "causes", main="delay_survey")
    return name


def answer(office: Office, case: Case, name: str) -> None:
    office.post(
        name, case, "answer",
        facts=LETTER.facts, decision=LETTER.decision, basis=LETTER.basis, upheld="yes",
    )  # fmt: skip
    office.post(name, case, "telling", how="letter")


def promise(case: Case, rule: str) -> Promise:
    return Promise.objects.filter(case=case, rule=rule).latest("round")
