"""Postcodes: their form, and those that stand for no place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral_intake.identifiers.postcode import find

FIRST, SECOND = "ABCDEFGHIJKLMNOPRSTUWYZ", "ABCDEFGHKLMNOPQRSTUVWXY"
THIRD, FOURTH = "ABCDEFGHJKPSTUW", "ABEHMNPRVWXY"
INWARD = "ABDEFGHJLNPQRSTUWXYZ"
DIGIT = "0123456789"
NOT_NOUGHT = "123456789"


def places(*alphabets: str) -> st.SearchStrategy[str]:
    return st.tuples(*map(st.sampled_from, alphabets)).map("".join)


outward = st.one_of(
    places(FIRST, NOT_NOUGHT),
    places(FIRST, NOT_NOUGHT, DIGIT),
    places(FIRST, NOT_NOUGHT, THIRD),
    places(FIRST, SECOND, DIGIT),
    places(FIRST, SECOND, NOT_NOUGHT, DIGIT),
    places(FIRST, SECOND, DIGIT, FOURTH),
)
postcodes = st.tuples(outward, places(DIGIT, INWARD, INWARD)).map(" ".join)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("ZZ99 3VZ", "ZZ99 3VZ"),
        ("zz993wz", "ZZ99 3WZ"),
        ("ZZ99 3CZ", "ZZ99 3CZ"),
        (" zz99  3 VZ ", "ZZ99 3VZ"),
        ("GIR0AA", "GIR 0AA"),
        ("bfpo57", "BFPO 57"),
        ("BFPO 5425", "BFPO 5425"),
        ("bf13aa", "BF1 3AA"),
        ("m11ae", "M1 1AE"),
        ("b338th", "B33 8TH"),
        ("cr26xh", "CR2 6XH"),
        ("dn551pt", "DN55 1PT"),
        ("w1a0ax", "W1A 0AX"),
        ("ec1a1bb", "EC1A 1BB"),
        ("ECIA IBB", "EC1A 1BB"),
        ("eclalbb", "EC1A 1BB"),
        ("W1A OAX", "W1A 0AX"),
        ("0X1 1AA", "OX1 1AA"),
        ("S014 0AA", "SO14 0AA"),
        ("S01 4AA", "SO1 4AA"),
        ("CRO 2AB", "CR0 2AB"),
        ("1P1 1AB", "IP1 1AB"),
        ("GIR OAA", "GIR 0AA"),
        ("BFP0 57", "BFPO 57"),
        ("ZZ99 3WZ", "ZZ99 3WZ"),
        ("EC1A/1BB", "EC1A 1BB"),
        ("\uff25\uff23\uff11\uff21\u3000\uff11\uff22\uff22", "EC1A 1BB"),
        ("EC\u0661A \u0967BB", "EC1A 1BB"),
    ],
)
def test_every_form_is_known_and_written_one_way(text: str, written: str) -> None:
    assert find(text) == written


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "empty"),
        ("EC1A", "half of one"),
        ("EC1A 1B", "a letter short"),
        ("EC1A 1BBB", "a letter long"),
        ("QC1A 1BB", "Q never comes first"),
        ("EI1A 1BB", "I never comes second"),
        ("EC1A 1CB", "C is never in the second part"),
        ("EC1C 1BB", "C never comes fourth"),
        ("ECSA 1BB", "a letter for a digit that it is hardly typed for"),
        ("120 1AA", "an I or an L"),
        ("1L1 1AA", "an I or an L"),
        ("B0 1AA", "areas of one letter have no district 0"),
        ("EC1A 1B0", "an O is never in the second part"),
        ("GIR 0AB", "there is only one"),
        ("ZZ99 VZ", "no digit"),
        ("BFPO", "no number"),
        ("BFPO 12345", "a number too long"),
        ("\u0395C1A 1BB", "a Greek letter"),
        ("\u017fE1 1AA", "a long s, whose capital is an S"),
    ],
)
def test_what_has_not_the_form_is_not_valid(text: str, fault: str) -> None:
    assert find(text) is None, fault


@given(postcodes)
def test_every_postcode_of_the_six_forms_is_valid_as_it_stands(postcode: str) -> None:
    assert find(postcode) == postcode


@given(postcodes, st.lists(st.integers(0, 8), max_size=5))
def test_capitals_and_spaces_make_no_difference(postcode: str, spaces: list[int]) -> None:
    spaced = postcode.lower()
    for place in spaces:
        spaced = spaced[:place] + " " + spaced[place:]

    assert find(spaced) == postcode


@given(st.text() | st.text("ABCZGIRFPO0199 az", max_size=9))
def test_any_text_has_an_answer_and_what_is_found_is_found_again_as_it_is(text: str) -> None:
    found = find(text)

    assert found is None or find(found) == found
