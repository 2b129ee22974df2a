"""Identifiers that were pasted: whatever separates their parts and whatever nobody sees, says nothing."""

import unicodedata
from collections.abc import Callable
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_intake.identifiers import la_child_id, la_code, nhs_number, postcode, upn

GROUPED = {
    "nhs-number": (nhs_number.is_valid, nhs_number.normalise, ("999", "000", "0018"), "9990000018"),
    "upn": (upn.is_valid, upn.normalise, ("B", "801", "2000", "05001"), "B801200005001"),
    "postcode": (postcode.is_valid, postcode.normalise, ("EC1A", "1BB"), "EC1A 1BB"),
}
SEPARATORS = [
    chr(code)
    for code in range(0x110000)
    if unicodedata.category(chr(code)) in ("Zs", "Zl", "Zp", "Pd", "Cf")
    or chr(code) in "\t\r\n/\\,\u2212\u00b7\u034f\u2044\u2215\uff0f\uff0e\u3002\u066b\u066c"
]

Judge: TypeAlias = Callable[[str], bool]
Write: TypeAlias = Callable[[str], str]


@pytest.mark.parametrize("kind", GROUPED)
@pytest.mark.parametrize("separator", SEPARATORS, ids=lambda separator: f"U+{ord(separator):04X}")
def test_every_space_dash_and_unseen_mark_of_unicode_separates(kind: str, separator: str) -> None:
    is_valid, normalise, parts, plain = GROUPED[kind]

    assert is_valid(separator.join(parts))
    assert normalise(separator.join(parts)) == plain


@pytest.mark.parametrize("kind", GROUPED)
@given(between=st.lists(st.sampled_from(SEPARATORS), min_size=1, max_size=40))
def test_separators_may_stand_anywhere_and_in_any_number(kind: str, between: list[str]) -> None:
    is_valid, normalise, parts, plain = GROUPED[kind]
    characters = list("".join(parts))
    for place, separator in enumerate(between):
        characters.insert(place * 7 % (len(characters) + 1), separator)

    assert is_valid("".join(characters))
    assert normalise("".join(characters)) == plain


@pytest.mark.parametrize(
    ("is_valid", "normalise", "plain"),
    [(la_child_id.is_valid, la_child_id.normalise, "aB12"), (la_code.is_valid, la_code.normalise, "212")],
)
@pytest.mark.parametrize("around", ["\u00a0", "\u200b", "\ufeff", "\u2066", "\t", "\n", "\u202f"])
def test_what_stands_around_a_code_or_is_not_seen_says_nothing(
    is_valid: Judge, normalise: Write, plain: str, around: str
) -> None:
    assert is_valid(f"{around}{plain}{around}")
    assert normalise(f"{around}{plain}{around}") == plain


@pytest.mark.parametrize("kind", GROUPED)
@pytest.mark.parametrize("other", ["\u0661", "\uff11", "\u0410", "é", "\u0300", "?", "x\u0338"])
def test_a_letter_digit_or_accent_of_another_script_is_no_separator(kind: str, other: str) -> None:
    is_valid, normalise, parts, _ = GROUPED[kind]

    assert not is_valid(other.join(parts))
    assert normalise(other.join(parts)) == other.join(parts)
