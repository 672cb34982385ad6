"""The rules of a claim as tables of examples: limits, classes, guidance, papers, authority."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

import pytest

from yinuo.areas.claims.rulefile import ClaimsRules
from yinuo.core.rulebook import registry
from yinuo.kit.clock import Limit
from yinuo.kit.rules import PromiseRule

RULES = cast(ClaimsRules, registry.load().rules["claims"])
SCRATCH: dict[str, object] = {
    "loss_kinds": ["own_vehicle"],
    "vehicle_damage_only": True,
    "cause": "scratch",
    "injured": 0,
    "seriously_injured": 0,
    "dead": 0,
    "estimate": Decimal(3000),
    "drivable": True,
    "other_vehicles": 0,
    "liability_clear": True,
    "at_scene": True,
}


def promise(name: str) -> PromiseRule:
    rule = getattr(RULES.promises, name).value
    assert isinstance(rule, PromiseRule)
    return rule


@pytest.mark.parametrize(
    ("name", "klass", "amount", "limit"),
    [
        ("first_contact", None, None, "10 minutes"),
        ("dispatch", None, None, "5 minutes"),
        ("survey_arrival", "town", None, "30 minutes"),
        ("survey_arrival", "outside", None, "1 hour"),
        ("assessment", None, "5000", "1 working day"),
        ("assessment", None, "5000.01", "3 working days"),
        ("assessment", None, "30000", "3 working days"),
        ("assessment", None, "50000", "5 working days"),
        ("assessment", None, "100000", "10 working days"),
        ("assessment", None, "100000.01", "15 working days"),
        ("approval", None, "10000", "1 working day"),
        ("approval", None, "50000.01", "7 working days"),
        ("approval", "injury", None, "7 working days"),
        ("payment_own", None, "1000", "1 working day"),
        ("payment_own", None, "3000", "2 working days"),
        ("payment_own", None, "10000", "3 working days"),
        ("payment_own", None, "50000", "5 working days"),
        ("payment_own", None, "50000.01", "10 working days"),
        ("refusal_notice", None, None, "3 days"),
        ("major_contact", "major", None, "30 minutes"),
    ],
)
def test_a_promise_has_the_limit_of_its_source(
    name: str, klass: str | None, amount: str | None, limit: str
) -> None:
    found = promise(name).limit_for(klass, None if amount is None else Decimal(amount))
    assert found == Limit.parse(limit)


@pytest.mark.parametrize(
    ("name", "amount"),
    [
        ("papers_list", 1),
        ("decision_ctpli", 5),
        ("decision", 30),
        ("payment", 10),
        ("advance_check", 60),
    ],
)
def test_a_statutory_limit_in_natural_days_rolls_forward(name: str, amount: int) -> None:
    rule = promise(name)
    assert rule.statutory
    assert rule.limit_for(None, None) == Limit.parse(f"{amount} days").__class__(
        amount, Limit.parse("1 day").unit, roll_forward=True
    )


def test_only_the_customers_papers_stop_the_thirty_days() -> None:
    assert promise("decision").pausable == ("supplement",)
    assert promise("decision_ctpli").pausable == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "small"),
        ({"estimate": Decimal(5000)}, "small"),
        ({"estimate": Decimal("5000.01")}, "regular"),
        ({"liability_clear": False}, "regular"),
        ({"liability_clear": None}, "regular"),
        ({"vehicle_damage_only": False}, "regular"),
        ({"injured": 1}, "small"),
        ({"injured": 1, "vehicle_damage_only": False}, "regular"),
        ({"injured": 3, "vehicle_damage_only": False}, "major"),
        ({"seriously_injured": 1}, "major"),
        ({"dead": 1, "vulnerable": True}, "major"),
        ({"estimate": Decimal(100000)}, "major"),
        ({"vulnerable": True}, "special"),
        ({"cause": "theft", "estimate": Decimal(90000)}, "special"),
        ({"cause": "fire"}, "special"),
        ({"estimate": None}, "regular"),
    ],
)
def test_a_claim_falls_into_its_class(change: Mapping[str, object], expected: str) -> None:
    assert RULES.classes.definition.value.of({**SCRATCH, **change}) == expected


@pytest.mark.parametrize(
    ("change", "told", "not_told"),
    [
        ({}, "guidance.photos_then_move", "guidance.police_injury"),
        ({"other_vehicles": 1}, "guidance.self_settle", "guidance.keep_scene"),
        (
            {"injured": 1, "vehicle_damage_only": False, "other_vehicles": 1},
            "guidance.keep_scene",
            "guidance.self_settle",
        ),
        (
            {"other_vehicles": 1, "drivable": False},
            "guidance.police_cannot_move",
            "guidance.highway",
        ),
        ({"cause": "theft"}, "guidance.police_theft", "guidance.papers_glass"),
        ({"cause": "glass"}, "guidance.papers_glass", "guidance.police_injury"),
        ({"cause": "flood"}, "guidance.do_not_start_engine", "guidance.fire_brigade"),
        ({"on_highway": True}, "guidance.highway", "guidance.police_mark"),
        ({"drink_or_drugs": True}, "guidance.police_drink", "guidance.police_death"),
    ],
)
def test_the_caller_hears_what_fits_the_accident(
    change: Mapping[str, object], told: str, not_told: str
) -> None:
    given = [case.text for case in RULES.report.guidance_for({**SCRATCH, **change})]
    assert told in given
    assert not_told not in given
    assert given[-1] == "guidance.papers_list_follows"


@pytest.mark.parametrize(
    ("kind", "change", "asked", "not_asked"),
    [
        ("own_vehicle", {}, "scene_photos", "repair_invoice"),
        ("own_vehicle", {"estimate": Decimal(8000)}, "repair_invoice", "accident_certificate"),
        ("own_vehicle", {"other_vehicles": 1}, "accident_certificate", "police_theft_report"),
        ("own_vehicle", {"cause": "theft"}, "police_theft_report", "medical_record"),
        ("own_vehicle", {"third_party_at_fault": True}, "transfer_of_rights", "all_keys"),
        ("other_vehicle", {}, "repair_invoice", "medical_record"),
        ("property", {}, "property_list", "repair_invoice"),
        ("injury", {"injured": 1}, "medical_invoices", "death_certificate"),
        ("injury", {"dead": 1}, "death_certificate", "medical_invoices"),
        ("injury", {"injured": 1, "disability": True}, "disability_report", "death_certificate"),
    ],
)
def test_only_the_papers_that_fit_are_asked(
    kind: str, change: Mapping[str, object], asked: str, not_asked: str
) -> None:
    papers = RULES.papers.asked(kind, {**SCRATCH, **change})
    assert asked in papers
    assert not_asked not in papers
    assert len(papers) == len(set(papers))


def test_a_small_clean_loss_needs_few_papers() -> None:
    assert RULES.papers.asked("own_vehicle", SCRATCH) == (
        "claim_form",
        "identity",
        "vehicle_licence",
        "driving_licence",
        "bank_account",
        "scene_photos",
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "remote"),
        ({"cause": "glass", "estimate": None}, "remote"),
        ({"estimate": Decimal(5001)}, "on_site"),
        ({"drivable": False}, "on_site"),
        ({"injured": 1}, "on_site"),
        ({"cause": "fire"}, "on_site"),
        ({"estimate": None}, "on_site"),
    ],
)
def test_a_scratch_is_looked_at_from_afar_and_the_rest_on_the_spot(
    change: Mapping[str, object], expected: str
) -> None:
    assert RULES.dispatch.mode.value.of({**SCRATCH, **change}) == expected


@pytest.mark.parametrize(
    ("roles", "klass", "amount", "allowed"),
    [
        ({"approver"}, "small", "5000", True),
        ({"approver"}, "small", "5000.01", False),
        ({"approver"}, "regular", "50000", True),
        ({"approver"}, "major", "1", False),
        ({"team_lead"}, "major", "100000", True),
        ({"team_lead"}, "regular", "200000.01", False),
        ({"manager"}, "major", "99999999", True),
        ({"agent", "surveyor"}, "small", "1", False),
        ({"agent", "approver"}, "special", "20000", True),
    ],
)
def test_authority_ends_where_the_rule_says(
    roles: set[str], klass: str, amount: str, allowed: bool
) -> None:
    assert RULES.authority.limits.value.allows(roles, klass, Decimal(amount)) is allowed


def test_a_refusal_needs_more_seniority_than_a_payment() -> None:
    limits = RULES.authority.limits.value
    assert not limits.allows_refusal({"approver"})
    assert limits.allows_refusal({"team_lead"})
    assert limits.roles_for("major", Decimal(150000)) == ("manager",)


def test_nobody_checks_alone_unless_the_rule_is_revised() -> None:
    assert RULES.authority.alone_up_to.value == 0


def test_there_is_a_reserve_for_every_kind_and_severity() -> None:
    for amounts in RULES.reserves.by_kind.value.values():
        rising = [amounts[level] for level in ("light", "medium", "severe", "total")]
        assert rising == sorted(rising)
