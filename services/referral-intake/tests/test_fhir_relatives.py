"""Patients who are no children: adults, parents in records of their own, the dead; and who is to come."""

from typing import Any, Final

import pytest
from fhir_messages import Json, concept, facts_of, filled_in, finding, form_of, history_of, message, take, url
from fhir_messages import with_entries as with_

from referral_intake.fhir import MessageRefused
from referral_intake.fhir.example import EXAMPLE
from referral_intake.fhir.systems import DEATH_NOTIFICATION, NHS_NUMBER, code_system

CHILD: Final = {"reference": EXAMPLE["entry"][2]["fullUrl"]}
ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
UNKNOWN: Final = {"extension": [{"url": ABSENT, "valueCode": "unknown"}]}
SNOMED: Final = "http://snomed.info/sct"
EXPECTED: Final = concept(SNOMED, "161714006", "Expected date of delivery")
NUMBER: Final = {"system": NHS_NUMBER, "value": "999 000 0077"}


def patient(name: str, **elements: Any) -> Json:
    return {"resourceType": "Patient", "name": [{"text": name}], **elements}


def related(name: str, relationship: str, **elements: Any) -> Json:
    words = [{"text": relationship}]
    return {
        "resourceType": "RelatedPerson",
        "patient": CHILD,
        "name": [{"text": name}],
        "relationship": words,
    } | elements


def also(number: int) -> Json:
    """A link of a Patient to the related person who is the same."""
    return {"link": [{"type": "seealso", "other": {"reference": url(number)}}]}


def names_of(found: Json, part: str) -> list[str]:
    return [each.get("first_name") or each.get("description") or each.get("name") for each in found.get(part, ())]


def test_an_adult_with_a_patient_of_her_own_is_no_child_to_decide_about() -> None:
    mother = patient("Mary T", birthDate="1990-01-02", identifier=[NUMBER], gender="female")
    mother |= {"telecom": [{"system": "phone", "value": "07700 900111"}], "address": [{"line": ["1 Invented Way"]}]}

    found = filled_in(mother)

    assert names_of(found, "children") == ["Rowan"]
    assert found["household"] == [
        {
            "name": "Mary T",
            "relationship": "an adult who has a record of their own",
            "date_of_birth": "1990-01-02",
            "sex": "F",
            "addresses": [{"lines": ["1 Invented Way"]}],
            "phone": "07700 900111",
            "notes": "NHS number 999 000 0077",
        }
    ]
    assert take(with_(message(), mother)).not_taken == ()


def test_what_is_said_of_an_adult_names_her() -> None:
    worry = {"resourceType": "Condition", "subject": {"reference": url(4)}, "code": {"text": "Misuses heroin"}}

    assert facts_of(patient("Mary T", birthDate="1990"), worry) == ["Mary T: Misuses heroin"]


@pytest.mark.parametrize("same", [{"link": also(4)["link"]}, {"identifier": [{**NUMBER, "value": "9990000077"}]}])
def test_a_related_person_who_has_a_patient_as_well_stands_once(same: Json) -> None:
    mother = related("Jo Testerley", "Mother", identifier=[NUMBER], birthDate="1990-01-02")
    record = patient("Joanna T", birthDate="1990-01-02", address=[{"line": ["1 Invented Way"]}], **same)

    found = filled_in(mother, record)

    assert names_of(found, "children") == ["Rowan"]
    assert found["household"][0] | {"notes": ""} == {
        "name": "Jo Testerley",
        "aliases": ["Joanna T"],
        "relationship": "Mother",
        "date_of_birth": "1990-01-02",
        "addresses": [{"lines": ["1 Invented Way"]}],
        "notes": "",
    }
    assert len(found["household"]) == 1
    assert "history" not in found["concern"]


def test_a_parent_of_no_known_age_is_no_child() -> None:
    mother = related("Jo T", "Mum") | {"relationship": [concept(code_system("family-role"), "mother", "Mum")]}

    found = filled_in(mother, patient("Jo T", **also(4)))

    assert names_of(found, "children") == ["Rowan"]
    assert names_of(found, "household") == ["Jo T"]


def test_a_brother_who_is_referred_stands_among_the_family_as_one_of_the_children() -> None:
    found = filled_in(related("Ash T", "Brother"), patient("Ash T", birthDate="2015-03-04", **also(4)))

    assert names_of(found, "children") == ["Rowan", "Ash T"]
    assert found["household"][0]["subject_of_referral"] is True
    assert "history" not in found["concern"]


@pytest.mark.parametrize(
    ("elements", "called"),
    [
        ({"birthDate": "1950", "deceasedDateTime": "2024-05"}, "an adult who has died"),
        ({"birthDate": "1990-05-04", "deceasedDateTime": "1994"}, "a child who has died"),
        ({"birthDate": "2015-03-04", "_deceasedDateTime": UNKNOWN}, "a child who has died"),
        ({"birthDate": "1990-05-04", "active": False}, "an adult whose record is not in use"),
    ],
)
def test_the_dead_are_called_what_they_were(elements: Json, called: str) -> None:
    found = filled_in(patient("Ash T", **elements))

    assert names_of(found, "children") == ["Rowan"]
    assert found["household"][0]["relationship"] == called


def test_a_death_on_an_unknown_day_is_a_death() -> None:
    document = message(patient={"_deceasedDateTime": UNKNOWN})
    found = form_of(document)

    assert found["concern"]["types"] == ["neglect", "child-death"]
    assert "Rowan Testerley: has died on a day that is unknown" in found["concern"]["facts"]
    assert take(document).not_taken == ()


def test_a_condition_that_ended_on_an_unknown_day_is_history() -> None:
    worry = {"resourceType": "Condition", "subject": CHILD, "code": {"text": "Asthma"}, "_abatementDateTime": UNKNOWN}

    assert facts_of(worry) == []
    assert history_of(worry) == "Asthma (until a day that is unknown)"
    assert take(with_(message(), worry)).not_taken == ()


def test_a_mother_who_died_before_the_birth_is_no_child_who_died() -> None:
    expected = finding(subject=CHILD, code=EXPECTED, valueDateTime="2027-02-01")

    found = filled_in(expected, patient={"birthDate": "1995-01-01", "deceasedDateTime": "2026-11-20"})

    assert found["concern"]["types"] == ["neglect"]
    assert "This person has died on 2026-11-20" in found["household"][0]["notes"]


def test_an_adult_who_died_is_no_child_who_died() -> None:
    found = form_of(message(patient={"birthDate": "1960-01-01", "deceasedBoolean": True}))

    assert found["concern"]["types"] == ["neglect"]
    assert "Rowan Testerley: has died" in found["concern"]["facts"]


def test_a_mother_who_is_the_subject_is_family_when_her_children_are_there() -> None:
    found = filled_in(patient("Ash T", birthDate="2015-03-04"), patient={"birthDate": "1990-01-02"})

    assert names_of(found, "children") == ["Ash T"]
    assert names_of(found, "household") == ["Rowan Testerley"]


@pytest.mark.parametrize(
    ("expected", "is_unborn"), [("2015-02-01", False), ("2026-10-01", False), ("2026-11-10", True)]
)
def test_nobody_is_unborn_long_after_the_day_that_was_expected(expected: str, is_unborn: bool) -> None:
    found = filled_in(
        finding(subject=CHILD, code=EXPECTED, valueDateTime=expected), patient={"birthDate": "1990-01-02"}
    )

    assert ("expected_date_of_birth" in found["children"][0]) is is_unborn


def test_a_day_that_a_part_of_a_finding_gives_is_expected_too() -> None:
    part = {"code": EXPECTED, "valueDateTime": "2027-02-01"}

    found = filled_in(finding(subject=CHILD, component=[part]), patient={"birthDate": "1990-01-02"})

    assert found["children"][0]["expected_date_of_birth"] == "2027-02-01"


def test_a_partner_of_somebody_else_is_said_to_be_that() -> None:
    partner = related("Sam P", "Partner") | {"patient": {"reference": url(4)}}

    found = filled_in(patient("Mary T", birthDate="1990-01-02"), partner)

    assert found["household"][0]["relationship"] == "Partner (to Mary T)"


@pytest.mark.parametrize(
    ("resources", "changes"),
    [
        ([related("Jo Later", "Foster carer", period={"start": "2027-03-01"})], {}),
        ([], {"contact": [{"name": {"text": "Jo Later"}, "period": {"start": "2027-03-01"}}]}),
        (
            [
                {
                    "resourceType": "PractitionerRole",
                    "practitioner": {"display": "Jo Later"},
                    "period": {"start": "2027-03-01"},
                }
            ],
            {},
        ),
    ],
)
def test_who_is_to_come_is_not_there_yet(resources: list[Json], changes: Json) -> None:
    found = filled_in(*resources, patient=changes)

    assert not {"household", "professionals"} & set(found)
    assert "later: Jo Later" in found["concern"]["history"]


def test_a_number_that_a_child_is_to_have_is_not_one_to_phone() -> None:
    own = {"relationship": [{"coding": [{"code": "ONESELF"}]}], "period": {"start": "2027-03-01"}}
    own |= {"telecom": [{"system": "phone", "value": "07700 900111"}]}

    assert "phone" not in form_of(message(patient={"contact": [own]}))["children"][0]


@pytest.mark.parametrize(("code", "has_died"), [("1", True), ("2", True), ("U", False)])
def test_a_death_that_the_nhs_was_told_of_is_a_death(code: str, has_died: bool) -> None:
    status = {"coding": [{"code": code, "display": "Notice"}]}
    inner = [{"url": "deathNotificationStatus", "valueCodeableConcept": status}]
    notice = {"url": DEATH_NOTIFICATION, "extension": inner}

    found = form_of(message(patient={"extension": [notice]}))

    assert ("child-death" in found["concern"]["types"]) is has_died
    assert (f"has died (Notice ({code}))" in found["concern"]["facts"]) is has_died


def test_a_link_that_does_not_say_what_it_is_is_refused() -> None:
    with pytest.raises(MessageRefused) as refused:
        take(message(patient={"link": [{"other": {"reference": "Patient/elsewhere"}}]}))

    assert refused.value.issues[0].places == ("Bundle.entry[2].resource.link[0].type",)


def test_a_record_in_the_place_of_this_one_is_named_by_its_number() -> None:
    link = {"type": "replaced-by", "other": {"identifier": NUMBER, "display": "R T"}}
    document = message(patient={"link": [link]})

    assert "linked, replaced-by NHS number 999 000 0077 (R T)" in form_of(document)["concern"]["history"]
    assert take(document).not_taken == ()


def test_a_number_of_a_register_without_a_name_here_is_given_with_the_registers_address() -> None:
    """Prevented: a hospital's own number that is read as some other register's."""
    number = {"system": "https://hospital.example.org/numbers", "value": "H-1077"}
    document = message(patient={"link": [{"type": "replaced-by", "other": {"identifier": number}}]})

    history = form_of(document)["concern"]["history"]
    assert "linked, replaced-by H-1077 (https://hospital.example.org/numbers)" in history
    assert take(document).not_taken == ()


def test_a_father_who_left_the_family_is_not_in_it_for_a_record_of_his_own() -> None:
    father = related("Sam T", "Father", period={"end": "2020"})

    found = filled_in(father, patient("Sam T", birthDate="1988-01-02", **also(4)))

    assert "household" not in found
    assert names_of(found, "children") == ["Rowan"]
    assert "Formerly in the family: Sam T" in found["concern"]["history"]


def test_a_mother_who_is_the_subject_agrees_for_her_children() -> None:
    agreed: Json = {"resourceType": "Consent", "status": "active", "patient": CHILD}
    agreed["category"] = [concept(code_system("agreement"), "to-referral")]
    child = patient("Ash T", birthDate="2015-03-04")

    found = filled_in(child, agreed, patient={"birthDate": "1990-01-02"})

    assert found["consent"]["to_referral"]["answer"] == "agreed"


@pytest.mark.parametrize("died", ["0000", "2024-02"])
def test_a_death_is_one_however_little_is_known_of_its_day(died: str) -> None:
    found = filled_in(patient("Ash T", birthDate="2015-03-04", deceasedDateTime=died))

    assert found["household"][0]["relationship"] == "a child who has died"


@pytest.mark.parametrize("mark", ["number", "link"])
def test_a_mother_is_not_her_child_though_a_number_or_a_link_says_so(mark: str) -> None:
    number = {"identifier": [{"system": NHS_NUMBER, "value": "9990000018"}]}
    mother = related("Jo T", "Mother", **(number if mark == "number" else {}))
    linked = also(4) if mark == "link" else {}

    found = filled_in(mother, patient={**linked, "birthDate": None})

    assert names_of(found, "children") == ["Rowan"]
    assert "subject_of_referral" not in found["household"][0]


def test_who_was_born_on_another_day_is_another_person() -> None:
    brother = related("Ash T", "Brother", birthDate="2014-01-02")

    found = filled_in(brother, patient("Rowan T", birthDate="2015-03-04", **also(4)))

    assert "subject_of_referral" not in found["household"][0]
    assert "Rowan T: the sender's record is linked, seealso Ash T" in found["concern"]["history"]


def test_a_father_who_died_and_is_no_longer_in_the_family_is_said_to_have_died() -> None:
    father = related("Sam T", "Father", period={"end": "2024-02-02"})

    said = history_of(father, patient("Sam T", birthDate="1988-01-02", deceasedDateTime="2024-02-02", **also(4)))

    assert said == "Formerly in the family: Sam T, Father, has died on 2024-02-02 (until 2024-02-02)"
