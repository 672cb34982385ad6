"""What came in by itself, as a colleague sees it before it is told apart."""

from __future__ import annotations

from html import unescape

import pytest

from tests.areas.complaints.test_mail import with_files
from tests.core.documents import samples
from tests.interfaces.desk import house
from tests.interfaces.desk.house import NOW, Desks
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints.commands import FormVoice
from yinuo.areas.complaints.models import Inbound
from yinuo.areas.complaints.rules import voice_number
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.models import AccessRecord
from yinuo.kit import queue


def page(desks: Desks, path: str, role: str = "agent") -> str:
    answer = desks[role].get(path, follow=True)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def form(desks: Desks, *, named: str, phone: str) -> Inbound:
    voice = FormVoice(name="某人", phone=phone, words="等了三周", named=named)
    return complaints.hear_form(voice=voice, by=SYSTEM, at=NOW)[0]


def number_of(voice: Inbound) -> str:
    return voice_number(voice.pk, voice.received_at)


@pytest.mark.covers("CMP-1")
def test_a_letter_is_found_by_its_number_with_what_came_along(desks: Desks) -> None:
    mail = with_files(("发票.pdf", samples.paper()), ("run.exe", b"MZ\x90\x00" * 9))
    with queue.capture():
        voice = complaints.hear_mail(raw=mail.as_bytes(), by=SYSTEM, at=NOW).voice
    assert voice is not None
    seen = page(desks, f"/desk/voices?number={number_of(voice)}", "manager")
    assert "发票.pdf" in seen
    assert "run.exe: it may do harm" in seen
    assert "wang@example.com" in seen
    paper = voice.papers.get()
    path = f"/desk/voices/{voice.pk}/files/{paper.pk}"
    file = desks["manager"].get(path)
    assert b"".join(file) == samples.paper()
    assert "attachment" in file["Content-Disposition"]
    assert AccessRecord.objects.filter(what=f"voice.paper:{paper.pk}").exists()
    assert desks["west"].get(path).status_code == 404
    assert desks["manager"].get(f"/desk/voices/{voice.pk}/files/0").status_code == 404


def test_the_form_offers_what_the_writer_named_to_who_may_see_it(desks: Desks) -> None:
    claim = house.report(desks.world).case
    voice = form(desks, named=claim.number.lower().replace("-", " "), phone="13700000000")
    Inbound.objects.filter(pk=voice.pk).update(branch_path=desks.world.east.path)
    assert f'value="{claim.number}" selected' in page(desks, f"/desk/voices/{voice.pk}")
    found = f'<a href="/desk/voices/{voice.pk}">{number_of(voice)}</a>'
    typed = f"/desk/search?q={number_of(voice).lower().replace('-', '')}"
    assert found in page(desks, typed)
    for role in ("west", "auditor"):
        assert found not in page(desks, typed, role)
    Inbound.objects.filter(pk=voice.pk).update(branch_path=desks.world.staff["west"].branch.path)
    assert f'value="{claim.number}"' not in page(desks, f"/desk/voices/{voice.pk}", "west")


def test_the_holder_of_a_named_car_is_offered(desks: Desks) -> None:
    claim = house.report(desks.world)
    voice = form(desks, named=claim.claim.plate, phone="13700000000")
    Inbound.objects.filter(pk=voice.pk).update(branch_path=desks.world.east.path)
    assert "样例客户甲" in page(desks, f"/desk/voices/{voice.pk}")


def test_a_number_that_is_none_opens_nothing(desks: Desks) -> None:
    for number in ("V26-0000009-9", "C26-0000001-8", "odd"):
        assert "Nothing waits here." in page(desks, f"/desk/voices?number={number}")
