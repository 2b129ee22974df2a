"""Worries, findings, agreements, warnings and papers of a message, as the form has them."""

from typing import Any

import pytest
from fhir_messages import FIELDS, Json, concept, facts_of, filled_in, message, observed, take, url, with_entries

from referral_intake.fhir import MessageRefused
from referral_intake.fhir.systems import code_system


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

    found = filled_in(condition, finding, flag)["concern"]

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
    assert taken.not_taken == ("Bundle.entry[4].resource",)


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
    found: Any = filled_in(observed(code, **value))

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
    assert taken.not_taken == ("Bundle.entry[4].resource.component[2]",)


def test_what_one_of_several_children_said_stands_with_that_child() -> None:
    sister = {"resourceType": "Patient", "name": [{"given": ["Wren"]}], "birthDate": "2021-09-30"}
    voice = observed("child_voice.words", valueString="I want Nana.", subject={"reference": url(4)})

    found = filled_in(sister, voice)

    assert found["children"][1]["voice"] == {"words": "I want Nana."}
    assert "child_voice" not in found


def test_what_is_said_twice_of_one_text_stands_there_twice() -> None:
    found = filled_in(observed("strengths", valueString="One."), observed("strengths", valueString="Two."))

    assert found["strengths"] == "One.\nTwo."


def test_two_answers_to_one_question_are_none_and_both_are_reported() -> None:
    informed = [observed("consent.parents_informed", valueBoolean=value) for value in (True, False)]

    taken = take(with_entries(message(), *informed))

    assert taken.form.consent.parents_informed is None
    assert taken.not_taken == ("Bundle.entry[4].resource", "Bundle.entry[5].resource")


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

    assert filled_in(consent)["consent"]["to_checks"] == {
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

    assert filled_in(consent)["consent"] == {
        "lawful_basis": {"bases": ["public-task"], "gateways": ["children-act-2004-s11"]}
    }


def test_a_flag_can_warn_those_who_visit() -> None:
    flag = {
        "resourceType": "Flag",
        "category": [concept(code_system("flag-category"), "risk-to-staff")],
        "code": {"text": "A large dog"},
        "period": {"start": "2026-11-23", "end": "2027-02-23"},
    }

    assert filled_in(flag)["risks_to_staff"] == [
        {"reason": "A large dog", "recorded_on": "2026-11-23", "review_on": "2027-02-23"}
    ]


def test_a_document_is_named_and_never_sent() -> None:
    paper = {
        "resourceType": "DocumentReference",
        "type": concept(code_system("attachment-kind"), "body-map"),
        "date": "2026-11-23T10:00:00Z",
        "content": [{"attachment": {"title": "Body map", "url": "https://records.example.org/4471"}}],
    }

    assert filled_in(paper)["attachments"] == [
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

    found = filled_in(place, encounter, request=change)

    assert found["children"][0]["location_now"] == "Ward 3, 1 Invented Way"


def test_a_worry_and_a_finding_say_according_to_whom() -> None:
    mother = {"resourceType": "RelatedPerson", "name": [{"text": "Jo Testerley"}]}
    worry = {"resourceType": "Condition", "code": {"text": "Bruises"}, "asserter": {"reference": url(4)}}
    seen = {"resourceType": "Observation", "code": {"text": "Seen"}, "performer": [{"display": "A nurse"}]}

    assert facts_of(mother, worry, seen | {"valueBoolean": True}) == [
        "Bruises (according to Jo Testerley)",
        "Seen: yes (according to A nurse)",
    ]
