"""Values of a message: every kind is carried, and nothing of it is lost or turned round."""

import pytest
from fhir_messages import Json, facts_of, filled_in, finding, message, observed, take, url, with_entries

from referral_intake.fhir import MessageRefused


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"valueBoolean": False}, "Finding: no"),
        ({"valueBoolean": True}, "Finding: yes"),
        ({}, "Finding (without a value)"),
        ({"dataAbsentReason": {"text": "not asked"}}, "Finding: no value: not asked"),
        ({"valueReference": {"display": "Jo"}}, "Finding: Jo"),
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


@pytest.mark.parametrize(
    "value",
    [
        {"valueAttachment": {"title": "A drawing"}},
        {"valueRatio": {"numerator": {"value": 1}}},
        {"valueQuantity": {"unit": "kg"}},
        {"valueHumanName": {"text": "Jo"}},
    ],
)
def test_a_value_that_is_not_taken_is_not_said_to_be_absent(value: Json) -> None:
    assert facts_of(finding(**value)) == ["Finding (with a value that we could not take)"]
    assert take(with_entries(message(), finding(**value))).not_taken == ("Bundle.entry[4].resource.value",)


def test_a_blank_is_no_value() -> None:
    assert facts_of(finding(valueString=" ")) == ["Finding (without a value)"]


def test_components_are_carried_each_with_its_value_or_why_there_is_none() -> None:
    components = [
        {"code": {"text": "Systolic"}, "valueQuantity": {"comparator": ">", "value": 190, "unit": "mmHg"}},
        {"code": {"text": "Conscious"}, "valueBoolean": False},
        {"code": {"text": "Diastolic"}, "dataAbsentReason": {"text": "unknown"}},
    ]

    said = facts_of(finding(component=components))

    assert said == ["Finding: Systolic: > 190 mmHg; Conscious: no; Diastolic: no value: unknown"]


@pytest.mark.parametrize("kind", ["valueDateTime", "valueInstant"])
def test_a_field_that_takes_a_day_is_given_the_day_in_london(kind: str) -> None:
    said = observed("child_voice.gathered_on", **{kind: "2026-06-22T23:30:00Z"})

    assert filled_in(said)["child_voice"]["gathered_on"] == "2026-06-23"


@pytest.mark.parametrize(
    ("instant", "shown"),
    [("2016-12-31T23:59:60Z", "2017-01-01 00:00"), ("2015-06-30T23:59:60.5+00:00", "2015-07-01 01:00")],
)
def test_a_leap_second_is_a_time_that_r4_allows(instant: str, shown: str) -> None:
    assert facts_of(finding(valueDateTime=instant)) == [f"Finding: {shown}"]


def test_a_value_of_nobody_knows_what_is_said_to_be_that() -> None:
    part = {"valueBoolean": False}

    assert facts_of(finding(code=None, valueBoolean=False)) == ["a finding without a name: no"]
    assert facts_of(finding(component=[part])) == ["Finding: a finding without a name: no"]


def test_of_several_values_each_is_said() -> None:
    said = finding(valueBoolean=False, valueString="perhaps")

    assert facts_of(said) == ["Finding: no; perhaps"]
    assert take(with_entries(message(), said)).not_taken == ()


def test_why_a_value_is_missing_is_said_wherever_it_stands() -> None:
    absent = {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "asked-declined"}
    said = finding(_valueBoolean={"extension": [absent]})

    assert facts_of(said) == ["Finding: no value: asked-declined"]
    assert take(with_entries(message(), said)).not_taken == ()


@pytest.mark.parametrize("beside", [[], "odd", {"extension": "odd"}, {"extension": [{"valueCode": 3}]}])
def test_what_stands_beside_a_value_and_is_no_element_is_reported(beside: object) -> None:
    assert facts_of(finding(_valueBoolean=beside)) == ["Finding (without a value)"]


def test_an_element_that_r4_does_not_have_is_reported_as_one_of_what_holds_it() -> None:
    assert take(message(patient={"animal": {"species": "cat"}})).not_taken == ("Bundle.entry[2].resource.children()",)


def test_a_finding_that_others_belong_to_is_not_one_without_a_value() -> None:
    part = finding(code={"text": "Bruise"}, valueBoolean=False)
    panel = finding(code={"text": "Skin"}, hasMember=[{"reference": url(5)}])

    assert facts_of(panel, part) == ["Skin (its parts stand on their own)", "Bruise: no"]
    assert take(with_entries(message(), panel, part)).not_taken == ()


def test_a_place_in_what_is_passed_over_has_the_names_of_r4() -> None:
    answer = {"valueBoolean": False, "modifierExtension": [{"url": "https://sender.example.org/not"}]}
    answers = {"resourceType": "QuestionnaireResponse", "item": [{"linkId": "1", "answer": [answer]}]}

    with pytest.raises(MessageRefused) as refused:
        take(with_entries(message(), answers))

    assert refused.value.issues[0].places == ("Bundle.entry[4].resource.item[0].answer[0].modifierExtension",)
