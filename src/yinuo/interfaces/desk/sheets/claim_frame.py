"""What the sheets of claims are made of beside the frame: the claim and its losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yinuo.areas.claims.models import Claim, Loss
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.fields import Option
from yinuo.interfaces.desk.sheets.frame import Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDesk(Desk):
    """Who sits before which claim; its parts are losses."""

    @property
    def claim(self) -> Claim:
        found: Claim = self.row
        return found

    @property
    def losses(self) -> tuple[Loss, ...]:
        return self.parts

    @property
    def loss(self) -> Loss | None:
        found: Loss | None = self.part
        return found


def loss_name(loss: Loss) -> str:
    what = loss.title or labels.word(labels.LOSS_KINDS, loss.kind)
    return _("%(number)s. %(what)s") % {"number": loss.ordinal, "what": what}


def loss_options(losses: Sequence[Loss]) -> tuple[Option, ...]:
    return tuple(Option(str(loss.ordinal), loss_name(loss)) for loss in losses)
