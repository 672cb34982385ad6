"""Turns that a complaint takes, each through a door: clocks stopped and begun, joined, remedied."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest

from tests.areas.complaints.office import WORDS
from tests.core.documents import samples
from tests.interfaces.desk.filling import text
from tests.interfaces.desk.house import NOW
from tests.stories.offices import Office, answer, look_into, promise, sort, take_in
from yinuo import automation
from yinuo.areas.complaints import queries
from yinuo.areas.complaints.models import Complaint, Measure
from yinuo.core.cases.models import Case
from yinuo.core.documents import commands as documents
from yinuo.core.documents.commands import Upload
from yinuo.core.messages.models import Message

SUSPECTED = "单据有涂改痕迹"


def row(case: Case) -> Complaint:
    return queries.of_case(case)


@pytest.mark.covers("CMP-23")
def test_the_time_of_an_appraisal_does_not_count_because_the_complainant_was_told(
    office: Office,
) -> None:
    case = sort(office, take_in(office, WORDS, days_ago=5), "complaint")
    name = look_into(office, case)
    office.refused(name, case, "excluded-time", reason="appraisal", words=" ")
    assert promise(case, "complaints.answer").paused_at is None
    words = "鉴定约需五天，这段时间不计入。"
    office.post(name, case, "excluded-time", reason="appraisal", words=words)
    assert promise(case, "complaints.answer").paused_at is not None
    told = Message.objects.get(case=case, reason="complaint_time_excluded", channel="inbox")
    assert words in told.body
    assert "An appraisal began" in office.own_page(case)
    automation.sweep_promises(at=NOW + timedelta(days=30))
    assert promise(case, "complaints.answer").missed_at is None
    again = office.conflicts(name, case, "excluded-time", reason="appraisal", words="还要五天")
    assert "can be stopped" in again
    office.post(name, case, "included-time", reason="appraisal")
    assert promise(case, "complaints.answer").paused_at is None
    assert "The appraisal is there" in office.own_page(case)
    answer(office, case, name)
    assert promise(case, "complaints.answer").kept_at is not None


@pytest.mark.covers("CMP-23")
def test_the_same_matter_twice_goes_on_under_the_older_number(office: Office) -> None:
    first = sort(office, take_in(office, WORDS, days_ago=3), "complaint")
    voice = take_in(office, "还没有人回我电话，我再投诉一次", channel="email")
    second = sort(office, voice, "complaint", confirmed_new="on")
    assert second.pk != first.pk
    name = office.handler(second)
    due_at = promise(first, "complaints.answer").due_at
    assert "still to be answered" in office.refused(
        office.handler(first), first, "merger", into=second.number
    )
    office.finds_nothing(name, second, "merger", into=office.claim.number)
    office.post(name, second, "merger", into=first.number)
    assert second.state == "merged"
    assert row(second).merged_into_id == first.pk
    assert promise(second, "complaints.answer").withdrawn_at is not None
    assert promise(first, "complaints.answer").due_at == due_at
    told = Message.objects.get(case=second, reason="complaint_merged", channel="inbox")
    assert first.number in told.body
    assert "Joined to your other complaint" in office.own_page(second)
    assert "我再投诉一次" in office.page(office.handler(first), first)


@pytest.mark.covers("CMP-23")
def test_the_regulators_letter_has_its_own_time_and_is_reported_on(office: Office) -> None:
    voice = take_in(office, "转办：" + WORDS, channel="regulator", days_ago=1)
    case = sort(
        office, voice, "complaint", regulator_ref="沪转〔2026〕7号", named_by_regulator="on",
        urgent="on",
    )  # fmt: skip
    assert case.care == "major"
    report = promise(case, "complaints.regulator_report")
    assert report.limit == "5 working days"
    assert report.started_at == voice.received_at
    name = look_into(office, case)
    assert "From the regulator" in office.page(name, case)
    office.post(name, case, "regulator-report", words="已受理，十五日内答复。")
    assert promise(case, "complaints.regulator_report").kept_at is not None
    assert "已受理，十五日内答复。" not in office.own_page(case)


@pytest.mark.covers("CMP-1", "CMP-23")
@pytest.mark.parametrize(("role", "shown"), [("agent", "Acts with a power"), ("heir", "Heir")])
def test_who_speaks_for_another_is_heard_and_asked_for_the_power_once(
    office: Office, role: str, shown: str
) -> None:
    case = sort(office, take_in(office, WORDS, channel="visit"), "complaint")
    name = office.handler(case)
    speaker = {"parties-0-name": "李代理", "parties-0-role": role, "parties-0-phone": "13900000077"}
    office.post(name, case, "parties", **speaker)
    page = office.page(name, case)
    for part in (shown, "Power missing", "no power: say nothing of the case"):
        assert part in page
    party = str(row(case).parties.get().pk)
    sheet = office.desks[name].get(f"/desk/complaints/{case.number}/contact")
    assert "李代理" in unescape(text(sheet))
    office.post(name, case, "power-request", party=party)
    told = Message.objects.get(case=case, reason="complaint_power_asked", channel="inbox")
    assert "李代理" in told.body
    assert "for once" in office.conflicts(name, case, "power-request", party=party)
    forbidden = office.desks[name].post(
        f"/desk/complaints/{case.number}/withdrawal", {"reason": "算了", "party": party}
    )
    assert forbidden.status_code == 403
    kind = "lawyer" if role == "agent" else "heirship"
    office.post(name, case, "power", party=party, kind=kind, until_on="2199-12-31")
    page = office.page(name, case)
    assert "Power missing" not in page
    assert "valid until 2199-12-31" in page
    office.post(name, case, "withdrawal", reason="算了", party=party)
    assert case.state == "withdrawn"


@pytest.mark.covers("CMP-1")
def test_a_power_that_lies_with_the_claim_is_not_asked_for(office: Office) -> None:
    case = sort(office, take_in(office, WORDS, channel="visit"), "complaint")
    name = office.handler(case)
    office.post(name, case, "parties", **{"parties-0-name": "李代理", "parties-0-role": "agent"})
    party = str(row(case).parties.get().pk)
    upload = Upload("power_of_attorney", "authority.jpg", [samples.picture()])
    held = documents.receive(
        case=office.claim, upload=upload, by=office.desks.world["agent"], at=NOW
    )
    assert office.claim.number in office.conflicts(name, case, "power-request", party=party)
    office.post(name, case, "power", party=party, kind="letter_of_authority", document=str(held.pk))
    assert row(case).parties.get().power_id == held.pk


@pytest.mark.covers("CMP-18", "CMP-19", "CMP-20", "CMP-22", "CMP-26")
def test_what_was_agreed_is_done_checked_proved_and_rated(office: Office) -> None:
    case = sort(office, take_in(office, WORDS, channel="visit"), "complaint")
    name = look_into(office, case)
    office.post(
        name, case, "five-whys", why1="查勘员晚到", why2="没有人看着时间",
        prevention="prevention.promise_watch",
    )  # fmt: skip
    trained = str(office.desks.world.staff["surveyor"].pk)
    rows = [
        {"kind": "resurvey", "what": "再看一次车损"},
        {"kind": "training", "what": "倾听训练", "staff": trained},
        {"kind": "compensation", "what": "补偿误工", "amount": "3000.00"},
    ]
    measures = {f"measures-{n}-{key}": v for n, one in enumerate(rows) for key, v in one.items()}
    office.post(name, case, "proposal", words="我们再看一次车，并补偿误工。", **measures)
    kinds = {one.kind: one for one in Measure.objects.filter(complaint=case.pk)}
    money = str(kinds["compensation"].pk)
    refused = office.desks["approver"].post(
        f"/desk/complaints/{case.number}/compensation", {"measure": money}
    )
    assert refused.status_code in (403, 422)
    office.post("team_lead", case, "compensation", measure=money)
    own = office.own_page(case)
    assert "再看一次车损" in own
    assert "倾听训练" not in own
    office.says(case, "agreement", words="同意")
    for kind in ("resurvey", "training"):
        office.post(name, case, "carrying-out", measure=str(kinds[kind].pk), words="做了")
        checked = {"measure": str(kinds[kind].pk), "helped": "on"}
        office.post("team_lead", case, "check", **checked)
    assert promise(case, "complaints.carry_out").kept_at is None
    answer(office, case, name)
    office.post(name, case, "delivery-proof", words="挂号信回执 6 号")
    page = office.page(name, case)
    assert "挂号信回执 6 号" in page
    assert "done and checked" in page
    assert "没有人看着时间" in page
    office.says(case, "rating", rating="5", words="谢谢")
    assert row(case).rating == 5
    assert "has been done" in office.conflicts(name, case, "closing", agreed="on")


@pytest.mark.covers("CMP-14")
def test_a_suspicion_stands_nowhere_where_the_customer_reads(office: Office) -> None:
    case = sort(office, take_in(office, WORDS), "complaint")
    name = look_into(office, case)
    before = Message.objects.filter(case=case, person__isnull=False).count()
    due_at = promise(case, "complaints.answer").due_at
    office.post(name, case, "suspicion", kind="fraud", evidence=SUSPECTED)
    office.post("team_lead", case, "suspicion-review", kind="fraud", remark="属实", confirmed="on")
    assert SUSPECTED in office.page(name, case)
    assert Message.objects.filter(case=case, person__isnull=False).count() == before
    assert promise(case, "complaints.answer").due_at == due_at
    answer(office, case, name)
    paths = ("/", f"/claims/{office.claim.number}", f"/complaints/{case.number}/messages")
    seen = [office.own_page(case)]
    seen += [unescape(text(office.visitor.get(path, follow=True))) for path in paths]
    seen += Message.objects.filter(case=case, person__isnull=False).values_list("body", flat=True)
    for page in seen:
        assert SUSPECTED not in page
        assert "uspicion" not in page
        assert "uspected" not in page
    assert office.visitor.get(f"/complaints/{case.number}/suspicion").status_code == 404
    letter = unescape(text(office.desks[name].get(f"/desk/complaints/{case.number}/letter")))
    assert SUSPECTED not in letter


@pytest.mark.covers("COM-14", "COM-16", "CMP-21")
def test_what_a_talk_left_open_is_before_the_eyes_in_the_next_one(office: Office) -> None:
    case = sort(office, take_in(office, WORDS), "complaint")
    name = office.handler(case)
    talk = {"how": "phone", "words": "客户不明白为什么要等", "understood": "partly"}
    office.post(name, case, "contact", **talk, restated="on", next_step="明天上午十点回电")
    page = office.page(name, case)
    for part in ("客户不明白为什么要等", "Understood in part", "said back", "明天上午十点回电"):
        assert part in page
    sheet = unescape(text(office.desks[name].get(f"/desk/complaints/{case.number}/contact")))
    for part in ("明天上午十点回电", "Understood in part", "Prefers", "They came by"):
        assert part in sheet
    office.refused(name, case, "contact", **{**talk, "how": "media"})
    assert "明天上午十点回电" not in office.own_page(case)
