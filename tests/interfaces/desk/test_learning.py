"""What we learn: themes, changes that lead back to who asked, and effects that are proven."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.areas.call_backs import asking
from tests.areas.call_backs.asking import Asking
from tests.interfaces.desk import house
from tests.interfaces.desk.house import NOW, Desks
from yinuo.areas.call_backs.models import Response
from yinuo.areas.concerns import commands as concerns
from yinuo.core.cases.models import Case
from yinuo.kit import queue
from yinuo.overview import learning


@pytest.fixture
def claim(desks: Desks) -> Case:
    return house.report(desks.world).case


def adopt(desks: Desks, claim: Case, *, days_ago: int = 40) -> None:
    lead = desks.world["team_lead"]
    with queue.capture():
        finding = concerns.keep_finding(
            case=claim, title="一次列全材料", cause="docs", by=desks.world["agent"], at=NOW
        )
        concerns.answer_finding(
            finding=finding, standing="adopted", words="清单改成一页了", change="清单合并成一页",
            changed_on=(NOW - timedelta(days=days_ago)).date(), by=lead, at=NOW,
            grounds=[concerns.NewGround(case=claim)],
        )  # fmt: skip


@pytest.mark.covers("FB-7")
def test_themes_count_what_was_said_in_texts_concerns_and_suggestions(
    desks: Desks, claim: Case
) -> None:
    with queue.capture():
        concerns.open_concern(
            about=claim, reasons=["said_to_us"], words="反复让我补材料", by=desks.world["agent"],
            at=NOW,
        )  # fmt: skip
    adopt(desks, claim)
    found = {one.cause: one for one in learning.themes(
        desks.world["agent"], NOW - timedelta(days=1), NOW + timedelta(days=1)
    )}  # fmt: skip
    assert (found["docs"].texts, found["docs"].concerns, found["docs"].findings) == (1, 1, 1)
    assert "The papers" in desks["agent"].get("/desk/learning?days=30").content.decode()
    assert "Nobody was unhappy" in desks["west"].get("/desk/learning").content.decode()


@pytest.mark.covers("FB-9", "FB-6")
def test_a_change_is_followed_back_to_who_asked_for_it(desks: Desks, claim: Case) -> None:
    adopt(desks, claim)
    text = desks["manager"].get("/desk/learning").content.decode()
    assert "清单合并成一页" in text
    assert claim.number in text
    assert "too few answers to say" in text


def test_a_suggestion_is_not_taken_up_without_saying_what_changes(
    desks: Desks, claim: Case
) -> None:
    with queue.capture():
        finding = concerns.keep_finding(
            case=claim, title="一次列全材料", by=desks.world["agent"], at=NOW
        )
    given = {"standing": "adopted", "words": "清单改成一页了", "change": " "}
    sent = desks["team_lead"].post(f"/desk/findings/{finding.pk}/answer", given)
    assert sent.status_code == 422
    finding.refresh_from_db()
    assert finding.standing == "new"


def answers(ask: Asking, scores: list[int], days_ago: int) -> None:
    """So many answers on a day, as rounds of one call-back: the effect counts answers."""
    first = Response.objects.filter(call_back=ask.case.pk).count()
    at = NOW - timedelta(days=days_ago)
    Response.objects.bulk_create(
        Response(
            call_back_id=ask.case.pk, round=first + place, questionnaire="after_claim", version=1,
            language="en", channel="portal", by="customer:1", csat=score, started_at=at,
            finished_at=at,
        )
        for place, score in enumerate(scores, start=1)
    )  # fmt: skip


@pytest.mark.covers("FB-8")
@pytest.mark.parametrize(
    ("after", "said"),
    [([5] * 45 + [1] * 5, "better, proven"), ([5] * 24 + [1] * 26, "no difference proven")],
)
@pytest.mark.django_db
def test_the_effect_on_satisfaction_is_claimed_only_when_it_is_proven(
    after: list[int], said: str
) -> None:
    ask = asking.build(at=NOW)
    desks = Desks(ask.world)
    assert ask.case.about is not None
    adopt(desks, ask.case.about)
    answers(ask, [5] * 20 + [2] * 30, days_ago=60)
    answers(ask, after, days_ago=20)
    lead: Client = desks["team_lead"]
    assert said in lead.get("/desk/learning").content.decode()


@pytest.mark.covers("FB-10")
def test_what_call_backs_brought_up_and_nobody_solved_is_one_list(
    desks: Desks, claim: Case
) -> None:
    with queue.capture():
        case = concerns.open_concern(
            about=claim, reasons=["low_score"], door="call_back", by=desks.world["agent"],
            words="没人联系我", at=NOW,
        )  # fmt: skip
        other = concerns.open_concern(
            about=claim, reasons=["said_to_us"], words="喷漆有色差", separate=True,
            by=desks.world["agent"], at=NOW,
        )  # fmt: skip
    text = desks["agent"].get("/desk/concerns?which=unsolved").content.decode()
    assert case.number in text
    assert other.number not in text


WEAK = "/desk/learning/weak-points"


def weak_claim(desks: Desks, claim: Case) -> Case:
    """A call-back brought to light that the papers were the trouble."""
    with queue.capture():
        return concerns.open_concern(
            about=claim, reasons=["low_score"], door="call_back", causes=["docs"],
            words="反复让我补材料", by=desks.world["agent"], at=NOW,
        )  # fmt: skip


@pytest.mark.covers("QLT-12")
def test_what_call_backs_complain_of_is_a_list_of_weak_points(desks: Desks, claim: Case) -> None:
    concern = weak_claim(desks, claim)
    listed = desks["manager"].get(WEAK).content.decode()
    assert "The papers" in listed
    assert f"{WEAK}/docs?days=90" in listed
    behind = desks["manager"].get(f"{WEAK}/docs?days=90").content.decode()
    assert concern.number in behind
    assert "反复让我补材料" in behind
    assert "No call-back has named" in desks["west"].get(WEAK).content.decode()
    assert desks["manager"].get(f"{WEAK}/weather").status_code == 404
    assert desks["surveyor"].get(WEAK).status_code == 403


@pytest.mark.covers("QLT-13")
def test_an_improvement_cites_the_opinions_and_figures_that_it_rests_on(
    desks: Desks, claim: Case
) -> None:
    concern = weak_claim(desks, claim)
    lead = desks["team_lead"]
    assert lead.post(f"{WEAK}/docs", {"title": ""}).status_code == 422
    taken = lead.post(f"{WEAK}/docs", {"title": "材料一次列全"})
    page = lead.get(taken["Location"]).content.decode()
    assert "What it rests on" in page
    assert concern.number in page
    assert "1 concerns and 0 unhappy words in call-backs of 90 days" in page


def test_a_decision_without_grounds_is_refused_and_one_with_a_case_is_kept(
    desks: Desks, claim: Case
) -> None:
    with queue.capture():
        finding = concerns.keep_finding(
            case=claim, title="一次列全材料", by=desks.world["agent"], at=NOW
        )
    given = {"standing": "adopted", "words": "清单改成一页了", "change": "清单一页"}
    path = f"/desk/findings/{finding.pk}"
    lead = desks["team_lead"]
    refused = lead.post(f"{path}/answer", given)
    assert refused.status_code == 422
    assert "Say what this rests on" in refused.content.decode()
    unknown = lead.post(f"{path}/answer", {**given, "rests_on": "C26-9999999-9"})
    assert unknown.status_code == 422
    done = lead.post(f"{path}/answer", {**given, "rests_on": f" {claim.number} "})
    assert done.status_code == 302
    assert claim.number in lead.get(path).content.decode()
