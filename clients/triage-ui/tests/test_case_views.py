"""What the case page says of a document: first what could do harm, and then everything, in words."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from ui_answers import (
    CHILD_ID,
    RECOMMENDATION_ID,
    document,
)

from local_stack.checkout import ROOT
from triage_ui.pages.case.children import Children, immediate_safety, safe_contact
from triage_ui.pages.case.document import Entry, changes_of, entries_of
from triage_ui.pages.case.household import household_of
from triage_ui.services.intake import ReferralDocument

EXAMPLES: Final = sorted((ROOT / "examples" / "referrals").glob("*.json"))
TODAY: Final = date(2026, 11, 29)


def of_intake(said: dict[str, Any]) -> ReferralDocument:
    """A document as intake gives it that states a risk to staff, where it says anything of that."""
    return ReferralDocument(said, states_staff_risk=True)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_text_that_was_sent_is_shown(example: Path) -> None:
    sent = json.loads(example.read_text())["referral"]

    shown = " ".join(_texts(entries_of(sent)))

    missing = [text for text in _leaves(sent) if " " in text and text not in shown]
    assert missing == []


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    elif isinstance(value, str):
        yield value


def _texts(entries: tuple[Entry, ...]) -> Iterator[str]:
    for entry in entries:
        yield entry.value
        yield from _texts(entry.entries)


def test_codes_dates_and_answers_are_said_in_words() -> None:
    shown = " | ".join(_texts(entries_of(document())))

    for said in ("Female", "Physical abuse", "4 May 2017", "Lives there", "Yes"):
        assert said in shown


def test_what_may_not_be_contacted_is_marked() -> None:
    (child,) = [entry for entry in entries_of(document()) if entry.name == "Child 1: Rowan Testerley"]
    (address,) = [entry for entry in child.entries if entry.name == "Address 1"]

    assert child.warned
    assert address.warned


def test_everything_about_safe_contact_is_said_first() -> None:
    said = [(one.about, one.advice) for one in safe_contact(of_intake(document()))]

    assert ("Domestic abuse", "Text first.") in said
    assert ("Rowan Testerley", "Not safe to contact.\nOnly through the school.") in said
    assert ("Do not contact here: 12 Made-up Street, ZZ99 1AA", "He reads the post.") in said
    assert ("Risk to staff", "A dog Two people visit.") in said
    assert [one.advice for one in immediate_safety(document())] == ["He is at the door.", "Yes"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_caution_of_a_real_shaped_referral_is_a_text(example: Path) -> None:
    sent = json.loads(example.read_text())["referral"]

    assert [one for one in safe_contact(of_intake(sent)) if len(one.advice) < 4] == []
    assert all(one.advice for one in immediate_safety(sent))


def test_that_nobody_called_999_is_no_danger_by_itself() -> None:
    said = {"immediate_safety": {"called_999": False}}

    assert immediate_safety(said) == []
    assert [one.about for one in immediate_safety({**said, "immediate_danger": True})] == ["999 was called"]


def test_what_is_said_about_one_person_or_place_stands_together_and_once() -> None:
    home = {"lines": ["1 Made-up Street"], "do_not_contact": True, "do_not_contact_reason": "He reads the post."}
    child = {"first_name": "Rowan", "safe_to_contact": False, "contact_advice": "Meet at school.", "addresses": [home]}
    sent = {"children": [child, {"first_name": "Wren", "addresses": [home]}]}

    assert [(one.about, one.advice) for one in safe_contact(of_intake(sent))] == [
        ("Rowan", "Not safe to contact.\nMeet at school."),
        ("Do not contact here: 1 Made-up Street", "He reads the post."),
    ]


@pytest.mark.parametrize("states", [True, False])
def test_a_risk_to_staff_is_warned_of_where_intake_says_that_one_is_stated(states: bool) -> None:
    for said in ("None known.", [{"reason": "A dog."}]):
        assert bool(safe_contact(ReferralDocument({"risks_to_staff": said}, states))) is states


def test_a_risk_of_which_nothing_is_said_but_a_day_is_warned_of_all_the_same() -> None:
    (caution,) = safe_contact(of_intake({"risks_to_staff": [{"recorded_on": "2026-11-01"}]}))

    assert (caution.about, caution.advice) == ("Risk to staff", "The sender does not say what it is.")


def test_what_an_edition_put_right_is_said_with_what_it_was() -> None:
    put_right = {
        "pointer": "/children/0/date_of_birth",
        "was": "2017-05-04",
        "value": "2017-05-14",
        "reason": "A slip.",
    }
    history = [
        {"edition": 1, "kind": "received", "at": "2026-11-27T09:30:00Z"},
        {"edition": 2, "kind": "correction", "at": "2026-11-28T09:30:00Z", "put_right": [put_right]},
    ]

    ((newest, entries),) = changes_of(document(history=history, edition=2))

    assert newest.startswith("Edition 2: ")
    assert newest.endswith("Saturday 28 November 2026 at 9:30am")
    assert {"2017-05-04", "2017-05-14", "A slip."} <= set(_texts(entries))


def test_why_a_referral_was_taken_back_is_said_in_words_and_by_no_code() -> None:
    withdrawn = {"edition": 2, "kind": "withdrawal", "at": "2026-11-28T09:30:00Z", "agency": "ashcroft-primary"}
    history = [{**withdrawn, "reason": "wrong-child", "words": "Two have the same name."}]

    ((heading, entries),) = changes_of(document(history=history, edition=2))

    assert heading.startswith("Edition 2: Taken back by its sender")
    assert [(one.name, one.value) for one in entries] == [
        ("Reason", "It is about the wrong child"),
        ("Words", "Two have the same name."),
    ]


def test_children_are_called_by_their_names_or_by_their_numbers() -> None:
    known = Children([UUID(CHILD_ID)], document(), today=TODAY)
    unknown = Children([UUID(CHILD_ID)], None, today=TODAY)

    assert known.all[0].title == "Rowan Testerley, 9 years"
    assert unknown.all[0].title == "Child 1"
    assert known.called(UUID(RECOMMENDATION_ID)) == "A child"


def test_an_unborn_child_has_a_date_and_no_age() -> None:
    said = document(children=[{"child_id": CHILD_ID, "expected_date_of_birth": "2027-02-01"}])

    (child,) = Children([UUID(CHILD_ID)], said, today=TODAY).all

    assert child.title == "Child 1, not born yet, expected 1 February 2027"
    assert child.born == "", "nobody is born on the day they are expected"


def test_of_the_household_yes_no_and_not_said_are_three_things() -> None:
    document = {
        "household": [
            {
                "name": "Ms Example",
                "role": "mother",
                "date_of_birth": "1994-03-02",
                "lives_with_child": True,
                "parental_responsibility": False,
                "interpreter_needed": True,
                "first_language": "Polish",
                "alleged_perpetrator": False,
            },
            {
                "relationship": "lodger",
                "alleged_perpetrator": True,
                "towards_children": [{"child": 2, "role": "father", "lives_with_child": False}],
                "notes": "Away until May.",
            },
            {"expected_date_of_birth": "2027-02-01"},
        ]
    }

    mother, lodger, unborn = household_of(document, today=date(2026, 11, 30))

    assert (mother.name, mother.role, mother.age) == ("Ms Example", "Mother", "32 years")
    assert mother.facts == (
        "Lives with the child",
        "Has no parental responsibility",
        "Is not alleged to have harmed a child",
        "Needs an interpreter (Polish)",
    )
    assert (lodger.name, lodger.role, lodger.notes) == ("Name not known", "lodger", "Away until May.")
    assert lodger.facts == ("May have harmed a child", "Father of child 2", "Does not live with child 2")
    assert unborn.age == "expected 1 February 2027"
    assert household_of(None, today=date(2026, 11, 30)) == []
