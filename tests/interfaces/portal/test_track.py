"""The customer follows the claim like a parcel."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.interfaces.portal.visitors import page_of, reported, visit
from tests.world import World
from yinuo.core.people.models import AccessRecord


@pytest.mark.covers("COM-3", "COM-4", "FNOL-7")
def test_the_link_of_a_message_opens_the_page_with_what_comes_next(
    insurer: World, visitor: Client
) -> None:
    case = reported(insurer)
    visit(visitor, case)
    answer = visitor.get(page_of(case))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "We have your report" in text
    assert "Confirm your report and name your contact" in text
    assert "021-00000002" in text
    assert AccessRecord.objects.filter(case=case, what="portal.claim").count() == 1
