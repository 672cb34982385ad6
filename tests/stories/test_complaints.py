"""What becomes of complaints, told through the doors that people use: desk, portal, post."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.utils import timezone

from tests.areas.complaints.office import LETTER, WORDS
from tests.interfaces.desk.filling import run_jobs, text
from tests.interfaces.desk.house import NOW
from tests.interfaces.portal.visitors import visit
from tests.stories.offices import Calendar, Office, answer, look_into, promise, sort, take_in
from yinuo import automation
from yinuo.areas.complaints import queries
from yinuo.areas.complaints.models import Complaint
from yinuo.areas.concerns.models import Concern
from yinuo.core.messages.models import Message
from yinuo.core.payments.bank.exchange import ExchangeDirectory
from yinuo.core.payments.bank.stand_in import answer_outbox
from yinuo.core.payments.models import Payment


@pytest.mark.covers("CMP-1", "CMP-4", "CMP-17", "CMP-22", "CMP-23")
def test_a_letter_of_day_one_is_decided_and_told_on_day_fourteen(office: Office) -> None:
    voice = take_in(office, WORDS, days_ago=13)
    assert voice.suggested == "complaint"
    case = sort(office, voice, "complaint", wanted="道歉")
    assert promise(case, "complaints.answer").started_at == voice.received_at
    name = look_into(office, case)
    page = office.page(name, case)
    assert "Evidence, gathered by itself" in page
    assert "三个小时" in page
    answer(office, case, name)
    kept = promise(case, "complaints.answer")
    assert kept.kept_at is not None
    assert kept.missed_at is None
    own = office.own_page(case)
    for part in (LETTER.facts, LETTER.decision, LETTER.basis, "12378", "Court", "Mediation"):
        assert part in own
    office.says(case, "rating", rating="4", words="后来态度不错")
    assert Complaint.objects.get(pk=case.pk).rating == 4


@pytest.mark.covers("CMP-1", "CMP-4", "CMP-22", "CMP-29")
def test_a_late_small_claim_is_a_concern_then_a_complaint_and_told_on_day_fourteen(
    office: Office, calendar: Calendar
) -> None:
    calendar.ahead = timedelta(days=2)
    automation.sweep_promises(at=calendar.now())
    assert office.claim.promises.filter(missed_at__isnull=False).exists()
    voice = take_in(office, "等了两天没人来查勘，没人回复我", channel="wechat")
    assert voice.suggested == "concern"
    sort(office, voice, "concern")
    run_jobs(office.jobs, at=calendar.now())
    concern = Concern.objects.get().case
    calendar.ahead = timedelta(days=3)
    visit(office.visitor, concern)
    sent = office.visitor.post(f"/concerns/{concern.number}/complaint", {"words": "没有解决"})
    assert sent.status_code == 303
    run_jobs(office.jobs, at=calendar.now())
    complaint = Complaint.objects.get()
    assert complaint.source_id == concern.pk
    assert complaint.first_spoken_at == voice.first_spoken_at
    assert complaint.words is not None
    assert "等了两天" in complaint.words.body
    run_jobs(office.jobs, at=calendar.now())
    assert Complaint.objects.count() == 1
    case = complaint.case
    name = look_into(office, case)
    assert "broken" in office.page(name, case)
    calendar.ahead = timedelta(days=17)
    answer(office, case, name)
    kept = promise(case, "complaints.answer")
    complaint.refresh_from_db()
    assert complaint.told_at is not None
    received_on = timezone.localdate(complaint.received_at)
    assert (timezone.localdate(complaint.told_at) - received_on).days == 14
    assert (kept.kept_at, kept.missed_at) == (complaint.told_at, None)
    assert LETTER.decision in office.own_page(case)


@pytest.mark.covers("CMP-23")
def test_a_complex_one_is_extended_by_approval_and_notice(office: Office) -> None:
    case = sort(office, take_in(office, WORDS, days_ago=10), "complaint")
    name = look_into(office, case)
    before = promise(case, "complaints.answer").due_at
    office.post(name, case, "more-time", reason="等鉴定报告")
    office.post("team_lead", case, "more-time-approval")
    assert promise(case, "complaints.answer").due_at == before
    office.post(name, case, "more-time-notice", reason="鉴定机构还要十天，对不起让您等。")
    after = promise(case, "complaints.answer").due_at
    assert timedelta(days=13) < after - before < timedelta(days=20)
    told = Message.objects.get(case=case, reason="complaint_extended", channel="inbox")
    assert "鉴定机构还要十天" in told.body
    assert "Complex, 30 days" in office.page(name, case)


@pytest.mark.covers("CMP-23")
def test_an_extension_that_nobody_was_told_of_is_overdue(office: Office) -> None:
    case = sort(office, take_in(office, WORDS, days_ago=13), "complaint")
    name = look_into(office, case)
    office.post(name, case, "more-time", reason="等鉴定报告")
    office.post("team_lead", case, "more-time-approval")
    later = NOW + timedelta(days=12)
    automation.sweep_promises(at=later)
    assert promise(case, "complaints.answer").missed_at is not None
    told = Message.objects.filter(case=case, reason="promise_escalated", channel="inbox")
    manager = office.desks.world.staff["manager"].pk
    assert told.filter(staff_id=manager).exists()


@pytest.mark.covers("CMP-23")
def test_a_group_of_twenty_three_people_is_major_and_speaks_through_five(office: Office) -> None:
    case = sort(office, take_in(office, WORDS, channel="visit"), "complaint")
    name = office.handler(case)
    people = {f"parties-{n}-name": f"代表{n}" for n in range(6)}
    people |= {f"parties-{n}-role": "representative" for n in range(6)}
    crowd = {**people, "group_size": "23", "face_to_face": "on"}
    refused = office.refused(name, case, "parties", **crowd)
    assert "at most 5 representatives" in refused
    five = {key: value for key, value in crowd.items() if not key.startswith("parties-5")}
    office.post(name, case, "parties", **five)
    assert case.care == "major"
    assert "Major complaint" in office.page(name, case)
    assert Message.objects.filter(case=case, reason="complaint_became_major").exists()


@pytest.mark.covers("CMP-23")
def test_withdrawal_by_letter_ends_it_the_same_day_and_new_facts_begin_it_again(
    office: Office,
) -> None:
    case = sort(office, take_in(office, WORDS), "complaint")
    voice = take_in(office, "问题解决了，我不投诉了", channel="email")
    assert voice.suggested == "withdrawal"
    sort(office, voice, "withdrawal", case=case.number)
    case.refresh_from_db()
    assert case.state == "withdrawn"
    assert case.events.get(type="complaint.withdrawn").data["same_day"] is True
    visit(office.visitor, office.claim)
    sent = office.visitor.post(
        f"/claims/{office.claim.number}/complaint", {"words": "他们又说不赔了，我要投诉"}
    )
    assert sent.status_code == 303, unescape(text(sent))
    again = Complaint.objects.exclude(pk=case.pk).get()
    assert again.follows_id == case.pk
    assert again.channel == "portal"
    assert "Complained before" in office.page("team_lead", again.case)


def test_a_review_reverses_the_answer_and_pays(
    office: Office, settings: LazySettings, tmp_path: Path
) -> None:
    settings.BANK_EXCHANGE = tmp_path
    case = sort(office, take_in(office, WORDS), "complaint")
    name = look_into(office, case)
    office.post(
        name, case, "answer",
        facts=LETTER.facts, decision="投诉不成立，因为交通管制时我们无法到达。",
        basis="服务承诺规定，因道路封闭不能到达的，不算违约。", upheld="no",
    )  # fmt: skip
    office.post(name, case, "telling", how="phone")
    office.says(case, "review", words="那天没有交通管制，我有录像")
    assert case.state == "reviewing"
    assert "/review-answer" not in office.page("manager", case)
    office.post("manager", case, "no-interest")
    assert "/review-answer" in office.page("manager", case)
    office.post(
        "manager", case, "review-answer",
        **{
            "facts": "录像显示道路畅通，查勘员迟到近三小时。",
            "decision": "投诉成立，我们改正原来的答复，补偿您二百元。",
            "basis": "服务承诺：三十分钟内到达，因为路边等候有危险，做不到要补偿。",
            "upheld": "yes",
            "how": "phone",
            "measures-0-kind": "compensation",
            "measures-0-what": "补偿等候损失",
            "measures-0-amount": "200.00",
        },
    )  # fmt: skip
    measure = queries.open_measures(Complaint.objects.get(pk=case.pk))[0]
    assert case.state == "reviewing"
    assert "补偿等候损失" not in office.own_page(case)
    early = office.conflicts("manager", case, "review-telling", how="phone")
    assert "not approved yet" in early
    office.post("team_lead", case, "compensation", measure=str(measure.pk))
    office.post("manager", case, "review-telling", how="phone")
    assert "补偿等候损失" in office.own_page(case)
    office.says(
        case, "account", holder_kind="individual", holder_name="样例客户甲",
        number="6222020000000000000", bank_name="示例银行",
    )  # fmt: skip
    office.post("cashier", case, "payment-instruction", measure=str(measure.pk))
    automation.exchange_with_bank(at=datetime.now(UTC))
    answer_outbox(ExchangeDirectory(tmp_path), at=datetime.now(UTC))
    automation.exchange_with_bank(at=datetime.now(UTC))
    run_jobs(office.jobs)
    measure.refresh_from_db()
    assert measure.done_at is not None
    assert Payment.objects.get().amount == Decimal("200.00")
    assert promise(case, "complaints.carry_out").kept_at is not None
    complaint = Complaint.objects.get(pk=case.pk)
    assert complaint.response == "closed_with_monetary_relief"
    assert complaint.reviews.get().result == "changed"
    office.post(name, case, "closing", agreed="on")
    assert case.state == "closed"
