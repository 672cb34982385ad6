"""The clause library: explained in three languages, versioned, cited, and never in two ways."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import world
from tests.world import NOW, World
from yinuo.areas.claims import commands as claims
from yinuo.core.knowledge import commands as knowledge
from yinuo.core.knowledge import queries
from yinuo.core.knowledge.commands import (
    ClauseUnknown,
    MayNotExplain,
    NotYoursToSettle,
    OwnPrecedent,
    SettledAlready,
    WordingRefused,
    WordsMissing,
)
from yinuo.core.knowledge.models import Disagreement, Precedent, PrecedentUse
from yinuo.core.rulebook.textfiles import LANGUAGES
from yinuo.settlement.words import patterns

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


@pytest.fixture
def cast() -> World:
    return world.build()


def case_of(cast: World) -> int:
    reported = claims.report(report=world.report_of(), door="phone", by=cast["agent"], at=NOW)
    return int(reported.case.pk)


def test_every_clause_has_a_name_plain_words_and_an_example_in_every_language() -> None:
    for language in LANGUAGES:
        for key, one in queries.clauses(None, language, at=NOW).items():
            assert one.name, key
            assert one.plain, key
            assert one.example, key
            assert one.source, key


def test_every_clause_is_explained_in_words_that_pass_the_wording_check() -> None:
    for language in LANGUAGES:
        for key, one in queries.clauses(None, language, at=NOW).items():
            found = queries.findings(one.plain, language=language, purpose="reply", at=NOW)
            refused = [finding for finding in found if finding.refused]
            assert refused == [], (language, key, [finding.message for finding in refused])


@pytest.mark.parametrize("text", ["2014", "2020"])
def test_every_step_of_the_calculation_rests_on_a_clause_of_the_vehicles_own_text(
    text: str,
) -> None:
    cited = queries.citations(text, at=NOW)
    steps = set(patterns("en")["rules"])
    other_text = {
        "2014": {"own_damage.payment", "own_damage.payment_rate_first"},
        "2020": {"own_damage.payment_2014", "addons.no_deductible"},
    }
    add_ons = {step for step in steps if step.startswith("addons.")} if text == "2014" else set()
    assert steps - other_text[text] - add_ons <= set(cited)
    names = {queries.clauses([key], "en", at=NOW)[key].text for key in set(cited.values())}
    assert names <= {text, "compulsory", "law", "rule"}


def test_a_clause_is_cited_by_name_and_article() -> None:
    one = queries.clause("own_damage_sum_2014", "zh-hans", at=NOW)
    assert one is not None
    assert one.label.endswith("第十九条")
    english = queries.clause("law_refusal", "en", at=NOW)
    assert english is not None
    assert english.label == "Insurance Law of China, art. 24"
    assert queries.clause("no_such_clause", "zh-hans", at=NOW) is None


def test_a_manager_explains_a_clause_anew_from_a_day_on_and_the_old_words_hold_until_then(
    cast: World,
) -> None:
    before = queries.clause("law_family", "zh-hans", at=NOW)
    knowledge.explain_clause(
        clause="law_family", language="zh-hans", plain="家里人碰坏了您的车，我们不向他要钱。",
        example="您的儿子倒车碰了您的车。", why="短一些", by=cast["manager"], at=NOW,
        in_force_from=LATER,
    )  # fmt: skip
    assert queries.clause("law_family", "zh-hans", at=NOW) == before
    after = queries.clause("law_family", "zh-hans", at=LATER)
    assert after is not None
    assert (after.version, after.example) == (1, "您的儿子倒车碰了您的车。")
    assert queries.clause("law_family", "en", at=LATER).version == 0  # type: ignore[union-attr]


def test_only_a_manager_explains_and_never_in_words_that_need_explaining(cast: World) -> None:
    given = {
        "clause": "law_family", "language": "zh-hans", "example": "例", "why": "试", "at": NOW,
    }  # fmt: skip
    with pytest.raises(MayNotExplain):
        knowledge.explain_clause(plain="不向家人要钱。", by=cast["agent"], **given)  # type: ignore[arg-type]
    with pytest.raises(WordingRefused):
        knowledge.explain_clause(plain="依据条款不予赔付。", by=cast["manager"], **given)  # type: ignore[arg-type]
    with pytest.raises(WordsMissing):
        knowledge.explain_clause(plain=" ", by=cast["manager"], **given)  # type: ignore[arg-type]
    with pytest.raises(ClauseUnknown):
        knowledge.explain_clause(
            plain="好。",
            by=cast["manager"],
            **{**given, "clause": "nothing"},  # type: ignore[arg-type]
        )


def test_citing_a_clause_in_other_words_raises_a_disagreement_that_somebody_settles(
    cast: World,
) -> None:
    case = case_of(cast)
    cited = {"own_damage_exclusions_2020": "轮胎坏了我们从来不赔。", "law_family": ""}
    rows = knowledge.note_uses(
        case_id=case, cited=cited, language="zh-hans", place="letter", by=cast["agent"], at=NOW
    )
    assert len(rows) == 2
    (found,) = queries.open_disagreements()
    assert found.clause == "own_damage_exclusions_2020"
    assert found.use.own_words == "轮胎坏了我们从来不赔。"
    with pytest.raises(NotYoursToSettle):
        knowledge.settle_disagreement(
            disagreement=found, holds="library", remark="对", by=cast["agent"], at=LATER
        )
    knowledge.settle_disagreement(
        disagreement=found, holds="library", remark="库里的对", by=cast["reviewer"], at=LATER
    )
    assert not queries.open_disagreements()
    with pytest.raises(SettledAlready):
        knowledge.settle_disagreement(
            disagreement=found, holds="own_words", remark="不", by=cast["reviewer"], at=LATER
        )


def test_the_librarys_own_words_raise_nothing_and_are_counted(cast: World) -> None:
    case = case_of(cast)
    words = queries.clause("law_family", "zh-hans", at=NOW)
    assert words is not None
    knowledge.note_uses(
        case_id=case, cited={"law_family": words.plain, "no_such_clause": "任何话"},
        language="zh-hans", place="letter", by=cast["agent"], at=NOW,
    )  # fmt: skip
    assert Disagreement.objects.count() == 0
    assert queries.use_counts() == {"law_family": 1}


def test_a_special_case_is_ruled_by_one_confirmed_by_another_and_found_again(cast: World) -> None:
    ruling = knowledge.write_precedent(
        title="涉水后二次点火", situation="车熄火后再点火，发动机损坏，责任不清。",
        ruling="按2020年条款赔发动机。", why="新条款已把发动机进水并入主险。",
        clause="own_damage_exclusions_2020", by=cast["reviewer"], at=NOW,
    )  # fmt: skip
    with pytest.raises(OwnPrecedent):
        knowledge.confirm_precedent(precedent=ruling, by=cast["reviewer"], at=NOW)
    knowledge.confirm_precedent(precedent=ruling, by=cast["team_lead"], at=NOW)
    assert [one.title for one in queries.precedents("涉水")] == ["涉水后二次点火"]
    case = case_of(cast)
    for _again in range(2):
        knowledge.follow_precedent(precedent=ruling, case_id=case, by=cast["calculator"], at=NOW)
    assert PrecedentUse.objects.count() == 1
    knowledge.withdraw_precedent(precedent=ruling, why="条款改了", by=cast["manager"], at=LATER)
    assert queries.precedents() == []
    assert Precedent.objects.get().withdrawn_why == "条款改了"
