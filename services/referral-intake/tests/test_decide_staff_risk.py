"""Whether a referral states a risk to workers who visit: none known is said as such, and all else warns."""

from typing import Any

import pytest
from intake_caller import Caller
from intake_examples import form
from supplement_examples import correction

from referral_intake.decide import StaffRiskStatement, staff_risk_stated

STATED, NONE_KNOWN, NOT_STATED = StaffRiskStatement


@pytest.mark.parametrize(
    ("written", "states"),
    [
        ("None known.", NONE_KNOWN),
        ("none", NONE_KNOWN),
        (" NO KNOWN RISKS! ", NONE_KNOWN),
        ("None-known", NONE_KNOWN),
        ("None known. Do not ring at night.", STATED),
        ("None of the family is safe to visit.", STATED),
        ("None known except the dog", STATED),
        ("A dog.", STATED),
        ("No", STATED),
        ("危険", STATED),
        ("-", NOT_STATED),
        ("  ", NOT_STATED),
    ],
)
def test_only_that_none_is_known_is_no_risk(written: str, states: StaffRiskStatement) -> None:
    assert staff_risk_stated({"risks_to_staff": written}) is states
    assert staff_risk_stated({"risks_to_staff": [{"reason": written}]}) is states


@pytest.mark.parametrize(
    ("risks", "states"),
    [
        ([], NOT_STATED),
        ([{"reason": "None known"}, {"reason": "A dog"}], STATED),
        ([{"reason": "-"}, {"reason": "None known."}], NONE_KNOWN),
        ([{"reason": "None known", "advice": "Visit in pairs"}], STATED),
        ([{"advice": "Visit in pairs"}], STATED),
        ([{"reason": "None known", "recorded_on": "2026-11-01", "shared_with": []}], NONE_KNOWN),
        ([{"recorded_on": "2026-11-01"}], STATED),
        ([{"shared_with": [], "person_knows": False}], NOT_STATED),
    ],
)
def test_one_risk_of_several_is_enough(risks: list[dict[str, Any]], states: StaffRiskStatement) -> None:
    assert staff_risk_stated({"risks_to_staff": risks}) is states


def test_a_referral_that_says_nothing_of_it_states_none() -> None:
    assert staff_risk_stated({"children": []}) is NOT_STATED


@pytest.mark.parametrize(
    ("risks", "states"), [("None known.", "none-known"), ([{"reason": "A dog", "review_on": "2027-02-01"}], "stated")]
)
async def test_those_who_read_the_document_are_given_it_beside_the_bytes(
    caller: Caller, risks: Any, states: str
) -> None:
    path = (await caller.post(form(risks_to_staff=risks))).headers["location"]

    answer = await caller.document(path)

    assert answer.headers["content-staff-risk"] == states
    assert "content-staff-risk" not in (await caller.document(path, part="/editions")).headers


async def test_each_edition_has_its_own(caller: Caller) -> None:
    path = (await caller.post(form(risks_to_staff="None known."))).headers["location"]
    added = await caller.add(path, correction("/risks_to_staff", "A dog."))
    assert added.status_code == 202, added.text

    first, second = [await caller.document(path, part=f"?edition={edition}") for edition in (1, 2)]

    assert first.headers["content-staff-risk"] == "none-known"
    assert second.headers["content-staff-risk"] == "stated"


@pytest.mark.parametrize(
    "words",
    [
        *(
            "No known risks to staff.",
            "None identified",
            "no risk",
            "Nil",
            "Nothing known to us",
            "No concerns reported",
        ),
        *("There are no known risks at present", "No risks that we are aware of", "NONE"),
    ],
)
def test_however_it_is_put_that_no_risk_is_known_it_warns_of_none(words: str) -> None:
    assert staff_risk_stated({"risks_to_staff": words}) is StaffRiskStatement.NONE_KNOWN


@pytest.mark.parametrize(
    "words",
    ["No known risks, but a dog", "No lone visits", "None since he left", "no risk to staff who visit in pairs"],
)
def test_with_anything_beside_it_a_person_reads_it(words: str) -> None:
    assert staff_risk_stated({"risks_to_staff": words}) is StaffRiskStatement.STATED


@pytest.mark.parametrize("words", ["Unknown", "Not known", "N/K", "TBC"])
def test_what_is_not_known_is_no_warning(words: str) -> None:
    assert staff_risk_stated({"risks_to_staff": [{"reason": words}]}) is StaffRiskStatement.NOT_STATED
