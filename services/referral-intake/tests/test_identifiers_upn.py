"""Unique pupil numbers: the check letter, who gives numbers out, temporary numbers."""

import string
from itertools import accumulate

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.codes import LocalAuthority
from referral_intake.identifiers.upn import find, is_temporary, mistake

LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
NEWER_THAN_2011 = ("838", "839", "940", "941", "942", "943")
RULE_1530 = {
    f"{number:03}"
    for first, last in (
        *((1, 5), (201, 213), (301, 320), (330, 336), (340, 344), (350, 359), (370, 373), (380, 384), (390, 394)),
        *((420, 420), (660, 681), (701, 708), (800, 803), (805, 808), (810, 813), (815, 816), (820, 823), (825, 826)),
        *((830, 831), (835, 841), (845, 846), (850, 852), (855, 857), (860, 861), (865, 896), (908, 909), (916, 916)),
        *((919, 919), (921, 921), (925, 926), (928, 929), (931, 931), (933, 933), (935, 938), (940, 943)),
    )
    for number in range(first, last + 1)
}
"""Characters 2 to 4, as the children in need census of 2023-24 accepts them."""


def check_letter(rest: str) -> str:
    """The printed sum, two to thirteen times each character, got by adding up only: no place is multiplied by."""
    values = [int(character) if character in string.digits else LETTERS.index(character) for character in rest]
    once_to_twelve_times = sum(accumulate(reversed(values)))
    return LETTERS[(once_to_twelve_times + sum(values)) % 23]


def numbers(last: str = "0123456789") -> st.SearchStrategy[str]:
    parts = st.tuples(
        st.sampled_from(sorted(RULE_1530)), st.from_regex(r"[0-9]{8}", fullmatch=True), st.sampled_from(last)
    )
    return parts.map("".join).map(lambda rest: check_letter(rest) + rest)


permanent = numbers()
temporary = numbers(LETTERS)


@pytest.mark.parametrize(
    "text",
    [
        "B801200005001",
        "b801200005001",
        "B801 2000 05 001",
        " B801200005001 ",
        "B/801/2000/05001",
        "B80120000500\uff11",
        "\uff22801200005001",
        "B801200005\u0660\u0660\u0661",
        "B801200005\u0966\u0966\u0967",
    ],
)
def test_a_number_whose_check_letter_is_right_is_valid(text: str) -> None:
    assert find(text) == "B801200005001"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty"),
        ("A801200005001", "another check letter"),
        ("B80120000500", "twelve characters"),
        ("B8012000050011", "fourteen characters"),
        ("8801200005001", "no letter first"),
        ("I801200005001", "a letter that is never used"),
        ("B80120000A001", "a letter inside"),
        ("B8O1200005001", "the letter O for a digit"),
        ("B80l200005001", "a small L for a digit"),
        ("\u0412801200005001", "a Cyrillic letter"),
        ("\u017f801200005001", "a long s, whose capital is an S"),
        ("not known", "words"),
        ("b 80", "the beginning of one"),
    ],
)
def test_what_is_not_a_number_is_not_valid(text: str, fault: str) -> None:
    assert find(text) is None, fault


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("B8O1 2000 05001", "Character 3 is the capital letter O. If the digit 0 is meant, write 0."),
        ("B 80l200005001", "Character 5 is the small letter l. If the digit 1 is meant, write 1."),
        ("8801200005001", "Character 1 cannot be there."),
        ("0801200005001", "Character 1 is the digit 0. A letter belongs there."),
        ("B80120000500S", "Character 13 is not a digit."),
        ("B80120000500", "This has 12 letters and digits. A unique pupil number has 13."),
        ("A801200005001", None),
    ],
)
def test_a_writer_is_told_which_character_keeps_it_from_being_one(text: str, said: str | None) -> None:
    assert mistake(text) == said


@pytest.mark.parametrize("code", ["000", "006", "300", "659", "682", "700", "709", "804", "944", "999"])
def test_a_number_of_nobody_who_gives_numbers_out_is_not_valid(code: str) -> None:
    rest = f"{code}200005001"

    assert find(check_letter(rest) + rest) is None


@pytest.mark.parametrize("code", sorted(RULE_1530 | set(LocalAuthority)))
def test_a_number_of_everyone_who_gives_numbers_out_is_valid(code: str) -> None:
    rest = f"{code}200005001"

    assert find(check_letter(rest) + rest) == check_letter(rest) + rest


def test_nobody_else_gives_numbers_out() -> None:
    rests = [f"{number:03}200005001" for number in range(1000)]

    issuers = {rest[:3] for rest in rests if find(check_letter(rest) + rest)}

    assert issuers == RULE_1530


def test_authorities_that_are_newer_than_2011_are_known() -> None:
    assert set(NEWER_THAN_2011) <= set(LocalAuthority)
    assert set(NEWER_THAN_2011) <= RULE_1530


@given(permanent)
def test_every_permanent_number_is_valid(number: str) -> None:
    assert find(number) == number
    assert not is_temporary(number)


@given(temporary)
def test_every_temporary_number_is_valid_in_small_letters_too(number: str) -> None:
    assert (find(number), find(number.lower())) == (number, number)
    assert is_temporary(number)


@pytest.mark.parametrize("letter", "IOS")
def test_no_number_ends_with_a_letter_that_looks_like_a_digit(letter: str) -> None:
    stem = "80120000500"

    assert not any(find(f"{check}{stem}{letter}") for check in LETTERS)


@given(permanent | temporary, st.sampled_from(LETTERS))
def test_only_one_check_letter_is_right(number: str, letter: str) -> None:
    assert find(letter + number[1:]) == (number if letter == number[0] else None)


@given(permanent | temporary, st.integers(1, 12), st.integers(1, 9))
def test_a_single_wrong_digit_is_always_noticed(right: str, place: int, shift: int) -> None:
    """Every weight, 2 to 13, has an inverse modulo 23, so a change of one digit changes the remainder."""
    assume(right[place] in string.digits)
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]

    assert find(wrong) is None


@given(temporary, st.sampled_from(LETTERS))
def test_a_wrong_last_letter_is_always_noticed(right: str, letter: str) -> None:
    assume(letter != right[-1])

    assert find(right[:-1] + letter) is None


@given(permanent)
def test_a_last_digit_that_became_the_letter_of_the_same_count_is_not_noticed(right: str) -> None:
    """The algorithm counts 0 and A, 1 and B, up to 9 and K alike: no other slip of one character passes."""
    slip = right[:-1] + LETTERS[int(right[-1])]

    assert find(slip) == slip


@given(permanent | temporary, st.integers(1, 12), st.integers(1, 12))
def test_two_digits_that_changed_places_are_always_noticed(right: str, one: int, other: int) -> None:
    """Not only neighbours: two weights differ by 1 to 11 and two digits by 1 to 9; 23 divides no product of those."""
    assume(right[one] != right[other] and {right[one], right[other]} <= set(string.digits))
    characters = list(right)
    characters[one], characters[other] = characters[other], characters[one]

    assert find("".join(characters)) is None


@given(permanent | temporary, st.integers(0, 11))
def test_neighbours_that_changed_places_are_always_noticed(right: str, place: int) -> None:
    """With a letter among them, the form is broken."""
    assume(right[place] != right[place + 1])

    assert find(right[:place] + right[place + 1] + right[place] + right[place + 2 :]) is None


@given(st.text() | st.from_regex(r"[A-Za-z ]{0,2}[0-9 ]{9,13}[A-Za-z0-9]{0,2}", fullmatch=True))
def test_any_text_has_an_answer_and_what_is_found_is_found_again_as_it_is(text: str) -> None:
    found = find(text)

    assert found is None or find(found) == found
