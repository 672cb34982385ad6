from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connections, transaction

from tests.core.people.house import START, House, case_of, later, person, statements
from yinuo.core.cases.models import Case
from yinuo.core.people import commands as people
from yinuo.core.people import queries, rules
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.people.models import ApiAnswer, ApiClient, Person, SignInCode
from yinuo.kit.errors import DomainError

TRIES = 5


def issue(case: Case, at: str = "0 minutes", who: Person | None = None) -> str:
    return people.issue_sign_in_code(
        case_id=case.pk, person_id=(who or case.customer).pk, by=SYSTEM, at=later(at)
    )


def enter(case: Case, code: str, at: str = "1 minutes", who: Person | None = None) -> Actor:
    return people.check_sign_in_code(
        case_id=case.pk, person_id=(who or case.customer).pk, code=code, at=later(at)
    )


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


@pytest.fixture
def case(house: House) -> Case:
    return case_of(person(house.north))


def test_the_code_signs_in_to_this_case_and_is_not_kept(case: Case) -> None:
    code = issue(case)
    assert len(code) == 6
    assert code.isdecimal()
    assert code.encode() not in bytes(SignInCode.objects.get().code_hash)

    signed_in = enter(case, f" {code} ")
    assert signed_in.person_id == case.customer_id
    assert signed_in.case_id == case.pk
    assert signed_in.roles == {"customer"}


def test_a_code_opens_once(case: Case) -> None:
    code = issue(case)
    enter(case, code)
    with pytest.raises(people.CodeNotGood):
        enter(case, code)


def test_an_old_code_opens_nothing(case: Case) -> None:
    code = issue(case)
    with pytest.raises(people.CodeNotGood):
        enter(case, code, at="10 minutes")
    with pytest.raises(people.CodeNotGood):
        enter(case, code, at="-1 seconds")
    assert enter(case, code, at="599 seconds").person_id == case.customer_id


def test_after_the_last_wrong_try_the_right_code_is_worth_nothing(case: Case) -> None:
    code = issue(case)
    for _ in range(TRIES):
        with pytest.raises(people.CodeNotGood):
            enter(case, wrong(code))
    with pytest.raises(people.CodeNotGood):
        enter(case, code)
    assert SignInCode.objects.get().tries_left == 0


def test_the_last_try_may_still_be_right(case: Case) -> None:
    code = issue(case)
    for _ in range(TRIES - 1):
        with pytest.raises(people.CodeNotGood):
            enter(case, wrong(code))
    assert enter(case, code).person_id == case.customer_id


def test_only_the_newest_code_opens(case: Case) -> None:
    first = issue(case)
    second = issue(case, at="2 minutes")
    if first != second:
        with pytest.raises(people.CodeNotGood):
            enter(case, first, at="3 minutes")
    assert enter(case, second, at="3 minutes").person_id == case.customer_id


def test_a_code_of_one_case_or_person_opens_no_other(case: Case, house: House) -> None:
    other_case = case_of(case.customer)
    other = person(house.north, name="李四")
    code = issue(case)
    issue(other_case)
    issue(case, who=other)
    # Each of the others holds a code of its own, equal to this one once in a million runs.
    with pytest.raises(people.CodeNotGood):
        enter(other_case, code)
    with pytest.raises(people.CodeNotGood):
        enter(case, code, who=other)


def test_every_refusal_says_the_same_so_that_a_guesser_learns_nothing(case: Case) -> None:
    def refusal(attempt: Callable[[], Actor]) -> tuple[str, str, str | None]:
        with pytest.raises(people.CodeNotGood) as caught:
            attempt()
        return caught.value.code, str(caught.value), caught.value.field

    never_made = refusal(lambda: enter(case, "000000"))
    code = issue(case)
    assert refusal(lambda: enter(case, wrong(code))) == never_made
    assert refusal(lambda: enter(case, code, at="11 minutes")) == never_made
    assert refusal(lambda: enter(case, "x" * 10_000)) == never_made
    enter(case, code)
    assert refusal(lambda: enter(case, code)) == never_made


def test_an_impatient_finger_waits_and_a_flood_is_stopped(case: Case) -> None:
    issue(case)
    with pytest.raises(people.WaitForTheCode) as refusal:
        issue(case, at="59 seconds")
    assert refusal.value.http == 429
    for minute in (1, 2, 3, 4):
        issue(case, at=f"{minute} minutes")
    for at in ("5 minutes", "59 minutes"):
        with pytest.raises(people.WaitForTheCode):
            issue(case, at=at)
    issue(case, at="60 minutes")
    with pytest.raises(people.WaitForTheCode):
        issue(case, at="60 minutes")


def at_once(attempts: list[Callable[[], object]]) -> list[object]:
    """What each returned or raised, all started together, each on its own connection."""
    start = threading.Barrier(len(attempts))
    results: list[object] = []

    def run(attempt: Callable[[], object]) -> None:
        start.wait()
        try:
            results.append(attempt())
        except (DomainError, RuntimeError, DatabaseError) as error:
            results.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(attempt,)) for attempt in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_who_enter_one_code_at_once_use_it_once() -> None:
    case = case_of(person(House().north))
    code = issue(case)
    results = at_once([lambda: enter(case, code)] * 6)
    assert sum(isinstance(one, Actor) for one in results) == 1
    assert sum(isinstance(one, people.CodeNotGood) for one in results) == 5


@pytest.mark.django_db(transaction=True)
def test_guesses_made_at_once_are_each_counted() -> None:
    case = case_of(person(House().north))
    code = issue(case)
    results = at_once([lambda: enter(case, wrong(code))] * 8)
    assert all(isinstance(one, people.CodeNotGood) for one in results)
    assert SignInCode.objects.get().tries_left == 0
    with pytest.raises(people.CodeNotGood):
        enter(case, code)


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_for_a_code_at_once_get_one() -> None:
    case = case_of(person(House().north))
    results = at_once([lambda: issue(case)] * 4)
    assert sum(isinstance(one, str) for one in results) == 1
    assert SignInCode.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_check_that_an_outer_transaction_could_undo_is_a_bug() -> None:
    case = case_of(person(House().north))
    code = issue(case)
    with transaction.atomic(), pytest.raises(RuntimeError):
        enter(case, wrong(code))


# Machines ------------------------------------------------------------------------------------


def client(house: House, by: Actor = SYSTEM, name: str = "shop") -> tuple[ApiClient, str]:
    return people.create_api_client(name=name, roles=["agent"], branch=house.north, by=by, at=START)


def test_the_key_is_told_once_and_tells_the_actor_in_one_statement(house: House) -> None:
    made, key = client(house, by=house.by_north_manager)
    assert key.encode() not in bytes(ApiClient.objects.get().key_hash)
    with statements(1):
        found = queries.actor_of_client(key)
    assert (found.id, found.kind, found.branch_path) == (
        f"client:{made.pk}", "client", house.north.path,
    )  # fmt: skip
    assert found.roles == {"agent"}


@pytest.mark.parametrize("key", ["", "x", "密钥", "a" * 5000])
def test_an_unknown_key_opens_nothing(house: House, key: str) -> None:
    client(house)
    with pytest.raises(queries.KeyUnknown) as refusal:
        queries.actor_of_client(key)
    assert refusal.value.http == 401


def test_a_closed_client_is_unknown_from_then_on(house: House) -> None:
    made, key = client(house)
    with pytest.raises(rules.NotForYou):
        people.close_api_client(client=made, by=house.by_agent, at=START)
    people.close_api_client(client=made, by=house.by_north_manager, at=START)
    with pytest.raises(queries.KeyUnknown):
        queries.actor_of_client(key)


def test_keys_are_given_by_managers_under_names_that_differ(house: House) -> None:
    client(house)
    with pytest.raises(people.ClientNameTaken):
        client(house)
    with pytest.raises(rules.NotForYou):
        client(house, by=house.by_agent, name="other")


# Repeats of a request ------------------------------------------------------------------------

HASH, OTHER_HASH = bytes(32), bytes([1]) * 32


def ask(by: Actor, key: str = "k1", request_hash: bytes = HASH) -> ApiAnswer | None:
    """A request whose answer is 201: None when it was really done, else the earlier answer."""
    with transaction.atomic():
        earlier = people.claim_idempotency_key(key=key, request_hash=request_hash, by=by, at=START)
        if earlier is None:
            people.remember_answer(
                key=key, status=201, body={"number": "C26-1", "at": START}, by=by, at=START
            )
    return earlier


def test_a_repeat_gets_the_first_answer(house: House) -> None:
    by = house.by_client(house.north, "agent")
    assert ask(by) is None
    earlier = ask(by)
    assert earlier is not None
    assert (earlier.status, earlier.body["number"]) == (201, "C26-1")
    assert ask(by, key="k2") is None


def test_a_key_belongs_to_its_client_and_to_one_request(house: House) -> None:
    by, stranger = house.by_client(house.north, "agent"), house.by_client(house.south, "agent")
    assert ask(by) is None
    assert ask(stranger) is None
    with pytest.raises(people.KeyUsedForAnotherRequest) as refusal:
        ask(by, request_hash=OTHER_HASH)
    assert refusal.value.http == 422


def test_a_request_that_failed_leaves_its_key_free(house: House) -> None:
    by = house.by_client(house.north, "agent")

    def fail() -> None:
        with transaction.atomic():
            people.claim_idempotency_key(key="k1", request_hash=HASH, by=by, at=START)
            raise rules.NotForYou

    with pytest.raises(rules.NotForYou):
        fail()
    assert ask(by, request_hash=OTHER_HASH) is None


def test_an_answer_without_its_claim_is_a_bug(house: House) -> None:
    by = house.by_client(house.north, "agent")
    with pytest.raises(RuntimeError):
        people.remember_answer(key="k9", status=200, body={}, by=by, at=START)
    with pytest.raises(RuntimeError):
        ask(house.by_agent)


@pytest.mark.django_db(transaction=True)
def test_the_same_request_sent_at_once_is_done_once() -> None:
    house = House()
    by = house.by_client(house.north, "agent")
    results = at_once([lambda: ask(by)] * 6)
    assert results.count(None) == 1
    answers = [one for one in results if isinstance(one, ApiAnswer)]
    assert [one.status for one in answers] == [201] * 5
