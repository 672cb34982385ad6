"""Lines of lists of cases, and the addresses of what they are about."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yinuo.areas.complaints.models import VoicePromise
from yinuo.areas.complaints.rules import voice_number
from yinuo.core.cases.models import Case
from yinuo.core.cases.queries import PromiseView, workflow_of
from yinuo.core.rulebook.queries import promise_title
from yinuo.interfaces.common import complaint_words as said
from yinuo.interfaces.common import kinds, labels
from yinuo.interfaces.common.chips import chip_of
from yinuo.interfaces.common.present import CaseRow, PromiseChip, Tag


def case_url(number: str) -> str:
    """The page of a case of any kind."""
    return reverse("desk:case", args=[kinds.plural_of(number), number])


def sheet_url(number: str, noun: str) -> str:
    """The address of an action's sheet."""
    return f"{case_url(number)}/{noun}"


def case_row(
    case: Case, at: datetime, *, plate: str = "", promise: PromiseView | None = None, closed: bool
) -> CaseRow:
    """One line of a list of cases."""
    state = workflow_of(case).case.state(case.state)
    care = "" if case.care == "regular" else labels.word(labels.CLASSES, case.care)
    return CaseRow(
        number=case.number,
        url=case_url(case.number),
        kind=kinds.title(case.kind),
        customer=case.customer.name,
        state=labels.state_tag(state.label, state=case.state, closed=closed),
        promise=chip_of(promise, at) if promise else None,
        plate=plate,
        handler=case.handler.name if case.handler else "",
        note=care,
    )


def voice_row(one: VoicePromise, at: datetime) -> CaseRow:
    """A voice that belongs to no case, as a line between the cases."""
    voice = one.voice
    words = promise_title(one.rule, get_language() or "en")
    return CaseRow(
        number=voice_number(voice.pk, voice.received_at),
        url=reverse("desk:voice", args=[voice.pk]),
        kind=_("Voice"),
        customer=voice.person.name if voice.person else voice.name or _("not known yet"),
        state=Tag(labels.word(said.VOICES, voice.kind or voice.suggested)),
        promise=PromiseChip(
            title=words.title,
            started_at=one.started_at,
            due_at=one.due_at,
            now=at,
            soon_at=one.started_at,
            why=words.why,
        ),
        note=_("escalated") if one.told else "",
    )
