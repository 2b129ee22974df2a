"""The form: what it takes, what it refuses, and which facts it gives the rules."""

import json
from pathlib import Path

import pytest
from intake_examples import FACTS, NHS_NUMBER, TODAY, form
from pydantic import ValidationError

from contracts.codes import ConcernType
from referral_intake import decide
from referral_intake.form.facts import facts_of
from referral_intake.form.referral import EXAMPLE, NARRATIVE_CHARACTERS, ReferralForm

EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "referrals").glob("*.json"))
BLANKS = ["", " ", "\t\n", "\u00a0"]


def refused(document: object) -> list[tuple[tuple[int | str, ...], str]]:
    with pytest.raises(ValidationError) as error:
        ReferralForm.model_validate(document)
    return [(mistake["loc"], mistake["type"]) for mistake in error.value.errors()]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_taken_and_may_be_acted_on(path: Path) -> None:
    example = ReferralForm.model_validate(json.loads(path.read_text(encoding="utf-8"))["referral"])

    assert decide.refusals(facts_of(example), today=TODAY) == ()


def test_the_documented_example_is_taken() -> None:
    assert decide.refusals(facts_of(ReferralForm.model_validate(EXAMPLE)), today=TODAY) == ()


def test_an_empty_form_is_a_form_and_the_rules_say_what_it_lacks() -> None:
    facts = facts_of(ReferralForm.model_validate({}))

    assert len(decide.refusals(facts, today=TODAY)) == 4


def test_a_full_form_says_everything() -> None:
    facts = facts_of(ReferralForm.model_validate(form()))

    assert facts.children[0].nhs_number == NHS_NUMBER
    assert facts.concern_types == (ConcernType.NEGLECT,)
    assert decide.missing_information(facts, today=TODAY) == ()
    assert facts.has_referrer_email is False
    assert facts.says_agreement is FACTS.says_agreement


@pytest.mark.parametrize("blank", BLANKS)
def test_blank_text_counts_as_not_said(blank: str) -> None:
    said = form(
        referrer={"name": blank, "phone": blank, "email": blank},
        children=[{"first_name": blank, "aliases": [blank], "school": blank, "nhs_number": blank}],
        concern={"facts": blank, "disclosure": {"words": blank}},
    )

    facts = facts_of(ReferralForm.model_validate(said))

    assert len(decide.refusals(facts, today=TODAY)) == 5


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

    assert facts.children[0].has_home is home


@pytest.mark.parametrize(
    "child", [{"addresses": [{"postcode": "ZZ99 3AB", "kind": "previous"}]}, {"location_now": "The bus station"}]
)
def test_any_place_helps_to_find_a_child(child: dict[str, object]) -> None:
    facts = facts_of(ReferralForm.model_validate(form(children=[{"first_name": "Rowan", **child}])))

    assert facts.children[0].has_place


def test_a_reason_for_not_asking_says_where_agreement_stands() -> None:
    facts = facts_of(ReferralForm.model_validate(form(consent={"reason_not_asked": "It would put the child at risk"})))

    assert facts.says_agreement
    assert not facts.says_parents_informed


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
            "date_from_datetime_parsing",
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
