"""NHS numbers: the check digit and what must not pass for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_intake.identifiers.nhs_number import is_valid

FULL_WIDTH = "".join(chr(ord(digit) + 0xFEE0) for digit in "9990000018")


@pytest.mark.parametrize("text", ["9990000018", "999 000 0026", "999-000-0034", "9990000042"])
def test_a_number_whose_check_digit_is_right_is_valid(text: str) -> None:
    assert is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "999000001",
        "99900000180",
        "9990000019",
        "999000001X",
        "0000000000",
        "9999999999",
        "٩٩٩٠٠٠٠٠١٨",
        FULL_WIDTH,
        "9990000²18",
    ],
)
def test_what_is_not_ten_plain_digits_with_a_right_check_digit_is_not_valid(text: str) -> None:
    assert not is_valid(text)


@given(st.integers(0, 999_999_999))
def test_of_the_ten_last_digits_at_most_one_is_right(stem: int) -> None:
    valid = [digit for digit in range(10) if is_valid(f"{stem:09}{digit}")]

    assert len(valid) <= 1


@given(st.sampled_from(["9990000018", "9990000026"]), st.integers(0, 9), st.integers(1, 9))
def test_a_single_wrong_digit_is_always_noticed(right: str, place: int, shift: int) -> None:
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]

    assert not is_valid(wrong)


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert is_valid(text) in (True, False)
