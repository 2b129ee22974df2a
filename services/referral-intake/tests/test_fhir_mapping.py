"""Each element that the FHIR door reads, as the form has it, and each refusal where the element stands."""

from typing import Any

import pytest
from fhir_messages import Json, message, url, with_entries

from referral_intake.fhir import MessageRefused, take
from referral_intake.fhir.systems import code_system, extension

FIELDS = code_system("referral-field")


def form_of(document: Json) -> Json:
    """What a message fills in."""
    return take(document).form.model_dump(mode="json", exclude_unset=True)


def child(**changes: Any) -> Json:
    """The child of the example with other elements."""
    found: Json = form_of(message(patient=changes))["children"][0]
    return found


def concept(system: str, code: str, text: str | None = None) -> Json:
    return {"coding": [{"system": system, "code": code}], **({"text": text} if text else {})}


def observed(code: str, **value: Any) -> Json:
    return {"resourceType": "Observation", "status": "final", "code": concept(FIELDS, code), **value}


def ours(name: str, **value: Any) -> list[Json]:
    return [{"url": extension(name), **value}]


def with_(*resources: Json, **changes: Json) -> Json:
    """What the example with further resources fills in."""
    return form_of(with_entries(message(**changes), *resources))


# -- children -------------------------------------------------------------------------------------------------------


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
    found = child(name=names)

    assert (found.get("first_name"), found.get("last_name"), found.get("aliases")) == (first, last, aliases)


@pytest.mark.parametrize(
    ("born", "date", "estimated"),
    [("2017-05-04", "2017-05-04", None), ("2017-05", "2017-05-15", True), ("2017", "2017-07-01", True)],
)
def test_of_a_month_or_year_of_birth_the_middle_is_taken_as_an_estimate(
    born: str, date: str, estimated: bool | None
) -> None:
    found = child(birthDate=born)

    assert (found["date_of_birth"], found.get("estimated_date")) == (date, estimated)


def test_an_unborn_child_has_no_birth_date_and_an_expected_one() -> None:
    found = child(birthDate=None, extension=ours("child-expected-date-of-birth", valueDate="2027-02-26"))

    assert found["expected_date_of_birth"] == "2027-02-26"
    assert "date_of_birth" not in found


@pytest.mark.parametrize(("gender", "sex"), [("female", "F"), ("male", "M"), ("unknown", "U"), ("other", None)])
def test_administrative_gender_is_the_sex_of_the_census(gender: str, sex: str | None) -> None:
    assert child(gender=gender).get("sex") == sex


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

    assert child(extension=[said]).get("ethnicity") == ethnicity


def test_numbers_are_known_by_their_systems() -> None:
    found = child(
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

    assert child(address=[address])["addresses"] == [
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

    found = child(telecom=points)

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

    found = with_(organisation, patient={"generalPractitioner": [practice]})

    assert found["children"][0]["gp"] == gp


def test_every_patient_is_a_child_and_the_subject_comes_first() -> None:
    sister = {"resourceType": "Patient", "name": [{"given": ["Wren"]}], "birthDate": "2021-09-30"}

    found = with_(sister, request={"subject": {"reference": url(4)}})

    assert [each["first_name"] for each in found["children"]] == ["Wren", "Rowan"]


def test_a_child_of_whom_nothing_is_said_keeps_its_number() -> None:
    member = {"resourceType": "RelatedPerson", "patient": {"reference": url(5)}, "name": [{"text": "Jo"}]}

    found = with_({"resourceType": "Patient"}, {"resourceType": "Patient", "name": [{"text": "C"}]}, member)

    assert found["children"][1:] == [{}, {"first_name": "C"}]
    assert found["household"][0]["towards_children"] == [{"child": 3}]


# -- everybody else -------------------------------------------------------------------------------------------------


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

    assert with_(mother)["household"] == [
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

    found = with_(role, organisation, request={"requester": requester})

    assert found["referrer"] == {
        "name": "Morgan Adeyemi-Clarke",
        "role": "School nurse",
        "organisation": "Invented Trust",
        "phone": "020 7946 0199",
    }
    assert "professionals" not in found


def test_a_relative_who_refers_is_a_member_of_the_public() -> None:
    aunt = {"resourceType": "RelatedPerson", "name": [{"text": "Fay"}], "telecom": [{"system": "phone", "value": "1"}]}

    found = with_(aunt, request={"requester": {"reference": url(4)}})

    assert (found["referrer"]["kind"], found["referrer"]["name"]) == ("public", "Fay")


def test_other_practitioners_are_the_professionals_involved() -> None:
    nurse = {
        "resourceType": "Practitioner",
        "name": [{"text": "Ilse V"}],
        "telecom": [{"system": "email", "value": "i@example.org"}],
    }

    assert with_(nurse)["professionals"] == [{"name": "Ilse V", "contact": "i@example.org"}]


# -- words ----------------------------------------------------------------------------------------------------------


def test_conditions_reasons_flags_and_findings_are_the_facts_and_types() -> None:
    condition = {
        "resourceType": "Condition",
        "code": concept(code_system("concern-type"), "physical-abuse", "Bruised arms"),
        "note": [{"text": "Seen twice."}],
    }
    finding = {
        "resourceType": "Observation",
        "code": {"text": "Weight"},
        "valueQuantity": {"value": 10.1, "unit": "kg"},
        "effectiveDateTime": "2026-11-23",
    }
    flag = {
        "resourceType": "Flag",
        "category": [concept("https://fhir.nhs.uk/CodeSystem/flag-categories-bars", "SG")],
        "code": {"text": "Safeguarding concern"},
    }

    found = with_(condition, finding, flag)["concern"]

    assert found["types"] == ["neglect", "physical-abuse"]
    assert found["facts"].splitlines()[1:] == [
        "Bruised arms",
        "Seen twice.",
        "Weight: 10.1 kg, 2026-11-23",
        "Safeguarding concern",
    ]


@pytest.mark.parametrize(
    "withdrawn",
    [
        {"resourceType": "Condition", "verificationStatus": concept("x", "refuted"), "code": {"text": "Untrue"}},
        {
            "resourceType": "Condition",
            "verificationStatus": concept("x", "entered-in-error"),
            "code": {"text": "Untrue"},
        },
        {"resourceType": "Observation", "status": "entered-in-error", "code": {"text": "Untrue"}},
        {"resourceType": "Observation", "status": "cancelled", "code": {"text": "Untrue"}},
        {"resourceType": "Observation", "code": {"text": "Untrue"}, "dataAbsentReason": {"text": "not asked"}},
        {
            "resourceType": "Flag",
            "status": "entered-in-error",
            "category": [concept(code_system("flag-category"), "risk-to-staff")],
            "code": {"text": "Untrue"},
        },
    ],
)
def test_what_the_sender_took_back_is_not_taken_and_is_reported(withdrawn: Json) -> None:
    taken = take(with_entries(message(), withdrawn))

    assert "Untrue" not in taken.form.model_dump_json()
    assert [issue.places for issue in taken.leftovers()] == [("Bundle.entry[4].resource",)]


@pytest.mark.parametrize(
    ("code", "value", "path", "said"),
    [
        ("concern.opinion", {"valueString": "I fear worse."}, ("concern", "opinion"), "I fear worse."),
        ("consent.parents_informed", {"valueBoolean": False}, ("consent", "parents_informed"), False),
        ("concern.pre_birth.gestation_weeks", {"valueInteger": 27}, ("concern", "pre_birth", "gestation_weeks"), 27),
        ("believed_level", {"valueCodeableConcept": concept("x", "3")}, ("believed_level",), "3"),
        ("immediate_danger", {"valueBoolean": True}, ("immediate_danger",), True),
        ("child_voice.gathered_on", {"valueDateTime": "2026-11-23"}, ("child_voice", "gathered_on"), "2026-11-23"),
    ],
)
def test_an_observation_named_after_a_field_of_the_form_fills_it_in(
    code: str, value: Json, path: tuple[str, ...], said: object
) -> None:
    found: Any = with_(observed(code, **value))

    for name in path:
        found = found[name]
    assert found == said


def test_an_observation_with_components_fills_in_a_part_of_a_list() -> None:
    components = [
        {"code": concept(FIELDS, "what"), "valueString": "Fell asleep in class"},
        {"code": concept(FIELDS, "source"), "valueCodeableConcept": concept(code_system("information-source"), "seen")},
        {"code": concept("x", "where"), "valueString": "Not ours"},
    ]

    taken = take(with_entries(message(), observed("concern.incidents", component=components)))

    assert taken.form.concern.incidents[0].model_dump(exclude_none=True) == {
        "what": "Fell asleep in class",
        "source": "seen",
    }
    assert [issue.places for issue in taken.leftovers()] == [("Bundle.entry[4].resource.component[2]",)]


def test_what_one_of_several_children_said_stands_with_that_child() -> None:
    sister = {"resourceType": "Patient", "name": [{"given": ["Wren"]}], "birthDate": "2021-09-30"}
    voice = observed("child_voice.words", valueString="I want Nana.", subject={"reference": url(4)})

    found = with_(sister, voice)

    assert found["children"][1]["voice"] == {"words": "I want Nana."}
    assert "child_voice" not in found


def test_what_is_said_twice_of_one_text_stands_there_twice() -> None:
    found = with_(observed("strengths", valueString="One."), observed("strengths", valueString="Two."))

    assert found["strengths"] == "One.\nTwo."


def test_what_is_said_twice_of_one_answer_is_reported() -> None:
    informed = [observed("consent.parents_informed", valueBoolean=value) for value in (True, False)]

    taken = take(with_entries(message(), *informed))

    assert taken.form.consent.parents_informed is True
    assert [issue.places for issue in taken.leftovers()] == [("Bundle.entry[5].resource",)]


@pytest.mark.parametrize(
    ("status", "provision", "answer"),
    [
        ("active", {"type": "permit"}, "agreed"),
        ("active", None, "agreed"),
        ("active", {"type": "deny"}, "refused"),
        ("rejected", None, "refused"),
        ("proposed", None, "not-asked"),
    ],
)
def test_a_consent_is_one_agreement_with_its_date(status: str, provision: Json | None, answer: str) -> None:
    consent = {
        "resourceType": "Consent",
        "status": status,
        "category": [concept(code_system("agreement"), "to-checks")],
        "dateTime": "2026-11-20T12:00:00Z",
        "performer": [{"display": "Jo Testerley"}],
        **({"provision": provision} if provision else {}),
    }

    assert with_(consent)["consent"]["to_checks"] == {
        "answer": answer,
        "given_on": "2026-11-20",
        "given_by": "Jo Testerley",
    }


def test_the_lawful_basis_is_a_fact_of_its_own() -> None:
    consent = {
        "resourceType": "Consent",
        "status": "active",
        "category": [concept(code_system("agreement"), "lawful-basis")],
        "policyRule": {
            "coding": [
                {"system": code_system("sharing-basis"), "code": "public-task"},
                {"system": code_system("lawful-basis"), "code": "children-act-2004-s11"},
            ]
        },
    }

    assert with_(consent)["consent"] == {
        "lawful_basis": {"bases": ["public-task"], "gateways": ["children-act-2004-s11"]}
    }


def test_a_flag_can_warn_those_who_visit() -> None:
    flag = {
        "resourceType": "Flag",
        "category": [concept(code_system("flag-category"), "risk-to-staff")],
        "code": {"text": "A large dog"},
        "period": {"start": "2026-11-23", "end": "2027-02-23"},
    }

    assert with_(flag)["risks_to_staff"] == [
        {"reason": "A large dog", "recorded_on": "2026-11-23", "review_on": "2027-02-23"}
    ]


def test_a_document_is_named_and_never_sent() -> None:
    paper = {
        "resourceType": "DocumentReference",
        "type": concept(code_system("attachment-kind"), "body-map"),
        "date": "2026-11-23T10:00:00Z",
        "content": [{"attachment": {"title": "Body map", "url": "https://records.example.org/4471"}}],
    }

    assert with_(paper)["attachments"] == [
        {"kind": "body-map", "title": "Body map", "held_at": "https://records.example.org/4471", "dated": "2026-11-23"}
    ]


def test_the_content_of_a_document_is_refused() -> None:
    paper = {"resourceType": "DocumentReference", "content": [{"attachment": {"data": "aGVsbG8="}}]}

    with pytest.raises(MessageRefused) as error:
        take(with_entries(message(), paper))

    [issue] = error.value.issues
    assert issue.places == ("Bundle.entry[4].resource.content[0].attachment.data",)


@pytest.mark.parametrize("named", ["request", "encounter"])
def test_the_place_of_the_request_or_its_encounter_is_where_the_child_is_now(named: str) -> None:
    place = {"resourceType": "Location", "name": "Ward 3", "address": {"line": ["1 Invented Way"]}}
    encounter = {"resourceType": "Encounter", "location": [{"location": {"reference": url(4)}}]}
    change = (
        {"locationReference": [{"reference": url(4)}]} if named == "request" else {"encounter": {"reference": url(5)}}
    )

    found = with_(place, encounter, request=change)

    assert found["children"][0]["location_now"] == "Ward 3, 1 Invented Way"


# -- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (
            message(request={"reasonCode": [concept(code_system("concern-type"), "sadness")]}),
            "Bundle.entry[1].resource.reasonCode[0].coding[0]",
        ),
        (
            message(patient={"extension": ours("child-upn-unknown-reason", valueCode="UN99")}),
            "Bundle.entry[2].resource.extension[0]",
        ),
        (
            with_entries(message(), observed("consent.parents_informed", valueString="yes")),
            "Bundle.entry[4].resource.value",
        ),
        (
            message(patient={"name": [{"given": ["x" * 301]}]}),
            "Bundle.entry[2].resource.name[0].given[0]",
        ),
    ],
)
def test_what_the_form_refuses_is_refused_where_the_message_says_it(document: Json, place: str) -> None:
    with pytest.raises(MessageRefused) as error:
        take(document)

    assert place in error.value.issues[0].places


def test_elements_that_are_not_taken_are_reported_as_high_up_as_possible() -> None:
    document = with_entries(
        message(
            patient={
                "maritalStatus": {"text": "never"},
                "photo": [{"title": "p"}],
                "text": {"status": "generated", "div": "<div/>"},
            }
        ),
        {"resourceType": "CarePlan", "status": "active", "description": "words", "Rowan Testerley": "a name"},
    )

    places = [issue.places for issue in take(document).leftovers()]

    assert places == [
        ("Bundle.entry[2].resource.maritalStatus", "Bundle.entry[2].resource.photo"),
        ("Bundle.entry[4].resource",),
    ]


def test_a_narrative_that_says_more_than_the_elements_is_reported() -> None:
    document = message(patient={"text": {"status": "additional", "div": "<div>More</div>"}})

    assert [issue.places for issue in take(document).leftovers()] == [("Bundle.entry[2].resource.text",)]
