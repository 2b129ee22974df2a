"""Each element of a Patient, as the form has it of a child."""

import pytest
from fhir_messages import Json, child_of, concept, filled_in, form_of, message, ours, url

from referral_intake.fhir.systems import code_system


@pytest.mark.parametrize(
    ("names", "first", "last", "aliases"),
    [
        ([{"given": ["Rowan", "Ash"], "family": "Testerley"}], "Rowan Ash", "Testerley", None),
        ([{"text": "Baby Testerley"}], "Baby Testerley", None, None),
        ([{"given": ["Rowan"], "text": "Rowan (Ro)"}], "Rowan", None, ["Rowan (Ro)"]),
        ([{"given": ["Rowan"], "family": "Testerley", "text": "Testerley Rowan"}], "Rowan", "Testerley", None),
        ([{"use": "old", "text": "Ro Before"}, {"given": ["Rowan"]}], "Rowan", None, ["Ro Before"]),
        ([{"given": [None, "", "Rowan"]}], "Rowan", None, None),
        ([{"family": "山田", "given": ["花"]}], "花", "山田", None),
        ([{}], None, None, None),
    ],
)
def test_a_name_becomes_given_names_a_family_name_and_aliases(
    names: list[Json], first: str | None, last: str | None, aliases: list[str] | None
) -> None:
    found = child_of(name=names)

    assert (found.get("first_name"), found.get("last_name"), found.get("aliases")) == (first, last, aliases)


@pytest.mark.parametrize(
    ("born", "date", "estimated"),
    [
        ("2017-05-04", "2017-05-04", None),
        ("2017-05", "2017-05-15", True),
        ("2017", "2017-07-01", True),
        ("2026-11", "2026-11-15", True),
        ("2026-12", "2026-12-15", True),
        ("2027", "2027-07-01", True),
    ],
)
def test_of_a_month_or_year_of_birth_the_middle_is_taken_as_an_estimate(
    born: str, date: str, estimated: bool | None
) -> None:
    found = child_of(birthDate=born)

    assert (found["date_of_birth"], found.get("estimated_date")) == (date, estimated)


def test_who_was_born_this_month_was_not_born_after_today() -> None:
    document = message(patient={"birthDate": "2026-11"})
    document["timestamp"] = "2026-11-03T09:00:00Z"

    child = form_of(document)["children"][0]

    assert (child["date_of_birth"], child["estimated_date"]) == ("2026-11-03", True)


def test_an_unborn_child_has_no_birth_date_and_an_expected_one() -> None:
    found = child_of(birthDate=None, extension=ours("child-expected-date-of-birth", valueDate="2027-02-26"))

    assert found["expected_date_of_birth"] == "2027-02-26"
    assert "date_of_birth" not in found


@pytest.mark.parametrize(("gender", "sex"), [("female", "F"), ("male", "M"), ("unknown", "U"), ("other", None)])
def test_administrative_gender_is_the_sex_of_the_census(gender: str, sex: str | None) -> None:
    assert child_of(gender=gender).get("sex") == sex


@pytest.mark.parametrize(
    ("system", "code", "ethnicity"),
    [
        ("https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategory", "A", "WBRI"),
        ("https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategoryEngland", "Z", "REFU"),
        (code_system("ethnicity"), "WROM", "WROM"),
        ("https://elsewhere.example.org", "A", None),
    ],
)
def test_the_ethnic_category_of_the_nhs_is_said_in_the_codes_of_the_census(
    system: str, code: str, ethnicity: str | None
) -> None:
    said = {
        "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-EthnicCategory",
        "valueCodeableConcept": concept(system, code),
    }

    assert child_of(extension=[said]).get("ethnicity") == ethnicity


def test_numbers_are_known_by_their_systems() -> None:
    found = child_of(
        identifier=[
            {"system": "https://records.example.org/Id/local", "value": "1"},
            {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "999 000 0018"},
            {"system": "https://frontdoor.example.org/fhir/Id/upn", "value": "T123456789012"},
        ]
    )

    assert (found["nhs_number"], found["upn"]) == ("999 000 0018", "T123456789012")


def test_an_address_keeps_its_lines_its_use_and_what_is_dangerous_about_it() -> None:
    address = {
        "use": "temp",
        "line": ["Room 2", "1 Invented Way"],
        "city": "London",
        "postalCode": "ZZ99 3AB",
        "period": {"start": "2026-11-01T10:00:00Z"},
        "extension": ours("address-do-not-contact", valueBoolean=True),
    }

    assert child_of(address=[address])["addresses"] == [
        {
            "lines": ["Room 2", "1 Invented Way", "London"],
            "postcode": "ZZ99 3AB",
            "kind": "temporary",
            "lived_from": "2026-11-01",
            "do_not_contact": True,
        }
    ]


def test_numbers_that_are_no_longer_theirs_are_left_out() -> None:
    points = [
        {"system": "phone", "value": "07700 900111", "use": "old"},
        {"system": "phone", "value": "07700 900112"},
        {"system": "sms", "value": "07700 900113"},
        {"system": "email", "value": "rowan@example.org"},
    ]

    found = child_of(telecom=points)

    assert (found["phone"], found["email"]) == ("07700 900112, 07700 900113", "rowan@example.org")


@pytest.mark.parametrize(
    ("practice", "gp"),
    [
        ({"display": "Mulberry Rise Surgery"}, {"practice": "Mulberry Rise Surgery"}),
        (
            {"reference": url(4)},
            {"practice": "Mulberry Rise Surgery", "code": "ZZZ92", "phone": "020 7946 0123"},
        ),
    ],
)
def test_a_practice_is_named_or_described(practice: Json, gp: Json) -> None:
    organisation = {
        "resourceType": "Organization",
        "name": "Mulberry Rise Surgery",
        "identifier": [{"system": "https://fhir.nhs.uk/id/ods-organization-code", "value": "ZZZ92"}],
        "telecom": [{"system": "phone", "value": "020 7946 0123"}],
    }

    found = filled_in(organisation, patient={"generalPractitioner": [practice]})

    assert found["children"][0]["gp"] == gp


def test_every_patient_is_a_child_and_the_subject_comes_first() -> None:
    sister = {"resourceType": "Patient", "name": [{"given": ["Wren"]}], "birthDate": "2021-09-30"}

    found = filled_in(sister, request={"subject": {"reference": url(4)}})

    assert [each["first_name"] for each in found["children"]] == ["Wren", "Rowan"]


def test_a_child_of_whom_nothing_is_said_keeps_its_number() -> None:
    member = {"resourceType": "RelatedPerson", "patient": {"reference": url(5)}, "name": [{"text": "Jo"}]}

    found = filled_in({"resourceType": "Patient"}, {"resourceType": "Patient", "name": [{"text": "C"}]}, member)

    assert found["children"][1:] == [{}, {"first_name": "C"}]
    assert found["household"][0]["towards_children"] == [{"child": 3}]
