"""Sheets of a complaint whose choices stand in the case or in the rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.areas.complaints import queries as complaints
from yinuo.areas.complaints.models import Measure
from yinuo.areas.complaints.rulefile import CausesRules
from yinuo.core.cases.workflow import WORKFLOWS
from yinuo.core.payments import queries as payments
from yinuo.core.people import queries as people
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import complaint_words as said
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.fields import FieldKind, FieldState, Option
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.inputs import complaints as given_in
from yinuo.interfaces.common.inputs.claims import AccountConfirmationInput, AccountInput
from yinuo.interfaces.common.present import Fact, Money
from yinuo.interfaces.common.schema_fields import fields_of
from yinuo.interfaces.desk.presenters.complaint_file import Looked
from yinuo.interfaces.desk.presenters.complaint_parties import power_words
from yinuo.interfaces.desk.presenters.complaints import cause_name, sign_words
from yinuo.interfaces.desk.presenters.evidence import KINDS
from yinuo.interfaces.desk.sheets import powers
from yinuo.interfaces.desk.sheets.frame import Context, Desk, Sheet, fact
from yinuo.interfaces.desk.sheets.plain import plain_context
from yinuo.overview import evidence

MOST_WORDS = 60
MOST_STAFF = 300


def with_field(fields: Iterable[FieldState], name: str, **changes: Any) -> list[FieldState]:
    """The fields of the schema, one of them changed."""
    return [replace(one, **changes) if one.name == name else one for one in fields]


def description(desk: Desk, typed: Typed[Any]) -> Context:
    """What is known already stands there; product and stage are those that the figures count by."""
    states = WORKFLOWS.current("claim").case.states
    choices = {
        "product": labels.options(said.PRODUCTS),
        "stage": tuple(Option(state.name, _(state.label)) for state in states),
    }
    fields = []
    for one in fields_of(given_in.AboutInput):
        value = str(getattr(desk.row, one.name, "") or "")
        options = choices.get(one.name, ())
        if not options:
            fields.append(replace(one, value=value))
            continue
        if value and value not in {option.value for option in options}:
            options = (Option(value, value), *options)
        known = (Option("", _("not known yet")), *options)
        fields.append(replace(one, kind=FieldKind.SELECT, options=known, value=value))
    return plain_context(desk, typed, given_in.AboutInput, fields=fields)


def causes(desk: Desk, typed: Typed[Any]) -> Context:
    """The whole tree, what words and record speak for first and with the reason."""
    suggested = {
        one.code: _("; ").join(sign_words(sign.code) for sign in one.why)
        for one in complaints.suggested(Looked(desk.case, desk.row), desk.at)
    }
    tree = rulebook.rules(CausesRules, at=desk.at)
    codes = [*suggested, *(code for code, _cause in tree.leaves() if code not in suggested)]
    options = tuple(
        Option(code, cause_name(code, desk.language, desk.at), suggested.get(code, ""))
        for code in codes
    )
    named = {one.code: one.main for one in desk.row.causes.all()}
    main = next((code for code, is_main in named.items() if is_main), "")
    fields = fields_of(given_in.CausesInput)
    fields = with_field(
        fields,
        "main",
        kind=FieldKind.SELECT,
        options=options,
        value=main or next(iter(suggested), ""),
    )
    others = ",".join(code for code, is_main in named.items() if not is_main)
    fields.append(
        FieldState(
            name="others",
            label=_("Other causes"),
            kind=FieldKind.TICKS,
            options=options,
            value=others,
        )
    )
    facts = tuple(
        fact(cause_name(code, desk.language, desk.at), why) for code, why in suggested.items()
    )
    built = plain_context(desk, typed, given_in.CausesInput, fields=fields)
    return {**built, "facts": facts}


def handler(desk: Desk, typed: Typed[Any]) -> Context:
    """Who may look after complaints here and never touched what it is about."""
    about = desk.case.about
    touched = complaints.touched(about, desk.at) if about is not None else frozenset()
    found = {
        one.pk: one
        for role in ("complaint_officer", "team_lead", "manager")
        for one in people.staff_with(role, desk.case.branch_path, desk.at, on_duty=False)
        if f"staff:{one.pk}" not in touched and one.pk != desk.case.handler_id
    }
    options = tuple(
        Option(str(pk), f"{one.name} · {one.branch.name}", "" if one.on_duty else _("Off duty"))
        for pk, one in found.items()
    )
    fields = with_field(
        fields_of(given_in.HandOverInput), "staff", kind=FieldKind.RADIO_CARDS, options=options
    )
    now = desk.case.handler.name if desk.case.handler else _("nobody")
    built = plain_context(desk, typed, given_in.HandOverInput, fields=fields)
    return {**built, "facts": (fact(_("Handler now"), now),)}


def _measure_sheet(
    schema: type[Any], fits: Callable[[Measure], bool], done: str, submit: str
) -> Sheet[Any]:
    """A sheet about one measure of those that fit."""

    def build(desk: Desk, typed: Typed[Any]) -> Context:
        rows = desk.row.measures.filter(dropped_at__isnull=True).select_related("approval")
        fitting = [one for one in rows.order_by("pk") if fits(one)]
        options = tuple(
            Option(
                str(one.pk),
                one.what[:MOST_WORDS],
                str(Money(one.amount, one.currency))
                if one.amount is not None
                else labels.word(said.MEASURES, one.kind),
            )
            for one in fitting
        )
        only = str(fitting[0].pk) if len(fitting) == 1 else ""
        fields = with_field(
            fields_of(schema), "measure", kind=FieldKind.RADIO_CARDS, options=options, value=only
        )
        return plain_context(desk, typed, schema, fields=fields)

    return Sheet(build=build, done=done, submit=submit)


def _waits(one: Measure) -> bool:
    return one.approval is not None and one.approval.verdict == "waiting"


def _payable(one: Measure) -> bool:
    approved = one.approval is not None and one.approval.verdict == "approved"
    return approved and one.done_at is None


def _to_do(one: Measure) -> bool:
    return one.kind != "compensation" and one.done_at is None


def _to_check(one: Measure) -> bool:
    return one.done_at is not None and one.checked_at is None


def remark(desk: Desk, typed: Typed[Any]) -> Context:
    """Every piece of the evidence can be annotated, and cited in the answer."""
    pieces = evidence.gather(desk.row, desk.language, at=desk.at)
    options = tuple(
        Option(one.code, f"{_(KINDS[one.kind])} {one.at:%m-%d}", one.subject[:MOST_WORDS])
        for one in pieces
    )
    fields = with_field(
        fields_of(given_in.RemarkInput), "evidence", kind=FieldKind.SELECT, options=options
    )
    return plain_context(desk, typed, given_in.RemarkInput, fields=fields)


def five_whys(desk: Desk, typed: Typed[Any]) -> Context:
    """Five rungs, and what of the catalogue prevents the root; that of the causes first."""
    own = complaints.prevention_of(complaints.causes_of(desk.row), desk.at)
    tree = rulebook.rules(CausesRules, at=desk.at).tree
    rest = sorted({key for rule in tree.values() for key in rule.value.prevention} - set(own))
    options = (
        Option("", _("nothing of the catalogue")),
        *(Option(key, rulebook.short_text(key, desk.language).title) for key in (*own, *rest)),
    )
    fields = with_field(
        fields_of(given_in.WhyInput), "prevention", kind=FieldKind.SELECT, options=options
    )
    return plain_context(desk, typed, given_in.WhyInput, fields=fields)


def answer(desk: Desk, typed: Typed[Any]) -> Context:
    """The letter, begun with what was cited from the evidence."""
    return _letter(desk, typed, given_in.AnswerInput)


def review_answer(desk: Desk, typed: Typed[Any]) -> Context:
    return _letter(desk, typed, given_in.ReviewAnswerInput)


def proposal(desk: Desk, typed: Typed[Any]) -> Context:
    built = plain_context(desk, typed, given_in.ProposalInput, in_rows=_with_colleagues(desk))
    first = _("it is approved first; only then the complainant sees the proposal")
    return {**built, "facts": (fact(_("Money"), first),)}


def _with_colleagues(desk: Desk) -> Callable[[FieldState], FieldState]:
    """Whoever is trained is chosen by name; a kind of measure from a short list."""
    staff = people.staff_visible_to(desk.actor).filter(is_active=True).order_by("name", "pk")
    options = tuple(Option(str(one.pk), one.name) for one in staff[:MOST_STAFF])

    def change(one: FieldState) -> FieldState:
        if one.name.endswith("-staff"):
            choices = (Option("", _("nobody")), *options)
            return replace(one, kind=FieldKind.SELECT, options=choices)
        if one.name.endswith("-kind"):
            choices = (Option("", _("choose")), *one.options)
            return replace(one, kind=FieldKind.SELECT, options=choices, required=False)
        if one.name.endswith("-what"):
            return replace(one, required=False)
        return one

    return change


def _letter(desk: Desk, typed: Typed[Any], schema: type[Any]) -> Context:
    cited = "\n".join(one.words for one in evidence.cited(desk.row))
    fields = with_field(fields_of(schema), "facts", value=cited)
    remedies = [
        rulebook.short_text(key, desk.language).title for key in complaints.remedies_now(desk.at)
    ]
    built = plain_context(desk, typed, schema, fields=fields, in_rows=_with_colleagues(desk))
    return {**built, "facts": (fact(_("The letter names"), _("; ").join(remedies)),)}


def contact(desk: Desk, typed: Typed[Any]) -> Context:
    """Before the next talk: how they want to be reached, and what the last one left open."""
    fields = with_field(
        fields_of(given_in.TalkInput), "how", value=_usual_way(desk, given_in.WAYS_TO_TALK)
    )
    built = plain_context(desk, typed, given_in.TalkInput, fields=fields)
    facts = list(_wishes(desk))
    last = desk.row.talks.select_related("note").order_by("-at", "-pk").first()
    if last is not None:
        facts.append(
            fact(
                _("Last talk"),
                last.note.body,
                labels.word(said.UNDERSTOOD, last.understood),
            )
        )
        if last.next_step:
            facts.append(fact(_("What we said comes next"), last.next_step))
    return {**built, "facts": tuple(facts)}


def how(desk: Desk, typed: Typed[Any]) -> Context:
    """How the complainant is told, as they want it; the message goes out beside it anyway."""
    return _how(desk, typed, given_in.HowInput)


def telling(desk: Desk, typed: Typed[Any]) -> Context:
    """The same, and who is told where somebody speaks for the complainant."""
    return _how(desk, typed, given_in.TellingInput)


def _how(desk: Desk, typed: Typed[Any], schema: type[Any]) -> Context:
    fields = with_field(fields_of(schema), "how", value=_usual_way(desk, given_in.WAYS_TO_TELL))
    built = plain_context(desk, typed, schema, fields=powers.with_speakers(desk, fields))
    return {**built, "facts": tuple(_wishes(desk))}


def _usual_way(desk: Desk, ways: Collection[str]) -> str:
    """The way in which they came to us, if one can answer in it; else what they prefer."""
    preferred = desk.case.customer.channel
    # The inbox that they prefer is the one on their page.
    for wanted in (desk.row.channel, "portal" if preferred == "inbox" else preferred):
        if wanted in ways:
            return str(wanted)
    return "phone"


def _wishes(desk: Desk) -> list[Fact]:
    customer = desk.case.customer
    found = [
        fact(_("They came by"), labels.word(said.CHANNELS, desk.row.channel)),
        fact(_("Prefers"), labels.word(labels.CHANNELS, customer.channel)),
    ]
    if customer.do_not_disturb:
        found.append(fact(_("Do not disturb"), customer.do_not_disturb))
    if customer.needs:
        found.append(fact(_("Needs"), customer.needs))
    speakers = desk.row.parties.exclude(role="complainant").order_by("pk")
    for one in speakers:
        note = _("; ").join(part for part in (one.phone, power_words(one, desk.at)) if part)
        found.append(fact(labels.word(said.PARTIES, one.role), one.name, note))
    return found


ACCOUNT_LABELS: Mapping[str, str] = {
    "person": gettext_noop("Payee"),
    "loss": gettext_noop("Loss"),
    "holder_kind": gettext_noop("Holder"),
    "holder_name": gettext_noop("Name of the holder"),
    "number": gettext_noop("Account number"),
    "bank_name": gettext_noop("Bank"),
    "bank_code": gettext_noop("Bank code"),
}


def account(desk: Desk, typed: Typed[Any]) -> Context:
    """Where the complainant wants the compensation."""
    asked = [
        replace(one, label=_(ACCOUNT_LABELS[one.name]), private=one.name == "number")
        for one in fields_of(AccountInput)
        if one.name not in ("person", "loss")
    ]
    fields = with_field(asked, "holder_name", value=desk.case.customer.name)
    kinds = (Option("individual", _("A person")), Option("company", _("A company")))
    fields = with_field(fields, "holder_kind", options=kinds)
    return plain_context(desk, typed, AccountInput, fields=fields)


def account_confirmation(desk: Desk, typed: Typed[Any]) -> Context:
    options = tuple(
        Option(str(one.pk), one.holder_name, f"{one.bank_name} …{one.number_last4}")
        for one in payments.proposals_of(desk.case)
    )
    fields = with_field(
        fields_of(AccountConfirmationInput),
        "account",
        label=_("Account"),
        kind=FieldKind.RADIO_CARDS,
        options=options,
    )
    return plain_context(desk, typed, AccountConfirmationInput, fields=fields)


SHEETS: Mapping[str, Sheet[Any]] = {
    "description": Sheet(build=description, done=gettext_noop("It is kept what it is about.")),
    "causes": Sheet(build=causes, done=gettext_noop("The causes are named.")),
    "handler": Sheet(
        build=handler,
        submit=gettext_noop("Hand over"),
        done=gettext_noop("The complaint has another handler."),
    ),
    "compensation": _measure_sheet(
        given_in.OneMeasureInput,
        _waits,
        gettext_noop("The compensation is approved."),
        gettext_noop("Approve"),
    ),
    "compensation-return": _measure_sheet(
        given_in.MeasureReturnInput,
        _waits,
        gettext_noop("The compensation is not approved."),
        gettext_noop("Do not approve"),
    ),
    "payment-instruction": _measure_sheet(
        given_in.OneMeasureInput,
        _payable,
        gettext_noop("It leaves with the next file for the bank."),
        gettext_noop("Instruct the bank"),
    ),
    "carrying-out": _measure_sheet(
        given_in.DoneInput,
        _to_do,
        gettext_noop("It is recorded as done."),
        gettext_noop("It is done"),
    ),
    "check": _measure_sheet(
        given_in.CheckInput,
        _to_check,
        gettext_noop("The check is kept."),
        gettext_noop("Keep the check"),
    ),
    "contact": Sheet(build=contact, done=gettext_noop("The talk is kept.")),
    "acknowledgement": Sheet(
        build=how, done=gettext_noop("The complainant knows that it is here.")
    ),
    "telling": Sheet(build=telling, done=gettext_noop("The complainant has the answer.")),
    "review-telling": Sheet(build=telling, done=gettext_noop("The complainant has the answer.")),
    "agreement": Sheet(
        build=powers.spoken(given_in.AgreementInput),
        done=gettext_noop("Accepted: from now on it is owed."),
    ),
    "review": Sheet(
        build=powers.spoken(given_in.ReviewRequestInput),
        done=gettext_noop("Other people look at it again."),
    ),
    "withdrawal": Sheet(
        build=powers.spoken(given_in.TakeBackInput), done=gettext_noop("It is taken back.")
    ),
    "power-request": Sheet(
        build=powers.power_request,
        submit=gettext_noop("Ask for it"),
        done=gettext_noop("The power is asked for, this once."),
    ),
    "power": Sheet(build=powers.power, done=gettext_noop("The power is kept.")),
    "late-power": Sheet(
        build=powers.power,
        submit=gettext_noop("Take it up again"),
        done=gettext_noop("It goes on as a new complaint, which follows this one."),
    ),
    "evidence": Sheet(build=remark, done=gettext_noop("The remark is kept.")),
    "five-whys": Sheet(build=five_whys, done=gettext_noop("The root is kept.")),
    "proposal": Sheet(
        build=proposal,
        done=gettext_noop("The proposal is kept: with money in it, it waits for approval."),
    ),
    "answer": Sheet(
        build=answer,
        submit=gettext_noop("Decide"),
        done=gettext_noop("It is decided. Now tell the complainant: only then it counts."),
    ),
    "review-answer": Sheet(
        build=review_answer,
        submit=gettext_noop("Decide and tell"),
        done=gettext_noop("The review is decided and told."),
    ),
    "account": Sheet(build=account, done=gettext_noop("The account is kept.")),
    "account-confirmation": Sheet(
        build=account_confirmation, done=gettext_noop("The account is confirmed.")
    ),
}
