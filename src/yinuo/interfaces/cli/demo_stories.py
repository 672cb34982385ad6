"""How the claims of the demo insurer go: each story is a generator of commands and pauses."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from PIL import Image, ImageDraw

from yinuo.areas.claims import commands as claims
from yinuo.areas.claims import queries as claim_queries
from yinuo.areas.claims.commands import Damage, Line, NewLoss, Reason, Report, Share, SurveySheet
from yinuo.areas.claims.models import Loss
from yinuo.core.cases.models import Case
from yinuo.core.documents import queries as documents
from yinuo.core.documents.commands import Judgement, Upload, Wanted
from yinuo.core.payments import queries as payments
from yinuo.core.payments.rules import AccountDetails
from yinuo.core.people.actors import Actor, customer_actor
from yinuo.core.people.models import Person
from yinuo.core.people.rules import NewPerson
from yinuo.interfaces.cli import demo_call_backs, demo_complaints
from yinuo.interfaces.cli.demo_cast import Cast, customer_name
from yinuo.interfaces.cli.engine import Engine, Steps, Story
from yinuo.kit.ids import luhn_digit

PLACES = ("示例路与样本街路口", "演示大道 88 号", "样本桥匝道", "示例广场地下车库", "试验环路出口")
PARTS = (
    ("前保险杠", 1800),
    ("左前大灯", 2600),
    ("右后车门", 3200),
    ("后尾灯", 900),
    ("引擎盖", 4100),
)
CONSISTENT = "示例查勘记录：痕迹与陈述相符。"
DOUBTFUL = "示例查勘记录：痕迹与陈述不完全相符。"
NINE_TENTHS = Decimal("0.9")


@dataclass(frozen=True, slots=True)
class Plot:
    """How one claim goes: how far, how slowly, and what is special about it."""

    policy_number: str
    branch: str
    plate: str
    ends: str
    special: str
    pace: float
    seed: int


def tell(plot: Plot, cast: Cast, engine: Engine, start: datetime) -> Story:
    """The story of one claim up to `plot.ends`; it stops there and the promises run on."""
    dice = random.Random(plot.seed)  # noqa: S311  a demo has to be the same each time

    def who(role: str) -> Actor:
        return cast.actor(plot.branch, role)

    at = yield start
    case = claims.report(
        report=_report(plot, dice, at), door=dice.choice(("phone", "phone", "web")),
        confirmed_new=True, by=who("agent"), at=at,
    ).case  # fmt: skip
    if plot.ends == "reported":
        return
    if plot.ends == "withdrawn":
        at = yield at + timedelta(minutes=90 * plot.pace)
        customer = customer_actor(person_id=case.customer_id)
        claims.withdraw(case=case, reason="决定自行修理", by=customer, at=at)
        yield from demo_call_backs.follow(at, case, plot.branch, cast, dice)
        return
    at = yield at + timedelta(minutes=4 * plot.pace)
    claims.register(case=case, by=who("agent"), at=at)
    at = yield from _survey(at, case, plot, cast, dice)
    if plot.ends in ("dispatched", "surveyed"):
        return
    at = yield from _assess(at, case, plot, cast, dice)
    if plot.ends == "assessed":
        return
    at = yield from _decide(at, case, plot, cast, dice)
    if plot.ends in ("paid", "returned", "closed"):
        at = yield from _pay(at, case, plot, cast, engine)
    if plot.ends in ("closed", "refused", "zero"):
        at = yield from demo_call_backs.follow(at, case, plot.branch, cast, dice)
    yield from demo_complaints.voice(at, case, plot.branch, cast, dice)


def _report(plot: Plot, dice: random.Random, at: datetime) -> Report:
    losses = [NewLoss("own_vehicle", "本车", dice.choice(("light", "medium", "severe")),
                      Decimal(dice.randint(8, 300) * 100))]  # fmt: skip
    injured = 0
    if plot.special in ("several", "payees", "injury"):
        owner = NewPerson(name=customer_name(dice), phone=f"1390001{dice.randint(0, 9999):04d}")
        losses.append(NewLoss("other_vehicle", "对方车辆", "medium", Decimal(5200), owner))
    if plot.special == "injury":
        hurt = NewPerson(name=customer_name(dice))
        losses.append(NewLoss("injury", "伤者", "medium", Decimal(12000), hurt))
        injured = 1
    return Report(
        accident_at=at - timedelta(minutes=dice.randint(15, 180)),
        place=dice.choice(PLACES),
        cause="collision" if len(losses) > 1 else dice.choice(("single_car", "scratch", "glass")),
        losses=losses,
        policy_number=plot.policy_number,
        circumstances="示例情况：低速行驶时发生碰撞。",
        latitude=31.2 + dice.random() / 20,
        longitude=121.4 + dice.random() / 10,
        injured=injured,
        other_vehicles=1 if len(losses) > 1 else 0,
        drivable=dice.random() > 0.3,
        police_called=injured > 0,
        said={"at_scene": True, "liability_clear": dice.random() > 0.2},
    )


def _survey(at: datetime, case: Case, plot: Plot, cast: Cast, dice: random.Random) -> Steps:
    at = yield at + timedelta(minutes=6 * plot.pace)
    claim = claim_queries.get_for(cast.actor("hq", "manager"), case.number)
    running = claim_queries.running_survey(claim)
    if running is None:
        claims.dispatch(case=case, by=cast.actor(plot.branch, "agent"), at=at)
        running = claim_queries.running_survey(claim)
    if plot.ends == "dispatched" or running is None:
        return at
    surveyor = next(
        cast.actor(branch, role) for (branch, role), m in cast.staff.items()
        if m.pk == running.surveyor_id
    )  # fmt: skip
    claims.contact(case=case, by=surveyor, at=at)
    claims.declare_no_interest(case=case, by=surveyor, at=at)
    at = yield at + timedelta(minutes=22 * plot.pace)
    if running.mode == "on_site":
        claims.arrive(case=case, latitude=31.22, longitude=121.45, by=surveyor, at=at)
    photos = [_photo(kind, at, dice) for kind in ("scene_photos", "survey_photos")]
    claims.receive_papers(case=case, uploads=photos, by=surveyor, at=at)
    at = yield at + timedelta(minutes=35 * plot.pace)
    losses = list(Loss.objects.filter(claim=case.pk).order_by("ordinal"))
    fault = dice.choice(("full", "main", "equal", "none"))
    if fault == "none" and len(losses) > 1:
        fault = "minor"  # Who has no fault is paid by the other side, and these are to be paid.
    sheet = SurveySheet(
        authenticity="doubtful" if plot.special == "doubt" else "consistent",
        liability=fault,
        findings="示例查勘记录：痕迹与陈述"
        + ("不完全相符。" if plot.special == "doubt" else "相符。"),
        damages=tuple(
            Damage(loss.ordinal, part, dice.choice(("light", "medium", "heavy")))
            for loss in losses
            if loss.kind.endswith("vehicle")
            for part, _price in dice.sample(PARTS, 2)
        ),
        told=("process", "standard", "rights"),
    )
    claims.complete_survey(case=case, sheet=sheet, by=surveyor, at=at)
    return at


def _assess(at: datetime, case: Case, plot: Plot, cast: Cast, dice: random.Random) -> Steps:
    at = yield at + timedelta(minutes=5 * 60 * plot.pace)
    assessor = cast.actor(plot.branch, "assessor")
    for loss in Loss.objects.filter(claim=case.pk).order_by("ordinal"):
        claims.assess(
            case=case, loss=loss.ordinal, lines=_lines(loss, plot, dice),
            repair_shop="示例修理厂", by=assessor, at=at,
        )  # fmt: skip
    agent = cast.actor(plot.branch, "agent")
    at = yield at + timedelta(minutes=30 * plot.pace)
    wanted = [Wanted("claim_form", "每笔索赔都需要"), Wanted("driving_licence", "核对驾驶资格")]
    rows = claims.request_papers(case=case, wanted=wanted, by=agent, at=at)
    if plot.ends == "assessed" and plot.special != "papers":
        return at
    at = yield at + timedelta(minutes=20 * 60 * plot.pace)
    customer = customer_actor(person_id=case.customer_id)
    uploads = [_photo(row.kind, at, dice) for row in rows]
    claims.receive_papers(case=case, uploads=uploads, by=customer, at=at)
    at = yield at + timedelta(minutes=3 * 60 * plot.pace)
    if plot.special == "papers":
        again = [Wanted("repair_invoice", "核对修理费用")]
        claims.request_papers(
            case=case, wanted=again, again_because="首次遗漏了修理发票", by=agent, at=at
        )
        if plot.ends == "assessed":
            return at
        at = yield at + timedelta(minutes=30 * 60 * plot.pace)
        claims.receive_papers(
            case=case, uploads=[_photo("repair_invoice", at, dice)], by=customer, at=at
        )
        at = yield at + timedelta(minutes=60 * plot.pace)
    received = documents.of_case(agent, case).filter(status="received", request_round__gt=0)
    judged = [Judgement(row.pk, True) for row in received]
    if judged:
        claims.judge_papers(case=case, judgements=judged, by=agent, at=at)
    claims.complete_papers(case=case, by=agent, at=at)
    return at


def _lines(loss: Loss, plot: Plot, dice: random.Random) -> list[Line]:
    if loss.kind == "injury":
        return [Line("other", "医疗费", Decimal(9800), Decimal(9800))]
    cut = plot.special in ("cut", "payees") or dice.random() < 0.3
    lines = []
    for number, (part, price) in enumerate(dice.sample(PARTS, 2)):
        asked = Decimal(price)
        approved = (
            (asked * Decimal("0.9")).quantize(Decimal("0.01")) if cut and not number else asked
        )
        reason = "按市场配件价格核定" if approved < asked else ""
        lines.append(Line("part", part, asked, approved, reason=reason))
    labour = Decimal(200) if plot.ends == "zero" else Decimal(dice.randint(3, 12) * 100)
    if plot.ends == "zero":
        return [Line("labour", "抛光", labour, Decimal(0), reason="原有损伤，不属于本次事故",
                     clause="own_damage_exclusions_2020")]  # fmt: skip
    return [*lines, Line("labour", "钣金喷漆", labour, labour)]


def _decide(at: datetime, case: Case, plot: Plot, cast: Cast, dice: random.Random) -> Steps:
    def who(role: str) -> Actor:
        return cast.actor(plot.branch, role)

    if plot.ends == "documented":
        return at
    at = yield at + timedelta(minutes=4 * 60 * plot.pace)
    ordinals = list(Loss.objects.filter(claim=case.pk).values_list("ordinal", flat=True))
    refusal = [
        Reason(
            "查勘痕迹与陈述的事故经过不符，且补充调查后仍无法证明", "示例条款 5.1",
            "事故的经过要能从现场和材料上看出来；看不出来的那部分损失，我们不能赔。",
        )
    ]  # fmt: skip
    for ordinal in ordinals:
        if plot.ends == "refused":
            claims.propose_refusal(
                case=case, loss=ordinal, reasons=refusal, by=who("calculator"), at=at
            )
        else:
            claims.calculate(case=case, loss=ordinal, by=who("calculator"), at=at)
    if plot.ends == "calculated":
        return at
    at = yield at + timedelta(minutes=2 * 60 * plot.pace)
    for ordinal in ordinals:
        claims.review(case=case, loss=ordinal, by=who("reviewer"), at=at)
    if plot.ends == "reviewed":
        return at
    at = yield at + timedelta(minutes=3 * 60 * plot.pace)
    boss = cast.actor("hq", "manager")
    for ordinal in ordinals:
        claims.approve(case=case, loss=ordinal, by=boss, at=at)
    if plot.ends == "approved":
        return at
    at = yield at + timedelta(minutes=60 * plot.pace)
    for ordinal in ordinals:
        shares = _shares(case, ordinal, plot)
        claims.decide(case=case, loss=ordinal, shares=shares, by=boss, at=at)
    return at


def _shares(case: Case, ordinal: int, plot: Plot) -> list[Share]:
    """In some claims the owner of the other car and the repair shop's bill share one loss."""
    loss = Loss.objects.select_related("owner").get(claim=case.pk, ordinal=ordinal)
    calculation = loss.calculations.order_by("-version").first()
    if plot.special != "payees" or loss.kind != "other_vehicle" or calculation is None:
        return []
    if loss.owner is None or calculation.amount < 200:
        return []
    half = (calculation.amount / 2).quantize(Decimal("0.01"))
    return [Share(loss.owner, half), Share(case.customer, calculation.amount - half)]


def _pay(at: datetime, case: Case, plot: Plot, cast: Cast, engine: Engine) -> Steps:
    at = yield at + timedelta(minutes=2 * 60 * plot.pace)
    if not Loss.objects.filter(claim=case.pk, stage="decided").exists():
        # The deductible took everything: nothing is left to pay.
        return at
    people = {case.customer}
    for loss in Loss.objects.filter(claim=case.pk).prefetch_related("payees__person"):
        people |= {payee.person for payee in loss.payees.all()}
    agent, cashier = cast.actor(plot.branch, "agent"), cast.actor(plot.branch, "cashier")
    for person in sorted(people, key=lambda one: one.pk):
        first = _account(person, returned=plot.special == "returned")
        claims.propose_account(case=case, person=person, details=first, by=agent, at=at)
    for loss in Loss.objects.filter(claim=case.pk, stage="decided").order_by("ordinal"):
        claims.instruct_payment(case=case, loss=loss.ordinal, by=cashier, at=at)
        engine.money_waits = True
    if plot.special == "returned" and plot.ends == "closed":
        at = yield at + timedelta(minutes=7 * 60)
        proposed = claims.propose_account(
            case=case, person=case.customer, details=_account(case.customer, returned=False),
            by=agent, at=at,
        )  # fmt: skip
        at = yield at + timedelta(minutes=60)
        if payments.proposals_of(case).filter(pk=proposed.pk).exists():
            claims.confirm_account(case=case, account=proposed, by=cashier, at=at)
        for loss in Loss.objects.filter(claim=case.pk, stage="decided").order_by("ordinal"):
            claims.instruct_payment(case=case, loss=loss.ordinal, by=cashier, at=at)
            engine.money_waits = True
        engine.money_waits = True
    return at


def _account(person: Person, *, returned: bool) -> AccountDetails:
    """A card number of an invented bank; those of one block are sent back by the demo's bank."""
    body = f"6299{'99' if returned else '00'}{person.pk:012d}"
    return AccountDetails("individual", person.name, f"{body}{luhn_digit(body)}", "示例银行")


def comes_back(account: str) -> str:
    """The demo bank's answer: a reason code for the accounts that it does not know."""
    return "AC04" if account.startswith("629999") else ""


def _photo(kind: str, at: datetime, dice: random.Random) -> Upload:
    """A drawn stand-in for a photo, plainly marked as an example."""
    shade = tuple(dice.randint(90, 200) for _ in range(3))
    picture = Image.new("RGB", (640, 480), shade)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((120, 200, 520, 360), outline="white", width=6)
    pen.text((140, 220), f"EXAMPLE {kind} {dice.randint(0, 10**9)}", fill="white")
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=60)
    return Upload(kind, f"{kind}.jpg", [content.getvalue()], taken_at=at)
