"""Who is who: the children, further records of them, those who died, and everybody else."""

from typing import Final

import pytest
from fhir_messages import (
    Json,
    concept,
    facts_of,
    filled_in,
    finding,
    form_of,
    message,
    observed,
    take,
    url,
)

NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"


def test_the_official_number_counts_and_the_old_one_is_history() -> None:
    old = {"use": "old", "system": NHS_NUMBER, "value": "9990000077"}
    official = {"use": "official", "system": NHS_NUMBER, "value": "9990000085"}
    document = message(patient={"identifier": [old, official]})
    found = form_of(document)

    assert found["children"][0]["nhs_number"] == "9990000085"
    assert found["concern"]["history"] == "Rowan Testerley: former NHS number 9990000077"
    assert take(document).not_taken == ()


def test_a_number_that_ended_counts_no_more() -> None:
    ended = {"system": NHS_NUMBER, "value": "9990000077", "period": {"end": "2020-01-01"}}

    found = form_of(message(patient={"identifier": [ended]}))

    assert "nhs_number" not in found["children"][0]
    assert "former NHS number 9990000077 (until 2020-01-01)" in found["concern"]["history"]


@pytest.mark.parametrize(
    ("reference", "gp"),
    [
        ({"type": "Organization", "identifier": {"value": "Y99999"}}, {"code": "Y99999"}),
        (
            {"display": "Invented Surgery", "identifier": {"value": "Y99999"}},
            {"code": "Y99999", "practice": "Invented Surgery"},
        ),
    ],
)
def test_a_practice_is_known_by_its_code_alone(reference: Json, gp: Json) -> None:
    reference["identifier"]["system"] = "https://fhir.nhs.uk/Id/ods-organization-code"
    document = message(patient={"generalPractitioner": [reference]})

    assert form_of(document)["children"][0]["gp"] == gp
    assert take(document).not_taken == ()


def test_a_doctor_who_is_only_named_is_no_practice() -> None:
    document = message(patient={"generalPractitioner": [{"type": "Practitioner", "display": "Dr V"}]})

    assert form_of(document)["children"][0]["gp"] == {"name": "Dr V"}


def test_a_sibling_who_died_is_said_and_not_decided_about() -> None:
    sibling = {"resourceType": "Patient", "name": [{"text": "Ash T"}], "deceasedDateTime": "2024-05-06"}

    found = filled_in(sibling)

    assert len(found["children"]) == 1
    assert found["household"] == [
        {
            "name": "Ash T",
            "relationship": "a child who has died",
            "subject_of_referral": False,
            "notes": "This child has died on 2024-05-06",
        }
    ]


def test_the_death_of_the_child_itself_is_a_kind_of_concern() -> None:
    found = form_of(message(patient={"deceasedDateTime": "2026-11-22T23:30:00Z"}))

    assert "child-death" in found["concern"]["types"]
    assert "Rowan Testerley: has died on 2026-11-22 23:30" in found["concern"]["facts"]


def test_a_child_who_is_said_to_live_is_not_dead() -> None:
    document = message(patient={"deceasedBoolean": False})

    assert form_of(document)["concern"]["types"] == ["neglect"]
    assert take(document).not_taken == ()


def test_a_replaced_record_is_linked_to_the_child_it_is_of() -> None:
    replaced = {
        "resourceType": "Patient",
        "name": [{"text": "Ro T"}],
        "identifier": [{"system": NHS_NUMBER, "value": "9990000077"}],
        "link": [{"other": {"reference": url(2)}, "type": "replaced-by"}],
    }
    found = filled_in(replaced)

    assert [child["first_name"] for child in found["children"]] == ["Rowan"]
    assert "also recorded as Ro T" in found["concern"]["history"]
    assert "9990000077" in found["concern"]["history"]


def test_a_replaced_record_is_no_child_even_when_the_one_in_its_place_was_not_sent() -> None:
    link = [{"other": {"reference": "Patient/elsewhere"}, "type": "replaced-by"}]
    replaced = {"resourceType": "Patient", "name": [{"text": "Ash T"}], "link": link}

    found = filled_in(replaced)

    assert len(found["children"]) == 1
    assert found["household"][0]["name"] == "Ash T"
    assert found["household"][0]["notes"] == "the sender's record is linked, replaced-by Patient/elsewhere"


def test_a_subject_that_was_replaced_is_read_by_the_record_in_its_place() -> None:
    new = {"resourceType": "Patient", "name": [{"text": "Rowan New"}], "birthDate": "2017-05-04"}
    link = [{"other": {"reference": url(4)}, "type": "replaced-by"}]

    found = filled_in(new, patient={"link": link})

    assert [child["first_name"] for child in found["children"]] == ["Rowan New"]


def test_an_unborn_child_is_known_by_its_mothers_record() -> None:
    expected = {
        "resourceType": "Observation",
        "status": "final",
        "code": concept("http://loinc.org", "11778-8"),
        "subject": {"reference": url(2)},
        "valueDateTime": "2027-02-26",
    }
    found = filled_in(expected, patient={"birthDate": "1999-01-02", "gender": "female"})

    assert found["children"][0]["expected_date_of_birth"] == "2027-02-26"
    assert found["children"][0]["description"] == "Unborn child of Rowan Testerley"
    assert "nhs_number" not in found["children"][0]
    assert (found["household"][0]["name"], found["household"][0]["role"]) == ("Rowan Testerley", "mother")
    assert found["household"][0]["notes"] == "NHS number 9990000018"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2027-02-26", ("2027-02-26", None)),
        ("2027-02", ("2027-02-15", True)),
        ("2027-02-25T23:30:00Z", ("2027-02-25", None)),
    ],
)
@pytest.mark.parametrize("born", ["1999-01-02", "1999-01", "1999"])
def test_a_mother_and_the_day_her_child_is_expected_may_be_known_to_the_month(
    born: str, said: str, expected: tuple[str, bool | None]
) -> None:
    code = concept("http://loinc.org", "11778-8")
    observation = finding(code=code, subject={"reference": url(2)}, valueDateTime=said)

    [child] = filled_in(observation, patient={"birthDate": born})["children"]

    assert (child["expected_date_of_birth"], child.get("estimated_date")) == expected


@pytest.mark.parametrize("born", ["2009-01-02", "2008-11", "2008"])
def test_who_may_still_be_a_child_is_one_though_she_expects_one(born: str) -> None:
    code = concept("http://loinc.org", "11778-8")
    observation = finding(code=code, subject={"reference": url(2)}, valueDateTime="2027-02-26")

    [child] = filled_in(observation, patient={"birthDate": born})["children"]

    assert child["first_name"] == "Rowan"


def test_what_is_said_of_somebody_else_is_not_said_of_the_child() -> None:
    mother = finding(valueBoolean=True, subject={"reference": "Patient/elsewhere", "display": "Jo, the mother"})
    nobody = finding(valueBoolean=True, subject={"reference": "Patient/elsewhere"})

    assert facts_of(mother) == ["Jo, the mother: Finding: yes"]
    assert facts_of(nobody) == ["Somebody whose record was not sent: Finding: yes"]


def test_an_interpreter_is_asked_for_where_the_nhs_says_so() -> None:
    parts = [
        {"url": "language", "valueCodeableConcept": {"text": "Dari"}},
        {"url": "interpreterRequired", "valueBoolean": True},
        {"url": "modeOfCommunication", "valueCodeableConcept": {"text": "Sign language"}},
    ]
    extension = {
        "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSCommunication",
        "extension": parts,
    }
    document = message(patient={"extension": [extension]})
    child = form_of(document)["children"][0]

    assert (child["first_language"], child["interpreter_needed"]) == ("Dari", True)
    assert child["preferred_communication"] == "Sign language"
    assert take(document).not_taken == ()


@pytest.mark.parametrize("mark", [{"status": "preliminary"}, {"focus": [{"display": "Jo, the mother"}]}])
def test_a_field_is_not_filled_in_by_what_is_preliminary_or_about_somebody_else(mark: Json) -> None:
    found = filled_in({**observed("concern.impact", valueString="She is thin."), **mark})

    assert "impact" not in found["concern"]
    assert "She is thin. (" in found["concern"]["facts"] or "(preliminary)" in found["concern"]["facts"]


def test_a_finding_says_of_whom_it_is() -> None:
    mother = finding(valueBoolean=True, focus=[{"display": "Jo, the mother"}])

    assert facts_of(mother) == ["Finding: yes (about Jo, the mother)"]


@pytest.mark.parametrize(
    ("timestamp", "is_history"),
    [("2026-11-22T10:00:00Z", True), ("2026-11-20T10:00:00Z", False), ("1970-01-01T00:00:00Z", True), (None, True)],
)
def test_what_has_ended_is_judged_by_the_messages_own_day_unless_its_clock_is_wrong(
    timestamp: str | None, is_history: bool
) -> None:
    point = {"system": "phone", "value": "07700 900111", "period": {"end": "2026-11-21"}}
    document = {**message(patient={"telecom": [point]}), "timestamp": timestamp}

    assert ("phone" not in form_of(document)["children"][0]) is is_history


def test_a_general_practitioner_who_was_is_history() -> None:
    period = {"start": "2020-01-01", "end": "2021-12-31"}
    identifier = {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "Y12345", "period": period}
    document = message(patient={"generalPractitioner": [{"type": "Organization", "identifier": identifier}]})

    assert "gp" not in form_of(document)["children"][0]
    assert "former GP ODS code Y12345 (from 2020-01-01 until 2021-12-31)" in form_of(document)["concern"]["history"]
    assert take(document).not_taken == ()


@pytest.mark.parametrize(
    ("encounter", "place", "is_there"),
    [
        ({"status": "in-progress"}, {"status": "active"}, True),
        ({"status": "entered-in-error"}, {}, False),
        ({}, {"status": "completed"}, False),
        ({}, {"period": {"end": "2026-11-01"}}, False),
    ],
)
def test_a_child_is_only_where_an_encounter_says_it_is_now(encounter: Json, place: Json, is_there: bool) -> None:
    ward = {"resourceType": "Location", "name": "Ward 3"}
    visit = {"resourceType": "Encounter", **encounter, "location": [{"location": {"reference": url(4)}, **place}]}

    found = filled_in(ward, visit, request={"encounter": {"reference": url(5)}})

    assert ("location_now" in found["children"][0]) is is_there


def test_a_professional_who_left_is_history() -> None:
    role = {
        "resourceType": "PractitionerRole",
        "practitioner": {"display": "Ilse V"},
        "code": [{"text": "Health visitor"}],
        "period": {"end": "2025-01-01"},
    }
    found = filled_in(role)

    assert "professionals" not in found
    assert found["concern"]["history"] == ("Formerly worked with the family: Ilse V, Health visitor (until 2025-01-01)")


def test_a_record_that_a_patient_contains_and_replaces_is_one_of_the_child() -> None:
    old = {"resourceType": "Patient", "id": "old", "name": [{"text": "Ro Old"}]}
    old["identifier"] = [{"system": NHS_NUMBER, "value": "9990000077"}]
    link = {"type": "replaces", "other": {"reference": "#old"}}
    document = message(patient={"contained": [old], "link": [link]})
    found = form_of(document)

    assert [child["first_name"] for child in found["children"]] == ["Rowan"]
    assert "also recorded as Ro Old" in found["concern"]["history"]
    assert "another record's NHS number 9990000077" in found["concern"]["history"]
    assert take(document).not_taken == ()
