"""Resources in other resources: those of the request and of the child say as much as entries; others may not be so."""

from copy import deepcopy
from typing import Any, Final

import pytest
from fhir_messages import Json, concept, facts_of, filled_in, finding, form_of, message, send, take, url, with_entries
from intake_caller import Caller

from referral_intake.fhir.example import EXAMPLE
from referral_intake.fhir.systems import NHS_NUMBER, code_system

PATIENT: Final[Json] = EXAMPLE["entry"][2]["resource"]


def with_contained_child(**changes: Any) -> Json:
    """The example whose request holds the child, which has no entry of its own."""
    contained = [{**deepcopy(PATIENT), "id": "child", **changes}]
    bundle = message(request={"contained": contained, "subject": {"reference": "#child"}})
    del bundle["entry"][2]
    return bundle


async def test_a_child_in_the_request_is_the_child_of_the_referral(caller: Caller) -> None:
    answer = await send(caller, with_contained_child())

    assert answer.status_code == 200
    assert form_of(with_contained_child())["children"] == form_of(message())["children"]
    assert take(with_contained_child()).not_taken == ()


def test_another_child_with_an_entry_is_another_child() -> None:
    sibling = {"resourceType": "Patient", "name": [{"text": "Ash Testerley"}], "birthDate": "2020-01-01"}

    document = with_contained_child()
    document["entry"].append({"fullUrl": url(9), "resource": sibling})

    found = form_of(document)

    assert [child["first_name"] for child in found["children"]] == ["Rowan", "Ash Testerley"]


@pytest.mark.parametrize("named_by", ["reasonReference", "supportingInfo", None])
def test_what_the_request_contains_is_said(named_by: str | None) -> None:
    contained = [
        {"resourceType": "Condition", "id": "worry", "code": {"text": "Bruises"}},
        {**finding(valueBoolean=False), "id": "finding"},
    ]
    references = {named_by: [{"reference": "#worry"}, {"reference": "#finding"}]} if named_by else {}
    document = message(request={"contained": contained, **references})

    assert facts_of(request={"contained": contained, **references}) == ["Bruises", "Finding: no"]
    assert take(document).not_taken == ()


@pytest.mark.parametrize(
    "holder",
    [
        finding(status="entered-in-error"),
        {"resourceType": "CarePlan", "status": "revoked", "intent": "plan"},
        {"resourceType": "Procedure", "status": "not-done"},
        {"resourceType": "ServiceRequest", "status": "active", "intent": "order", "doNotPerform": True},
    ],
)
def test_what_is_held_by_something_that_is_not_so_is_not_said(holder: Json) -> None:
    held = [{"resourceType": "Condition", "id": "worry", "code": {"text": "Bruises"}}]
    document = with_entries(message(), {**holder, "contained": held})

    assert facts_of({**holder, "contained": held}) == []
    assert take(document).not_taken == ("Bundle.entry[4].resource",)


def test_a_contained_consent_that_is_narrowed_is_refused_as_any_other() -> None:
    consent = {
        "resourceType": "Consent",
        "status": "active",
        "category": [concept(code_system("agreement"), "to-checks")],
    }

    found = form_of(message(request={"contained": [{**consent, "provision": {"type": "deny"}}]}))

    assert found["consent"]["to_checks"]["answer"] == "refused"


def test_an_agreement_about_one_of_several_children_is_limited_to_that_one() -> None:
    sibling = {"resourceType": "Patient", "name": [{"text": "Ash Testerley"}], "birthDate": "2020-01-01"}
    consent = {
        "resourceType": "Consent",
        "status": "active",
        "category": [concept(code_system("agreement"), "to-checks")],
        "patient": {"reference": url(4)},
    }

    found = filled_in(sibling, consent)["consent"]["to_checks"]

    assert found == {"answer": "agreed", "limited_to": "Ash Testerley"}


def test_two_records_alike_in_number_birth_and_name_are_one_child() -> None:
    twice = deepcopy(PATIENT)

    assert len(filled_in(twice)["children"]) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"birthDate": "2017-05-05"},
        {"name": [{"family": "Testerley", "given": ["Robin"]}]},
        {"identifier": [{"system": NHS_NUMBER, "value": "9990000026"}]},
        {"identifier": []},
    ],
)
def test_two_records_that_differ_in_any_of_them_are_two_children(change: Json) -> None:
    assert len(filled_in({**deepcopy(PATIENT), **change})["children"]) == 2


def test_an_address_in_one_piece_that_says_more_than_its_lines_is_kept_beside_them() -> None:
    address = {"text": "Flat 9, 12 Invented Street", "line": ["12 Invented Street"], "postalCode": "ZZ99 3AB"}
    document = message(patient={"address": [address]})

    [found] = form_of(document)["children"][0]["addresses"]

    assert found["lines"] == ["12 Invented Street", "Flat 9, 12 Invented Street"]
    assert take(document).not_taken == ()
