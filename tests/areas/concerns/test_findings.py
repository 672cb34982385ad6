"""What customers suggest is kept, considered, and answered to them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.areas.concerns.conftest import after
from tests.world import World
from yinuo.areas.concerns import commands as concerns
from yinuo.areas.concerns import queries
from yinuo.areas.concerns.models import Finding
from yinuo.core.cases.models import Case, Event
from yinuo.core.messages.models import Message


@pytest.fixture
def finding(claim: Case, insurer: World) -> Finding:
    return concerns.keep_finding(
        case=claim, title="一次列全材料", cause="docs", product="motor", stage="assessed",
        by=insurer["agent"], at=after(60),
    )  # fmt: skip


def test_the_customer_reads_what_we_did_with_it(
    finding: Finding, claim: Case, insurer: World
) -> None:
    lead = insurer["team_lead"]
    concerns.consider_finding(
        finding=finding, title="清单合并", cause="docs", by=lead, at=after(70)
    )
    concerns.answer_finding(
        finding=finding,
        standing="adopted",
        words="清单改成一页了",
        change="清单一页",
        grounds=[concerns.NewGround(case=claim), concerns.NewGround(case=claim)],
        by=lead,
        at=after(80),
    )
    finding.refresh_from_db()
    assert (finding.standing, finding.title) == ("adopted", "清单合并")
    letter = Message.objects.get(case=claim, reason="finding_answered", channel="inbox")
    assert "清单改成一页了" in letter.body
    lines = [line.data for line in Event.objects.filter(type__startswith="finding.")]
    assert "清单" not in str(lines)


def test_a_decided_finding_is_not_decided_again(finding: Finding, insurer: World) -> None:
    lead = insurer["team_lead"]
    concerns.answer_finding(
        finding=finding, standing="declined", words="法律要求原件", by=lead, at=after(80)
    )
    tries: tuple[Callable[[], None], ...] = (
        lambda: concerns.answer_finding(
            finding=finding, standing="adopted", words="改了", change="x", by=lead, at=after(90)
        ),
        lambda: concerns.consider_finding(
            finding=finding, title="x", cause="docs", by=lead, at=after(90)
        ),
    )
    for again in tries:
        with pytest.raises(concerns.FindingIsDecided):
            again()


def test_an_answer_says_something_and_decides_something(finding: Finding, insurer: World) -> None:
    lead = insurer["team_lead"]
    with pytest.raises(concerns.WordsMissing):
        concerns.answer_finding(
            finding=finding, standing="adopted", words=" ", by=lead, at=after(80)
        )
    with pytest.raises(concerns.WordUnknown):
        concerns.answer_finding(
            finding=finding, standing="perhaps", words="看看", by=lead, at=after(80)
        )
    finding.refresh_from_db()
    assert finding.standing == "new"


def test_what_is_adopted_names_what_it_rests_on(finding: Finding, insurer: World) -> None:
    lead = insurer["team_lead"]
    with pytest.raises(concerns.GroundsMissing):
        concerns.answer_finding(
            finding=finding, standing="adopted", words="好", change="x", by=lead, at=after(80)
        )
    assert not finding.grounds.exists()
    counted = [concerns.NewGround(figure="三月回访 40 份，12 份提到材料")]
    concerns.answer_finding(
        finding=finding, standing="adopted", words="好", change="x", grounds=counted, by=lead,
        at=after(80),
    )  # fmt: skip
    assert finding.grounds.get().figure.startswith("三月回访")


def test_a_decision_without_an_answer_is_refused_by_the_database(finding: Finding) -> None:
    finding.standing = "adopted"
    with pytest.raises(Exception, match="decided_finding_has_an_answer"):
        finding.save()


def test_an_empty_finding_is_none(claim: Case, insurer: World) -> None:
    with pytest.raises(concerns.WordsMissing):
        concerns.keep_finding(case=claim, by=insurer["agent"], at=after(60))
    with pytest.raises(concerns.WordUnknown):
        concerns.keep_finding(
            case=claim, title="x", cause="weather", by=insurer["agent"], at=after(60)
        )


def test_other_branches_and_customers_see_no_finding(finding: Finding, insurer: World) -> None:
    assert queries.finding_for(insurer["agent"], finding.pk) == finding
    for name in ("west", "customer", "operator"):
        with pytest.raises(queries.FindingNotFound):
            queries.finding_for(insurer[name], finding.pk)


def test_themes_count_what_was_suggested(finding: Finding, insurer: World) -> None:
    assert queries.themes(insurer["agent"], after(0), after(100)) == [("docs", 1)]
    assert queries.themes(insurer["west"], after(0), after(100)) == []
