"""Places, doctors, addresses and documents that are no longer what they were, or are about somebody else."""

from typing import Any, Final

import pytest
from fhir_messages import (
    Json,
    concept,
    facts_of,
    filled_in,
    finding,
    form_of,
    history_of,
    message,
    take,
    url,
    with_entries,
)

from referral_intake.fhir import MessageRefused
from referral_intake.fhir.systems import NHS_NUMBER, code_system

_RISK: Final = {
    "resourceType": "Flag",
    "status": "active",
    "category": [concept(code_system("flag-category"), "risk-to-staff")],
    "period": {"start": "2025", "end": "2027"},
}


def paper(**elements: Any) -> Json:
    return {"resourceType": "DocumentReference", "status": "current", "description": "Report", **elements}


@pytest.mark.parametrize(
    ("encounter", "place", "line"),
    [
        ({"status": "finished"}, {}, "was at Ward 3 (finished)"),
        ({"status": "onleave"}, {}, "was at Ward 3 (onleave)"),
        ({"period": {"end": "2026-10-01"}}, {}, "was at Ward 3 (until 2026-10-01)"),
        ({}, {"status": "completed"}, "was at Ward 3 (completed)"),
        ({"status": "cancelled"}, {}, None),
        ({"status": "planned"}, {}, None),
        ({}, {"status": "reserved"}, None),
    ],
)
def test_nobody_is_at_an_encounter_that_is_over(encounter: Json, place: Json, line: str | None) -> None:
    where = {"location": {"display": "Ward 3"}, **place}
    visit = {"resourceType": "Encounter", **encounter, "location": [where]}

    found = filled_in(visit, request={"encounter": {"reference": url(4)}})

    assert "location_now" not in found["children"][0]
    assert found["concern"].get("history") == line


def test_a_kind_of_place_is_no_place() -> None:
    ward = {"resourceType": "Location", "mode": "kind", "name": "A ward"}

    found = filled_in(ward, request={"locationReference": [{"reference": url(4)}]})

    assert "location_now" not in found["children"][0]


def test_a_doctor_whose_record_is_not_in_use_is_a_former_one() -> None:
    doctor = {"resourceType": "Practitioner", "active": False, "name": [{"text": "Dr Gone"}]}

    found = filled_in(doctor, patient={"generalPractitioner": [{"reference": url(4)}]})

    assert "gp" not in found["children"][0]
    assert "former GP Dr Gone (the sender's record is not in use)" in found["concern"]["history"]


def test_an_old_address_of_another_record_is_said_to_be_old() -> None:
    same = {
        "resourceType": "Patient",
        "identifier": [{"system": NHS_NUMBER, "value": "9990000018"}],
        "name": [{"text": "Rowan Testerley"}],
        "birthDate": "2017-05-04",
        "address": [{"use": "old", "line": ["3 Invented Mews"]}],
    }

    assert "another record's address 3 Invented Mews (old)" in history_of(same)


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ({"reference": url(2)}, "Report"),
        ({"display": "Jo T"}, "Jo T: Report"),
        ({"reference": "Patient/elsewhere"}, "Somebody whose record was not sent: Report"),
    ],
)
def test_a_document_about_somebody_else_says_so(subject: Json, title: str) -> None:
    assert filled_in(paper(subject=subject))["attachments"] == [{"title": title}]


def test_the_content_of_a_document_is_refused_wherever_in_the_message_it_is() -> None:
    binary = {"resourceType": "Binary", "contentType": "text/plain", "data": "aGVsbG8="}

    with pytest.raises(MessageRefused) as refused:
        take(with_entries(message(), binary, paper(content=[{"attachment": {"url": url(4)}}])))

    assert refused.value.issues[0].places == ("Bundle.entry[5].resource.content[0].attachment.url",)


@pytest.mark.parametrize("status", [None, "current"])
def test_what_a_list_says_is_deleted_is_history(status: str | None) -> None:
    gone = {"deleted": True, "item": {"reference": url(4)}}
    items = {"resourceType": "List", "mode": "changes", "entry": [gone], **({"status": status} if status else {})}
    worry = {"resourceType": "Condition", "code": {"text": "Bruise"}}

    for resource in (worry, finding(code={"text": "Bruise"}), {"resourceType": "Flag", "code": {"text": "Bruise"}}):
        assert facts_of(resource, items) == []
        assert "Bruise" in history_of(resource, items)
        assert "(deleted from the sender's list)" in history_of(resource, items)


@pytest.mark.parametrize("elements", [{"status": "entered-in-error"}, {"entry": [{"item": {"reference": url(4)}}]}])
def test_what_no_list_says_is_deleted_is_so(elements: Json) -> None:
    gone = {"deleted": True, "item": {"reference": url(4)}}

    assert facts_of(finding(), {"resourceType": "List", "entry": [gone], **elements}) == ["Finding (without a value)"]


def test_an_organisation_is_where_it_is_now() -> None:
    addresses = [{"use": "old", "text": "1 Invented Way"}, {"text": "2 Invented Way"}]
    trust = {"resourceType": "Organization", "name": "Trust", "address": addresses}
    document = with_entries(message(request={"requester": {"reference": url(4)}}), trust)

    assert form_of(document)["referrer"]["address"] == "2 Invented Way"
    assert take(document).not_taken == ("Bundle.entry[4].resource.address[0]",)


def test_who_refers_and_is_not_in_use_is_said_to_be_that() -> None:
    found = form_of(message(who={"active": False}))

    assert found["referrer"]["role"] == (
        "in a role that was not said (the sender's record of this person is not in use)"
    )


def test_dates_that_are_no_days_are_carried() -> None:
    home = {"use": "home", "text": "1 Invented Way", "period": {"start": "2019", "end": "2026-10"}}
    document = with_entries(message(patient={"address": [home]}), paper(date="2025"), _RISK)
    found = form_of(document)

    assert "address 1 Invented Way (from 2019 until 2026-10)" in found["concern"]["history"]
    assert found["attachments"] == [{"title": "Report (2025)"}]
    assert found["risks_to_staff"] == [{"reason": "a warning without words (from 2025 until 2027)"}]
    assert take(document).not_taken == ()


def role(words: str, **elements: Any) -> Json:
    return {"resourceType": "PractitionerRole", "code": [{"text": words}], **elements}


def test_who_refers_does_so_in_the_role_they_have_now() -> None:
    left = role("Nurse", practitioner={"reference": url(3)}, period={"end": "2020-01-01"})
    now = role("Health visitor", practitioner={"reference": url(3)})

    assert form_of(with_entries(message(), left, now))["referrer"]["role"] == "Health visitor"


def test_each_role_is_said_whether_it_has_ended_or_not() -> None:
    worker = {"resourceType": "Practitioner", "name": [{"text": "Dr Q"}]}
    left = role("Nurse", practitioner={"reference": url(4)}, period={"end": "2020-01-01"})
    now = role("Health visitor", practitioner={"reference": url(4)})
    named = [role("Teacher", practitioner={"display": name}) for name in ("Ash", "Jo")]

    found = filled_in(worker, left, now, *named)

    assert [(each["name"], each["role"]) for each in found["professionals"]] == [
        ("Dr Q", "Health visitor"),
        ("Ash", "Teacher"),
        ("Jo", "Teacher"),
    ]
    assert found["concern"]["history"] == "Formerly worked with the family: Dr Q, Nurse (until 2020-01-01)"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("reasonReference", "Reason whose record was not taken: Bruises"),
        ("supportingInfo", "Further information whose record was not taken: Bruises"),
    ],
)
def test_what_the_request_refers_to_by_name_is_said(name: str, line: str) -> None:
    document = message(request={name: [{"reference": "DiagnosticReport/elsewhere", "display": "Bruises"}]})

    assert line in form_of(document)["concern"]["facts"]
    assert take(document).not_taken == (f"Bundle.entry[1].resource.{name}[0].reference",)


EMERGENCY: Final = {
    "id": "C123",
    "relationship": [{"text": "Emergency contact"}],
    "telecom": [{"system": "phone", "value": "020 7946 0123"}],
}


def test_an_emergency_contact_without_a_name_is_somebody_to_phone() -> None:
    document = message(patient={"contact": [EMERGENCY]})

    assert form_of(document)["household"] == [{"relationship": "Emergency contact", "phone": "020 7946 0123"}]
    assert take(document).not_taken == ()


@pytest.mark.parametrize("elements", [{"organization": {"display": "School"}}, {"telecom": []}])
def test_an_office_and_a_relationship_alone_are_nobody_in_the_family(elements: Json) -> None:
    document = message(patient={"contact": [EMERGENCY | elements]})

    assert "household" not in form_of(document)
    assert take(document).not_taken == ("Bundle.entry[2].resource.contact",)


def test_a_practice_that_is_no_longer_active_is_a_former_one() -> None:
    practice = {"resourceType": "Organization", "active": False, "name": "Old Surgery"}
    references = [{"reference": url(4)}, {"display": "New Surgery"}]

    found = filled_in(practice, patient={"generalPractitioner": references})

    assert found["children"][0]["gp"] == {"practice": "New Surgery"}
    assert "former GP Old Surgery (no longer active)" in found["concern"]["history"]
