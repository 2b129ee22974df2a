"""What is refused or not taken, where the message says it."""

import pytest
from fhir_messages import Json, concept, message, observed, ours, take, with_entries

from referral_intake.fhir import MessageRefused
from referral_intake.fhir.systems import code_system


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

    assert take(document).not_taken == (
        "Bundle.entry[2].resource.maritalStatus",
        "Bundle.entry[2].resource.photo",
        "Bundle.entry[4].resource",
    )


def test_a_narrative_that_says_more_than_the_elements_is_reported() -> None:
    document = message(patient={"text": {"status": "additional", "div": "<div>More</div>"}})

    assert take(document).not_taken == ("Bundle.entry[2].resource.text",)
