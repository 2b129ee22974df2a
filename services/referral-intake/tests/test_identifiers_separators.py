"""Identifiers that were pasted: whatever separates their parts and whatever nobody sees, says nothing."""

import unicodedata
from collections.abc import Callable, Sequence
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
KEPT = frozenset("\x00?\u00bf\u061f\u037e\uff1f\ufffd\u2047\u2753|!\u00a6\uff5c\uff01\u2223")
"""What leaves a doubt, and what looks like a 1."""
SEPARATORS = [
    chr(code)
    for code in range(0x110000)
    if (unicodedata.category(chr(code))[0] in "ZPS" or unicodedata.category(chr(code)) in ("Cc", "Cf"))
    and chr(code) not in KEPT
] + ["\u034f", "\u30fc", "\uff70", "\u318d", "\ufe0f\u20e3"]

Judge: TypeAlias = Callable[[str], bool]
Write: TypeAlias = Callable[[str], str]


@pytest.mark.parametrize("kind", GROUPED)
def test_every_space_and_punctuation_and_unseen_mark_of_unicode_separates(kind: str) -> None:
    is_valid, normalise, parts, plain = GROUPED[kind]
    wrong = [each for each in SEPARATORS if not is_valid(each.join(parts)) or normalise(each.join(parts)) != plain]

    assert len(SEPARATORS) > 8000
    assert wrong == []


@pytest.mark.parametrize("kind", GROUPED)
@pytest.mark.parametrize("around", ["()", "[]", "<>", "\u201c\u201d", "**", ('="', '"'), " ;", ("", "\ufe0f")])
def test_what_a_page_puts_around_a_number_says_nothing(kind: str, around: Sequence[str]) -> None:
    is_valid, normalise, parts, plain = GROUPED[kind]
    written = f"{around[0]}{' '.join(parts)}{around[1]}"

    assert is_valid(written)
    assert normalise(written) == plain


@pytest.mark.parametrize("kind", GROUPED)
@pytest.mark.parametrize("kept", sorted(KEPT), ids=lambda kept: f"U+{ord(kept):04X}")
def test_what_leaves_a_doubt_or_may_be_meant_for_a_one_is_not_passed_over(kind: str, kept: str) -> None:
    is_valid, _, parts, _ = GROUPED[kind]

    assert not is_valid(kept.join(parts))
    assert not is_valid("".join(parts) + kept)


@pytest.mark.parametrize(
    ("is_valid", "written"),
    [
        *((nhs_number.is_valid, f"{label} 999 000 0018") for label in ("NHS", "NHS No.", "NHS number is", "NHS ID:")),
        *((upn.is_valid, f"{label} B801200005001") for label in ("UPN", "UPN:", "UPN no.", "Unique pupil number")),
        (postcode.is_valid, "Postcode: EC1A 1BB"),
    ],
)
def test_what_a_number_is_called_may_stand_before_it(is_valid: Judge, written: str) -> None:
    assert is_valid(written)


def test_a_mistake_behind_what_the_number_is_called_is_named_by_its_place() -> None:
    assert (
        nhs_number.mistake("NHS 999 000 00l8")
        == "Character 15 is the small letter l. If the digit 1 is meant, write 1."
    )
    assert nhs_number.mistake("NHS no. 999 000 001") == "This has 9 digits. An NHS number has 10."
    assert upn.mistake("UPN B80120000500") == "This has 12 letters and digits. A unique pupil number has 13."


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
