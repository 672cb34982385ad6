"""`yinuo demo`: an insurer to try things on, told by the same commands that people use."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import click
from django.conf import settings
from django.utils.translation import gettext as _
from tqdm import tqdm

from yinuo.core.cases.models import Case
from yinuo.core.payments.bank.stand_in import StandInBank
from yinuo.core.people.models import Staff
from yinuo.core.policies.models import Policy
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.cli import demo_call_backs, demo_cast, demo_stories
from yinuo.interfaces.cli.demo_cast import HEAD_OFFICE, PASSWORD, ROLES
from yinuo.interfaces.cli.demo_stories import Plot
from yinuo.interfaces.cli.engine import Engine
from yinuo.interfaces.cli.run import CLAIMS, SIGN_INS, UNDER_WAY
from yinuo.kit import env

# How many of a hundred claims end where, and how many days ago such a claim was reported.
ENDS = (
    ("closed", 44, (5, 90)),
    ("reported", 3, (0, 0.008)),
    ("dispatched", 5, (0.004, 0.03)),
    ("surveyed", 8, (0.1, 0.8)),
    ("assessed", 8, (0.8, 2.2)),
    ("documented", 5, (1.6, 2.4)),
    ("calculated", 5, (1.7, 2.6)),
    ("reviewed", 5, (1.8, 3.2)),
    ("approved", 4, (2, 3.2)),
    ("decided", 4, (2.2, 4)),
    ("paid", 4, (2.3, 2.9)),
    ("refused", 3, (10, 60)),
    ("zero", 2, (10, 60)),
    ("withdrawn", 1, (2, 40)),
)
SPECIALS = ("", "", "", "", "", "cut", "several", "payees", "papers", "doubt", "injury", "returned")


@click.command()
@click.option("--claims", "count", default=240, show_default=True, type=CLAIMS)
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same insurer.")
def demo(count: int, seed: int) -> None:
    """Fill an empty house with a demo insurer; a house that has people is left alone."""
    if env.mode() is env.Mode.PRODUCTION:
        raise click.ClickException(_("Production mode has no demo accounts."))
    sign_ins, under_way = env.state_directory() / SIGN_INS, env.state_directory() / UNDER_WAY
    broken_off = under_way.exists() or not sign_ins.exists()
    if Staff.objects.filter(is_demo=True).exists() and broken_off:
        raise click.ClickException(
            _("Filling the demo insurer was interrupted. Start afresh: make clean, then make run.")
        )
    if Staff.objects.filter(is_demo=True).exists():
        click.echo(_("The demo insurer is already here."))
    elif Staff.objects.exists() or Case.objects.exists():
        raise click.ClickException(_("This house has people of its own: the demo stays out."))
    else:
        under_way.parent.mkdir(parents=True, exist_ok=True)
        under_way.touch()
        fill(count, seed)
        under_way.unlink()
    write_sign_ins()


def fill(count: int, seed: int) -> None:
    """Tell the stories of `count` claims, ending now. Lines of the timeline carry their source."""
    now = datetime.now(UTC)
    dice = random.Random(seed)  # noqa: S311  the same insurer each time, nothing secret
    settings.YINUO_SANDBOX = True
    cast = demo_cast.hire(now - timedelta(days=500))
    numbers = demo_cast.sell(count + count // 3, dice, now)
    # Whoever has started the house can look on from here.
    write_sign_ins(show=False)
    bank = StandInBank(now, decide=demo_stories.comes_back)
    with tqdm(total=count, unit=" claims", desc=_("Demo claims"), leave=False) as bar:
        engine = Engine(bank, ended=bar.update)
        with rulebook.pinned():
            for plot, at in _plots(numbers[:count], dice, now):
                engine.add(demo_stories.tell(plot, cast, engine, at))
            engine.run(until=now)
            demo_call_backs.listen(cast, dice, now)
    settings.YINUO_SANDBOX = False


def _plots(
    numbers: list[str], dice: random.Random, now: datetime
) -> Iterator[tuple[Plot, datetime]]:
    policies = {
        policy.number: policy for policy in Policy.objects.select_related("branch", "vehicle")
    }
    weights = [weight for _name, weight, _days in ENDS]
    for seed, number in enumerate(numbers):
        policy = policies[number]
        ends, _weight, (newest, oldest) = dice.choices(ENDS, weights)[0]
        at = now - timedelta(days=dice.uniform(newest, oldest))
        plot = Plot(
            policy_number=number,
            branch=policy.branch.code.lower(),
            plate=policy.vehicle.plate,
            ends=ends,
            special="" if ends == "zero" else dice.choice(SPECIALS),
            pace=dice.choice((0.6, 0.8, 0.8, 1.0, 1.5, 2.5)) if ends != "dispatched" else 0.8,
            seed=seed,
        )
        yield plot, max(at, policy.starts_at)


def write_sign_ins(*, show: bool = True) -> None:
    """What a newcomer needs to sign in: one line per role, and the one password of the demo."""
    lines = [_("Password of every demo account: %s") % PASSWORD, ""]
    for username, roles, title in (*ROLES, *HEAD_OFFICE):
        lines.append(f"{username:12} {title}  ({', '.join(roles)})")
    reachable = Case.objects.filter(kind="claim", customer__phone_index__isnull=False)
    case = reachable.filter(closed_at=None).last()
    if case is not None:
        lines += ["", _("A customer: case %(number)s, telephone %(phone)s; the code is in %(mail)s")
                  % {"number": case.number, "phone": case.customer.phone,
                     "mail": settings.EMAIL_FILE_PATH}]  # fmt: skip
    path = env.state_directory() / SIGN_INS
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if show:
        click.echo("\n".join(lines))
