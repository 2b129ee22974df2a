"""The numbers by which authorities know children."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_intake.identifiers import la_child_id


@pytest.mark.parametrize("text", ["1", "0000123456", "AbC123", "x" * 20, " 123456 "])
def test_up_to_twenty_letters_and_digits_can_be_an_authoritys_number_for_a_child(text: str) -> None:
    assert la_child_id.is_valid(text)


@pytest.mark.parametrize("text", ["", " ", "x" * 21, "12-34", "12 34", "12_34", "é1"])
def test_anything_else_cannot(text: str) -> None:
    assert not la_child_id.is_valid(text)


def test_digits_of_another_keyboard_are_read_like_the_plain_ones() -> None:
    assert la_child_id.is_valid("\uff11\u0662\u0969")


@given(st.from_regex(r"[0-9A-Za-z]{1,20}", fullmatch=True))
def test_every_number_of_that_form_is_valid(child_id: str) -> None:
    assert la_child_id.is_valid(child_id)


@given(text=st.text() | st.text("0123456789 aZ", max_size=22))
def test_any_text_has_an_answer_and_spaces_around_it_say_nothing(text: str) -> None:
    assert la_child_id.is_valid(f" {text} ") is la_child_id.is_valid(text)
