"""What happens by itself, on one page: event → reaction, clock → command.

Every reaction is safe to run twice: it looks at the case as it is now and does nothing when the
step has been taken already. People's work is never replaced, a machine decides nothing here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings

from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs import queries as call_back_queries
from yinuo.areas.call_backs.rulefile import CallBacksRules
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims import queries as claim_queries
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints import queries as complaint_queries
from yinuo.areas.concerns import commands as concerns
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import sealing
from yinuo.core.cases.models import Case, Event, Note
from yinuo.core.messages import commands as messages
from yinuo.core.payments import commands as payments
from yinuo.core.payments.bank.exchange import ExchangeDirectory
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.models import Person
from yinuo.core.people.rulefile import PeopleRules
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import logs, queue
from yinuo.kit.errors import DomainError
from yinuo.overview import call_back_coverage

logger = logs.log("yinuo.automation")

Reaction = Callable[[Event, datetime], None]


@dataclass(frozen=True, slots=True)
class Happened:
    """An event to react to, and the moment at which that is done."""

    event: Event
    at: datetime


SetReaction = Callable[[Sequence[Happened]], None]
"""A reaction to many events at once, each at its own moment. A refusal undoes all of it."""


def _dispatch(event: Event, at: datetime) -> None:
    """Send the best surveyor at once where the rule says so; else a person chooses."""
    if claim_queries.dispatches_by_itself(at):
        claims.dispatch(case=event.case, by=SYSTEM, at=at)


def _dispatch_many(happened: Sequence[Happened]) -> None:
    turns = [
        claims.Dispatch(case=one.event.case, at=one.at)
        for one in happened
        if one.event.case.state == "registered" and claim_queries.dispatches_by_itself(one.at)
    ]
    claims.dispatch_many(turns, by=SYSTEM, at=happened[0].at)


def _tell_of_delay(event: Event, at: datetime) -> None:
    """The last warning before a promise to the customer breaks asks for a delay notice."""
    if claim_queries.needs_delay_notice(event):
        cases.promise(case=event.case, rule="claims.delay_notice", by=SYSTEM, at=at)


def _tell_of_delay_many(happened: Sequence[Happened]) -> None:
    wanted = claim_queries.need_delay_notice([one.event for one in happened])
    moments = {one.event.pk: one.at for one in happened}
    if wanted:
        with cases.transaction():
            locked = cases.lock_many(event.case_id for event in wanted)
            cases.promise_many(
                [
                    cases.Making(locked[event.case_id], "claims.delay_notice", moments[event.pk])
                    for event in wanted
                ],
                by=SYSTEM,
            )


def _take_bank_answer(event: Event, at: datetime) -> None:
    area = complaints if event.case.kind == "complaint" else claims
    area.take_bank_answer(case=event.case, subject=event.data["subject"], by=SYSTEM, at=at)


def _take_bank_answers(happened: Sequence[Happened]) -> None:
    turns = []
    for one in happened:
        case, subject = one.event.case, one.event.data["subject"]
        if case.kind == "complaint":
            complaints.take_bank_answer(case=case, subject=subject, by=SYSTEM, at=one.at)
        else:
            turns.append(claims.BankAnswered(case=case, subject=subject, at=one.at))
    claims.take_bank_answer_many(turns, by=SYSTEM, at=happened[0].at)


def _follow_up(event: Event, at: datetime) -> None:
    if claim_queries.is_over(event.case):
        follow_up([event.case], at=at)


def _follow_up_many(happened: Sequence[Happened]) -> None:
    over = [one for one in happened if claim_queries.is_over(one.event.case)]
    facts = claim_queries.facts_of_endings({one.event.case_id for one in over}) if over else {}
    for at, events in _by_moment(over).items():
        ended = {event.case_id: event.case for event in events}
        _follow_up_with(list(ended.values()), facts, at)


def _by_moment(happened: Sequence[Happened]) -> dict[datetime, list[Event]]:
    found: dict[datetime, list[Event]] = defaultdict(list)
    for one in happened:
        found[one.at].append(one.event)
    return found


def follow_up(ended: Sequence[Case], *, at: datetime) -> None:
    """Money arrived, or the customer was told that none comes: the call-back is opened, or it is
    recorded why not; and the claim notes which. Up to 1,000 claims."""
    _follow_up_with(ended, claim_queries.facts_of_endings([case.pk for case in ended]), at)


def _follow_up_with(
    ended: Sequence[Case], facts: Mapping[int, Mapping[str, object]], at: datetime
) -> None:
    asked = [
        call_backs.Ended(case, claim_queries.OCCASIONS[case.state], facts[case.pk])
        for case in ended
    ]
    with cases.transaction():
        done = call_backs.open_many(asked, by=SYSTEM, at=at)
        noted = {row.followed_id: "call_back" for row in done.opened}
        noted |= {row.followed_id: "excluded" for row in done.excluded}
        claims.note_follow_up_many(noted, by=SYSTEM, at=at)


def _note_exclusion(event: Event, at: datetime) -> None:
    """A person has recorded why nobody asks; the claim may close."""
    if event.case.kind == "claim":
        claims.note_follow_up_many({event.case.pk: "excluded"}, by=SYSTEM, at=at)


def _note_exclusions(happened: Sequence[Happened]) -> None:
    """Whom the programme left out is noted already; this is for those whom a person did."""
    open_ones = claim_queries.without_follow_up({one.event.case_id for one in happened})
    left = [one for one in happened if one.event.case_id in open_ones]
    for at, events in _by_moment(left).items():
        left_out = {event.case_id: "excluded" for event in events if event.case.kind == "claim"}
        if left_out:
            claims.note_follow_up_many(left_out, by=SYSTEM, at=at)


def _close(event: Event, at: datetime) -> None:
    if claim_queries.is_ready_to_close(event.case):
        claims.close(case=event.case, by=SYSTEM, at=at)


def _close_many(happened: Sequence[Happened]) -> None:
    moments = {one.event.case_id: one for one in happened}
    ready = claim_queries.ready_to_close(moments)
    turns = [claims.Turn(case=moments[pk].event.case, at=moments[pk].at) for pk in sorted(ready)]
    if turns:
        claims.close_many(turns, by=SYSTEM, at=turns[0].at or happened[0].at)


def _hear_note(event: Event, at: datetime) -> None:
    """Read a customer's words; urgent ones open a concern with an owner."""
    concerns.hear_note(note_id=event.data["note"], event=event, by=SYSTEM, at=at)


def _hear_answers(event: Event, at: datetime) -> None:
    """A bad score, a named problem, an open question or a threat opens a concern."""
    concerns.hear_answers(event=event, by=SYSTEM, at=at)


def _keep_suggestion(event: Event, at: datetime) -> None:
    about = event.case.about
    context = claim_queries.product_and_stage(about) if about is not None else {}
    concerns.keep_suggestion(event=event, context=context, by=SYSTEM, at=at)


def _ask_again(event: Event, at: datetime) -> None:
    """What a call-back brought to light is mended: the customer is asked again now."""
    source = Case.objects.filter(pk=event.data.get("source"), kind="call_back").first()
    if source is not None:
        call_backs.bring_forward(case=source, by=SYSTEM, at=at)


def _open_concern_of_voice(event: Event, at: datetime) -> None:
    """A voice that was told apart as a concern: the words lie on the case already."""
    concerns.open_concern(
        about=event.case,
        reasons=["said_to_us"],
        note=Note.objects.get(pk=event.data["note"]),
        door="words",
        first_spoken_at=datetime.fromisoformat(event.data["first_spoken_at"]),
        source_event=event.pk,
        by=SYSTEM,
        at=at,
    )


def _receive_complaint(event: Event, at: datetime) -> None:
    """A concern that was not solved, or a call-back answer that asks for it."""
    if event.type == "concern.became_complaint" or event.data.get("complaint"):
        complaints.hear_event(event=event, by=SYSTEM, at=at)


def _ask_after_complaint(event: Event, at: datetime) -> None:
    _ask_after_complaint_many([Happened(event, at)])


def _ask_after_complaint_many(happened: Sequence[Happened]) -> None:
    """Whoever complained is asked how good the answer was, unless nobody may ask."""
    willing = call_back_queries.willing([one.event.case for one in happened])
    if willing:
        asked = [call_backs.Ended(case, "after_complaint") for case in willing]
        call_backs.open_many(asked, by=SYSTEM, at=happened[0].at)


REACTIONS: Final[dict[str, tuple[Reaction, ...]]] = {
    "claim.registered": (_dispatch,),
    "promise.warned": (_tell_of_delay,),
    "payment.arrived": (_take_bank_answer,),
    "payment.returned": (_take_bank_answer,),
    "claim.paid_arrived": (_follow_up, _close),
    "claim.decided": (_follow_up, _close),
    "claim.refused": (_follow_up, _close),
    "claim.withdrawn": (_follow_up, _close),
    "call_back.excluded": (_note_exclusion, _close),
    "note.added": (_hear_note,),
    "call_back.answered": (_hear_answers, _keep_suggestion, _receive_complaint),
    "call_back.heard_in_part": (_hear_answers, _keep_suggestion, _receive_complaint),
    "complaint.closed": (_ask_after_complaint,),
    "concern.closed": (_ask_again,),
    "concern.became_complaint": (_receive_complaint,),
    "voice.concern_heard": (_open_concern_of_voice,),
}
cases.reacts_to(REACTIONS)

# The set forms of those that many cases ask for at once; the others run event by event.
IN_SETS: Final[dict[Reaction, SetReaction]] = {
    _dispatch: _dispatch_many,
    _tell_of_delay: _tell_of_delay_many,
    _take_bank_answer: _take_bank_answers,
    _follow_up: _follow_up_many,
    _note_exclusion: _note_exclusions,
    _ask_after_complaint: _ask_after_complaint_many,
    _close: _close_many,
}


@queue.task("react", queue="reactions")
def react(*, event_ids: Sequence[int], at: datetime) -> None:
    """Run the reactions to these events. One that is refused does not stop the others."""
    events = Event.objects.select_related("case").filter(pk__in=event_ids).order_by("pk")
    react_many([Happened(event, at) for event in events])


def react_when_happened(events: Sequence[Event]) -> None:
    """As `react`, each at the moment of its event: for a replay, which knows no later one."""
    react_many([Happened(event, event.at) for event in events])


def react_many(happened: Sequence[Happened]) -> None:
    """Run the reactions, type by type, in sets where there is more than one event of a type."""
    by_type: dict[str, list[Happened]] = defaultdict(list)
    for one in happened:
        by_type[one.event.type].append(one)
    for event_type, its in by_type.items():
        for reaction in REACTIONS.get(event_type, ()):
            together = IN_SETS.get(reaction)
            if together is None or len(its) == 1 or not _went_well(together, its):
                for one in its:
                    _react_alone(reaction, one)


def _went_well(together: SetReaction, happened: Sequence[Happened]) -> bool:
    """Whether the set was done; where one of it is refused, each goes its own way."""
    try:
        together(happened)
    except DomainError as refusal:
        logger.info("set_refused", type=happened[0].event.type, code=refusal.code)
        return False
    return True


def _react_alone(reaction: Reaction, one: Happened) -> None:
    logs.note_case(one.event.case.number)
    try:
        reaction(one.event, one.at)
    except DomainError as refusal:
        logger.info("reaction_refused", type=one.event.type, code=refusal.code)


@queue.task("send_messages", queue="messages")
def send_messages(*, message_ids: Sequence[int], at: datetime) -> None:
    # The rest of a large set goes with the clock of its own job: a claim is timed from `at`.
    if messages.send_due(list(message_ids), at=at).full:
        queue.defer("send_messages", queue="messages", message_ids=list(message_ids))


@queue.task("send_sign_in_code", queue="messages", tries=3)
def send_sign_in_code(*, case_id: int, person_id: int, at: datetime) -> None:
    """Make and send a code. The door asks for this also when nobody fits, so that it always does
    the same amount of work; and what is refused here, nobody at the door hears of.
    """
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        return
    try:
        code = people.issue_sign_in_code(case_id=case_id, person_id=person_id, by=SYSTEM, at=at)
        valid_for = rulebook.rules(PeopleRules, at=at).codes.valid_for.value
        minutes = int(valid_for.elapsed().total_seconds() // 60)
        messages.send_code(person=person, code=code, minutes=minutes, at=at)
    except DomainError as refusal:
        logger.info("sign_in_code_refused", code=refusal.code, person=person_id)


# Clock → command. Five fields of cron, in UTC.


@queue.task("sweep_promises", queue="clock", cron="* * * * *")
def sweep_promises(*, at: datetime) -> None:
    while cases.sweep(at=at).promises:
        pass


@queue.task("watch_voices", queue="clock", cron="* * * * *")
def watch_voices(*, at: datetime) -> None:
    while complaints.watch_voices(at=at):
        pass


@queue.task("send_waiting_messages", queue="messages", cron="* * * * *")
def send_waiting_messages(*, at: datetime) -> None:
    if messages.send_due(None, at=at).full:
        queue.defer("send_waiting_messages", queue="messages")


@queue.task("exchange_with_bank", queue="bank", cron="*/5 * * * *")
def exchange_with_bank(*, at: datetime) -> None:
    """Batches leave, answers come; a crash between any two steps is made good by the next run."""
    channel = ExchangeDirectory(settings.BANK_EXCHANGE)
    _made, left_out = payments.make_batches(by=SYSTEM, at=at)
    for one in left_out:
        codes = [problem.code for problem in one.problems]
        logger.warning("payment_left_out", payment=one.payment.end_to_end_id, codes=codes)
    payments.hand_over(channel=channel, by=SYSTEM, at=at)
    payments.read_answers(channel=channel, by=SYSTEM, at=at)


@queue.task("rule_came_into_force", queue="clock")
def rule_came_into_force(*, key: str, at: datetime) -> None:
    """A published year settles what was counted without it."""
    if key.startswith("calendar."):
        settle_published_years(at=at)


@queue.task("recount_published_years", queue="clock", cron="10 17 * * *")
def recount_published_years(*, at: datetime) -> None:
    """A year may also come with a new version of the rule files, which tells nobody."""
    settle_published_years(at=at)


def settle_published_years(*, at: datetime) -> None:
    """Much of it is shared out among the workers; what a killed one left, the next night finds."""
    stretches = cases.stretches_to_recount(at=at)
    if len(stretches) > 1:
        rows = [{"first": first, "last": last} for first, last in stretches]
        queue.defer_many("recount_stretch", rows, queue="clock")
    else:
        cases.recount_published(at=at)
    complaints.recount_voices(at=at)


@queue.task("recount_stretch", queue="clock")
def recount_stretch(*, first: int, last: int, at: datetime) -> None:
    cases.recount_published(at=at, first=first, last=last)


@queue.task("seal_timelines", queue="clock", cron="30 17 * * *")
def seal_timelines(*, at: datetime) -> None:
    sealing.seal(at=at)


@queue.task("warn_before_complaints", queue="clock", cron="30 22 * * *")
def warn_before_complaints(*, at: datetime) -> None:
    """Every night before the offices open (22:30 UTC is 06:30 in Shanghai)."""
    after: int | None = 0
    while after is not None:
        after = claims.warn(after=after, by=SYSTEM, at=at).last


@queue.task("close_answered_complaints", queue="clock", cron="45 17 * * *")
def close_answered_complaints(*, at: datetime) -> None:
    """Every night: answered, done, and the time for a review is over."""
    while ready := complaint_queries.ready_to_close(at):
        complaints.close_many(ready, agreed=False, by=SYSTEM, at=at)


@queue.task("acknowledge_voice", queue="messages")
def acknowledge_voice(*, voice: int, at: datetime) -> None:
    complaints.acknowledge_voice(voice_id=voice, at=at)


@queue.task("tell_voice_answer", queue="messages")
def tell_voice_answer(*, voice: int, at: datetime) -> None:
    complaints.tell_voice_answer(voice_id=voice, at=at)


@queue.task("fetch_mail", queue="mail", cron="* * * * *", tries=1)
def fetch_mail(*, at: datetime) -> None:
    """What customers wrote to our mailbox, where the operator has named one."""
    if settings.IMAP_HOST and not settings.YINUO_SANDBOX:
        complaints.empty_mailbox(by=SYSTEM, at=at)


# Call-backs ------------------------------------------------------------------------------------


@queue.task("sweep_call_backs", queue="clock", cron="* * * * *")
def sweep_call_backs(*, at: datetime) -> None:
    """Letters that are due, rounds that are given up, calls whose end nobody recorded."""
    while call_backs.sweep(at=at).full:
        pass


@queue.task("run_campaign", queue="clock")
def run_campaign(*, campaign_id: int, at: datetime) -> None:
    if call_backs.run_campaign(campaign_id=campaign_id, by=SYSTEM, at=at):
        queue.defer("run_campaign", campaign_id=campaign_id)


@queue.task("check_call_backs", queue="clock", cron="15 17 * * *")
def check_call_backs(*, at: datetime) -> None:
    """The nightly proof that no ended claim is forgotten; what is missing is said, then opened."""
    found = call_back_coverage.coverage(SYSTEM, at=at)
    numbers = list(call_back_coverage.missing(SYSTEM, at=at).values_list("number", flat=True))
    call_backs.record_check(
        ended=found.ended, opened=found.opened, excluded=found.excluded, missing=numbers, at=at
    )
    if numbers:
        logger.warning("claims_without_call_back", count=len(numbers), first=numbers[:10])
        defer_missing_call_backs(at=at)


@queue.task("draw_quality_checks", queue="clock", cron="45 16 * * *")
def draw_quality_checks(*, at: datetime) -> None:
    """After midnight in Shanghai: the calls of yesterday that a second person listens to."""
    call_backs.draw_checks(by=SYSTEM, at=at)
    call_backs.forget_recordings(at=at)


def defer_missing_call_backs(*, at: datetime) -> None:
    """One job per batch for the claims that have neither call-back nor exclusion."""
    size = rulebook.rules(CallBacksRules, at=at).batches.size.value
    for ids in call_back_coverage.missing_ids(at=at, size=size):
        queue.defer("open_call_backs", case_ids=ids)


@queue.task("open_call_backs", queue="clock")
def open_call_backs(*, case_ids: Sequence[int], at: datetime) -> None:
    with cases.transaction():
        locked = cases.lock_many(case_ids)
        ended = [case for case in locked.values() if claim_queries.is_over(case)]
        follow_up(ended, at=at)
    ready = claim_queries.ready_to_close([case.pk for case in ended])
    turns = [claims.Turn(case=case) for case in ended if case.pk in ready]
    if turns:
        claims.close_many(turns, by=SYSTEM, at=at)
