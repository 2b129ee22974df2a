"""What is so now, what was so and what never was: by status, use and period."""

from typing import Final

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
    with_entries,
)

from referral_intake.fhir import MessageRefused
from referral_intake.fhir.systems import code_system

CLINICAL: Final = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION: Final = "http://terminology.hl7.org/CodeSystem/condition-ver-status"


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
        ({"abatementBoolean": True}, False),
        ({"abatementBoolean": False}, True),
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


def test_what_begins_later_is_not_said_to_be_over() -> None:
    later: Json = {"period": {"start": "2027-01-01"}}
    flag = {"resourceType": "Flag", "status": "active", "code": {"text": "A dog"}, **later}
    point = {"system": "phone", "value": "07700 900123", **later}
    number = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000026", **later}
    role = {
        "resourceType": "PractitionerRole",
        "id": "gp",
        "organization": {"display": "Invented Surgery"},
        **later,
    }
    gp = {"generalPractitioner": [{"reference": "PractitionerRole/gp"}]}

    told = history_of(flag, role, patient={"telecom": [point], "identifier": [number], **gp}).splitlines()

    assert set(told) == {
        "later warning A dog (from 2027-01-01)",
        "Rowan Testerley: later phone number 07700 900123 (from 2027-01-01)",
        "Rowan Testerley: later NHS number 9990000026 (from 2027-01-01)",
        "Rowan Testerley: later GP Invented Surgery (from 2027-01-01)",
    }


def test_a_document_that_another_one_replaces_is_history() -> None:
    old = {"resourceType": "DocumentReference", "id": "old", "status": "current", "description": "Old map"}
    relation = [{"code": "replaces", "target": {"reference": "DocumentReference/old"}}]
    new = {"resourceType": "DocumentReference", "status": "current", "description": "New map", "relatesTo": relation}
    document = with_entries(message(), old, new)

    assert [paper["title"] for paper in form_of(document)["attachments"]] == ["New map"]
    assert history_of(old, new) == "A document that another has replaced: Old map"
    assert take(document).not_taken == ()


@pytest.mark.parametrize("document", [{"status": "entered-in-error"}, {"docStatus": "entered-in-error"}])
def test_a_document_that_was_a_mistake_replaces_nothing(document: Json) -> None:
    old = {"resourceType": "DocumentReference", "id": "old", "status": "current", "description": "Old map"}
    relation = [{"code": "replaces", "target": {"reference": "DocumentReference/old"}}]
    new = {"resourceType": "DocumentReference", "status": "current", "relatesTo": relation, **document}

    assert [paper["title"] for paper in filled_in(old, new)["attachments"]] == ["Old map"]


@pytest.mark.parametrize(
    ("change", "force"),
    [
        ({"status": "rejected"}, "refused"),
        ({"status": "active", "provision": {"type": "deny"}}, "refused"),
        ({"status": "draft"}, "not given yet"),
    ],
)
def test_a_lawful_basis_that_was_not_relied_on_is_none(change: Json, force: str) -> None:
    category = [concept(code_system("agreement"), "lawful-basis")]
    basis = concept(code_system("sharing-basis"), "public-task")
    consent = {"resourceType": "Consent", "category": category, "policyRule": basis, **change}

    assert "consent" not in filled_in(consent)
    assert facts_of(consent) == [
        f"A lawful basis that was not relied on: agreement lawful-basis, {force}, sharing-basis public-task"
    ]


@pytest.mark.parametrize("name", ["clinicalStatus", "verificationStatus"])
def test_two_statuses_that_say_different_things_are_refused(name: str) -> None:
    codes = {"clinicalStatus": ("active", "resolved"), "verificationStatus": ("confirmed", "refuted")}[name]
    worry = {"resourceType": "Condition", "code": {"text": "Worry"}, name: {"coding": [{"code": c} for c in codes]}}

    with pytest.raises(MessageRefused) as refused:
        take(with_entries(message(), worry))

    assert refused.value.issues[0].places == (f"Bundle.entry[4].resource.{name}",)


def test_what_is_to_be_deleted_is_not_said() -> None:
    document = with_entries(message(), finding(valueString="a bruise"))
    document["entry"][4]["request"] = {"method": "DELETE", "url": "Observation/1"}

    with pytest.raises(MessageRefused) as refused:
        take(document)

    assert refused.value.issues[0].places == ("Bundle.entry[4].request.method",)
