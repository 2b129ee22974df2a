"""References of every form lead to the right resource, and what they cannot name is never said of the child."""

from typing import Final

import pytest
from fhir_messages import (
    Json,
    facts_of,
    finding,
    form_of,
    message,
    take,
    url,
    with_entries,
)

from referral_intake.fhir import MessageRefused
from referral_intake.fhir.example import EXAMPLE
from referral_intake.fhir.systems import NHS_NUMBER, ODS_CODE, code_system

CHILD: Final = EXAMPLE["entry"][2]["fullUrl"]
NUMBER: Final = {"system": NHS_NUMBER, "value": "9990000018"}
SERVER: Final = "https://a.example.org/fhir/"
PDS: Final = "https://api.service.nhs.uk/personal-demographics/FHIR/R4/Patient/9990000018"


def seen(subject: Json, **elements: object) -> Json:
    return finding(subject=subject, valueString="well", **elements)


@pytest.mark.parametrize(
    "subject",
    [
        {"identifier": {"system": NHS_NUMBER, "value": "999 000 0018"}},
        {"identifier": {"system": "http://fhir.nhs.net/Id/nhs-number", "value": " 999-000-0018 "}},
        {"reference": PDS, "identifier": NUMBER},
        {"reference": f"{CHILD}/_history/2", "identifier": NUMBER},
    ],
)
def test_a_child_is_known_by_number_however_it_is_written_or_addressed(subject: Json) -> None:
    assert facts_of(seen(subject)) == ["Finding: well"]
    assert take(with_entries(message(), seen(subject))).not_taken == ()


def test_an_address_counts_before_a_number() -> None:
    sibling = {"resourceType": "Patient", "name": [{"text": "Ash T"}], "birthDate": "2015-03-04"}

    assert facts_of(sibling, seen({"reference": url(4), "identifier": NUMBER})) == ["Ash T: Finding: well"]


def test_a_number_that_is_not_of_who_is_meant_is_reported() -> None:
    other = {"reference": CHILD, "identifier": {"system": NHS_NUMBER, "value": "9990000077"}}

    assert take(with_entries(message(), seen(other))).not_taken == ("Bundle.entry[4].resource.subject",)


def test_a_child_whom_the_request_contains_is_known_by_number() -> None:
    document = message(request={"subject": {"reference": "#child"}})
    child = document["entry"].pop(2)["resource"] | {"id": "child"}
    document["entry"][1]["resource"]["contained"] = [child]
    document["entry"].append({"fullUrl": url(9), "resource": seen({"identifier": NUMBER})})

    assert "\nFinding: well" in form_of(document)["concern"]["facts"]


def test_two_records_of_one_child_are_one_child_to_whatever_refers_to_their_number() -> None:
    same = {"resourceType": "Patient", "name": [{"text": "Rowan Testerley"}], "birthDate": "2017-05-04"}

    assert facts_of({**same, "identifier": [NUMBER]}, seen({"identifier": NUMBER})) == ["Finding: well"]


def test_what_is_contained_may_be_about_what_contains_it() -> None:
    inner = {"resourceType": "Condition", "id": "c", "code": {"text": "Tired"}, "subject": {"reference": "#"}}

    assert facts_of(patient={"contained": [inner]}) == ["Tired"]
    assert take(message(patient={"contained": [inner]})).not_taken == ()


def test_a_relative_reference_is_read_by_the_base_of_what_holds_it() -> None:
    document = message(request={"subject": {"reference": "Patient/1"}})
    document["entry"][1]["fullUrl"] = f"{SERVER}ServiceRequest/1"
    document["entry"][0]["resource"]["focus"] = [{"reference": f"{SERVER}ServiceRequest/1"}]
    document["entry"][2]["fullUrl"] = f"{SERVER}Patient/1"
    sibling = {"resourceType": "Patient", "name": [{"text": "Ash T"}], "birthDate": "2015-03-04"}
    document["entry"].append({"fullUrl": "https://b.example.org/fhir/Patient/1", "resource": sibling})
    ash = seen({"reference": "Patient/1"})
    document["entry"].append({"fullUrl": "https://b.example.org/fhir/Observation/1", "resource": ash})

    found = form_of(document)

    assert [child["first_name"] for child in found["children"]] == ["Rowan", "Ash T"]
    assert "Ash T: Finding: well" in found["concern"]["facts"]


@pytest.mark.parametrize(
    ("resource", "whose"),
    [
        ({"resourceType": "Location", "name": "12 Invented Street"}, "12 Invented Street"),
        ({"resourceType": "Organization", "name": "Ashcroft Primary"}, "Ashcroft Primary"),
        ({"resourceType": "Practitioner", "name": [{"text": "Sam W"}]}, "Sam W"),
        ({"resourceType": "PractitionerRole", "practitioner": {"display": "Sam W"}}, "Sam W"),
        ({"resourceType": "Location"}, "Somebody or something else, whose record was sent and not taken"),
        (
            {"resourceType": "Group", "type": "person", "actual": True, "name": "The Testerleys"},
            "Somebody or something else, whose record was sent and not taken",
        ),
    ],
)
def test_what_is_said_of_a_place_or_a_worker_names_it(resource: Json, whose: str) -> None:
    risk = {"coding": [{"system": code_system("flag-category"), "code": "risk-to-staff"}]}
    flag = {
        "resourceType": "Flag",
        "status": "active",
        "category": [risk],
        "subject": {"reference": url(4)},
        "code": {"text": "Dog"},
    }

    found = form_of(with_entries(message(), resource, flag))

    assert found["risks_to_staff"] == [{"reason": f"{whose}: Dog"}]


def test_a_practice_with_an_address_of_another_server_is_known_by_its_code() -> None:
    address = "https://ods.example.org/Organization/Y99999"
    practice = {"reference": address, "identifier": {"system": ODS_CODE, "value": "Y99999"}}

    found = form_of(message(patient={"generalPractitioner": [practice]}))

    assert found["children"][0]["gp"] == {"code": "Y99999"}


def test_a_note_names_the_organisation_that_wrote_it() -> None:
    school = {"resourceType": "Organization", "name": "Ashcroft Primary"}
    note = {"text": "He was alone.", "authorReference": {"reference": url(4)}}

    assert facts_of(school, request={"note": [note]}) == ["He was alone. (Ashcroft Primary)"]


def test_a_subject_that_is_no_patient_is_refused_with_what_to_do() -> None:
    group = {"resourceType": "Group", "type": "person", "actual": True}

    with pytest.raises(MessageRefused) as refused:
        take(with_entries(message(request={"subject": {"reference": url(4)}}), group))

    assert refused.value.issues[0].advice == "Refer to a Patient: what this leads to is something else."
