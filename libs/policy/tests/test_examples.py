"""The example referrals: invented throughout, and at one with the packs of their partnerships."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from contracts.codes import Code, ConcernType, CurrentPlan, Ethnicity, Outcome, Rating, Sex, ThresholdLevel
from policy.pack import Facts, Pack
from policy.testing import packs_of

ROOT = Path(__file__).parents[3]
PACKS = packs_of(ROOT / "partnerships")
EXAMPLES = {path.stem: json.loads(path.read_text("utf-8")) for path in (ROOT / "examples/referrals").glob("*.json")}
AGENCY_OF = {
    "wandsworth-school": "ashcroft-primary",
    "wandsworth-police": "metropolitan-police",
    "wandsworth-health-visiting": "wandsworth-health-visiting",
    "warwickshire-school": "meadow-lane-academy",
    "warwickshire-hospital": "warwick-general-hospital",
}
Json = dict[str, Any]
CodeT = TypeVar("CodeT", bound=Code)
every_example = pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES.keys())


def pack_of(example: Json) -> Pack:
    return PACKS[example["partnership"]]


def code_of(codes: type[CodeT], value: str) -> CodeT:
    return {code.value: code for code in codes}[value]


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)
    elif isinstance(value, str):
        yield value


def check_digit(nine: str) -> int:
    weighted = sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True))
    return (11 - weighted % 11) % 11


def test_both_partnerships_and_every_kind_of_journey_are_there() -> None:
    concerns = {concern for example in EXAMPLES.values() for concern in example["referral"]["concern"]["types"]}
    outcomes = {outcome["outcome"] for example in EXAMPLES.values() for outcome in example["expected"]["outcomes"]}

    assert len(EXAMPLES) >= 9
    assert {example["sender"] for example in EXAMPLES.values()} == set(AGENCY_OF)
    assert concerns >= {"neglect", "domestic-abuse", "fgm", "pre-birth", "physical-abuse", "online-harm"}
    assert outcomes >= {"no-further-action", "early-help", "assessment", "strategy-discussion"}


@every_example
def test_codes_are_those_of_the_published_lists(example: Json) -> None:
    referral = example["referral"]

    assert set(referral["concern"]["types"]) <= set(ConcernType)
    assert referral["believed_level"] in set(ThresholdLevel)
    for child in referral["children"]:
        assert child["sex"] in set(Sex)
        assert child.get("ethnicity", Ethnicity.NOBT) in set(Ethnicity)


@every_example
def test_nhs_numbers_are_of_the_test_range_with_valid_check_digits(example: Json) -> None:
    numbers = [child["nhs_number"] for child in example["referral"]["children"] if "nhs_number" in child]

    assert all(re.fullmatch(r"9990000\d{3}", number) for number in numbers)
    assert all(check_digit(number[:9]) == int(number[9]) for number in numbers)


@every_example
def test_addresses_phones_and_mailboxes_reach_nobody(example: Json) -> None:
    text = " ".join(texts_in(example["referral"]))
    phones = re.findall(r"\b0[\d ]{9,12}\d\b", text)
    postcodes = re.findall(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b", text)
    mailboxes = re.findall(r"\S+@\S+", text)

    assert all(re.fullmatch(r"020 7946 0\d{3}|07700 900\d{3}|01632 960\d{3}", phone) for phone in phones)
    assert all(postcode.startswith("ZZ99 ") for postcode in postcodes)
    assert all(mailbox.endswith(".example.org") for mailbox in mailboxes)
    assert phones
    assert postcodes
    assert mailboxes


@every_example
def test_an_unborn_child_has_an_expected_date_and_no_birthday(example: Json) -> None:
    for child in example["referral"]["children"]:
        assert not ("date_of_birth" in child and "expected_date_of_birth" in child)
        assert "expected_date_of_birth" not in child or child["sex"] == "U"


@every_example
def test_the_suggested_rating_is_the_packs_own(example: Json) -> None:
    referral = example["referral"]
    facts = Facts(
        concern_types=[code_of(ConcernType, code) for code in referral["concern"]["types"]],
        immediate_danger=referral["immediate_danger"],
        repeat=False,
        unborn=any("expected_date_of_birth" in child for child in referral["children"]),
        plans=[code_of(CurrentPlan, code) for child in referral["children"] for code in child.get("plans", ())],
    )

    suggestion = pack_of(example).suggest(facts)

    assert suggestion.rating == example["expected"]["suggested_rating"]


@every_example
def test_each_child_is_decided_and_handed_to_the_team_the_pack_names(example: Json) -> None:
    pack, expected = pack_of(example), example["expected"]

    rules = [pack.get_outcome(code_of(Outcome, outcome["outcome"])) for outcome in expected["outcomes"]]

    children = len(example["referral"]["children"])
    assert [outcome["child"] for outcome in expected["outcomes"]] == list(range(1, children + 1))
    assert {rule.team for rule in rules if rule.team} == set(expected["handovers"])


def test_a_child_that_is_decided_again_goes_to_the_team_of_the_later_outcome() -> None:
    again = {name: example for name, example in EXAMPLES.items() if "danger_later" in example["expected"]}

    for example in again.values():
        later = example["expected"]["danger_later"]
        [earlier] = [one for one in example["expected"]["outcomes"] if one["child"] == later["child"]]
        assert earlier["outcome"] != later["outcome"]
        assert [pack_of(example).get_outcome(code_of(Outcome, later["outcome"])).team] == later["handovers"]
    assert again


@every_example
def test_sender_and_agencies_asked_are_known_to_the_pack(example: Json) -> None:
    pack, expected = pack_of(example), example["expected"]
    usually_asked = {agency.code for agency in pack.asked_at(code_of(Rating, expected["rating"]))}

    assert pack.find_agency(AGENCY_OF[example["sender"]]) is not None
    assert set(expected["asked"]) <= usually_asked - {AGENCY_OF[example["sender"]]}


def test_the_second_referral_names_a_child_of_the_first_under_another_spelling() -> None:
    second = EXAMPLES["wandsworth-05-second-referral-same-child"]
    pointer = second["expected"]["same_child_as"]

    first = EXAMPLES[Path(pointer["file"]).stem]["referral"]["children"][pointer["child"] - 1]

    again = second["referral"]["children"][0]
    assert first["first_name"] != again["first_name"]
    assert f"{first['first_name']} {first['last_name']}" in again["aliases"]
