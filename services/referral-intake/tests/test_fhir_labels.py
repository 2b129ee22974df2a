"""Agreements, their days and exceptions, and confidentiality labels."""

from typing import Any, Final

import pytest
from fhir_messages import Json, concept, facts_of, filled_in, message, take, with_entries

from referral_intake.fhir import MessageRefused
from referral_intake.fhir.systems import code_system

CONFIDENTIALITY: Final = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"


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


def test_an_agreement_of_somebody_else_is_not_the_agreement_to_this_referral() -> None:
    other = consent(patient={"reference": "Patient/elsewhere", "display": "Jo, the mother"})

    assert "consent" not in filled_in(other)
    assert facts_of(other)[0].startswith("Another consent, not to this referral: Jo, the mother: ")


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
        with_entries(message(), {"resourceType": "Composition", "title": "Letter", "confidentiality": code}),
    ]

    assert [take(document).handling.restricted for document in documents] == [restricted] * 5
    assert take(documents[0]).not_taken == ()


@pytest.mark.parametrize(
    "label",
    [
        {"system": "https://elsewhere.example.org", "code": "N"},
        {"system": CONFIDENTIALITY, "code": "X"},
        {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "NODSCLCD"},
        {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"},
        {"display": "restricted"},
        {"system": CONFIDENTIALITY, "code": ["R"]},
        {"system": {}, "code": "R"},
        "R",
    ],
)
def test_a_label_that_nobody_here_can_keep_is_refused_with_what_to_do(label: Any) -> None:
    with pytest.raises(MessageRefused) as refused:
        take(message(patient={"meta": {"security": [label]}}))

    [issue] = refused.value.issues
    assert (issue.code.value, issue.places) == ("suppressed", ("Bundle.entry[2].resource.meta.security[0]",))
    assert "Phone the front door team" in issue.advice


def test_a_label_that_is_sent_as_a_tag_restricts_as_well() -> None:
    tags = [{"system": CONFIDENTIALITY, "code": "R"}, {"system": "https://sender.example.org", "code": "R"}]
    taken = take(message(patient={"meta": {"tag": tags}}))

    assert taken.handling.restricted
    assert taken.not_taken == ("Bundle.entry[2].resource.meta.tag[1]",)
