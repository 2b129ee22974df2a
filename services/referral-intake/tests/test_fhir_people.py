"""Family, referrer and professionals: people of a message, as the form has them."""

import pytest
from fhir_messages import Json, concept, filled_in, form_of, message, ours, take, url, with_entries

from referral_intake.fhir import MessageRefused


def test_a_related_person_is_a_member_of_the_household_or_family() -> None:
    mother = {
        "resourceType": "RelatedPerson",
        "relationship": [concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "MTH", "Mum")],
        "name": [{"given": ["Jo"], "family": "Testerley"}, {"use": "maiden", "text": "Jo Ashe"}],
        "birthDate": "1990-01-02",
        "gender": "female",
        "telecom": [{"system": "phone", "value": "07700 900461"}],
        "extension": ours("family-member-parental-responsibility", valueBoolean=True),
    }

    assert filled_in(mother)["household"] == [
        {
            "name": "Jo Testerley",
            "aliases": ["Jo Ashe"],
            "relationship": "Mum",
            "role": "mother",
            "date_of_birth": "1990-01-02",
            "sex": "F",
            "phone": "07700 900461",
            "parental_responsibility": True,
        }
    ]


def test_a_contact_who_is_the_patient_gives_the_childs_own_number() -> None:
    relationship = [concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "ONESELF")]
    contact = {"relationship": relationship, "telecom": [{"system": "phone", "value": "07700 900461"}]}

    found = form_of(message(patient={"contact": [contact]}))

    assert found["children"][0]["phone"] == "07700 900461"
    assert "household" not in found


@pytest.mark.parametrize("requester", [{"reference": url(3)}, {"reference": url(4)}])
def test_a_referrer_is_found_by_person_or_by_role(requester: Json) -> None:
    role = {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": url(3)},
        "organization": {"reference": url(5)},
        "code": [{"text": "School nurse"}],
    }
    organisation = {"resourceType": "Organization", "name": "Invented Trust"}

    found = filled_in(role, organisation, request={"requester": requester})

    assert found["referrer"] == {
        "name": "Morgan Adeyemi-Clarke",
        "role": "School nurse",
        "organisation": "Invented Trust",
        "phone": "020 7946 0199",
    }
    assert "professionals" not in found


def test_a_relative_who_refers_is_a_member_of_the_public() -> None:
    aunt = {"resourceType": "RelatedPerson", "name": [{"text": "Fay"}], "telecom": [{"system": "phone", "value": "1"}]}

    found = filled_in(aunt, request={"requester": {"reference": url(4)}})

    assert (found["referrer"]["kind"], found["referrer"]["name"]) == ("public", "Fay")


def test_other_practitioners_are_the_professionals_involved() -> None:
    nurse = {
        "resourceType": "Practitioner",
        "name": [{"text": "Ilse V"}],
        "telecom": [{"system": "email", "value": "i@example.org"}],
    }

    assert filled_in(nurse)["professionals"] == [{"name": "Ilse V", "contact": "i@example.org"}]


def test_notes_that_are_no_text_are_refused_where_they_stand() -> None:
    person = {"resourceType": "RelatedPerson", "extension": ours("family-member-notes", valueBoolean=True)}

    with pytest.raises(MessageRefused) as refused:
        take(with_entries(message(), person))

    assert refused.value.issues[0].places == ("Bundle.entry[4].resource.extension[0]",)
