"""Places, doctors, addresses and documents that are no longer what they were, or are about somebody else."""

from typing import Any

import pytest
from fhir_messages import Json, filled_in, history_of, message, take, url, with_entries

from referral_intake.fhir import MessageRefused
from referral_intake.fhir.systems import NHS_NUMBER


@pytest.mark.parametrize("status", ["finished", "onleave", "cancelled", "planned"])
def test_nobody_is_at_an_encounter_that_is_over(status: str) -> None:
    visit = {"resourceType": "Encounter", "status": status, "location": [{"location": {"display": "Ward 3"}}]}

    found = filled_in(visit, request={"encounter": {"reference": url(4)}})

    assert "location_now" not in found["children"][0]


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


def paper(**elements: Any) -> Json:
    return {"resourceType": "DocumentReference", "status": "current", "description": "Report", **elements}


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
