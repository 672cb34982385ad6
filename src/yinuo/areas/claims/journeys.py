"""The ways to look at a claim's workflow: which states stand together, and under what name."""

from __future__ import annotations

from yinuo.kit.errors import gettext_noop as _

# One workflow, seen four ways: the customer's tracking bar, six and five stages of two
# insurers' manuals, and the four phases of care.
JOURNEYS = (
    (
        "customer",
        (
            (_("Reported"), ("reported", "registered")),
            (_("Survey"), ("dispatched",)),
            (_("Assessment"), ("surveyed",)),
            (_("Papers"), ("assessed",)),
            (_("Calculation and review"), ("documented", "calculated", "reviewed", "approved")),
            (_("Decision"), ("decided", "returned", "zero", "refused")),
            (_("Payment"), ("paid",)),
            (_("Money arrived"), ("arrived", "closed")),
        ),
    ),
    (
        "six_stages",
        (
            (_("Report"), ("reported", "registered")),
            (_("Survey and assessment"), ("dispatched", "surveyed")),
            (_("Papers received and checked"), ("assessed",)),
            (_("Calculation and review"), ("documented", "calculated")),
            (_("Approval"), ("reviewed", "approved")),
            (
                _("Payment and closing"),
                ("decided", "returned", "paid", "arrived", "closed", "zero", "refused"),
            ),
        ),
    ),
    (
        "five_stages",
        (
            (_("Report accepted"), ("reported", "registered")),
            (_("Scene survey and evidence"), ("dispatched",)),
            (_("Loss assessment and price check"), ("surveyed",)),
            (_("Repair and claim papers"), ("assessed",)),
            (
                _("Review and payment"),
                (
                    "documented",
                    "calculated",
                    "reviewed",
                    "approved",
                    "decided",
                    "returned",
                    "paid",
                    "arrived",
                    "closed",
                    "zero",
                    "refused",
                ),
            ),
        ),
    ),
    (
        "care",
        (
            (_("Before the claim"), ()),
            (_("Acceptance"), ("reported", "registered")),
            (
                _("Handling"),
                (
                    "dispatched",
                    "surveyed",
                    "assessed",
                    "documented",
                    "calculated",
                    "reviewed",
                    "approved",
                ),
            ),
            (
                _("Closing"),
                ("decided", "returned", "paid", "arrived", "closed", "zero", "refused"),
            ),
        ),
    ),
)
