from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression
from django.test.utils import override_settings
from hypothesis import given
from hypothesis import strategies as st

from yinuo.kit import crypto
from yinuo.kit.crypto import Secret

OLD, NEW, INDEX = (crypto.new_key() for _ in range(3))
EXPRESSION = cast(Expression, None)
CONNECTION: BaseDatabaseWrapper = connection


@pytest.fixture(autouse=True, scope="module")
def keys() -> Iterator[None]:
    if not settings.configured:
        settings.configure()
    with override_settings(YINUO_DATA_KEYS=[NEW, OLD], YINUO_INDEX_KEY=INDEX):
        yield


@given(st.text(min_size=1))
def test_text_comes_back_as_it_was_and_is_not_readable_in_between(text: str) -> None:
    token = crypto.encrypt(text)
    assert crypto.decrypt(token) == text
    assert token != text
    assert token != crypto.encrypt(text)


def test_nothing_stays_nothing() -> None:
    assert crypto.encrypt("") == crypto.decrypt("") == crypto.rotate("") == ""
    assert crypto.blind_index(Secret.PHONE, " ") is None
    assert crypto.last_four_index(Secret.PHONE, "") is None


def test_an_old_key_still_opens_and_rotation_retires_it() -> None:
    with override_settings(YINUO_DATA_KEYS=[OLD]):
        token = crypto.encrypt("王小明")
    assert crypto.decrypt(token) == "王小明"
    turned = crypto.rotate(token)
    with override_settings(YINUO_DATA_KEYS=[NEW]):
        assert crypto.decrypt(turned) == "王小明"
        with pytest.raises(crypto.CannotDecrypt):
            crypto.decrypt(token)
        with pytest.raises(crypto.CannotDecrypt):
            crypto.rotate(token)


@pytest.mark.parametrize("keys", [[], ["short"], ["é" * 44]])
def test_missing_or_malformed_keys_say_what_to_do(keys: list[str]) -> None:
    with (
        override_settings(YINUO_DATA_KEYS=keys),
        pytest.raises(ImproperlyConfigured, match="yinuo new-key"),
    ):
        crypto.check_keys()


@pytest.mark.parametrize("key", ["", "c2hvcnQ=", "%%%"])
def test_a_missing_or_short_index_key_is_refused(key: str) -> None:
    with override_settings(YINUO_INDEX_KEY=key), pytest.raises(ImproperlyConfigured):
        crypto.check_keys()


def test_good_keys_pass_the_check() -> None:
    crypto.check_keys()


@pytest.mark.parametrize(
    "written",
    ["13800001234", "138 0000 1234", "138-0000-1234", "+86 138 0000 1234", "0086-13800001234",
     "8613800001234", "１３８００００１２３４"],
)  # fmt: skip
def test_one_phone_has_one_index_however_it_is_written(written: str) -> None:
    assert crypto.blind_index(Secret.PHONE, written) == crypto.blind_index(
        Secret.PHONE, "13800001234"
    )
    assert crypto.last_four_index(Secret.PHONE, written) == crypto.last_four_index(
        Secret.PHONE, "1234"
    )


def test_a_foreign_phone_keeps_its_country() -> None:
    assert crypto.normalise(Secret.PHONE, "+852 9123 4567") == "+85291234567"
    assert crypto.normalise(Secret.PHONE, "86012345") == "86012345"


def test_the_last_letter_of_an_id_number_may_be_small() -> None:
    assert crypto.blind_index(Secret.ID_NUMBER, "11010119900307123x") == crypto.blind_index(
        Secret.ID_NUMBER, "110101 19900307 123X"
    )


def test_indexes_differ_by_kind_by_key_and_between_whole_and_last_four() -> None:
    values = {
        crypto.blind_index(Secret.PHONE, "1234"),
        crypto.blind_index(Secret.ACCOUNT, "1234"),
        crypto.last_four_index(Secret.PHONE, "1234"),
    }
    with override_settings(YINUO_INDEX_KEY=OLD):
        values.add(crypto.blind_index(Secret.PHONE, "1234"))
    assert len(values) == 4
    assert {len(value or b"") for value in values} == {32}


def test_masks_show_only_what_a_person_needs_to_recognise() -> None:
    assert crypto.mask_phone("+86 138-0000-1234") == "138****1234"
    assert crypto.mask_id("11010119900307123x") == "110****123X"
    assert crypto.mask_account("6222 0202 0011 2233 445") == "****3445"


@given(st.text(alphabet="0123456789", max_size=7))
def test_a_value_too_short_to_mask_is_hidden_whole(digits: str) -> None:
    for mask in (crypto.mask_phone, crypto.mask_id, crypto.mask_account):
        assert set(mask(digits)) <= {"*"}


def test_the_text_field_encrypts_on_the_way_in_and_opens_on_the_way_out() -> None:
    field = crypto.EncryptedTextField()
    stored = field.get_db_prep_save("6222020200112233445", CONNECTION)
    assert "6222" not in stored
    assert field.from_db_value(stored, EXPRESSION, CONNECTION) == "6222020200112233445"
    assert field.get_db_prep_save("", CONNECTION) == ""
    assert field.get_db_prep_save(None, CONNECTION) is None
    assert field.from_db_value(None, EXPRESSION, CONNECTION) is None


def test_bytes_come_back_as_they_were() -> None:
    token = crypto.encrypt_bytes(b"<Document/>")
    assert b"Document" not in token
    assert crypto.decrypt_bytes(token) == b"<Document/>"


def test_an_encrypted_column_refuses_to_be_searched() -> None:
    field = crypto.EncryptedTextField()
    assert field.get_lookup("exact") is None
    assert field.get_lookup("isnull") is models.Field().get_lookup("isnull")
