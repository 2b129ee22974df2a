"""NHS numbers: the check digit, what it notices, and what must not pass for one."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from referral_intake.identifiers.nhs_number import find, mistake

FULL_WIDTH = "".join(chr(ord(digit) + 0xFEE0) for digit in "9990000018")


def published_check_digit(stem: str) -> int | None:
    """The five steps that the NHS data dictionary prints, one by one; ``None`` where it says the number is not used."""
    remainder = sum(int(digit) * (11 - place) for place, digit in enumerate(stem, start=1)) % 11
    return {11: 0, 10: None}.get(11 - remainder, 11 - remainder)


@st.composite
def right_numbers(draw: st.DrawFn) -> str:
    stem = draw(st.from_regex(r"[0-9]{9}", fullmatch=True))
    check = published_check_digit(stem)
    assume(check is not None)
    number = f"{stem}{check}"
    assume(len(set(number)) > 1)
    return number


@pytest.mark.parametrize(
    "text",
    [
        FULL_WIDTH,
        "٩٩٩٠٠٠٠٠١٨",
        "\u06f9\u06f9\u06f9 \u06f0\u06f0\u06f0 \u06f0\u06f0\u06f1\u06f8",
        "९९९०००००१८",
        "999/000/0018",
        "999.000.0018",
        "9,990,000,018",
        "'9990000018",
        '"9990000018"',
        "9990000018.0",
        "NHS No: 999 000 0018",
        "nhs number 9990000018",
        "999\N{FRACTION SLASH}000\N{FULLWIDTH SOLIDUS}0018",
    ],
)
def test_a_number_of_another_keyboard_or_program_is_read_like_the_plain_one(text: str) -> None:
    assert find(text) == "9990000018"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("99900000l8", "Character 9 is the small letter l. If the digit 1 is meant, write 1."),
        ("999 OOO 0018", "Character 5 is the capital letter O. If the digit 0 is meant, write 0."),
        ("9990000X18", "Character 8 is not a digit."),
        ("999 000 001", "This has 9 digits. An NHS number has 10."),
        ("", "This has 0 digits. An NHS number has 10."),
        ("9990000019", None),
        ("NHS No: 999 000 0019", None),
    ],
)
def test_a_writer_is_told_which_character_keeps_it_from_being_one(text: str, said: str | None) -> None:
    assert mistake(text) == said


@pytest.mark.parametrize("text", ["9990000018", "999 000 0026", "999-000-0034", "9990000042", " 999 000 0042 "])
def test_a_number_whose_check_digit_is_right_is_valid(text: str) -> None:
    assert find(text) == re.sub(r"[ -]", "", text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "999000001",
        "99900000180",
        "9990000019",
        "999000001X",
        "9990000²18",
        "99900000l8",
        "999OOOOO18",
        "9990000018?",
        "9990000018 / 9990000026",
        "9.990000018E+09",
        "9990000018\x00",
        "not known",
        "999-00 X",
        " - ",
    ],
)
def test_what_is_not_ten_plain_digits_with_a_right_check_digit_is_not_valid(text: str) -> None:
    assert find(text) is None


@pytest.mark.parametrize("digit", "0123456789")
def test_ten_times_the_same_digit_is_nobodys_number(digit: str) -> None:
    assert find(digit * 10) is None


@given(right_numbers())
def test_every_number_with_the_published_check_digit_is_valid(number: str) -> None:
    assert find(number) == number


@given(st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_no_other_check_digit_is_valid(stem: str) -> None:
    others = [digit for digit in range(10) if digit != published_check_digit(stem)]

    assert not any(find(f"{stem}{digit}") for digit in others)


@given(right_numbers(), st.integers(0, 9), st.integers(1, 9))
def test_a_single_wrong_digit_is_always_noticed(right: str, place: int, shift: int) -> None:
    """Every weight, 10 to 1, has an inverse modulo 11, so a change of one digit changes the remainder."""
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]

    assert find(wrong) is None


@given(right_numbers(), st.integers(0, 9), st.integers(0, 9))
def test_two_digits_that_changed_places_are_always_noticed(right: str, one: int, other: int) -> None:
    """Not only neighbours: two weights differ by 1 to 9, which has an inverse modulo 11."""
    assume(right[one] != right[other])
    digits = list(right)
    digits[one], digits[other] = digits[other], digits[one]

    assert find("".join(digits)) is None


@given(right_numbers(), st.lists(st.tuples(st.integers(0, 10), st.sampled_from(" -")), max_size=6))
def test_spaces_and_hyphens_make_no_difference(right: str, grouping: list[tuple[int, str]]) -> None:
    grouped = right
    for place, mark in grouping:
        grouped = grouped[:place] + mark + grouped[place:]

    assert find(grouped) == right


@given(st.text() | st.text("0123456789 -", max_size=14))
def test_any_text_has_an_answer_and_what_is_found_is_found_again_as_it_is(text: str) -> None:
    found = find(text)

    assert found is None or (find(found), mistake(text)) == (found, None)


@given(st.text("0123456789 -", max_size=14))
def test_ten_digits_have_the_form_however_they_are_grouped_and_no_other_number_of_them_has(text: str) -> None:
    assert (mistake(text) is None) is (sum(map(str.isdecimal, text)) == 10)
