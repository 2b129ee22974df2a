"""A message that says yes and no to one thing: the safer answer counts, or none; what is left over is reported."""

import pytest
from fhir_messages import (
    Json,
    child_of,
    filled_in,
    form_of,
    history_of,
    message,
    observed,
    ours,
    send,
    take,
    with_entries,
)
from intake_caller import Caller

from referral_intake.fhir.draft import SAFER
from referral_intake.form import ReferralForm
from referral_intake.form.part import FormPart

ORDERS = [(True, False), (False, True)]


def both(name: str, order: tuple[bool, bool]) -> list[Json]:
    return [extension for value in order for extension in ours(name, valueBoolean=value)]


@pytest.mark.parametrize("order", ORDERS)
async def test_danger_that_is_said_once_is_danger(caller: Caller, order: tuple[bool, bool]) -> None:
    said = [observed("immediate_danger", valueBoolean=value) for value in order]
    document = with_entries(message(), *said)

    answer = await send(caller, document)

    assert "call 999" in answer.json()["entry"][2]["resource"]["issue"][0]["diagnostics"].casefold()
    assert form_of(document)["immediate_danger"] is True
    assert take(document).not_taken == (f"Bundle.entry[{4 + order.index(False)}].resource",)


@pytest.mark.parametrize("order", ORDERS)
def test_the_safer_answer_counts_whichever_comes_first(order: tuple[bool, bool]) -> None:
    safe = {"extension": both("child-safe-to-contact", order)}
    address = {"line": ["1 Invented Way"], "extension": both("address-do-not-contact", order)}

    assert child_of(**safe)["safe_to_contact"] is False
    assert child_of(address=[address])["addresses"][0]["do_not_contact"] is True
    assert take(message(patient=safe)).not_taken == (f"Bundle.entry[2].resource.extension[{order.index(True)}]",)


@pytest.mark.parametrize("order", [*ORDERS, (True, False, True), (False, True, False)])
def test_two_answers_of_which_neither_is_safer_are_none(order: tuple[bool, ...]) -> None:
    said = [observed("consent.parents_informed", valueBoolean=value) for value in order]

    assert "parents_informed" not in filled_in(*said).get("consent", {})
    assert len(take(with_entries(message(), *said)).not_taken) == len(order)


def test_the_same_answer_twice_is_that_answer() -> None:
    said = observed("consent.parents_informed", valueBoolean=False)

    assert filled_in(said, said)["consent"]["parents_informed"] is False


def test_every_answer_that_is_called_safer_is_one_of_the_form() -> None:
    assert set(SAFER) <= set(fields_of(ReferralForm))


def fields_of(part: type[FormPart]) -> set[str]:
    """Every field below a part of the form."""
    schema = part.model_json_schema()
    parts = (schema, *schema["$defs"].values())
    return {name for each in parts for name in each.get("properties", {})}


def test_who_left_the_family_is_still_said_to_have_harmed() -> None:
    person = {
        "resourceType": "RelatedPerson",
        "active": False,
        "name": [{"text": "Sam Formerly"}],
        "extension": [
            *ours("family-member-alleged-perpetrator", valueBoolean=True),
            *ours("family-member-safe-to-contact", valueBoolean=False),
        ],
    }

    assert history_of(person) == (
        "Formerly in the family: Sam Formerly, alleged perpetrator: yes, safe to contact: no "
        "(the sender's record is not in use)"
    )
    assert take(with_entries(message(), person)).not_taken == ()


@pytest.mark.parametrize(
    ("period", "place"),
    [({}, "Ward 3"), ({"period": {"start": "2026-11-23"}}, "Ward 3"), ({"period": {"end": "2026-10-20"}}, None)],
)
def test_the_place_of_an_encounter_that_is_over_is_not_where_the_child_is(period: Json, place: str | None) -> None:
    encounter = {
        "resourceType": "Encounter",
        "id": "visit",
        "status": "in-progress",
        "location": [{"location": {"display": "Ward 3"}}],
        **period,
    }

    found = filled_in(encounter, request={"encounter": {"reference": "Encounter/visit"}})

    assert found["children"][0].get("location_now") == place
