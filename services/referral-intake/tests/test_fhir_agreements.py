"""Agreements of several people, and by the rule that holds where no provision says otherwise."""

from typing import Any, Final

import pytest
from fhir_messages import Json, concept, facts_of, filled_in, message, take, url, with_entries

from referral_intake.fhir import MessageRefused
from referral_intake.fhir.systems import code_system

RULES: Final = "http://terminology.hl7.org/CodeSystem/v3-ActCode"


def consent(by: str | None = None, **elements: Any) -> Json:
    """An agreement to the referral."""
    category = [concept(code_system("agreement"), "to-referral")]
    given = {"performer": [{"display": by}]} if by else {}
    return {"resourceType": "Consent", "status": "active", "category": category, **given, **elements}


def test_the_agreement_of_one_parent_is_not_that_of_both() -> None:
    said = [consent("Jo", provision={"type": "permit"}), consent("Sam", provision={"type": "deny"})]

    assert "consent" not in filled_in(*said)
    assert facts_of(*said) == [
        "Answers about agreement differ, and this is one of them: agreement to-referral, permitted, by Jo",
        "Answers about agreement differ, and this is one of them: agreement to-referral, refused, by Sam",
    ]
    assert take(with_entries(message(), *said)).not_taken == ()


def test_of_answers_that_agree_each_is_said() -> None:
    said = [consent("Jo", dateTime="2026-11-01"), consent("Sam", dateTime="2026-11-05")]

    assert filled_in(*said)["consent"]["to_referral"] == {
        "given_by": "Jo",
        "answer": "agreed",
        "given_on": "2026-11-01",
    }
    assert facts_of(*said) == [
        "Also asked about agreement: agreement to-referral, permitted, by Sam, 2026-11-05",
    ]


@pytest.mark.parametrize(("rule", "answer"), [("OPTIN", "agreed"), ("OPTOUT", "refused")])
def test_the_rule_decides_where_no_provision_does(rule: str, answer: str) -> None:
    said = consent(policyRule=concept(RULES, rule))

    assert filled_in(said)["consent"]["to_referral"] == {"answer": answer}
    assert take(with_entries(message(), said)).not_taken == ()


@pytest.mark.parametrize(
    "elements",
    [
        {"policyRule": concept(RULES, "NOCONSENT")},
        {"policyRule": concept(RULES, "OPTOUT"), "provision": {"type": "permit"}},
    ],
)
def test_a_rule_that_is_not_known_or_is_contradicted_is_to_be_said_in_words(elements: Json) -> None:
    with pytest.raises(MessageRefused) as refused:
        take(with_entries(message(), consent(**elements)))

    assert refused.value.issues[0].places == ("Bundle.entry[4].resource.policyRule",)


def test_another_consent_is_read_with_its_scope_and_rule() -> None:
    other: Json = {
        "scope": {"text": "Research"},
        "category": [{"text": "A study"}],
        "policyRule": concept(RULES, "OPTOUT"),
    }

    assert facts_of(consent(**other)) == [
        "Another consent, not to this referral: A study, scope Research, refused, v3-ActCode OPTOUT"
    ]


def test_a_worker_or_an_organisation_may_have_given_it() -> None:
    said = consent() | {"performer": [{"reference": url(3)}]}

    assert filled_in(said)["consent"]["to_referral"]["given_by"] == "Morgan Adeyemi-Clarke"


def test_an_agreement_of_which_nobody_says_how_it_stands_is_refused() -> None:
    said = {name: value for name, value in consent().items() if name != "status"}

    with pytest.raises(MessageRefused) as refused:
        take(with_entries(message(), said))

    assert refused.value.issues[0].places == ("Bundle.entry[4].resource.status",)
    assert filled_in(said | {"provision": {"type": "deny"}})["consent"]["to_referral"] == {"answer": "refused"}
