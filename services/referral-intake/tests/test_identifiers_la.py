"""Local authority codes, and the numbers by which authorities know children."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.codes import LocalAuthority
from referral_intake.identifiers import la_child_id, la_code


@pytest.mark.parametrize("code", sorted(LocalAuthority))
def test_every_authority_of_today_and_of_the_past_is_known(code: str) -> None:
    assert la_code.is_valid(code)
    assert la_code.is_valid(f" {code} ")
    assert la_code.normalise(f" {code} ") == code


@pytest.mark.parametrize("text", ["", "000", "702", "999", "21", "2120", "21 2"])
def test_what_is_no_authority_is_not_valid(text: str) -> None:
    assert not la_code.is_valid(text)


@pytest.mark.parametrize("text", ["1", "0000123456", "AbC123", "x" * 20, " 123456 "])
def test_up_to_twenty_letters_and_digits_can_be_an_authoritys_number_for_a_child(text: str) -> None:
    assert la_child_id.is_valid(text)
    assert la_child_id.normalise(text) == text.strip()


@pytest.mark.parametrize("text", ["", " ", "x" * 21, "12-34", "12 34", "12_34", "é1"])
def test_anything_else_cannot(text: str) -> None:
    assert not la_child_id.is_valid(text)
    assert la_child_id.normalise(text) == text


def test_digits_of_another_keyboard_are_read_like_the_plain_ones() -> None:
    assert la_child_id.normalise("\uff11\u0662\u0969") == "123"
    assert la_code.is_valid("\uff12\uff11\uff12")


@given(st.from_regex(r"[0-9A-Za-z]{1,20}", fullmatch=True))
def test_every_number_of_that_form_is_valid_as_it_stands(child_id: str) -> None:
    assert la_child_id.is_valid(child_id)
    assert la_child_id.normalise(child_id) == child_id


@pytest.mark.parametrize("module", [la_code, la_child_id], ids=["code", "child id"])
@given(text=st.text() | st.text("0123456789 aZ", max_size=22))
def test_any_text_has_an_answer_and_is_normal_once_normalised(module: object, text: str) -> None:
    assert module.is_valid(module.normalise(text)) is module.is_valid(text)  # type: ignore[attr-defined]
    assert module.normalise(module.normalise(text)) == module.normalise(text)  # type: ignore[attr-defined]
