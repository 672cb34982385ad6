"""How an assessed sum compares with those of similar damage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from yinuo.areas.claims.models import Claim, Loss
from yinuo.areas.claims.rulefile import ClaimsRules
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.money import format_amount

_PEERS = """
SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY a.approved::float8)
FROM claims_loss l
JOIN claims_claim c ON c.case_id = l.claim_id
JOIN claims_assessment a ON a.loss_id = l.id
WHERE l.kind = %(kind)s AND l.severity = %(severity)s AND c.cause = %(cause)s
  AND c.currency = %(currency)s AND l.outcome IN ('pay', 'part') AND l.id <> %(loss)s
  AND c.accident_at > %(since)s
  AND a.version = (SELECT max(b.version) FROM claims_assessment b WHERE b.loss_id = l.id)
"""


@dataclass(frozen=True, slots=True)
class Peers:
    """Decided losses of the same kind, severity and cause, and the middle of their sums.

    `outlier`: there are enough of them, and this sum is far above or far below their middle.
    """

    count: int
    middle: Decimal
    outlier: bool
    currency: str

    @property
    def middle_text(self) -> str:
        return format_amount(self.middle, self.currency)


def peers(claim: Claim, loss: Loss, amount: Decimal, *, at: datetime) -> Peers:
    """How an assessed sum compares with those of similar damage. One statement."""
    rule = rulebook.rules(ClaimsRules, at=at).peers.outlier.value
    values: dict[str, str | int | datetime] = {
        "kind": loss.kind,
        "severity": loss.severity,
        "cause": claim.cause,
        "currency": claim.currency,
        "loss": loss.pk,
        "since": at - rule.within.elapsed(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_PEERS, values)
        count, middle = cursor.fetchone()
    found = Decimal(str(middle or 0)).quantize(Decimal("0.01"))
    enough = count >= rule.least and found > 0
    far = amount > found * rule.times or amount * rule.times < found
    return Peers(int(count), found, bool(enough and far), claim.currency)
