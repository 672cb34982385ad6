"""Who speaks for a complainant: asking for a power, keeping it, and acting on their word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from yinuo.areas.complaints import queries as complaints
from yinuo.areas.complaints.models import Party
from yinuo.areas.complaints.rulefile import ComplaintsRules
from yinuo.areas.complaints.rules import needs_power
from yinuo.core.cases.models import Case
from yinuo.core.documents import queries as documents
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import complaint_words as said
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.fields import FieldKind, FieldState, Option
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.inputs import Input
from yinuo.interfaces.common.inputs import complaints as given_in
from yinuo.interfaces.common.schema_fields import fields_of
from yinuo.interfaces.desk.presenters.complaint_parties import power_words
from yinuo.interfaces.desk.sheets.frame import Context, Desk
from yinuo.interfaces.desk.sheets.plain import plain_context


def power_request(desk: Desk, typed: Typed[Any]) -> Context:
    """Those who have shown nothing yet."""
    lacking = complaints.without_power(desk.row.parties.order_by("pk"), desk.at)
    fields = _chosen(fields_of(given_in.PowerRequestInput), lacking)
    first = {"name": lacking[0].name} if lacking else {}
    return plain_context(desk, typed, given_in.PowerRequestInput, fields=fields, facts=first)


def power(desk: Desk, typed: Typed[Any]) -> Context:
    """What was shown, of the papers that we hold; only kinds that fit those who speak here."""
    speakers = [one for one in desk.row.parties.order_by("pk") if needs_power(one.role)]
    kinds = rulebook.rules(ComplaintsRules, at=desk.at).powers.kinds.value
    fitting = {kind for one in speakers for kind in kinds[one.role]}
    papers = (Option("", _("no paper with us: it was looked at")), *_papers(desk))
    fields = _chosen(fields_of(given_in.PowerInput), speakers)
    fields = [
        replace(one, kind=FieldKind.SELECT, options=papers) if one.name == "document" else one
        for one in fields
    ]
    fields = [
        replace(one, options=tuple(o for o in one.options if o.value in fitting))
        if one.name == "kind"
        else one
        for one in fields
    ]
    return plain_context(desk, typed, given_in.PowerInput, fields=fields)


def _papers(desk: Desk) -> list[Option]:
    cases: list[Case] = [desk.case, *([desk.case.about] if desk.case.about else [])]
    return [
        Option(
            str(one.pk),
            documents.name_of(one.kind, desk.language, at=desk.at),
            f"{one.case.number} {one.file_name}".strip(),
        )
        for case in cases
        for one in documents.of_case(desk.actor, case).filter(file__isnull=False)
    ]


def _chosen(fields: Iterable[FieldState], parties: Iterable[Party]) -> list[FieldState]:
    options = tuple(
        Option(str(one.pk), one.name, labels.word(said.PARTIES, one.role)) for one in parties
    )
    only = options[0].value if len(options) == 1 else ""
    return [
        replace(one, kind=FieldKind.RADIO_CARDS, options=options, value=only)
        if one.name == "party"
        else one
        for one in fields
    ]


def with_speakers(desk: Desk, fields: Iterable[FieldState]) -> list[FieldState]:
    """`party` as a choice of those who speak for the complainant; left out where nobody does."""
    speakers = list(desk.row.parties.exclude(role="complainant").order_by("pk"))
    options = (
        Option("", _("the complainant")),
        *(Option(str(one.pk), one.name, power_words(one, desk.at)) for one in speakers),
    )
    found = []
    for one in fields:
        if one.name == "party" and not speakers:
            continue
        is_choice = one.name == "party"
        found.append(
            replace(one, kind=FieldKind.RADIO_CARDS, options=options) if is_choice else one
        )
    return found


def spoken(schema: type[Input]) -> Any:
    """A sheet of a step that rests on somebody's word."""

    def build(desk: Desk, typed: Typed[Any]) -> Context:
        return plain_context(desk, typed, schema, fields=with_speakers(desk, fields_of(schema)))

    return build
