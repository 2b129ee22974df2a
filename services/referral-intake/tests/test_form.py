"""The form: what it takes, what it refuses, and which facts it gives the rules."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from intake_examples import NHS_NUMBER, TODAY, form
from pydantic import ValidationError

from contracts.codes import ConcernType
from referral_intake import decide
from referral_intake.form import ReferralForm
from referral_intake.form.example import EXAMPLE
from referral_intake.form.facts import facts_of
from referral_intake.form.part import MOST_MISTAKES, NARRATIVE_CHARACTERS, FormPart
from referral_intake.form.supplement import SupplementForm, WithdrawalForm

EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "referrals").glob("*.json"))
BLANKS = ["", " ", "\t\n", "\u00a0", "-", "...", "\u2014", "?", "_", "\U0001f636"]
Json = dict[str, Any]


def refused(document: object) -> list[tuple[tuple[int | str, ...], str]]:
    with pytest.raises(ValidationError) as error:
        ReferralForm.model_validate(document)
    return [(mistake["loc"], mistake["type"]) for mistake in error.value.errors()]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_taken_and_may_be_acted_on(path: Path) -> None:
    example = ReferralForm.model_validate(json.loads(path.read_text(encoding="utf-8"))["referral"])

    assert decide.refusals(facts_of(example), today=TODAY) == ()


def test_the_examples_use_every_part_of_the_form() -> None:
    sent = [json.loads(path.read_text(encoding="utf-8"))["referral"] for path in EXAMPLES]

    used = {part for example in sent for part in parts_of(ReferralForm.model_validate(example))}

    described = ReferralForm.model_json_schema()["$defs"]
    assert used == {"ReferralForm"} | {name for name, part in described.items() if "properties" in part}


def parts_of(value: object) -> Iterator[str]:
    """The kinds of part that a form holds, however deep, and that its sender wrote."""
    if isinstance(value, FormPart):
        yield type(value).__name__
        for name in value.model_fields_set:
            yield from parts_of(getattr(value, name))
    elif isinstance(value, tuple):
        for each in value:
            yield from parts_of(each)


def test_the_documented_example_is_taken() -> None:
    assert decide.refusals(facts_of(ReferralForm.model_validate(EXAMPLE)), today=TODAY) == ()


def test_an_empty_form_is_a_form_and_the_rules_say_what_it_lacks() -> None:
    facts = facts_of(ReferralForm.model_validate({}))

    assert len(decide.refusals(facts, today=TODAY)) == 3


def test_a_full_form_says_everything() -> None:
    facts = facts_of(ReferralForm.model_validate(form()))

    assert facts.children[0].nhs_number == NHS_NUMBER
    assert facts.concern_types == (ConcernType.NEGLECT,)
    assert decide.missing_items(facts, today=TODAY) == ()


@pytest.mark.parametrize("blank", BLANKS)
def test_text_without_a_letter_or_number_counts_as_not_said(blank: str) -> None:
    sent = form(
        referrer={"name": blank, "phone": blank, "email": blank, "line_manager": {"phone": blank}},
        children=[
            {"first_name": blank, "aliases": [blank], "school": blank, "nhs_number": blank, "upn": blank},
            {"description": blank, "school": {"name": blank}, "la_child_id": blank, "addresses": [{"uprn": blank}]},
        ],
        concern={"facts": blank, "disclosure": {"words": blank}, "incidents": [{"what": blank}]},
    )

    facts = facts_of(ReferralForm.model_validate(sent))

    assert [refused.pointer for refused in decide.refusals(facts, today=TODAY)] == [
        "/referrer/phone",
        "/children/0/first_name",
        "/children/0/addresses",
        "/children/1/first_name",
        "/children/1/addresses",
        "/concern/facts",
    ]


@pytest.mark.parametrize("name", ["Ng", "李", "Ⅷ", "ਜਸਪ੍ਰੀਤ", "«Mo»", "…4", "\u200fמשה"])
def test_a_name_of_any_script_is_a_name(name: str) -> None:
    [child] = facts_of(ReferralForm.model_validate({"children": [{"first_name": name}]})).children

    assert child.has_name


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ({"lines": ["1 Invented Street"]}, True),
        ({"postcode": "ZZ99 3AB"}, True),
        ({"lines": ["A friend's sofa"], "kind": "temporary"}, True),
        ({"postcode": "ZZ99 3AB", "kind": "previous"}, False),
        ({"lines": [" "]}, False),
    ],
)
def test_a_child_lives_where_a_home_or_temporary_address_says_something(address: object, home: bool) -> None:
    child = {"first_name": "Rowan", "school": "Ashcroft Primary School", "addresses": [address]}

    facts = facts_of(ReferralForm.model_validate(form(children=[child])))

    assert (facts.children[0].home_until is not None) is home


@pytest.mark.parametrize(
    "child",
    [
        {"addresses": [{"postcode": "ZZ99 3AB", "kind": "previous"}]},
        {"addresses": [{"uprn": "100000000001"}]},
        {"location_now": "The bus station"},
        {"school": "Ashcroft Primary School"},
        {"school": {"urn": "100999"}},
    ],
)
def test_any_place_helps_to_find_a_child(child: Json) -> None:
    facts = facts_of(ReferralForm.model_validate(form(children=[{"first_name": "Rowan", **child}])))

    assert facts.children[0].has_place
    assert decide.refusals(facts, today=TODAY) == ()


@pytest.mark.parametrize(
    ("referrer", "refused"),
    [
        ({"name": "Morgan"}, True),
        ({"phone": "020 7946 0199"}, False),
        ({"email": "morgan@example.org"}, False),
        ({"line_manager": {"email": "sam@example.org"}}, False),
        ({"kind": "public"}, False),
        ({"kind": "public", "wishes_anonymity": True}, False),
        ({"kind": "professional", "wishes_anonymity": True}, True),
    ],
)
def test_only_a_professional_must_be_reachable(referrer: Json, refused: bool) -> None:
    facts = facts_of(ReferralForm.model_validate(form(referrer=referrer)))

    assert bool(decide.refusals(facts, today=TODAY)) is refused


@pytest.mark.parametrize(
    "concern",
    [
        {"facts": "No coat."},
        {"opinion": "Nobody is at home."},
        {"disclosure": {"words": "I get myself up."}},
        {"disclosures": [{"told_to": "Sam"}, {"words": "I get myself up."}]},
        {"incidents": [{"when": "Monday"}, {"what": "Asleep in class."}]},
    ],
)
def test_facts_an_opinion_an_event_or_what_was_said_make_a_concern(concern: Json) -> None:
    facts = facts_of(ReferralForm.model_validate(form(concern=concern)))

    assert facts.concern.is_said


# -- what the form has no place for ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "place", "kind"),
    [
        ({"surprise": 1}, ("surprise",), "extra_forbidden"),
        (form(children=[{"nickname": "R"}]), ("children", 0, "nickname"), "extra_forbidden"),
        (form(concern={"facts": "x" * (NARRATIVE_CHARACTERS + 1)}), ("concern", "facts"), "string_too_long"),
        (form(concern={"types": ["sadness"]}), ("concern", "types", 0), "enum"),
        (
            form(children=[{"date_of_birth": "yesterday"}]),
            ("children", 0, "date_of_birth"),
            "date_type",
        ),
        (form(children=[{}] * 31), ("children",), "too_long"),
    ],
)
def test_what_the_form_has_no_place_for_is_refused_where_it_stands(
    document: object, place: tuple[int | str, ...], kind: str
) -> None:
    assert refused(document) == [(place, kind)]


def test_a_narrative_of_the_full_length_is_kept_whole() -> None:
    text = "é" * NARRATIVE_CHARACTERS

    assert ReferralForm.model_validate(form(concern={"facts": text})).concern.facts == text


def _wrong(fields: int) -> dict[str, int]:
    return {f"unknown-{number}": 1 for number in range(fields)}


@pytest.mark.parametrize("model", [ReferralForm, SupplementForm, WithdrawalForm])
@pytest.mark.parametrize("document", [_wrong(20_000), {"referrer": _wrong(20_000)}])
def test_a_document_that_is_wrong_nearly_everywhere_is_one_mistake(
    model: type[FormPart], document: dict[str, Any]
) -> None:
    """Listing twenty thousand mistakes takes a second, in which nobody else is served."""
    with pytest.raises(ValidationError) as error:
        model.model_validate(document)

    [mistake] = error.value.errors()
    assert (mistake["loc"], mistake["type"]) == ((), "value_error")


def test_many_mistakes_are_all_listed_with_their_places() -> None:
    assert len(refused(_wrong(MOST_MISTAKES))) == MOST_MISTAKES
