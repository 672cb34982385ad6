from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils import timezone


@pytest.mark.django_db
def test_a_test_sees_only_its_own_database() -> None:
    assert connection.settings_dict["NAME"].startswith("yinuo_test_")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", [1, 2])
def test_what_a_test_commits_is_gone_in_the_next(run: int) -> None:
    assert Session.objects.count() == 0
    with transaction.atomic():
        Session.objects.create(session_key=str(run), session_data="", expire_date=timezone.now())
    assert Session.objects.count() == 1
