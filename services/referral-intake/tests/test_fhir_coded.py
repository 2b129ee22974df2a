"""Codes that count, under every name of their system, and only of whom they are said."""

from typing import Any, Final

import pytest
from fhir_messages import (
    Json,
    concept,
    facts_of,
    filled_in,
    finding,
    message,
    observed,
    take,
    with_entries,
)

from referral_intake.fhir.example import EXAMPLE
from referral_intake.fhir.systems import SNOMED, code_system

CHILD: Final = {"reference": EXAMPLE["entry"][2]["fullUrl"]}


def flag(**elements: Any) -> Json:
    """A warning about the child."""
    return {"resourceType": "Flag", "status": "active", "subject": CHILD, **elements}


@pytest.mark.parametrize(
    "system",
    [
        "https://snomed.info/sct",
        "http://snomed.info/sct/",
        "http://snomed.info/sct/999000041000000102/version/20261101",
        "http://snomed.info/sct|20261101",
        "urn:oid:2.16.840.1.113883.6.96",
    ],
)
def test_a_plan_is_one_under_every_name_of_its_code_system(system: str) -> None:
    plan = flag(code=concept(system, "342191000000101", "Subject to a plan"))

    found = filled_in(plan)

    assert found["children"][0]["plans"] == ["child-protection"]
    assert facts_of(plan) == ["Subject to a plan (SNOMED CT 342191000000101)"]


def test_the_plan_of_an_unborn_child_stands_in_its_mothers_record() -> None:
    expected = finding(code=concept(SNOMED, "161714006"), subject=CHILD, valueDateTime="2027-02-01")
    plan = flag(code=concept(SNOMED, "818901000000100", "Unborn child subject to a plan"))
    own = flag(code=concept(SNOMED, "342191000000101", "Subject to a plan"))

    found = filled_in(expected, plan, own, patient={"birthDate": "1995-01-01"})

    assert found["children"][0]["plans"] == ["child-protection"]


def test_a_plan_that_begins_later_is_none_yet() -> None:
    condition = {"resourceType": "Condition", "subject": CHILD, "onsetDateTime": "2027-01-01"}
    condition["code"] = concept(SNOMED, "342191000000101", "Subject to a plan")

    assert "plans" not in filled_in(condition)["children"][0]


def test_a_kind_of_concern_that_is_said_of_a_stranger_is_said_in_words_alone() -> None:
    worry = {"resourceType": "Condition", "subject": {"display": "Cousin Lee"}}
    worry["code"] = concept(code_system("concern-type"), "sexual-abuse")

    assert filled_in(worry)["concern"]["types"] == ["neglect"]
    assert facts_of(worry) == ["Cousin Lee: concern-type sexual-abuse"]


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("child_voice.wishes", "Cousin Lee: referral-field child_voice.wishes: to stay"),
        ("concern.opinion", "Cousin Lee: referral-field concern.opinion: to stay"),
    ],
)
def test_a_field_is_not_filled_in_by_what_is_said_of_a_stranger(code: str, line: str) -> None:
    said = observed(code, subject={"display": "Cousin Lee"}, valueString="to stay")

    assert facts_of(said) == [line]
    assert take(with_entries(message(), said)).not_taken == ()


def test_danger_is_danger_of_whomever_it_is_said() -> None:
    said = observed("immediate_danger", subject={"display": "Cousin Lee"}, valueBoolean=True)

    assert filled_in(said)["immediate_danger"] is True


@pytest.mark.parametrize("system", ["http://hl7.org/fhir/v3/RoleCode", "urn:oid:2.16.840.1.113883.5.111"])
def test_a_mother_is_one_under_every_name_of_the_code_system(system: str) -> None:
    mother = {"resourceType": "RelatedPerson", "name": [{"text": "Jo"}], "relationship": [concept(system, "MTH")]}

    assert filled_in(mother)["household"] == [{"name": "Jo", "role": "mother"}]


def test_that_a_stranger_is_in_no_danger_says_nothing_of_the_child() -> None:
    said = observed("immediate_danger", subject={"display": "Cousin Lee"}, valueBoolean=False)

    assert "immediate_danger" not in filled_in(said)
    assert facts_of(said) == ["Cousin Lee: referral-field immediate_danger: no"]


def test_the_plan_of_her_unborn_child_is_not_a_girls_own() -> None:
    plan = flag(code=concept(SNOMED, "818901000000100", "Unborn child subject to a plan"))

    found = filled_in(plan, patient={"birthDate": "2010-05-04", "gender": "female"})

    assert "plans" not in found["children"][0]
    assert "Unborn child subject to a plan" in found["concern"]["facts"]


@pytest.mark.parametrize("status", ["preliminary", "registered", "unknown"])
def test_danger_is_danger_before_it_is_sure(status: str) -> None:
    said = observed("immediate_danger", valueBoolean=True) | {"status": status}

    assert filled_in(said)["immediate_danger"] is True
    assert facts_of(said) == [f"referral-field immediate_danger: yes ({status})"]


@pytest.mark.parametrize("elements", [{"valueBoolean": False}, {"status": "entered-in-error"}, {"status": "cancelled"}])
def test_what_is_not_said_to_be_danger_is_none(elements: Json) -> None:
    said = observed("immediate_danger", valueBoolean=True) | {"status": "preliminary"} | elements

    assert "immediate_danger" not in filled_in(said)
