"""A case has ended: its call-back is opened, or it is recorded why there is none."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from yinuo.areas.call_backs import queries, rules
from yinuo.areas.call_backs.commands.common import rules_at
from yinuo.areas.call_backs.models import CallBack, Campaign, Exclusion
from yinuo.areas.call_backs.rulefile import CallBacksRules, Strategy
from yinuo.areas.call_backs.rules import House
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Opening
from yinuo.core.cases.models import Case
from yinuo.core.people import commands as persons
from yinuo.core.people import rules as seeing
from yinuo.core.people.actors import Actor
from yinuo.kit.bulk import add_rows, among, new_row
from yinuo.kit.errors import DomainError

_KEPT_FACTS = ("late", "part_paid", "asked_twice", "outcome", "vulnerable", "injured")


class AlreadyFollowedUp(DomainError):
    code = "already_followed_up"
    message = _("Case %(number)s has its call-back already, or it is recorded why it has none.")


class NoSuchExclusion(DomainError):
    code = "no_such_exclusion"
    message = _("“%(reason)s” is no reason for leaving a customer out.")
    http = 422


@dataclass(frozen=True, slots=True)
class Ended:
    """A case to ask about. `facts` are what happened to it, as its own area knows it."""

    case: Case
    occasion: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """`known` counts the cases that had been followed up before; nothing happened to them."""

    opened: tuple[CallBack, ...]
    excluded: tuple[Exclusion, ...]
    known: int


@dataclass(frozen=True, slots=True)
class _Chosen:
    ended: Ended
    case: Case
    strategy_name: str
    strategy: Strategy
    next: rules.Next


def open_many(
    ended: Sequence[Ended], *, by: Actor, at: datetime, campaign: Campaign | None = None
) -> FollowedUp:
    """Open a call-back for each case, or record the first reason of the programme against one.

    Up to 1,000 cases. Safe to run twice: a case that has either is left alone. Raises NotYourRole
    and TooManyAtOnce.
    """
    with cases.transaction():
        locked = cases.lock_many(one.case.pk for one in ended)
        known = _known(locked, campaign)
        new = {one.case.pk: one for one in ended if one.case.pk not in known}
        programme, house = rules_at(at), queries.house_at(at)
        chosen, left_out = _sort(list(new.values()), locked, programme, house, at)
        opened = _open(chosen, programme, campaign, by, at)
        excluded = _exclude(left_out, programme, campaign, by, at)
    return FollowedUp(tuple(opened), tuple(excluded), len(ended) - len(new))


def open_call_back(
    *,
    case: Case,
    occasion: str,
    facts: Mapping[str, object] | None = None,
    by: Actor,
    at: datetime,
) -> FollowedUp:
    """The single form of `open_many`. Raises AlreadyFollowedUp."""
    done = open_many([Ended(case, occasion, facts or {})], by=by, at=at)
    if done.known:
        raise AlreadyFollowedUp(number=case.number)
    return done


def leave_out_case(*, case: Case, reason: str, by: Actor, at: datetime) -> Exclusion:
    """Record by hand why an ended case gets no call-back.

    Raises NotForYou, NoSuchExclusion and AlreadyFollowedUp.
    """
    if not by.roles.intersection(("team_lead", "manager", "system")):
        raise seeing.NotForYou
    with cases.transaction():
        fresh = cases.lock(case)
        programme = rules_at(at)
        if reason not in programme.exclusions:
            raise NoSuchExclusion("reason", reason=reason)
        if _known([fresh.pk], None):
            raise AlreadyFollowedUp(number=fresh.number)
        (made,) = _exclude([(fresh, reason)], programme, None, by, at)
    return made


def _known(followed: Collection[int], campaign: Campaign | None) -> set[int]:
    opened = CallBack.objects.filter(among("followed", followed), campaign=campaign)
    left_out = Exclusion.objects.filter(among("followed", followed), campaign=campaign)
    return {
        *opened.values_list("followed", flat=True),
        *left_out.values_list("followed", flat=True),
    }


def _sort(
    new: Sequence[Ended],
    locked: Mapping[int, Case],
    programme: CallBacksRules,
    house: House,
    at: datetime,
) -> tuple[list[_Chosen], list[tuple[Case, str]]]:
    people = {locked[one.case.pk].customer_id for one in new}
    # Two claims of one customer may end at the same moment, each in a transaction of its own.
    persons.queue_for(people)
    standing = queries.standing_of(people, [one.case.pk for one in new], at=at)
    sorting = _Sorting(programme, house, at)
    asked: set[int] = set()
    chosen: list[_Chosen] = []
    left_out: list[tuple[Case, str]] = []
    for one in new:
        case = locked[one.case.pk]
        facts: dict[str, object] = {
            **one.facts,
            **standing.facts_of(case, case.customer),
            "occasion": one.occasion,
            "care": case.care,
        }
        facts["asked_lately"] = facts["asked_lately"] or case.customer_id in asked
        name, strategy, reason = sorting.strategy(case.number, facts)
        if reason:
            left_out.append((case, reason))
            continue
        asked.add(case.customer_id)
        contact = sorting.first_contact(name, strategy, queries.wishes_of(case.customer))
        chosen.append(_Chosen(one, case, name, strategy, contact))
    return chosen, left_out


@dataclass(slots=True)
class _Sorting:
    """What the rules say about equal facts and wishes is asked of them once for a set."""

    programme: CallBacksRules
    house: House
    at: datetime
    strategies: dict[str, tuple[str, Strategy]] = field(default_factory=dict)
    reasons: dict[tuple[str, bool], str] = field(default_factory=dict)
    contacts: dict[tuple[str, rules.Wishes], rules.Next] = field(default_factory=dict)

    def strategy(self, number: str, facts: dict[str, object]) -> tuple[str, Strategy, str]:
        """The strategy for these facts, and why nobody is asked all the same, or empty."""
        known = repr(facts)
        if known not in self.strategies:
            self.strategies[known] = rules.strategy_for(self.programme, facts)
        name, strategy = self.strategies[known]
        facts["in_sample"] = in_sample = rules.in_sample(number, strategy.sample)
        key = (known, in_sample)
        if key not in self.reasons:
            self.reasons[key] = rules.exclusion_for(self.programme, facts)
        return name, strategy, self.reasons[key]

    def first_contact(self, name: str, strategy: Strategy, wishes: rules.Wishes) -> rules.Next:
        key = (name, wishes)
        if key not in self.contacts:
            self.contacts[key] = rules.next_contact(
                strategy, (), wishes, self.house, not_before_at=self.at
            )
        return self.contacts[key]


def _open(
    chosen: Sequence[_Chosen],
    programme: CallBacksRules,
    campaign: Campaign | None,
    by: Actor,
    at: datetime,
) -> list[CallBack]:
    if not chosen:
        return []
    opened = cases.open_many([_opening(one, programme) for one in chosen], by=by, at=at)
    rows = [_row(case, one, programme, campaign) for case, one in zip(opened, chosen, strict=True)]
    return add_rows(rows)


def _opening(one: _Chosen, programme: CallBacksRules) -> Opening:
    return Opening(
        kind="call_back",
        step="open",
        customer=one.case.customer,
        branch=one.case.branch,
        care=one.case.care,
        about=one.case,
        data={
            "followed": one.case.number,
            "occasion": one.ended.occasion,
            "programme": programme.programme.version.value,
            "strategy": one.strategy_name,
            "questionnaire": one.strategy.questionnaire,
            "version": one.strategy.questionnaire_version,
            "contact": one.next.channel,
            "contact_at": one.next.at.isoformat(),
        },
    )


def _row(
    case: Case, one: _Chosen, programme: CallBacksRules, campaign: Campaign | None
) -> CallBack:
    return new_row(
        CallBack,
        {
            "case": case,
            "followed": one.case,
            "person": one.case.customer,
            "campaign": campaign,
        },
        occasion=one.ended.occasion,
        facts=dict(_kept(one.ended.facts)),
        programme_version=programme.programme.version.value,
        strategy=one.strategy_name,
        channels=list(one.strategy.channels),
        questionnaire=one.strategy.questionnaire,
        questionnaire_version=one.strategy.questionnaire_version,
        language=one.case.customer.language,
        channel=one.next.channel,
        next_contact_at=one.next.at,
    )


def _kept(facts: Mapping[str, object]) -> Iterator[tuple[str, Any]]:
    """What the questions may fit themselves to; the rest served to decide and is not kept."""
    for name in _KEPT_FACTS:
        if facts.get(name) is not None:
            yield name, facts[name]


def _exclude(
    left_out: Sequence[tuple[Case, str]],
    programme: CallBacksRules,
    campaign: Campaign | None,
    by: Actor,
    at: datetime,
) -> list[Exclusion]:
    if not left_out:
        return []
    version = programme.programme.version.value
    cases.record_many(
        [
            (case, "call_back.excluded", {"reason": reason, "programme": version})
            for case, reason in left_out
        ],
        by=by,
        at=at,
    )
    return add_rows(
        [
            Exclusion(
                followed=case,
                campaign=campaign,
                reason=reason,
                programme_version=version,
                by=by.id,
                at=at,
            )
            for case, reason in left_out
        ]
    )
