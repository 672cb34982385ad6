"""Complaints and voices at the desk: lists, evidence, refusals, and what nobody else may see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from tests.areas.complaints.office import LETTER, complain, handler_of, hire_officers, investigate
from tests.interfaces.desk import house
from tests.interfaces.desk.filling import send, text
from tests.interfaces.desk.house import NOW, Desks
from yinuo import automation
from yinuo.areas.claims import commands as claims
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints.commands import NewMeasure, NewParty
from yinuo.areas.complaints.models import Complaint, Inbound
from yinuo.areas.complaints.rules import voice_number
from yinuo.core.cases.models import Case, Note, Promise
from yinuo.core.messages.models import Message
from yinuo.kit import queue


@pytest.fixture
def desks(db: None) -> Iterator[Desks]:
    with queue.capture():
        built = house.build()
        hire_officers(built.world, at=NOW - timedelta(days=300))
        yield built


@pytest.fixture
def claim(desks: Desks) -> Case:
    return house.report(desks.world).case


def shown(desks: Desks, role: str, path: str) -> str:
    answer = desks[role].get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return unescape(text(answer))


def page(case: Case, noun: str = "") -> str:
    return f"/desk/complaints/{case.number}" + (f"/{noun}" if noun else "")


def take_in(desks: Desks, words: str, **more: str) -> Inbound:
    given = {"words": words, "channel": "phone", **more}
    answer = desks["agent"].post("/desk/voices", given)
    assert answer.status_code == 302, unescape(text(answer))
    return Inbound.objects.latest("pk")


def sort(desks: Desks, voice: Inbound, status: int = 302, **given: str) -> str:
    answer = desks["agent"].post(f"/desk/voices/{voice.pk}", given)
    assert answer.status_code == status, unescape(text(answer))
    voice.refresh_from_db()
    return unescape(text(answer))


@pytest.mark.covers("COM-22", "COM-23")
def test_a_question_about_a_claim_is_promised_an_answer_there(desks: Desks, claim: Case) -> None:
    voice = take_in(desks, "请问理赔需要什么材料", about=claim.number)
    sort(desks, voice, kind="question", about=claim.number)
    promise = Promise.objects.get(case=claim, rule="complaints.answer_question")
    assert promise.started_at == voice.received_at
    assert voice.words == ""
    assert "请问理赔需要什么材料" in shown(desks, "agent", "/desk/voices?which=questions")
    sent = desks["agent"].post(f"/desk/voices/{voice.pk}/answer", {"words": "身份证和驾驶证"})
    assert sent.status_code == 302
    promise.refresh_from_db()
    assert promise.kept_at is not None
    assert Note.objects.get(case=claim, kind="answer").for_customer
    rated = desks["agent"].post(f"/desk/voices/{voice.pk}/rating", {"rating": "5"})
    assert rated.status_code == 302
    voice.refresh_from_db()
    assert voice.rating == 5


@pytest.mark.covers("CMP-16")
def test_a_question_that_nobody_answered_speaks_for_its_cause(desks: Desks, claim: Case) -> None:
    case = complain(desks.world, claim, at=NOW, words="我要投诉")
    name = handler_of(desks.world, case)
    assert "a question was not answered" not in shown(desks, name, page(case, "causes"))
    voice = take_in(desks, "请问理赔需要什么材料", about=claim.number)
    sort(desks, voice, kind="question", about=claim.number)
    assert "Question of the customer" in shown(desks, name, page(case))
    assert "a question was not answered" in shown(desks, name, page(case, "causes"))
    desks["agent"].post(f"/desk/voices/{voice.pk}/answer", {"words": "身份证和驾驶证"})
    assert "a question was not answered" not in shown(desks, name, page(case, "causes"))


@pytest.mark.covers("COM-22")
def test_a_question_of_a_stranger_waits_in_its_list_with_a_time(desks: Desks) -> None:
    voice = take_in(desks, "请问怎么买车险")
    sort(desks, voice, kind="question")
    assert voice.case is None
    assert voice.due_at > voice.received_at
    assert desks["agent"].post(f"/desk/voices/{voice.pk}/answer", {"words": ""}).status_code == 422
    told = {"words": "请拨打……"}
    untold = desks["agent"].post(f"/desk/voices/{voice.pk}/answer", told)
    assert "say how you did" in unescape(text(untold))
    voice.refresh_from_db()
    assert voice.answered_at is None
    answered = desks["agent"].post(f"/desk/voices/{voice.pk}/answer", {**told, "how": "phone"})
    assert answered.status_code == 302
    voice.refresh_from_db()
    assert (voice.told_how, voice.told_at) == ("phone", voice.answered_at)
    assert "请拨打……" in shown(desks, "agent", f"/desk/voices/{voice.pk}")


@pytest.mark.covers("COM-22")
def test_a_question_without_a_case_is_escalated_and_stands_on_the_leads_day(desks: Desks) -> None:
    voice = take_in(desks, "请问怎么买车险")
    sort(desks, voice, kind="question")
    number = voice_number(voice.pk, voice.received_at)
    assert number not in shown(desks, "team_lead", "/desk/")
    late = voice.due_at + timedelta(days=20)  # beyond the longest holidays
    automation.watch_voices(at=late)
    automation.watch_voices(at=late)
    promised = voice.promises.get(rule="complaints.answer_question")
    assert promised.missed_at == voice.due_at
    assert [level for _at, level, _staff in promised.told] == ["handler", "team_lead"]
    day = shown(desks, "team_lead", "/desk/")
    assert number in day
    assert "Voices without a case" in day
    assert number not in shown(desks, "team_lead", "/desk/?kind=claim")
    assert number not in shown(desks, "surveyor", "/desk/")
    assert "to the Team lead" in shown(desks, "agent", f"/desk/voices/{voice.pk}")
    told = {"words": "请拨打……", "how": "phone"}
    assert desks["agent"].post(f"/desk/voices/{voice.pk}/answer", told).status_code == 302
    promised.refresh_from_db()
    assert promised.kept_at is not None
    assert number not in shown(desks, "team_lead", "/desk/")


def test_what_sounds_like_a_withdrawal_stands_first_and_ends_the_same_day(desks: Desks) -> None:
    take_in(desks, "我要投诉查勘员")
    taken_back = take_in(desks, "问题解决了，我不投诉了")
    received = timezone.localtime(taken_back.received_at)
    midnight = received.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert taken_back.due_at <= midnight
    page = shown(desks, "agent", "/desk/voices")
    assert page.index("我不投诉了") < page.index("我要投诉查勘员")
    assert "ends the same day" in page
    automation.watch_voices(at=midnight)
    assert taken_back.promises.get().told[0][1] == "team_lead"


@pytest.mark.parametrize("kind", ["violation", "petition"])
def test_what_is_no_complaint_is_passed_on_by_name(desks: Desks, kind: str) -> None:
    voice = take_in(desks, "我要举报")
    assert "Write it down" in sort(desks, voice, 422, kind=kind)
    sort(desks, voice, kind=kind, passed_to="合规部")
    assert "合规部" in shown(desks, "agent", f"/desk/voices/{voice.pk}")
    assert not Complaint.objects.exists()


def test_a_withdrawal_needs_the_complaint_and_a_concern_needs_the_case(desks: Desks) -> None:
    voice = take_in(desks, "不投诉了")
    assert "which case" in sort(desks, voice, 422, kind="withdrawal")
    assert "which case" in sort(desks, voice, 422, kind="concern")
    assert "choose the customer" in sort(desks, voice, 422, kind="complaint")
    assert voice.sorted_at is None
    assert voice.words == "不投诉了"


def test_only_a_complaint_is_taken_back(desks: Desks, claim: Case) -> None:
    voice = take_in(desks, "不投诉了", about=claim.number)
    sort(desks, voice, 422, kind="withdrawal", case=claim.number)
    assert voice.sorted_at is None
    claim.refresh_from_db()
    assert claim.closed_at is None


def test_a_voice_is_told_apart_once(desks: Desks, claim: Case) -> None:
    voice = take_in(desks, "我要投诉", about=claim.number)
    sort(desks, voice, kind="complaint", about=claim.number)
    again = desks["team_lead"].post(f"/desk/voices/{voice.pk}", {"kind": "question"})
    assert again.status_code == 422
    assert "told this voice apart already" in unescape(text(again))


def test_whom_we_know_by_phone_is_offered_and_never_asked_for(desks: Desks, claim: Case) -> None:
    voice = take_in(desks, "我要投诉", phone="13900000001")
    form = shown(desks, "agent", f"/desk/voices/{voice.pk}")
    assert "样例客户甲 139****0001" in form
    assert claim.number in form


def test_who_only_surveys_takes_in_and_does_not_sort(desks: Desks) -> None:
    voice = take_in(desks, "我要投诉")
    assert "What is it?" not in shown(desks, "surveyor", f"/desk/voices/{voice.pk}")
    desks["surveyor"].post(f"/desk/voices/{voice.pk}", {"kind": "question"})
    voice.refresh_from_db()
    assert voice.sorted_at is None
    assert desks["operator"].get("/desk/voices").status_code == 403
    assert desks["west"].get(f"/desk/voices/{voice.pk}").status_code == 404


@pytest.mark.covers("CMP-29", "CMP-30", "CMP-32", "CMP-26", "HR-10")
def test_the_evidence_is_there_annotated_and_cited_in_the_answer(desks: Desks, claim: Case) -> None:
    with queue.capture():
        claims.register(case=claim, by=desks.world["agent"], at=NOW + timedelta(hours=3))
    case = complain(desks.world, claim, at=NOW)
    name = investigate(desks.world, case, at=NOW)
    seen = shown(desks, name, page(case))
    for part in ("Evidence, gathered by itself", "Told to the customer", "What prevents it"):
        assert part in seen
    assert "Reported: 3 h" in seen
    for step in ("Find where it is stuck and with whom", "Give a new exact time"):
        assert step in seen
    complaints.name_causes(case=case, main="attitude_cold", by=desks.world[name], at=NOW)
    seen = shown(desks, name, page(case))
    assert "Training that fits" in seen
    assert "Listen to the end, restate, confirm" in seen
    code = f"told:{Message.objects.filter(case=claim, channel='inbox').earliest('pk').pk}"
    remark = {"evidence": code, "words": "报案当时就告知了流程", "cited": "on"}
    send(desks[name], page(case, "evidence"), remark)
    assert "★ 报案当时就告知了流程" in shown(desks, name, page(case))
    assert "报案当时就告知了流程" in shown(desks, name, page(case, "answer"))


@pytest.mark.covers("CMP-31")
def test_a_playbook_follows_the_main_cause(desks: Desks, claim: Case) -> None:
    case = complain(desks.world, claim, at=NOW)
    name = investigate(desks.world, case, at=NOW)
    assert "Give a new exact time" in shown(desks, name, page(case))
    complaints.name_causes(case=case, main="amount_deductible", by=desks.world[name], at=NOW)
    assert "Look again at the parts in doubt" in shown(desks, name, page(case))


@pytest.mark.covers("CMP-18", "CMP-26")
def test_five_whys_end_in_a_root_and_a_measure_of_the_catalogue(desks: Desks, claim: Case) -> None:
    case = complain(desks.world, claim, at=NOW)
    name = investigate(desks.world, case, at=NOW)
    whys = {"why1": "没人打电话", "why2": "不知道晚了", "prevention": "prevention.promise_watch"}
    send(desks[name], page(case, "five-whys"), whys)
    root = Complaint.objects.get(pk=case.pk).whys.latest("ordinal")
    assert (root.ordinal, root.prevention) == (2, "prevention.promise_watch")
    wrong = {**whys, "prevention": "prevention.luck"}
    send(desks[name], page(case, "five-whys"), wrong, status=422)


@pytest.mark.covers(
    "CMP-2",
    "CMP-3",
    "CMP-4",
    "CMP-5",
    "CMP-6",
    "CMP-7",
    "CMP-8",
    "CMP-9",
    "CMP-10",
    "CMP-11",
    "CMP-12",
    "CMP-13",
    "CMP-15",
)
@pytest.mark.parametrize(
    "code",
    [
        "attitude_knowledge",
        "attitude_cold",
        "attitude_rigid",
        "amount_assessment",
        "delay_process",
        "docs_incomplete",
        "attitude_distrust",
        "misconduct_favour",
        "amount_standard",
        "other_service",
    ],
)
def test_every_cause_of_the_sources_can_be_named(desks: Desks, claim: Case, code: str) -> None:
    case = complain(desks.world, claim, at=NOW)
    name = investigate(desks.world, case, at=NOW)
    send(desks[name], page(case, "causes"), {"main": code, "others": ["delay_survey"]})
    complaint = Complaint.objects.get(pk=case.pk)
    assert complaint.causes.get(main=True).code == code
    assert complaint.causes.count() == 2
    handed = Promise.objects.filter(case=case, rule="complaints.discipline").exists()
    assert handed == code.startswith("misconduct")


@pytest.mark.covers("CMP-20")
def test_what_was_done_is_checked_by_somebody_else(desks: Desks, claim: Case) -> None:
    case = complain(desks.world, claim, at=NOW)
    name = investigate(desks.world, case, at=NOW)
    officer, apology = desks.world[name], NewMeasure("apology", "书面道歉")
    complaints.decide(case=case, letter=LETTER, measures=[apology], by=officer, at=NOW)
    complaints.tell(case=case, how="phone", by=officer, at=NOW)
    measure = Complaint.objects.get(pk=case.pk).measures.get()
    done = {"measure": str(measure.pk), "words": "道歉信已寄出"}
    send(desks[name], page(case, "carrying-out"), done)
    own = desks[name].post(page(case, "check"), {"measure": str(measure.pk), "helped": "on"})
    assert own.status_code in (403, 422)
    checked = {"measure": str(measure.pk), "helped": "on"}
    send(desks["team_lead"], page(case, "check"), checked)
    measure.refresh_from_db()
    assert (measure.checked_by, measure.helped) == (desks.world["team_lead"].id, True)
    assert Promise.objects.get(case=case, rule="complaints.check").kept_at is not None


@pytest.mark.covers("CPL-8")
def test_an_answer_that_cannot_be_understood_is_refused_and_the_words_stay(
    desks: Desks, claim: Case
) -> None:
    case = complain(desks.world, claim, at=NOW)
    name = investigate(desks.world, case, at=NOW)
    bare = {"facts": "经核查属实。", "decision": "不予支持。", "basis": "根据有关规定。"}
    empty = {"measures-0-kind": "", "measures-0-what": "", "measures-0-amount": ""}
    answer = send(desks[name], page(case, "answer"), {**bare, **empty, "upheld": "no"}, status=422)
    said = unescape(text(answer))
    assert "cannot be sent as it stands" in said
    assert "根据有关规定。" in said
    plain = {"facts": LETTER.facts, "decision": LETTER.decision, "basis": LETTER.basis}
    send(desks[name], page(case, "answer"), {**plain, **empty, "upheld": "yes"})
    letter = shown(desks, name, page(case, "letter"))
    for part in (LETTER.facts, "12378", "调解", "诉讼"):
        assert part in letter
    paper = desks[name].get(page(case, "letter.pdf"))
    assert paper.content.startswith(b"%PDF")


@pytest.mark.covers("CMP-14")
def test_a_suspicion_is_checked_by_somebody_else_and_stands_on_no_page_of_the_customer(
    desks: Desks, claim: Case
) -> None:
    case = complain(desks.world, claim, at=NOW)
    name = handler_of(desks.world, case)
    send(desks[name], page(case, "suspicion"), {"kind": "fraud", "evidence": "单据有涂改"})
    assert f"{page(case)}/suspicion-review" not in shown(desks, name, page(case))
    own = {"kind": "fraud", "remark": "是的", "confirmed": "on"}
    answer = desks[name].post(page(case, "suspicion-review"), own)
    assert answer.status_code in (403, 422)
    send(desks["team_lead"], page(case, "suspicion-review"), {"kind": "fraud", "remark": "笔误"})
    assert "does not stand" in shown(desks, "team_lead", page(case))


@pytest.mark.covers("CMP-21", "COM-14", "COM-16")
def test_after_a_heated_talk_the_page_reminds_and_then_offers_another_voice(
    desks: Desks, claim: Case
) -> None:
    case = complain(desks.world, claim, at=NOW)
    name = handler_of(desks.world, case)
    talk = {"how": "phone", "words": "要去法院起诉，找记者", "understood": "no", "restated": "on"}
    send(desks[name], page(case, "contact"), {**talk, "next_step": "明天上午回电"})
    assert "Slow down" in shown(desks, name, page(case))
    send(desks[name], page(case, "contact"), talk)
    assert "another voice may help" in shown(desks, name, page(case))
    other = "officer2" if name == "officer" else "officer"
    to = {"staff": str(desks.world.staff[other].pk), "reason": "换一位同事谈"}
    send(desks[name], page(case, "handler"), to)
    assert handler_of(desks.world, case) == other
    assert "another voice may help" not in shown(desks, other, page(case))


def test_who_touched_the_claim_is_not_offered_as_handler(desks: Desks, claim: Case) -> None:
    lead = desks.world.staff["team_lead"]
    Promise.objects.filter(case=claim).update(owner=lead)
    case = complain(desks.world, claim, at=NOW)
    form = shown(desks, "manager", page(case, "handler"))
    assert lead.name not in form.split("<form")[-1]
    refused = desks["manager"].post(page(case, "handler"), {"staff": str(lead.pk), "reason": "x"})
    assert refused.status_code == 409


@pytest.mark.covers("CMP-28", "CMP-33")
def test_the_library_holds_what_was_learned_and_names_nobody(desks: Desks, claim: Case) -> None:
    case = complain(desks.world, claim, at=NOW)
    name = investigate(desks.world, case, at=NOW)
    officer = desks.world[name]
    complaints.decide(case=case, letter=LETTER, by=officer, at=NOW)
    complaints.tell(case=case, how="phone", by=officer, at=NOW)
    lesson = {
        "kind": "prevented",
        "what": "客户在路边等了三小时",
        "treatment": "道歉并补偿",
        "lesson": "晚到要提前打电话",
    }
    named = {**lesson, "what": "样例客户甲等了三小时"}
    said = unescape(text(send(desks[name], page(case, "lesson"), named, status=422)))
    assert "样例客户甲" in said
    send(desks[name], page(case, "lesson"), lesson)
    assert "晚到要提前打电话" in shown(desks, "west", "/desk/complaints/library?kind=prevented")


@pytest.mark.covers("CMP-23")
def test_the_list_shows_what_breaks_next_and_only_what_is_ours(desks: Desks, claim: Case) -> None:
    case = complain(desks.world, claim, at=NOW)
    for which in ("open", "mine", "late", "major", "regulator", "review", "told", "ended", "odd"):
        listed = shown(desks, "team_lead", f"/desk/complaints?which={which}")
        assert (case.number in listed) == (which in ("open", "odd"))
    assert case.number not in shown(desks, "west", "/desk/complaints")
    assert desks["west"].get(page(case)).status_code == 404
    assert desks["surveyor"].get("/desk/complaints").status_code == 403


@pytest.mark.covers("FNOL-2")
def test_a_dead_line_is_seen_and_customers_are_shown_another_way(desks: Desks, claim: Case) -> None:
    seen = shown(desks, "agent", "/desk/voices/channels")
    assert "works" in seen
    assert "silent: does it work?" in seen
    said = {"channel": "phone", "why": "交换机坏了"}
    assert desks["agent"].post("/desk/voices/channels", said).status_code == 302
    assert desks["agent"].post("/desk/voices/channels", said).status_code == 422
    home = unescape(text(Client(headers={"accept-language": "en"}).get("/")))
    assert "Does not work at the moment: Telephone" in home
    assert "Please use: Customer's page, E-mail" in home
    down = {"channel": "email", "why": "邮箱满了"}
    desks["team_lead"].post("/desk/voices/channels", down)
    again = unescape(text(Client(headers={"accept-language": "en"}).get("/")))
    assert "Please use: Customer's page\n" in again or "Please use: Customer's page<" in again
    for channel in ("phone", "email"):
        desks["agent"].post("/desk/voices/channels/working", {"channel": channel})
    assert "Does not work" not in text(Client().get("/"))
    assert desks["operator"].post("/desk/voices/channels", said).status_code in (403, 422)
    assert desks["surveyor"].get("/desk/voices/channels").status_code == 403


def test_a_power_that_never_comes_ends_it_with_the_reason_and_a_late_one_lets_it_go_on(
    desks: Desks, claim: Case
) -> None:
    who = (NewParty("agent", "李四"),)
    case = complain(desks.world, claim, at=NOW, parties=who)
    officer, party = desks[handler_of(desks.world, case)], str(case.complaint.parties.get().pk)
    assert "the power never came" not in shown(desks, "officer", page(case))
    assert officer.post(page(case, "power-request"), {"party": party}).status_code == 303
    assert "End it: the power never came" in shown(desks, "officer", page(case))
    early = officer.post(page(case, "want-of-power"), {"reason": "一直没有收到"})
    assert early.status_code == 409
    assert "Nothing is ended before" in text(early)
    assert "一直没有收到" in text(early)
    Promise.objects.filter(case=case, rule="complaints.power").update(due_at=NOW)
    assert officer.post(page(case, "want-of-power"), {"reason": "一直没有收到"}).status_code == 303
    assert "Ended: no power was shown" in shown(desks, "officer", page(case))
    given = {"party": party, "kind": "odd"}
    assert officer.post(page(case, "late-power"), given).status_code == 422
    given["kind"] = "letter_of_authority"
    assert officer.post(page(case, "late-power"), given).status_code == 303
    again = Complaint.objects.latest("pk")
    assert again.follows_id == case.pk
    assert again.case.number in shown(desks, "officer", "/desk/complaints")
    assert officer.post(page(case, "late-power"), given).status_code == 409
