"""Plans and kinds of concern that flags and conditions of a FHIR message say in codes, and of whom they say them."""

from typing import Final

import pytest
from fhir_messages import (
    Json,
    concept,
    filled_in,
    form_of,
    history_of,
    message,
    take,
    url,
    with_entries,
)

from referral_intake.fhir.systems import code_system

CLINICAL: Final = "http://terminology.hl7.org/CodeSystem/condition-clinical"


@pytest.mark.parametrize(
    ("coding", "plans"),
    [
        ("342191000000101", ["child-protection"]),
        ("818901000000100", ["child-protection"]),
        ("764841000000100", ["looked-after"]),
        ("1", None),
    ],
)
def test_plans_of_the_national_flag_are_coded_facts(coding: str, plans: list[str] | None) -> None:
    flag = {
        "resourceType": "Flag",
        "status": "active",
        "code": concept("http://snomed.info/sct", coding, "A plan"),
        "subject": {"reference": url(2)},
    }
    found = filled_in(flag)

    assert found["children"][0].get("plans") == plans
    assert f"A plan (SNOMED CT {coding})" in found["concern"]["facts"]


@pytest.mark.parametrize(
    ("coding", "ended", "plans"),
    [
        ("342191000000101", {"status": "inactive"}, ["child-protection-ended"]),
        ("818901000000100", {"period": {"end": "2026-03-31"}}, ["child-protection-ended"]),
        ("342191000000101", {"period": {"start": "2027-01-01"}}, None),
        ("342191000000101", {"status": "entered-in-error"}, None),
        ("764841000000100", {"status": "inactive"}, None),
    ],
)
def test_a_child_protection_plan_that_has_ended_is_a_coded_fact(
    coding: str, ended: Json, plans: list[str] | None
) -> None:
    code = concept("http://snomed.info/sct", coding, "A plan")
    flag = {"resourceType": "Flag", "status": "active", "code": code, "subject": {"reference": url(2)}, **ended}

    document = with_entries(message(), flag)

    assert form_of(document)["children"][0].get("plans") == plans
    assert ("A plan" in history_of(flag)) is (ended != {"status": "entered-in-error"})


def test_a_flag_of_genital_mutilation_is_a_kind_of_concern() -> None:
    code = concept("http://snomed.info/sct", "902961000000107", "Family history of FGM")
    flag = {"resourceType": "Flag", "status": "active", "code": code, "subject": {"reference": url(2)}}

    assert filled_in(flag)["concern"]["types"] == ["neglect", "fgm"]
    assert filled_in({**flag, "status": "inactive"})["concern"]["types"] == ["neglect"]


def test_a_plan_or_kind_of_concern_of_somebody_else_is_in_words_only() -> None:
    code = concept("http://snomed.info/sct", "902961000000107", "Family history of FGM")
    plan = concept("http://snomed.info/sct", "342191000000101", "A plan")
    elsewhere = {"reference": "Patient/elsewhere", "display": "A cousin"}
    flags = [{"resourceType": "Flag", "status": "active", "code": each, "subject": elsewhere} for each in (code, plan)]

    found = filled_in(*flags)

    assert found["concern"]["types"] == ["neglect"]
    assert "plans" not in found["children"][0]
    assert "A cousin: Family history of FGM" in found["concern"]["facts"]


def test_a_plan_that_a_condition_says_is_a_coded_fact_while_it_is_so() -> None:
    code = concept("http://snomed.info/sct", "342191000000101", "Subject to child protection plan")
    condition = {"resourceType": "Condition", "code": code, "subject": {"reference": url(2)}}
    over = {**condition, "clinicalStatus": concept(CLINICAL, "resolved")}

    assert filled_in(condition)["children"][0]["plans"] == ["child-protection"]
    assert filled_in(over)["children"][0]["plans"] == ["child-protection-ended"]


def test_many_worries_of_one_kind_are_one_kind_of_concern() -> None:
    worry = {"resourceType": "Condition", "code": concept(code_system("concern-type"), "neglect", "Cold again")}

    assert filled_in(*[worry] * 60)["concern"]["types"] == ["neglect"]
    assert take(with_entries(message(), *[worry] * 60)).not_taken == ()
