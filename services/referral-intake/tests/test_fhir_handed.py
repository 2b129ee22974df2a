"""Messages that were read wrongly once: nothing is lost, and nothing is turned round."""

from typing import Any

import pytest
from fhir_messages import Json, concept, filled_in, form_of, message, observed, take, url, with_entries

from referral_intake.fhir import MessageRefused
from referral_intake.fhir.systems import code_system

CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


def facts_of(*resources: Json, **changes: Json) -> list[str]:
    """The facts beside the reason of the example."""
    concern = filled_in(*resources, **changes)["concern"]
    return [line for line in concern["facts"].splitlines() if "three cold mornings" not in line]


def finding(**elements: Any) -> Json:
    """An observation of nothing in particular."""
    return {"resourceType": "Observation", "status": "final", "code": {"text": "Finding"}, **elements}


def history_of(*resources: Json, **changes: Json) -> str:
    """The history that a message tells."""
    return str(filled_in(*resources, **changes)["concern"].get("history", ""))


# -- values ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"valueBoolean": False}, "Finding: no"),
        ({"valueBoolean": True}, "Finding: yes"),
        ({}, "Finding (without a value)"),
        ({"dataAbsentReason": {"text": "not asked"}}, "Finding: no value: not asked"),
        ({"valueInteger": 4}, "Finding: 4"),
        ({"valueInteger": 0}, "Finding: 0"),
        ({"valueTime": "08:30:00"}, "Finding: 08:30:00"),
        ({"valueString": "words"}, "Finding: words"),
        ({"valueDateTime": "2026-06"}, "Finding: 2026-06"),
        ({"valueDateTime": "2026-06-22T23:30:00Z"}, "Finding: 2026-06-23 00:30"),
        ({"valueQuantity": {"comparator": "<", "value": 5, "unit": "mg/L"}}, "Finding: < 5 mg/L"),
        ({"valueQuantity": {"value": 1234567, "unit": "messages"}}, "Finding: 1234567 messages"),
        ({"valueQuantity": {"value": 3456.789, "code": "kg"}}, "Finding: 3456.789 kg"),
        (
            {"valueQuantity": {"value": 1, "unit": "beats", "system": "http://unitsofmeasure.org", "code": "/min"}},
            "Finding: 1 beats (UCUM /min)",
        ),
        ({"valueRange": {"low": {"value": 1}, "high": {"value": 2, "unit": "cm"}}}, "Finding: from 1 to 2 cm"),
        ({"valueRange": {"high": {"value": 2, "unit": "cm"}}}, "Finding: up to 2 cm"),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, "Finding: 1 : 128"),
        ({"valuePeriod": {"start": "2026-01-02", "end": "2026-03"}}, "Finding: from 2026-01-02 until 2026-03"),
        (
            {"valueSampledData": {"origin": {"value": 0}, "period": 10, "dimensions": 1, "data": "1 2 3"}},
            "Finding: 1 2 3 (origin 0, period 10, dimensions 1)",
        ),
        (
            {"valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": "1", "display": "One"}]}},
            "Finding: One (SNOMED CT 1)",
        ),
        (
            {"interpretation": [{"text": "High"}], "method": {"text": "scale"}, "valueInteger": 9},
            "Finding: 9 (High, method scale)",
        ),
        ({"status": "preliminary", "valueBoolean": True}, "Finding: yes (preliminary)"),
    ],
)
def test_every_kind_of_value_is_carried_with_all_that_changes_its_meaning(value: Json, said: str) -> None:
    document = with_entries(message(), finding(**value))

    assert facts_of(finding(**value)) == [said]
    assert take(document).not_taken == ()


def test_components_are_carried_each_with_its_value_or_why_there_is_none() -> None:
    components = [
        {"code": {"text": "Systolic"}, "valueQuantity": {"comparator": ">", "value": 190, "unit": "mmHg"}},
        {"code": {"text": "Conscious"}, "valueBoolean": False},
        {"code": {"text": "Diastolic"}, "dataAbsentReason": {"text": "unknown"}},
    ]

    said = facts_of(finding(component=components))

    assert said == ["Finding: Systolic: > 190 mmHg; Conscious: no; Diastolic: no value: unknown"]


def test_a_field_that_takes_a_day_is_given_the_day_in_london() -> None:
    said = observed("child_voice.gathered_on", valueDateTime="2026-06-22T23:30:00Z")

    assert filled_in(said)["child_voice"]["gathered_on"] == "2026-06-23"


# -- what is so, was so, and never was ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "is_fact"),
    [
        ({"clinicalStatus": concept(CLINICAL, "active")}, True),
        ({"clinicalStatus": concept(CLINICAL, "resolved")}, False),
        ({"clinicalStatus": concept(CLINICAL, "remission")}, False),
        ({"clinicalStatus": concept(CLINICAL, "inactive"), "abatementString": "last winter"}, False),
        ({"abatementDateTime": "2015"}, False),
        ({"abatementAge": {"value": 20, "unit": "a"}}, False),
        ({"abatementDateTime": "2027-01-01"}, True),
        ({"verificationStatus": concept(VERIFICATION, "provisional")}, True),
    ],
)
def test_a_worry_that_is_over_is_history_and_no_kind_of_concern(condition: Json, is_fact: bool) -> None:
    code = concept(code_system("concern-type"), "parental-substance-use", "Mother misuses heroin")
    concern = filled_in({"resourceType": "Condition", "code": code, **condition})["concern"]

    assert ("Mother misuses heroin" in concern["facts"]) is is_fact
    assert ("Mother misuses heroin" in concern.get("history", "")) is not is_fact
    assert ("parental-substance-use" in concern["types"]) is is_fact


def test_a_worry_says_how_sure_it_is_and_its_dates() -> None:
    condition = {
        "resourceType": "Condition",
        "verificationStatus": concept(VERIFICATION, "unconfirmed"),
        "severity": {"text": "severe"},
        "code": {"text": "Bruises"},
        "onsetDateTime": "2026-11-01",
    }

    assert facts_of(condition) == ["Bruises (unconfirmed) (severe, since 2026-11-01)"]
    assert history_of({**condition, "abatementString": "healed"}) == (
        "Bruises (unconfirmed) (severe, since 2026-11-01, until healed)"
    )


@pytest.mark.parametrize("name", ["clinicalStatus", "verificationStatus"])
def test_a_status_that_decides_and_is_not_known_is_refused(name: str) -> None:
    condition = {"resourceType": "Condition", "code": {"text": "Bruises"}, name: {"text": "who knows"}}

    with pytest.raises(MessageRefused) as refused:
        take(with_entries(message(), condition))

    assert refused.value.issues[0].places == (f"Bundle.entry[4].resource.{name}",)


@pytest.mark.parametrize("change", [{"status": "inactive"}, {"status": "active", "period": {"end": "2022-01-31"}}])
def test_a_warning_that_is_over_is_no_risk_to_staff(change: Json) -> None:
    category = [concept("https://fhir.nhs.uk/CodeSystem/flag-categories-bars", "SS")]
    flag = {"resourceType": "Flag", "category": category, "code": {"text": "Dog at the house"}, **change}

    found = filled_in(flag)

    assert "risks_to_staff" not in found
    assert "former warning Dog at the house" in found["concern"]["history"]


def test_numbers_that_ended_are_history_with_their_dates() -> None:
    points = [
        {"system": "phone", "value": "07700 900111", "period": {"end": "2021-12-31"}},
        {"system": "phone", "value": "07700 900112", "rank": 2},
        {"system": "phone", "value": "07700 900113", "rank": 1, "use": "work"},
    ]
    found = form_of(message(patient={"telecom": points}))

    assert found["children"][0]["phone"] == "07700 900113 (work), 07700 900112"
    assert found["concern"]["history"] == ("Rowan Testerley: former phone number 07700 900111 (until 2021-12-31)")


@pytest.mark.parametrize("ended", [{"period": {"end": "2022-02-01"}}, {"active": False}])
def test_somebody_who_left_the_family_is_history(ended: Json) -> None:
    person = {
        "resourceType": "RelatedPerson",
        "name": [{"text": "Sam Formerly"}],
        "telecom": [{"system": "phone", "value": "07700 900123"}],
        **ended,
    }
    document = with_entries(message(), person)

    assert "household" not in form_of(document)
    assert "Formerly in the family: Sam Formerly, 07700 900123" in history_of(person)
    assert take(document).not_taken == ()


def test_a_home_that_ended_is_a_previous_one() -> None:
    home = {"use": "home", "line": ["1 Invented Way"], "period": {"start": "2018-01-01", "end": "2019-05-01"}}

    [address] = form_of(message(patient={"address": [home]}))["children"][0]["addresses"]

    assert (address["kind"], address["lived_until"]) == ("previous", "2019-05-01")


# -- who is who -----------------------------------------------------------------------------------------------------


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


def test_what_is_said_of_somebody_else_is_not_said_of_the_child() -> None:
    mother = finding(valueBoolean=True, subject={"reference": "Patient/elsewhere", "display": "Jo, the mother"})
    nobody = finding(valueBoolean=True, subject={"reference": "Patient/elsewhere"})

    assert facts_of(mother) == ["Jo, the mother: Finding: yes"]
    assert facts_of(nobody) == ["Somebody whose record was not sent: Finding: yes"]


@pytest.mark.parametrize(
    ("coding", "plans"),
    [("342191000000101", ["child-protection"]), ("764841000000100", ["looked-after"]), ("1", None)],
)
def test_plans_of_the_national_flag_are_coded_facts(coding: str, plans: list[str] | None) -> None:
    flag = {
        "resourceType": "Flag",
        "status": "active",
        "code": concept("http://snomed.info/sct", coding, "A plan"),
        "subject": {"reference": url(2)},
    }
    found = filled_in(flag)

    assert found["children"][0].get("plans") == plans
    assert f"A plan (SNOMED CT {coding})" in found["concern"]["facts"]


def test_a_flag_of_genital_mutilation_is_a_kind_of_concern() -> None:
    code = concept("http://snomed.info/sct", "902961000000107", "Family history of FGM")
    flag = {"resourceType": "Flag", "status": "active", "code": code, "subject": {"reference": url(2)}}

    assert filled_in(flag)["concern"]["types"] == ["neglect", "fgm"]
    assert filled_in({**flag, "status": "inactive"})["concern"]["types"] == ["neglect"]


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


def test_a_plan_or_kind_of_concern_of_somebody_else_is_in_words_only() -> None:
    code = concept("http://snomed.info/sct", "902961000000107", "Family history of FGM")
    plan = concept("http://snomed.info/sct", "342191000000101", "A plan")
    elsewhere = {"reference": "Patient/elsewhere", "display": "A cousin"}
    flags = [{"resourceType": "Flag", "status": "active", "code": each, "subject": elsewhere} for each in (code, plan)]

    found = filled_in(*flags)

    assert found["concern"]["types"] == ["neglect"]
    assert "plans" not in found["children"][0]
    assert "A cousin: Family history of FGM" in found["concern"]["facts"]


def test_a_plan_that_a_condition_says_is_a_coded_fact_while_it_is_so() -> None:
    code = concept("http://snomed.info/sct", "342191000000101", "Subject to child protection plan")
    condition = {"resourceType": "Condition", "code": code, "subject": {"reference": url(2)}}
    over = {**condition, "clinicalStatus": concept(CLINICAL, "resolved")}

    assert filled_in(condition)["children"][0]["plans"] == ["child-protection"]
    assert "plans" not in filled_in(over)["children"][0]


def test_many_worries_of_one_kind_are_one_kind_of_concern() -> None:
    worry = {"resourceType": "Condition", "code": concept(code_system("concern-type"), "neglect", "Cold again")}

    assert filled_in(*[worry] * 60)["concern"]["types"] == ["neglect"]
    assert take(with_entries(message(), *[worry] * 60)).not_taken == ()


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


# -- agreements, days, labels ---------------------------------------------------------------------------------------


def consent(**elements: Any) -> Json:
    """An agreement to checks."""
    category = [concept(code_system("agreement"), "to-checks")]
    return {"resourceType": "Consent", "status": "active", "category": category, **elements}


def test_an_agreement_has_its_day_in_london() -> None:
    found = filled_in(consent(dateTime="2026-06-22T23:30:00Z"))["consent"]["to_checks"]

    assert found == {"answer": "agreed", "given_on": "2026-06-23"}


@pytest.mark.parametrize("over", [{"status": "inactive"}, {"provision": {"period": {"end": "2025-01-01"}}}])
def test_an_agreement_that_is_over_is_history(over: Json) -> None:
    found = filled_in(consent(**over))

    assert "consent" not in found
    assert "A consent that is over: " in found["concern"]["history"]


def test_a_refusal_of_something_else_is_said_as_a_refusal() -> None:
    category = [{"text": "Sharing with the school"}]

    assert facts_of(consent(category=category, provision={"type": "deny"})) == [
        "Another consent, not to this referral: Sharing with the school, refused"
    ]


def test_an_agreement_with_exceptions_is_refused_until_they_are_said_in_words() -> None:
    provision = {"type": "permit", "provision": [{"type": "deny"}]}

    with pytest.raises(MessageRefused) as refused:
        take(with_entries(message(), consent(provision=provision)))

    assert refused.value.issues[0].places == ("Bundle.entry[4].resource.provision.provision",)


@pytest.mark.parametrize(
    ("code", "restricted"), [("U", False), ("L", False), ("M", False), ("N", False), ("R", True), ("V", True)]
)
def test_a_confidentiality_label_restricts_the_referral(code: str, restricted: bool) -> None:
    label = {"system": CONFIDENTIALITY, "code": code}
    documents = [
        message(patient={"meta": {"security": [label]}}),
        {**message(), "meta": {"security": [label]}},
        with_entries(message(), {"resourceType": "Basic", "meta": {"security": [label]}}),
        with_entries(message(), {"resourceType": "DocumentReference", "securityLabel": [{"coding": [label]}]}),
    ]

    assert [take(document).handling.restricted for document in documents] == [restricted] * 4
    assert take(documents[0]).not_taken == ()


@pytest.mark.parametrize(
    "label",
    [
        {"system": "https://elsewhere.example.org", "code": "N"},
        {"system": CONFIDENTIALITY, "code": "X"},
        {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "NODSCLCD"},
        {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"},
        {"display": "restricted"},
        "R",
    ],
)
def test_a_label_that_nobody_here_can_keep_is_refused_with_what_to_do(label: Any) -> None:
    with pytest.raises(MessageRefused) as refused:
        take(message(patient={"meta": {"security": [label]}}))

    [issue] = refused.value.issues
    assert (issue.code.value, issue.places) == ("suppressed", ("Bundle.entry[2].resource.meta.security[0]",))
    assert "Phone the front door team" in issue.advice
