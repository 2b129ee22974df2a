"""Identifiers that were pasted: whatever separates their parts and whatever nobody sees, says nothing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_intake.identifiers import la_child_id, nhs_number, postcode, upn

GROUPED = {
    "nhs-number": (nhs_number.find, ("999", "000", "0018"), "9990000018"),
    "upn": (upn.find, ("B", "801", "2000", "05001"), "B801200005001"),
    "postcode": (postcode.find, ("EC1A", "1BB"), "EC1A 1BB"),
}
SEPARATORS = [
    chr(code)
    for code in range(0x110000)
    if unicodedata.category(chr(code)) in ("Zs", "Zl", "Zp", "Pd", "Cf")
    or chr(code) in "\t\r\n/\\,\u2212\u00b7\u034f\u2044\u2215\uff0f\uff0e\u3002\u066b\u066c"
]


@pytest.mark.parametrize("kind", GROUPED)
@pytest.mark.parametrize("separator", SEPARATORS, ids=lambda separator: f"U+{ord(separator):04X}")
def test_every_space_dash_and_unseen_mark_of_unicode_separates(kind: str, separator: str) -> None:
    find, parts, plain = GROUPED[kind]

    assert find(separator.join(parts)) == plain


@pytest.mark.parametrize("kind", GROUPED)
@given(between=st.lists(st.sampled_from(SEPARATORS), min_size=1, max_size=40))
def test_separators_may_stand_anywhere_and_in_any_number(kind: str, between: list[str]) -> None:
    find, parts, plain = GROUPED[kind]
    characters = list("".join(parts))
    for place, separator in enumerate(between):
        characters.insert(place * 7 % (len(characters) + 1), separator)

    assert find("".join(characters)) == plain


@pytest.mark.parametrize("around", ["\u00a0", "\u200b", "\ufeff", "\u2066", "\t", "\n", "\u202f"])
def test_what_stands_around_a_code_or_is_not_seen_says_nothing(around: str) -> None:
    assert la_child_id.is_valid(f"{around}aB12{around}")


@pytest.mark.parametrize("kind", GROUPED)
@pytest.mark.parametrize("other", ["\u0661", "\uff11", "\u0410", "é", "\u0300", "?", "x\u0338"])
def test_a_letter_digit_or_accent_of_another_script_is_no_separator(kind: str, other: str) -> None:
    find, parts, _ = GROUPED[kind]

    assert find(other.join(parts)) is None
