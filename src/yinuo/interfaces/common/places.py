"""The places of the desk in the order of the rail, in groups, and whom each of them lets in."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop

_ALL: frozenset[str] = frozenset()
_CALLERS = frozenset({"agent", "team_lead"})
_LEADS = frozenset({"team_lead", "manager", "auditor"})
_DECIDERS = frozenset({"assessor", "calculator", "reviewer", "approver", "team_lead", "manager"})
_CARE = frozenset({"agent", "team_lead", "manager", "complaint_officer", "auditor"})


@dataclass(frozen=True, slots=True)
class Place:
    """`name` is that of its address; no roles are everybody at the desk."""

    name: str
    label: str
    icon: str
    roles: frozenset[str] = _ALL


PLACES: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        "",
        (
            Place("desk:today", gettext_noop("Today"), "today"),
            Place("desk:intake", gettext_noop("Intake"), "phone", _CALLERS),
            Place("desk:search", gettext_noop("Search"), "search"),
        ),
    ),
    (
        gettext_noop("Claims"),
        (
            Place("desk:survey", gettext_noop("Survey"), "survey", _LEADS | {"surveyor", "agent"}),
            Place(
                "desk:assessment",
                gettext_noop("Assessment"),
                "assess",
                _LEADS | {"assessor", "calculator"},
            ),
            Place("desk:review", gettext_noop("Review"), "review", _LEADS | {"reviewer"}),
            Place(
                "desk:approval",
                gettext_noop("Approval"),
                "approve",
                _LEADS | {"reviewer", "approver", "calculator"},
            ),
            Place(
                "desk:payments", gettext_noop("Payments"), "pay", frozenset({"cashier", "manager"})
            ),
        ),
    ),
    (
        gettext_noop("Care"),
        (
            Place("desk:bench", gettext_noop("Call-backs"), "phone", _CALLERS),
            Place("desk:warnings", gettext_noop("Call first"), "clock", _CARE),
            Place("desk:concerns", gettext_noop("Concerns"), "care", _CARE),
            Place("desk:voices", gettext_noop("Voices"), "message", _CARE - {"auditor"}),
            Place("desk:complaints", gettext_noop("Complaints"), "warn", _CARE),
        ),
    ),
    (
        gettext_noop("Figures"),
        (
            Place("desk:call_back_figures", gettext_noop("Call-back figures"), "event", _LEADS),
            Place(
                "desk:complaint_figures",
                gettext_noop("Complaint figures"),
                "event",
                _LEADS | {"complaint_officer"},
            ),
            Place("desk:waiting", gettext_noop("Waiting times"), "clock", _LEADS),
            Place("desk:clauses", gettext_noop("Clauses"), "document", _DECIDERS),
        ),
    ),
)
