"""A decision is explained: sum line by line, letter, question, objection, and money recovered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests import world
from tests.world import NOW, World, report_of
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims import letters, queries
from yinuo.areas.claims.commands import (
    ClauseExplainedAlready,
    ClauseNotExplained,
    ClauseNotInLibrary,
    Damage,
    Line,
    NewLoss,
    Reason,
    ReasonAndClause,
    SurveySheet,
)
from yinuo.areas.claims.commands.explaining import (
    AnsweredAlready,
    NotDecidedYet,
    OwnWorkDisputed,
)
from yinuo.areas.claims.commands.recovering import MoreThanOwed, NothingToRecover
from yinuo.areas.claims.commands.settling import AccidentRefused, UnknownFacts, digest_of, tables_at
from yinuo.areas.claims.models import AssessmentLine, Calculation, Recovery
from yinuo.areas.claims.statements import lines_of
from yinuo.core.cases.commands import StepNotAllowed
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.documents.letters import Facts
from yinuo.core.documents.models import Document
from yinuo.core.knowledge import queries as knowledge
from yinuo.core.knowledge.commands import WordingRefused
from yinuo.core.knowledge.models import ClauseUse, Disagreement
from yinuo.core.messages.models import Message
from yinuo.core.people.models import Person
from yinuo.interfaces.common.inputs.claims import AssessmentLineInput
from yinuo.kit.errors import DomainError
from yinuo.settlement.reading import read_accident
from yinuo.settlement.settling import settle
from yinuo.settlement.words import explain_open_point

pytestmark = pytest.mark.django_db
OWN, OTHER = (
    NewLoss("own_vehicle", estimate=Decimal(12000)),
    NewLoss("other_vehicle", "对方的车", estimate=Decimal(8000)),
)


@pytest.fixture
def insurer() -> World:
    return world.build()


def after(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def surveyed(insurer: World, liability: str = "full", losses: Sequence[NewLoss] = (OWN,)) -> Case:
    agent, surveyor = insurer["agent"], insurer["surveyor"]
    report = report_of(losses=tuple(losses), other_vehicles=len(losses) - 1)
    case = claims.report(report=report, door="phone", by=agent, at=NOW).case
    claims.register(case=case, by=agent, at=after(3))
    claims.dispatch(case=case, by=insurer["team_lead"], at=after(4))
    claims.declare_no_interest(case=case, by=surveyor, at=after(7))
    claims.contact(case=case, by=surveyor, at=after(8))
    claims.arrive(case=case, by=surveyor, at=after(30))
    sheet = SurveySheet("consistent", liability, "前保险杠碰撞", (Damage(1, "前保险杠", "medium"),))
    claims.complete_survey(case=case, sheet=sheet, by=surveyor, at=after(60))
    return case


def assessed(insurer: World, case: Case, approved: int = 12000, count: int = 1) -> None:
    for loss in range(1, count + 1):
        lines = [
            Line("part", "前保险杠", Decimal(10000 if loss == 1 else 6000),
                 Decimal(approved - 2000 if loss == 1 else 6000),
                 reason="" if approved == 12000 or loss > 1 else "同型号配件的市场价",
                 clause="" if approved == 12000 or loss > 1 else "own_damage_sum_2020"),
            Line("labour", "喷漆", Decimal(2000), Decimal(2000)),
        ]  # fmt: skip
        claims.assess(case=case, loss=loss, lines=lines, by=insurer["assessor"], at=after(120))
    claims.complete_papers(case=case, by=insurer["agent"], at=after(180))


def decided(insurer: World, case: Case, loss: int = 1) -> None:
    claims.review(case=case, loss=loss, by=insurer["reviewer"], at=after(300))
    claims.approve(case=case, loss=loss, by=insurer["team_lead"], at=after(360))


def calculated(insurer: World, approved: int = 12000, liability: str = "full") -> Case:
    case = surveyed(insurer, liability)
    assessed(insurer, case, approved)
    claims.calculate(case=case, loss=1, by=insurer["calculator"], at=after(240))
    decided(insurer, case)
    return case


def letter_of(case: Case, language: str = "zh-hans") -> Any:
    Person.objects.filter(pk=case.customer_id).update(language=language)
    claim = queries.of_case(Case.objects.get(pk=case.pk))
    about = letters.subject_of(claim, 1, at=after(400))
    assert about is not None
    return letters.compose(about)


def test_a_calculation_keeps_a_sheet_from_which_everybody_gets_the_same_sum(
    insurer: World,
) -> None:
    case = calculated(insurer)
    row = Calculation.objects.get()
    assert row.sheet is not None
    assert row.digest == digest_of(row.sheet)
    event = Event.objects.get(case=case, type="claim.calculated")
    assert event.data["sha256"] == row.digest
    claim = queries.of_case(Case.objects.get(pk=case.pk))
    lines = lines_of(
        row.sheet, claim, list(claim.losses.all()), language="en",
        worked_out_at=row.made_at, at=after(400), loss=1,
    )  # fmt: skip
    assert sum(line.amount for line in lines if line.pays and line.ours) == row.amount
    assert row.amount == Decimal("11500.00")
    assert all(line.clause for line in lines)


@pytest.mark.parametrize("insured", [True, False])
def test_every_sum_is_counted_once_and_what_another_insurer_pays_is_not_ours(
    insurer: World, insured: bool
) -> None:
    claim = queries.of_case(calculated(insurer))
    accident = {
        "id": "x",
        "accident_at": "2024-09-10T08:30:00+08:00",
        "vehicles": [
            {"id": "A", "duty": "full"},
            {"id": "B", "duty": "none", "ctpli": {"insured": insured}},
        ],
        "losses": [
            {"id": "1", "kind": "person", "carried_by": "B", "medical": 15000},
            {"id": "2", "kind": "person", "carried_by": None, "medical": 10000},
        ],
    }
    tables = tables_at(NOW)
    settlement = settle(read_accident(accident, tables), tables)
    assert any(step.rule == "ctpli.further_round" for step in settlement.steps)
    for ours in ({}, {"2": [["ctpli.medical", "1"]]}):
        lines = lines_of(
            {"accident": accident, "compulsory": True, "ours": ours}, claim,
            list(claim.losses.all()), language="en", worked_out_at=NOW, at=NOW, loss=2,
        )  # fmt: skip
        paid = sum(line.amount for line in lines if line.pays)
        assert abs(paid - round(Decimal(float(settlement.payees["2"])), 2)) <= Decimal("0.02")
        assert any(line.ours for line in lines if line.cover.startswith("ctpli.")) is bool(ours)


def test_two_cars_are_settled_by_fault_and_what_is_ours_is_told_apart(insurer: World) -> None:
    case = surveyed(insurer, "main", (OWN, OTHER))
    assessed(insurer, case, count=2)
    for loss in (1, 2):
        claims.calculate(case=case, loss=loss, by=insurer["calculator"], at=after(240))
    own, other = Calculation.objects.order_by("loss__ordinal")
    # The other car's compulsory cover bears 2,000 of ours; of the rest 70 % less 500 is our part.
    assert own.amount == Decimal("6500.00")
    # The policy has compulsory cover only for others.
    assert other.amount == Decimal("2000.00")


def test_in_subrogation_the_whole_is_paid_and_the_recovery_is_opened_told_and_booked(
    insurer: World,
) -> None:
    case = surveyed(insurer, "main", (OWN, OTHER))
    assessed(insurer, case, count=2)
    claims.enter_accident(
        case=case, facts={"vehicles": {"A": {"own_damage": {"mode": "subrogation"}}}},
        by=insurer["calculator"], at=after(200),
    )  # fmt: skip
    claims.calculate(case=case, loss=1, by=insurer["calculator"], at=after(240))
    claims.propose_refusal(
        case=case, loss=2, reasons=[Reason("对方已由自己的保险公司赔付", "law_recovery")],
        by=insurer["calculator"], at=after(241),
    )  # fmt: skip
    for loss in (1, 2):
        decided(insurer, case, loss)
        claims.decide(case=case, loss=loss, by=insurer["team_lead"], at=after(400))
    assert Calculation.objects.get(loss__ordinal=1).amount == Decimal("11500.00")
    with pytest.raises(NothingToRecover):
        claims.open_recovery(case=case, loss=2, by=insurer["cashier"], at=after(500))
    (row,) = claims.open_recovery(case=case, loss=1, by=insurer["cashier"], at=after(500))
    assert (row.ctpli, row.third_party) == (Decimal("2000.00"), Decimal("3000.00"))
    assert claims.open_recovery(case=case, loss=1, by=insurer["cashier"], at=after(501)) == []
    claims.notify_debtor(
        case=case, recovery=row.pk, name="对方车主", insurer="他司", how="挂号信",
        by=insurer["cashier"], at=after(510),
    )  # fmt: skip
    booking = {"case": case, "recovery": row.pk, "kind": "received", "remark": "他司转账"}
    with pytest.raises(MoreThanOwed):
        claims.book_recovery(amount=Decimal(6000), by=insurer["cashier"], at=after(520), **booking)  # type: ignore[arg-type]
    claims.book_recovery(amount=Decimal(2000), by=insurer["cashier"], at=after(520), **booking)  # type: ignore[arg-type]
    claims.book_recovery(amount=Decimal(3000), by=insurer["cashier"], at=after(530), **booking)  # type: ignore[arg-type]
    assert Recovery.objects.get().ended_at == after(530)


def test_facts_that_cannot_be_settled_are_refused_with_their_place(insurer: World) -> None:
    case = surveyed(insurer)
    wrong: list[dict[str, Any]] = [
        {"vehicles": {"A": {"own_damage": {"deductible": "-1"}}}},
        {"losses": {"1": {"rescue": "much"}}},
        {"options": {"property_method": "mine"}},
        {"vehicles": {"A": {"colour": "red"}}},
    ]
    for facts in wrong:
        with pytest.raises(AccidentRefused) as refused:
            claims.enter_accident(case=case, facts=facts, by=insurer["calculator"], at=after(90))
        assert refused.value.refusal.where
    with pytest.raises(UnknownFacts):
        claims.enter_accident(
            case=case, facts={"weather": "rain"}, by=insurer["calculator"], at=after(90)
        )


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
@pytest.mark.parametrize(("approved", "key"), [(12000, "decision"), (9000, "part_payment")])
def test_a_letter_names_facts_sum_clauses_sale_and_every_way_to_go_on(
    insurer: World, language: str, approved: int, key: str
) -> None:
    letter = letter_of(calculated(insurer, approved), language)
    assert (letter.key, letter.language) == (key, language)
    blocks = {type(block).__name__ for block in letter.blocks}
    assert {"Paragraph", "Facts", "Sum", "Clause", "Ways"} <= blocks
    (ways,) = [block for block in letter.blocks if type(block).__name__ == "Ways"]
    assert len(ways.items) == 6
    assert all(way.limit for way in ways.items)
    (sum_,) = [block for block in letter.blocks if type(block).__name__ == "Sum"]
    assert sum_.total == ("¥11,500.00" if approved == 12000 else "¥8,500.00")
    assert all(line.clause for line in sum_.lines)
    # What was cut stands beside its line; the reason is not said twice.
    said = [row.value for one in letter.blocks if isinstance(one, Facts) for row in one.rows]
    assert sum("同型号配件的市场价" in one for one in said) == (approved == 9000)
    assert "Bullets" not in blocks


def decide(insurer: World, case: Case, words: str = "") -> None:
    claims.decide(case=case, loss=1, words=words, by=insurer["team_lead"], at=after(400))


@pytest.mark.covers("ADJ-6")
@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_the_decision_goes_out_with_its_letter_and_one_message_tells_of_both(
    insurer: World, language: str
) -> None:
    case = calculated(insurer, approved=9000)
    Person.objects.filter(pk=case.customer_id).update(language=language)
    decide(insurer, case)
    document = Document.objects.get(case=case, kind="decision_letter")
    assert document.status == Document.Status.ACCEPTED
    assert document.for_customer
    assert Event.objects.get(case=case, type="claim.decided").data["letter"] == document.pk
    assert ClauseUse.objects.filter(case=case, place="letter").count() == 2
    written = Message.objects.filter(person=case.customer, written_at=after(400))
    assert {one.reason for one in written} == {"claim_paid_in_part"}
    said = {"zh-hans": "决定信也放在", "zh-hant": "決定信也放在", "en": "Our letter is among"}
    assert any(said[language] in one.body for one in written)


@pytest.mark.parametrize(
    "words",
    ["依据条款不予赔付。", "依 据 条 款 不 予 赔 付。", "This part is denied as per the policy."],
)
def test_words_that_are_not_plain_hold_the_whole_decision_back(insurer: World, words: str) -> None:
    case = calculated(insurer, approved=9000)
    before = Event.objects.filter(case=case).count()
    with pytest.raises(WordingRefused) as refused:
        decide(insurer, case, words)
    assert refused.value.field == "words"
    assert Event.objects.filter(case=case).count() == before
    assert not Document.objects.filter(kind="decision_letter").exists()
    decide(insurer, case, "同型号配件的市场价低一些，所以这一项我们赔一部分。")
    assert Document.objects.filter(kind="decision_letter").count() == 1


def test_the_reason_of_a_cut_line_may_not_be_a_formula_in_a_letter(insurer: World) -> None:
    case = calculated(insurer, approved=9000)
    AssessmentLine.objects.filter(reason__gt="").update(reason="依据条款不予赔付")
    with pytest.raises(WordingRefused):
        decide(insurer, case)
    assert not Document.objects.filter(kind="decision_letter").exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_another_letter_follows_a_decision_that_is_told_and_never_goes_before_it(
    insurer: World, language: str
) -> None:
    case = calculated(insurer, approved=9000)
    Person.objects.filter(pk=case.customer_id).update(language=language)
    by = insurer["calculator"]
    with pytest.raises(NotDecidedYet):
        claims.write_letter(case=case, loss=1, words="", by=by, at=after(390))
    decide(insurer, case)
    with pytest.raises(WordingRefused):
        claims.write_letter(case=case, loss=1, words="依据条款不予赔付。", by=by, at=after(410))
    words = "因为上一封信写得不清楚，我们再写一次；赔款没有变。"
    document = claims.write_letter(case=case, loss=1, words=words, by=by, at=after(420))
    event = Event.objects.filter(case=case, type="claim.letter_written").get()
    assert event.data["document"] == document.pk
    assert Document.objects.filter(kind="decision_letter").count() == 2


def test_a_refusal_letter_says_why_under_which_clause_and_what_to_do_now(insurer: World) -> None:
    case = surveyed(insurer)
    clause = "《机动车商业保险示范条款（2020 版）》：车损险，责任免除"
    reasons = [Reason("轮胎是长期磨损，不是这次事故造成的。", clause)]
    claims.propose_refusal(
        case=case, loss=1, reasons=reasons, by=insurer["calculator"], at=after(200)
    )
    decided(insurer, case)
    letter = letter_of(case)
    assert letter.key == "refusal"
    text = letter.plain_text()
    assert "长期磨损" in text
    assert "机动车商业保险示范条款（2020版）：车损险，责任免除" in text
    assert "书面通知" in text
    # The clause that a colleague names is said in plain words, in the reader's language.
    plain = knowledge.clauses(["own_damage_exclusions_2020"], "en", at=after(400))
    assert plain["own_damage_exclusions_2020"].plain in letter_of(case, "en").plain_text()
    decide(insurer, case)
    assert Document.objects.get(case=case, kind="decision_letter").file is not None


@pytest.mark.covers("KB-2")
@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_a_refusal_names_its_clause_by_the_library_and_says_it_in_the_readers_language(
    insurer: World, language: str
) -> None:
    case = surveyed(insurer)
    own = Reason(
        "车主和我们约定了只在本市使用。", "特别约定第2条", "出了本市发生的事故，我们不赔。"
    )
    reasons = [Reason("轮胎是长期磨损的。", "own_damage_exclusions_2020"), own]
    claims.propose_refusal(
        case=case, loss=1, reasons=reasons, by=insurer["calculator"], at=after(200)
    )
    decided(insurer, case)
    Person.objects.filter(pk=case.customer_id).update(language=language)
    known = knowledge.clause("own_damage_exclusions_2020", language, at=after(400))
    assert known is not None
    words = letter_of(case, language).plain_text()
    for said in (known.label, known.plain, own.clause, own.plain):
        assert said in words
    assert "own_damage_exclusions_2020" not in words
    decide(insurer, case)
    used = ClauseUse.objects.filter(case=case, place="letter", clause=known.key)
    assert [(one.language, one.own_words) for one in used] == [(language, "")]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_cut_that_names_a_clause_of_the_library_has_it_explained_in_the_letter(
    insurer: World, language: str
) -> None:
    case = calculated(insurer, approved=9000)
    letter = letter_of(case, language)
    known = knowledge.clause("own_damage_sum_2020", language, at=after(400))
    assert known is not None
    assert known.plain in letter.plain_text()
    said = [row.value for one in letter.blocks if isinstance(one, Facts) for row in one.rows]
    assert any(known.label in one for one in said)


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_the_letter_says_what_was_not_known_of_the_other_car(insurer: World, language: str) -> None:
    case = surveyed(insurer, "main", (OWN, OTHER))
    assessed(insurer, case, 9000, count=2)
    claims.calculate(case=case, loss=1, by=insurer["calculator"], at=after(240))
    letter = letter_of(case, language)
    assert explain_open_point("other_covers", language)["customer"] in letter.plain_text()


def test_a_cut_names_a_clause_of_the_library_or_none(insurer: World) -> None:
    case = surveyed(insurer)
    whole = Line("labour", "喷漆", Decimal(800), Decimal(800))
    cut = Line("part", "前保险杠", Decimal(900), Decimal(700), reason="市场价", clause="第十九条")
    named = "机动车商业保险示范条款（2020版）：车损险，赔款计算" + "的有关约定" * 20
    for one in (cut, replace(cut, clause=named)):
        with pytest.raises(ClauseNotInLibrary) as found:
            claims.assess(
                case=case, loss=1, lines=[whole, one], by=insurer["assessor"], at=after(60)
            )
        assert found.value.field == "lines.1.clause"
    assert not AssessmentLine.objects.exists()


def test_a_name_of_the_library_is_taken_in_every_language(insurer: World) -> None:
    case = surveyed(insurer)
    # The longest names are English; what is kept is the name as it is written in the library.
    for language in ("zh-hans", "zh-hant", "en"):
        known = knowledge.clause("third_party_duty_2014", language, at=after(1))
        assert known is not None
        line = AssessmentLineInput(
            kind="part", name="前保险杠", asked="900", approved="700", reason="市场价",
            clause=known.label,
        )  # fmt: skip
        cut = Line(line.kind, line.name, line.asked, line.approved, reason=line.reason,
                   clause=line.clause)  # fmt: skip
        claims.assess(case=case, loss=1, lines=[cut], by=insurer["assessor"], at=after(60))
    written = knowledge.clause("third_party_duty_2014", "zh-hans", at=after(1))
    assert written is not None
    assert set(AssessmentLine.objects.values_list("clause", flat=True)) == {written.label}


def test_a_clause_that_the_library_does_not_have_is_explained_by_who_cites_it(
    insurer: World,
) -> None:
    case = surveyed(insurer)
    refused: list[tuple[Reason, type[DomainError], str]] = [
        (Reason("轮胎旧了。", "特别约定第2条"), ClauseNotExplained, "plain"),
        (Reason("轮胎旧了。", "保险法第六十条", "另一种说法。"), ClauseExplainedAlready, "plain"),
        (Reason("轮胎旧了。", "特别约定", "依据条款不予赔付。"), WordingRefused, "plain"),
        (Reason("轮胎旧了。", " "), ReasonAndClause, "clause"),
    ]
    for reason, error, field in refused:
        with pytest.raises(error) as found:
            claims.propose_refusal(
                case=case, loss=1, reasons=[reason], by=insurer["calculator"], at=after(200)
            )
        assert found.value.field == f"reasons.0.{field}"
    assert not Calculation.objects.exists()


def test_there_is_no_letter_before_there_is_a_sum(insurer: World) -> None:
    case = surveyed(insurer)
    with pytest.raises(StepNotAllowed):
        claims.write_letter(case=case, loss=1, words="", by=insurer["calculator"], at=after(90))


def test_a_question_on_a_line_is_a_thread_with_a_promise_and_its_answer_is_sent(
    insurer: World,
) -> None:
    case = calculated(insurer)
    claims.decide(case=case, loss=1, by=insurer["team_lead"], at=after(400))
    asked = claims.ask_about_sum(
        case=case, loss=1, line="3.own_damage.payment", body="为什么减了500元？", objection=False,
        by=insurer["customer"], at=after(500),
    )  # fmt: skip
    promise = Promise.objects.get(case=case, rule="claims.question_answer")
    assert promise.subject == f"note:{asked.pk}"
    claims.answer_about_sum(
        case=case, note=asked.pk, body="这500元是保单里约定由您自己承担的部分。",
        by=insurer["agent"], at=after(520),
    )  # fmt: skip
    promise.refresh_from_db()
    assert promise.kept_at == after(520)
    assert Message.objects.filter(reason="claim_sum_answered").exists()
    with pytest.raises(AnsweredAlready):
        claims.answer_about_sum(
            case=case, note=asked.pk, body="再答。", by=insurer["agent"], at=after(530)
        )


def test_an_objection_is_answered_by_somebody_who_did_not_make_the_sum(insurer: World) -> None:
    case = calculated(insurer)
    claims.decide(case=case, loss=1, by=insurer["team_lead"], at=after(400))
    asked = claims.ask_about_sum(
        case=case, loss=1, line="", body="我不同意配件的价格。", objection=True,
        by=insurer["customer"], at=after(500),
    )  # fmt: skip
    assert Promise.objects.filter(case=case, rule="claims.objection_answer").exists()
    for maker in ("calculator", "assessor"):
        with pytest.raises(OwnWorkDisputed):
            claims.answer_about_sum(
                case=case, note=asked.pk, body="价格没有错。", by=insurer[maker], at=after(520)
            )
    claims.answer_about_sum(
        case=case, note=asked.pk, body="我们重新查了三家店的价格，原来的价格没有错。",
        by=insurer["reviewer"], at=after(530),
    )  # fmt: skip
    assert Promise.objects.get(rule="claims.objection_answer").kept_at == after(530)


def test_an_answer_about_the_sum_keeps_the_clauses_that_it_explains(insurer: World) -> None:
    case = calculated(insurer)
    claims.decide(case=case, loss=1, by=insurer["team_lead"], at=after(400))
    about = letters.subject_of(queries.of_case(case), 1, at=after(400))
    assert about is not None
    clause = next(iter(letters.cited(about).values()))
    for minute, said in enumerate(
        ("这500元由您自己承担。", f"{clause.label}说的是：旧车只赔一半。"), start=500
    ):
        asked = claims.ask_about_sum(
            case=case, loss=1, line="", body="为什么？", objection=False,
            by=insurer["customer"], at=after(minute),
        )  # fmt: skip
        claims.answer_about_sum(
            case=case, note=asked.pk, body=said, by=insurer["agent"], at=after(minute)
        )
    # The first answer cites no clause. The second says of one what the library does not say.
    use = ClauseUse.objects.get(case=case, place="answer")
    assert (use.clause, use.own_words) == (clause.key, "旧车只赔一半")
    assert use.by == insurer["agent"].id
    assert Disagreement.objects.filter(use=use).exists()


@pytest.mark.parametrize(
    "reason", ["依据条款不予赔付", "不属于保险责任范围。", "As per policy terms, not payable."]
)
def test_a_bare_formula_is_no_reason_to_refuse(insurer: World, reason: str) -> None:
    case = surveyed(insurer)
    with pytest.raises(WordingRefused) as refused:
        claims.propose_refusal(
            case=case, loss=1, reasons=[Reason(reason, "own_damage_exclusions_2020")],
            by=insurer["calculator"], at=after(200),
        )  # fmt: skip
    assert refused.value.field == "reasons.0.reason"
    assert not Calculation.objects.exists()
