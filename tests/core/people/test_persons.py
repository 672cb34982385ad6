from __future__ import annotations

import threading

import pytest
from django.db import connection, connections

from tests.core.people.house import PHONE, START, House, actor, case_of, person, staff, statements
from yinuo.core.people import commands as people
from yinuo.core.people import queries, rules
from yinuo.core.people.actors import SYSTEM, Actor, customer_actor
from yinuo.core.people.models import Person
from yinuo.core.people.rules import NewPerson, PersonChanges
from yinuo.kit.errors import DomainError

ID_NUMBER = "11010519491231002X"


def change(who: Person, by: Actor, **given: object) -> Person:
    changes = PersonChanges(**given)  # type: ignore[arg-type]
    return people.update_person(person_id=who.pk, changes=changes, by=by, at=START)


def stored(who: Person) -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, id_number FROM people_person WHERE id = %s", [who.pk])
        row: tuple[object, ...] = cursor.fetchone()
    return row


def test_phone_and_id_number_are_unreadable_at_rest_and_found_all_the_same(house: House) -> None:
    new = NewPerson(
        "王小明", house.north.pk, phone="+86 138-0000-1234", id_number=ID_NUMBER.lower()
    )
    who = people.register_person(person=new, by=house.by_agent, at=START)

    assert (who.phone, who.id_number) == (PHONE, ID_NUMBER)
    assert not any(PHONE in str(value) or ID_NUMBER in str(value) for value in stored(who))
    assert queries.find_people(house.by_agent, phone="138 0000 1234") == [who]
    assert queries.find_people(house.by_agent, last_four="1234") == [who]
    assert queries.find_people(house.by_agent, name="王小") == [who]
    assert queries.find_people(house.by_agent, phone="13800001235") == []
    assert queries.find_people(house.by_agent, name="小明") == []
    assert queries.find_people(house.by_agent, phone=PHONE, name="李") == []


def test_asking_for_nothing_finds_nobody(house: House) -> None:
    person(house.north)
    assert queries.find_people(house.by_manager) == []
    assert queries.find_people(house.by_manager, name="  ") == []


def test_a_percent_sign_in_a_name_is_a_percent_sign(house: House) -> None:
    person(house.north)
    assert queries.find_people(house.by_agent, name="%") == []


def test_people_of_another_branch_look_as_if_they_were_not_there(house: House) -> None:
    stranger = person(house.south)
    below = person(house.harbour, name="李四")
    by = house.by_agent

    assert queries.find_people(by, phone=PHONE) == [below]
    with pytest.raises(queries.PersonNotFound):
        queries.person_for(by, stranger.pk)
    with pytest.raises(queries.PersonNotFound) as refusal:
        change(stranger, by, name="X")
    assert refusal.value.http == 404
    assert queries.person_for(by, below.pk) == below
    assert len(queries.find_people(house.by_manager, phone=PHONE)) == 2


def test_an_operator_finds_no_customer_even_at_the_head_office(house: House) -> None:
    person(house.north)
    operator = actor(staff(house.root, "operator"))
    assert queries.find_people(operator, phone=PHONE) == []
    assert not queries.is_in_branch(operator, house.north.path)
    with pytest.raises(rules.NotForYou):
        people.register_person(person=NewPerson("X", house.root.pk), by=operator, at=START)


def test_an_auditor_at_the_head_office_sees_all_and_in_a_branch_only_that(house: House) -> None:
    person(house.south)
    assert queries.find_people(actor(staff(house.root, "auditor")), phone=PHONE)
    assert not queries.find_people(actor(staff(house.north, "auditor")), phone=PHONE)


def test_a_customer_sees_only_the_own_record(house: House) -> None:
    me, other = person(house.north), person(house.north, name="李四")
    by = customer_actor(person_id=me.pk)
    assert queries.find_people(by, phone=PHONE) == [me]
    with pytest.raises(queries.PersonNotFound):
        queries.person_for(by, other.pk)


def test_what_is_shown_of_a_person_is_masked(house: House) -> None:
    new = NewPerson(
        "王小明", house.north.pk, phone=PHONE, id_number=ID_NUMBER, email="wang@example.com"
    )
    shown = queries.card(people.register_person(person=new, by=SYSTEM, at=START))
    assert (shown.phone, shown.id_number, shown.email) == (
        "138****1234", "110****002X", "w***@example.com",
    )  # fmt: skip
    assert PHONE not in repr(shown)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"phone": "123"}, "phone"),
        ({"id_number": "110105194912310021"}, "id_number"),
        ({"email": "at home"}, "email"),
        ({"language": "de"}, "language"),
        ({"channel": "pigeon"}, "channel"),
        ({"do_not_disturb": "at night"}, "do_not_disturb"),
        ({"opted_out": ("everything",)}, "opted_out"),
        ({"vulnerability": "x" * 81}, "vulnerability"),
    ],
)
def test_a_bad_entry_is_refused_with_its_field_and_changes_nothing(
    house: House, given: dict[str, object], field: str
) -> None:
    who = person(house.north)
    before = Person.objects.filter(pk=who.pk).values().get()
    with pytest.raises(DomainError) as refusal:
        change(who, house.by_agent, **given)
    assert refusal.value.field == field
    assert Person.objects.filter(pk=who.pk).values().get() == before
    values: dict[str, object] = {"name": "New", "home_branch_id": house.north.pk, **given}
    with pytest.raises(DomainError) as refusal:
        people.register_person(
            person=NewPerson(**values), by=house.by_agent, at=START  # type: ignore[arg-type]
        )  # fmt: skip
    assert refusal.value.field == field
    assert Person.objects.count() == 1


def test_a_new_phone_is_found_and_the_old_one_no_longer(house: House) -> None:
    who = person(house.north)
    change(who, house.by_agent, phone="139 1111 5678")
    assert queries.find_people(house.by_agent, phone="13911115678") == [who]
    assert queries.find_people(house.by_agent, phone=PHONE) == []
    assert queries.find_people(house.by_agent, last_four="1234") == []

    change(who, house.by_agent, phone="")
    who.refresh_from_db()
    assert (who.phone, who.phone_index, who.phone_last4_index) == ("", None, None)


def test_wishes_are_kept_and_what_is_not_given_stays(house: House) -> None:
    who = person(house.north)
    change(who, house.by_agent, do_not_disturb="21:00-9:00", opted_out=("surveys", "surveys"))
    changed = change(who, customer_actor(person_id=who.pk), language="en", channel="inbox")
    assert (changed.do_not_disturb, changed.opted_out) == ("21:00-09:00", ["surveys"])
    assert (changed.language, changed.channel, changed.name) == ("en", "inbox", "王小明")


def test_a_customer_changes_neither_others_nor_what_we_noted_about_them(house: House) -> None:
    me, other = person(house.north), person(house.north)
    by = customer_actor(person_id=me.pk)
    with pytest.raises(queries.PersonNotFound):
        change(other, by, name="X")
    with pytest.raises(rules.NotForYou):
        change(me, by, vulnerability="hard of hearing")


def test_staff_register_people_in_their_own_branches_only(house: House) -> None:
    new = NewPerson("X", house.south.pk)
    with pytest.raises(people.BranchUnknown):
        people.register_many([NewPerson("Y", house.north.pk), new], by=house.by_agent, at=START)
    assert not Person.objects.exists()
    assert people.register_person(person=new, by=SYSTEM, at=START).home_branch == house.south
    unplaced = NewPerson("Z")
    with pytest.raises(people.BranchUnknown):
        people.register_person(person=unplaced, by=SYSTEM, at=START)


def test_the_statements_do_not_grow_with_the_set_and_its_order_is_kept(house: House) -> None:
    new = [
        NewPerson(f"P{n}", house.north.pk, external_key=f"k{n}" if n % 2 else "") for n in range(50)
    ]
    with statements(4):
        ids = people.register_many(new, by=house.by_agent, at=START)
    names = Person.objects.in_bulk(ids)
    assert [names[one].name for one in ids] == [one.name for one in new]
    assert people.register_many([], by=SYSTEM, at=START) == []


def test_a_known_key_gives_the_known_person_untouched(house: House) -> None:
    def read(name: str, key: str = "file:1") -> int:
        new = NewPerson(name, house.north.pk, phone=PHONE, external_key=key)
        return people.register_person(person=new, by=SYSTEM, at=START).pk

    first = read("王小明")
    change(Person.objects.get(pk=first), house.by_agent, phone="13911115678")

    assert read("王大明") == first
    assert Person.objects.get(pk=first).name == "王小明"
    assert Person.objects.get(pk=first).phone == "13911115678"
    assert read("王小明", "file:2") != first
    twice = [NewPerson("李四", house.north.pk, external_key="file:3")] * 2
    one, two = people.register_many(twice, by=SYSTEM, at=START)
    assert one == two


def test_too_many_at_once_are_refused(house: House) -> None:
    new = NewPerson("X", house.north.pk)
    with pytest.raises(people.TooManyPeople):
        people.register_many([new] * (people.SET_LIMIT + 1), by=SYSTEM, at=START)


@pytest.mark.django_db(transaction=True)
def test_two_who_register_the_same_keys_at_once_get_the_same_people() -> None:
    house = House()
    results: list[list[int]] = []
    start = threading.Barrier(2)

    def register(order: int) -> None:
        new = [NewPerson(f"P{n}", house.north.pk, external_key=f"k{n}") for n in range(300)]
        start.wait()
        try:
            ids = people.register_many(new[::order], by=SYSTEM, at=START)
        finally:
            connections.close_all()
        results.append(ids[::order])

    threads = [threading.Thread(target=register, args=(order,)) for order in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(results) == 2
    assert results[0] == results[1]
    assert Person.objects.count() == 300


def test_the_phone_tells_which_of_the_people_of_a_case_is_calling(house: House) -> None:
    one, two = person(house.north), person(house.north, phone="13911115678")
    nobody = person(house.north, phone="")
    ids = [one.pk, two.pk, nobody.pk]
    assert queries.person_with_phone(ids, "+86 139 1111 5678") == two
    assert queries.person_with_phone([one.pk, nobody.pk], "13911115678") is None
    assert queries.person_with_phone(ids, "") is None
    assert queries.person_with_phone([], PHONE) is None


def test_reads_and_exports_are_recorded_in_one_statement(house: House) -> None:
    case = case_of(person(house.north))
    with statements(1):
        people.record_access_many(
            [(case.pk, "case page", 1), (None, "export", 312)], by=house.by_agent, at=START
        )
    records = case.access_records.all()
    assert [(one.actor, one.what, one.at) for one in records] == [
        (house.by_agent.id, "case page", START)
    ]
