"""Numbers of registers under every name that NHS messages give them, and which of several is in use."""

from typing import Any, Final

import pytest
from fhir_messages import Json, child_of, filled_in, form_of, message, ours, take, url, with_entries

from referral_intake.fhir.systems import (
    CONTACT_PREFERENCE,
    NHS_NUMBER,
    NUMBER_VERIFICATION,
    ODS_CODE,
    SCHOOL_URN,
    register_of,
)

OLD_ODS: Final = "http://fhir.nhs.net/Id/ods-organization-code"


def organisation(*identifiers: Json) -> Json:
    return {
        "resourceType": "Organization",
        "id": "surgery",
        "name": "Invented Surgery",
        "identifier": list(identifiers),
    }


@pytest.mark.parametrize(
    "system",
    [
        "https://fhir.nhs.uk/Id/nhs-number",
        "http://fhir.nhs.uk/Id/nhs-number",
        "https://fhir.nhs.uk/Id/nhs-number/",
        " https://fhir.nhs.uk/Id/NHS-Number",
        "http://fhir.nhs.net/Id/nhs-number",
        "urn:oid:2.16.840.1.113883.2.1.4.1",
    ],
)
def test_an_nhs_number_is_one_under_every_name_of_its_register(system: str) -> None:
    document = message(patient={"identifier": [{"system": system, "value": "9990000018"}]})

    assert form_of(document)["children"][0]["nhs_number"] == "9990000018"
    assert take(document).not_taken == ()


@pytest.mark.parametrize("system", ["https://fhir.nhs.uk/Id/nhs-number-of-somebody", "urn:oid:2.16.840.1", "", None])
def test_another_register_is_another_register(system: str | None) -> None:
    assert register_of(system) not in (NHS_NUMBER, ODS_CODE)
    assert "nhs_number" not in child_of(identifier=[{"system": system, "value": "9990000018"}])


def test_a_reference_by_identifier_leads_to_the_person_under_either_name_of_the_register() -> None:
    old = {"identifier": {"system": "http://fhir.nhs.net/Id/nhs-number", "value": "9990000018"}}
    person = {"resourceType": "RelatedPerson", "name": [{"text": "Jo"}], "patient": old}

    assert take(with_entries(message(), person)).not_taken == ()


def test_of_two_codes_of_a_practice_the_one_in_use_counts() -> None:
    codes = [{"system": OLD_ODS, "value": "Y00001", "use": "old"}, {"system": ODS_CODE, "value": "Y00002"}]

    found = filled_in(organisation(*codes), patient={"generalPractitioner": [{"reference": url(4)}]})

    assert found["children"][0]["gp"] == {"practice": "Invented Surgery", "code": "Y00002"}


def test_a_code_that_ended_is_no_code() -> None:
    code = {"system": ODS_CODE, "value": "Y00001", "period": {"end": "2020-01-01"}}

    found = filled_in(organisation(code), patient={"generalPractitioner": [{"reference": url(4)}]})

    assert found["children"][0]["gp"] == {"practice": "Invented Surgery"}


@pytest.mark.parametrize("shown", [{"display": "Ashcroft Primary"}, {}])
def test_a_school_is_known_by_its_reference_number(shown: Json) -> None:
    reference = {"identifier": {"system": SCHOOL_URN, "value": "100999"}, **shown}
    document = message(patient={"extension": ours("child-school", valueReference=reference)})
    named = {"name": shown["display"]} if shown else {}

    assert form_of(document)["children"][0]["school"] == {**named, "urn": "100999"}
    assert take(document).not_taken == ()


def test_the_senders_reference_is_the_one_in_use() -> None:
    identifiers = [{"value": "REQ-1", "use": "old"}, {"value": "REQ-2"}]

    assert form_of(message(request={"identifier": identifiers}))["referrer"]["own_reference"] == "REQ-2"


@pytest.mark.parametrize(
    ("change", "role"),
    [
        ({}, "Health visitor"),
        ({"period": {"end": "2020-01-01"}}, "Health visitor (until 2020-01-01)"),
        ({"active": False}, "Health visitor (the sender's record of this role is not in use)"),
    ],
)
def test_a_role_of_the_past_is_said_to_be_past_of_the_one_who_refers(change: Json, role: str) -> None:
    said: dict[str, Any] = {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": url(3)},
        "code": [{"text": "Health visitor"}],
        **change,
    }

    assert filled_in(said)["referrer"]["role"] == role


def with_status(code: str) -> Json:
    """The child with a number, and what the demographics service says of it."""
    status = {"coding": [{"system": "https://fhir.hl7.org.uk/CodeSystem/status", "code": code, "display": "Status"}]}
    mark = {"url": NUMBER_VERIFICATION, "valueCodeableConcept": status}
    number = {"system": NHS_NUMBER, "value": "9990000018", "extension": [mark]}
    return message(patient={"identifier": [number]})


def test_a_number_that_was_verified_needs_no_word() -> None:
    document = with_status("01")

    assert "history" not in form_of(document)["concern"]
    assert take(document).not_taken == ()


def test_a_number_that_was_not_found_is_said_to_be_that() -> None:
    document = with_status("04")

    assert form_of(document)["children"][0]["nhs_number"] == "9990000018"
    assert form_of(document)["concern"]["history"] == "Rowan Testerley: NHS number 9990000018 (Status (status 04))"
    assert take(document).not_taken == ()


def test_how_and_when_a_child_wishes_to_be_reached_is_advice() -> None:
    parts = [
        {"url": "PreferredWrittenCommunicationFormat", "valueCodeableConcept": {"text": "Braille"}},
        {"url": "PreferredContactMethod", "valueCodeableConcept": {"text": "Letter"}},
        {"url": "PreferredContactTimes", "valueString": "Not after 7pm"},
    ]
    document = message(patient={"extension": [{"url": CONTACT_PREFERENCE, "extension": parts}]})
    child = form_of(document)["children"][0]

    assert (child["preferred_communication"], child["contact_advice"]) == (
        "Braille",
        "preferred: Letter, times: Not after 7pm",
    )
    assert take(document).not_taken == ()
