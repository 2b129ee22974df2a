"""Identifiers that were pasted: whatever separates their parts and whatever nobody sees, says nothing."""

import sys
import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_intake.identifiers import la_child_id, nhs_number, postcode, upn

GROUPED = {
    "nhs-number": (nhs_number.find, ("999", "000", "0018"), "9990000018"),
    "upn": (upn.find, ("B", "801", "2000", "05001"), "B801200005001"),
    "postcode": (postcode.find, ("EC1A", "1BB"), "EC1A 1BB"),
}
KEPT = frozenset("\x00?\u00bf\u061f\u037e\uff1f\ufffd\u2047\u2753|!\u00a6\uff5c\uff01\u2223")
"""What leaves a doubt, and what looks like a 1."""
OTHERS = ("\u034f", "\u30fc", "\uff70", "\u318d", "\ufe0f\u20e3")

Find: TypeAlias = Callable[[str], str | None]


@cache
def separators() -> Sequence[str]:
    """Found when a test needs them: to look through all of Unicode takes a second, in every process that collects."""
    return [*filter(_separates, map(chr, range(sys.maxunicode + 1))), *OTHERS]


def _separates(character: str) -> bool:
    category = unicodedata.category(character)
    return (category[0] in "ZPS" or category in ("Cc", "Cf")) and character not in KEPT


@pytest.mark.parametrize("kind", GROUPED)
def test_every_space_and_punctuation_and_unseen_mark_of_unicode_separates(kind: str) -> None:
    find, parts, plain = GROUPED[kind]
    wrong = [each for each in separators() if find(each.join(parts)) != plain]

    assert len(separators()) > 8000
    assert wrong == []


@pytest.mark.parametrize("kind", GROUPED)
@pytest.mark.parametrize("around", ["()", "[]", "<>", "\u201c\u201d", "**", ('="', '"'), " ;", ("", "\ufe0f")])
def test_what_a_page_puts_around_a_number_says_nothing(kind: str, around: Sequence[str]) -> None:
    find, parts, plain = GROUPED[kind]
    written = f"{around[0]}{' '.join(parts)}{around[1]}"

    assert find(written) == plain


@pytest.mark.parametrize("kind", GROUPED)
@pytest.mark.parametrize("kept", sorted(KEPT), ids=lambda kept: f"U+{ord(kept):04X}")
def test_what_leaves_a_doubt_or_may_be_meant_for_a_one_is_not_passed_over(kind: str, kept: str) -> None:
    find, parts, _ = GROUPED[kind]

    assert find(kept.join(parts)) is None
    assert find("".join(parts) + kept) is None


@pytest.mark.parametrize(
    ("find", "written", "number"),
    [
        *(
            (nhs_number.find, f"{label} 999 000 0018", "9990000018")
            for label in ("NHS", "NHS No.", "NHS number is", "NHS ID:")
        ),
        *(
            (upn.find, f"{label} B801200005001", "B801200005001")
            for label in ("UPN", "UPN:", "UPN no.", "Unique pupil number")
        ),
        (postcode.find, "Postcode: EC1A 1BB", "EC1A 1BB"),
    ],
)
def test_what_a_number_is_called_may_stand_before_it(find: Find, written: str, number: str) -> None:
    assert find(written) == number


def test_a_mistake_behind_what_the_number_is_called_is_named_by_its_place() -> None:
    assert (
        nhs_number.mistake("NHS 999 000 00l8")
        == "Character 15 is the small letter l. If the digit 1 is meant, write 1."
    )
    assert nhs_number.mistake("NHS no. 999 000 001") == "This has 9 digits. An NHS number has 10."
    assert upn.mistake("UPN B80120000500") == "This has 12 letters and digits. A unique pupil number has 13."


@pytest.mark.parametrize("kind", GROUPED)
@given(between=st.lists(st.deferred(lambda: st.sampled_from(separators())), min_size=1, max_size=40))
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
