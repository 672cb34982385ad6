"""What the bench shows: the queue, the script, the question with its answers, the next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from yinuo.areas.call_backs import queries
from yinuo.areas.call_backs import questionnaire as engine
from yinuo.areas.call_backs.models import Attempt, CallBack
from yinuo.areas.call_backs.questionnaire import Answer, Questionnaire
from yinuo.areas.call_backs.questionnaire_rulefile import Place, Question
from yinuo.core.knowledge import reader
from yinuo.core.people import queries as people
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.models import Staff
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook import rendering
from yinuo.core.rulebook.textfiles import Text
from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.asking import answer_in_words, screen_of
from yinuo.interfaces.common.chips import chip_of
from yinuo.interfaces.common.fragments import chip_html, escaped, icon_html, tag_html
from yinuo.interfaces.common.present import Fact, Filter, Tag, Tone
from yinuo.interfaces.desk.rows import case_url
from yinuo.overview.bench import Bench, BenchRow

LANGUAGES = tuple(labels.LANGUAGES)

OCCASIONS: labels.Words = {
    "paid": gettext_noop("Claim paid"),
    "refused": gettext_noop("Claim refused"),
    "withdrawn": gettext_noop("Claim withdrawn"),
    "zero": gettext_noop("Nothing to pay"),
    "periodic": gettext_noop("Periodic"),
    "after_complaint": gettext_noop("After a complaint"),
}
OUTCOMES: labels.Words = {
    "sent": gettext_noop("Letter sent"),
    "reached": gettext_noop("Reached"),
    "no_answer": gettext_noop("No answer"),
    "busy": gettext_noop("Busy"),
    "wrong_number": gettext_noop("Wrong number"),
    "refused": gettext_noop("Does not want to talk"),
    "later": gettext_noop("Later"),
    "abandoned": gettext_noop("Not recorded in time"),
    "": gettext_noop("On the phone"),
}
HAPPENED: labels.Words = {
    "late": gettext_noop("Later than promised"),
    "part_paid": gettext_noop("Paid in part"),
    "asked_twice": gettext_noop("Papers asked for twice"),
    "injured": gettext_noop("Somebody was hurt"),
}


@dataclass(frozen=True, slots=True)
class Talk:
    """How the call stands: `open` once it is known who is on the phone."""

    running: Attempt | None
    mine: bool
    identified: bool
    asking: Questionnaire
    given: dict[str, Answer]
    facts: dict[str, object]

    @property
    def open(self) -> bool:
        return self.mine and self.identified


@dataclass(frozen=True, slots=True)
class OutcomeButton:
    value: str
    label: str
    key: str
    then: str


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the script: what it is for, and the words in the customer's language."""

    title: str
    words: str


# The queue --------------------------------------------------------------------------------------


def queue_context(found: Bench, chosen: str, at: datetime, *, token: str) -> Mapping[str, object]:
    """`token` is that of the reader's forms."""
    here = reverse("desk:bench")
    filters = [
        Filter(_("Every language"), here, current=not chosen),
        *(
            Filter(labels.word(labels.LANGUAGES, code), f"{here}?language={code}",
                   current=code == chosen)
            for code in LANGUAGES
        ),
    ]  # fmt: skip
    running = found.running
    return {
        "filters": filters,
        "calls": _calls_html(found, at, token),
        "trained": found.trained,
        "others": found.others,
        "running": running,
        "running_url": reverse("desk:bench_call", args=[running.case.number]) if running else "",
        "now": at,
    }


_ANY_NUMBER = "B26-0000001-0"


def _calls_html(found: Bench, at: datetime, token: str) -> SafeString:
    """Forty calls without the template engine, which took two thirds of the time of the page."""
    if not found.rows:
        return SafeString("")
    shared = _Shared(
        page=reverse("desk:bench_call", args=[_ANY_NUMBER]),
        start=reverse("desk:bench_start", args=[_ANY_NUMBER]),
        token=f'<input type="hidden" name="csrfmiddlewaretoken" value="{escaped(token)}">',
        word=f"{icon_html('phone')}{escaped(_('Call'))}",
        at=at,
    )
    lines = [
        _call_html(row, shared, first=place == 0 and not found.running)
        for place, row in enumerate(found.rows)
    ]
    return SafeString(f'<ol class="calls" data-list>\n{"".join(lines)}</ol>')


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the lines of the queue have in common; the addresses hold `_ANY_NUMBER`."""

    page: str
    start: str
    token: str
    word: str
    at: datetime


def _call_html(row: BenchRow, shared: _Shared, *, first: bool) -> str:
    one, number = row.call_back, row.call_back.case.number
    chip, name = "", escaped(one.case.customer.name)
    if row.promise:
        chip = chip_html(chip_of(row.promise, shared.at), compact=True, endwise=False)
    tried = _tried(one)
    return (
        f'<li>\n<div>{chip}</div>\n<div><a class="number-link"'
        f' href="{escaped(shared.page.replace(_ANY_NUMBER, number))}">{name}</a>'
        f"<small>{escaped(number)} · {escaped(one.followed.number)}</small></div>\n"
        f"<div><span>{escaped(labels.word(OCCASIONS, one.occasion))}</span>"
        f"<small>{escaped(labels.word(labels.LANGUAGES, one.language))}"
        f"{f' · {escaped(tried)}' if tried else ''}</small></div>\n"
        f'<div class="row">{"".join(map(tag_html, _tags(one)))}</div>\n'
        f'<form method="post" action="{escaped(shared.start.replace(_ANY_NUMBER, number))}">'
        f'{shared.token}<button class="button{" primary" if first else ""}" type="submit"'
        f"{' autofocus' if first else ''}>{shared.word}"
        f'<span class="unseen"> {name}</span></button></form>\n</li>\n'
    )


def _tags(row: CallBack) -> tuple[Tag, ...]:
    tags = []
    if row.round > 1:
        tags.append(Tag(_("Round %(n)s") % {"n": row.round}, Tone.AMBER))
    if row.case.care in ("major", "special"):
        tags.append(Tag(labels.word(labels.CLASSES, row.case.care), Tone.PINE))
    if row.person.vulnerability:
        tags.append(Tag(_("Needs special care"), Tone.PINE, "care"))
    return tuple(tags)


def _tried(row: CallBack) -> str:
    if not row.calls:
        return ""
    return ngettext("%(n)s call so far", "%(n)s calls so far", row.calls) % {"n": row.calls}


# The call ---------------------------------------------------------------------------------------


def call_context(row: CallBack, talk: Talk, at: datetime) -> Mapping[str, object]:
    """Before it is known who is on the phone nothing of the case is shown, not even by mistake."""
    script = queries.script_of(row, at=at)
    running = talk.running
    taken = running is not None and not talk.mine
    places: tuple[Place, ...] = ("purpose",) if talk.open else ("greeting", "identity")
    facts = _words_of_script(row, running)
    said = [line for place in places for line in _lines(row, talk, place, facts, at)]
    return {
        "row": row,
        "talk": talk,
        "taken": taken,
        "taken_by": _who(running) if running is not None and taken else "",
        "script": script.key,
        "said": said if talk.mine else [],
        "customer": people.card(row.person),
        "phone": row.person.phone if talk.mine else "",
        "language": labels.word(labels.LANGUAGES, row.language),
        "happened": _happened(row) if talk.open else [],
        "facts": _facts(row, talk, at),
        "followed_url": case_url(row.followed.number),
        "case_url": case_url(row.case.number),
        "attempts": _attempts(row, at),
        "outcomes": outcome_buttons(talking=talk.open),
        "ended": row.case.closed_at is not None or _only_waits(row, running, at),
        "tags": _tags(row),
        "now": at,
    }


def _only_waits(row: CallBack, running: Attempt | None, at: datetime) -> bool:
    """Whether the next round is still to come, or comes by letter."""
    if row.case.state != "waiting" or running is not None:
        return False
    return row.channel != "call" or row.next_contact_at is None or row.next_contact_at > at


def question_context(
    row: CallBack,
    question: Question,
    held: Answer,
    talk: Talk,
    shown: list[str],
    at: datetime,
) -> Mapping[str, object]:
    back = engine.before(talk.asking, question.id, talk.given, talk.facts)
    url = reverse("desk:bench_call", args=[row.case.number])
    return {
        "screen": screen_of(question, held, row.language, at=at),
        "place": shown.index(question.id) + 1,
        "of": len(shown),
        "back": f"{url}?q={back.id}" if back else "",
        "listen": listening(row, talk, at),
    }


def summary_context(row: CallBack, talk: Talk, at: datetime) -> Mapping[str, object]:
    """Everything that was said, to be read back, and the words to end with."""
    url = reverse("desk:bench_call", args=[row.case.number])
    language = get_language() or "zh-hans"
    lines = [
        {
            "question": rulebook.short_text(one.text, language, at=at).title,
            "answer": answer_in_words(one, talk.given.get(one.id), language, at=at),
            "url": f"{url}?q={one.id}",
        }
        for one in engine.asked(talk.asking, talk.given, talk.facts)
    ]
    facts = _words_of_script(row, talk.running)
    return {
        "summary": lines,
        "closing": _lines(row, talk, "closing", facts, at),
        "listen": listening(row, talk, at),
    }


def listening(row: CallBack, talk: Talk, at: datetime) -> list[Said]:
    """Prompts that fit what was just said, and how it sounded."""
    return _lines(row, talk, "listening", _words_of_script(row, talk.running), at)


def _lines(
    row: CallBack, talk: Talk, place: Place, facts: Mapping[str, object], at: datetime
) -> list[Said]:
    script = queries.script_of(row, at=at).script
    known = {**talk.facts, **engine.heard(talk.asking, talk.given, read=reader.read_words)}
    found = []
    for line in engine.lines(script, place, talk.given, known):
        text = rulebook.short_text(line.text, row.language, at=at)
        words = rendering.render(Text(text.title, text.why), facts, language=row.language)
        found.append(Said(words.subject, words.body))
    return found


def _words_of_script(row: CallBack, running: Attempt | None) -> Mapping[str, object]:
    house = people.branches_of(SYSTEM).first()
    caller = running.staff if running else None
    return {
        "insurer_name": house.name if house else "",
        "agent_name": caller.name if caller else "",
        "agent_number": caller.pk if caller else "",
        "customer_name": row.person.name,
        "case_number": row.followed.number,
    }


def _who(running: Attempt) -> str:
    caller: Staff | None = running.staff
    return caller.name if caller else running.by


def _happened(row: CallBack) -> list[str]:
    return [_(word) for fact, word in HAPPENED.items() if row.facts.get(fact)]


def _facts(row: CallBack, talk: Talk, at: datetime) -> tuple[Fact, ...]:
    card = people.card(row.person)
    of_case = (
        Fact(_("Occasion"), labels.word(OCCASIONS, row.occasion)),
        Fact(_("Ended"), wording.near_time(row.case.opened_at, at)),
    )
    return (
        Fact(_("Language"), labels.word(labels.LANGUAGES, row.language)),
        Fact(_("Phone"), card.phone or _("not known")),
        Fact(_("Do not disturb"), row.person.do_not_disturb or _("none")),
        Fact(_("Round"), str(row.round)),
        *(of_case if talk.open or not talk.mine else ()),
    )


def _attempts(row: CallBack, at: datetime) -> list[Mapping[str, str]]:
    return [
        {
            "when": wording.near_time(one.at, at),
            "what": _("Letter") if one.channel == "message" else _("Call"),
            "outcome": labels.word(OUTCOMES, one.outcome),
            "by": one.staff.name if one.staff else "",
        }
        for one in queries.attempts(row)
    ]


# What follows -----------------------------------------------------------------------------------


def outcome_buttons(*, talking: bool) -> list[OutcomeButton]:
    """How a call may end without its answers; none of them is a dead end."""
    cut_off = OutcomeButton("reached", _("Cut off"), "c", _("we go on where we stopped"))
    return [
        *([cut_off] if talking else []),
        OutcomeButton("no_answer", _("No answer"), "n", _("we try again at another time")),
        OutcomeButton("busy", _("Busy"), "b", _("we try again soon")),
        OutcomeButton("wrong_number", _("Wrong number"), "w", _("no more calls; a letter instead")),
        OutcomeButton("refused", _("Does not want to talk"), "r", _("we stop asking about this")),
    ]


def what_follows(state: str) -> str:
    """What the finished answers led to."""
    if state == "waiting":
        return _("Kept. The customer was not content: it is passed on, and we ask again.")
    if state == "unsatisfied":
        return _("Kept. This was the last round; what is open stays with its owner.")
    return _("Kept. The customer is content; this call-back is complete.")


def next_step(row: CallBack, at: datetime) -> str:
    """What is planned after an outcome, in words."""
    if row.case.closed_at is not None:
        return _("Recorded. We leave this customer in peace.")
    if row.next_contact_at is None:
        return _("Recorded.")
    when = wording.near_time(row.next_contact_at, at)
    if row.channel == "message":
        return _("Recorded. A letter goes out %(when)s.") % {"when": when}
    if row.channel == "call":
        return _("Recorded. The next call is due %(when)s.") % {"when": when}
    return _("Recorded. If nothing comes by %(when)s, the round ends.") % {"when": when}
