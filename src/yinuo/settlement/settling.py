"""settle(): one accident in, who pays what for which loss out, with every step."""

from __future__ import annotations

from yinuo.settlement.accident import Accident
from yinuo.settlement.addons import settle_addons
from yinuo.settlement.compulsory import settle_compulsory
from yinuo.settlement.liability import settle_third_party, settle_unpaid
from yinuo.settlement.own_damage import settle_own_damage
from yinuo.settlement.result import Settlement
from yinuo.settlement.seats import settle_seats
from yinuo.settlement.sheet import Sheet
from yinuo.settlement.subrogation import settle_recoveries
from yinuo.settlement.tables import Tables
from yinuo.settlement.valuing import value_cars


def settle(accident: Accident, tables: Tables) -> Settlement:
    """Settle one accident exactly; nothing is rounded before the result is printed.

    Compulsory cover first, then what it leaves: own damage, third-party liability, seats, add-ons,
    and the recovery file. Raises Refusal where a value is needed that the input does not give.
    """
    sheet = Sheet(accident, tables)
    value_cars(sheet)
    settle_compulsory(sheet)
    settle_own_damage(sheet)
    settle_third_party(sheet)
    settle_seats(sheet)
    settle_addons(sheet)
    settle_unpaid(sheet)
    settle_recoveries(sheet)
    return Settlement(sheet)
