"""What the case page says of a document: first what could do harm, and then everything, in words."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from ui_answers import (
    CASE_ID,
    CHILD_ID,
    HANDOVER_ID,
    MANAGER,
    RECOMMENDATION_ID,
    REQUEST_ID,
    WORKER,
    act,
    asked,
    case,
    document,
    recommendation,
)
from ui_world import NOW

from local_stack.checkout import PARTNERSHIPS_FOLDER, ROOT
from policy.load import load_packs
from triage_ui.pages.case.children import Children, immediate_safety, safe_contact
from triage_ui.pages.case.document import Entry, changes_of, entries_of
from triage_ui.pages.case.household import household_of
from triage_ui.pages.case.offers import acts_of
from triage_ui.pages.case.time_limits import time_limits
from triage_ui.pages.case.timeline import Telling, timeline
from triage_ui.services.triage_case import CaseView
from triage_ui.shell.words import Words

EXAMPLES: Final = sorted((ROOT / "examples" / "referrals").glob("*.json"))
TODAY: Final = date(2026, 11, 29)


@pytest.fixture(scope="module")
def words() -> Words:
    return Words(load_packs(PARTNERSHIPS_FOLDER), "wandsworth", at=NOW)


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
    said = [(one.about, one.advice) for one in safe_contact(document())]

    assert ("Domestic abuse", "Text first.") in said
    assert ("Rowan Testerley", "Not safe to contact.\nOnly through the school.") in said
    assert ("Do not contact here: 12 Made-up Street, ZZ99 1AA", "He reads the post.") in said
    assert ("Risk to staff", "A dog Two people visit.") in said
    assert [one.advice for one in immediate_safety(document())] == ["He is at the door.", "Yes"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_caution_of_a_real_shaped_referral_is_a_text(example: Path) -> None:
    sent = json.loads(example.read_text())["referral"]

    assert [one for one in safe_contact(sent) if len(one.advice) < 4] == []
    assert all(one.advice for one in immediate_safety(sent))


def test_that_nobody_called_999_is_no_danger_by_itself() -> None:
    said = {"immediate_safety": {"called_999": False}}

    assert immediate_safety(said) == []
    assert [one.about for one in immediate_safety({**said, "immediate_danger": True})] == ["999 was called"]


def test_what_is_said_about_one_person_or_place_stands_together_and_once() -> None:
    home = {"lines": ["1 Made-up Street"], "do_not_contact": True, "do_not_contact_reason": "He reads the post."}
    child = {"first_name": "Rowan", "safe_to_contact": False, "contact_advice": "Meet at school.", "addresses": [home]}
    sent = {"children": [child, {"first_name": "Wren", "addresses": [home]}]}

    assert [(one.about, one.advice) for one in safe_contact(sent)] == [
        ("Rowan", "Not safe to contact.\nMeet at school."),
        ("Do not contact here: 1 Made-up Street", "He reads the post."),
    ]


@pytest.mark.parametrize(
    ("written", "warns"),
    [("None known.", False), ("none", False), ("None known. Do not ring at night.", True), ("A dog.", True)],
)
def test_a_sender_who_knows_of_no_risk_raises_no_alarm(written: str, warns: bool) -> None:
    for said in (written, [{"reason": written}]):
        assert bool(safe_contact({"risks_to_staff": said})) is warns


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


def test_the_timeline_has_the_newest_first_and_everybodys_words(words: Words) -> None:
    later = "2026-11-28T09:30:00Z"
    view = CaseView.model_validate(case(recommendations=[recommendation(recommended_at=later)]))
    children = Children([UUID(CHILD_ID)], document(), today=TODAY)

    told = timeline(Telling(view, children, words, WORKER))

    assert [one.at for one in told] == sorted((one.at for one in told), reverse=True)
    assert told[0].what == "Strategy discussion and child protection enquiry recommended for Rowan Testerley, by you"
    assert told[0].text == "The facts point to significant harm."
    assert any(one.what == "Metropolitan Police Service was asked for information" for one in told)


def test_what_is_offered_is_led_to_and_what_is_not_says_why_and_who_can(words: Words) -> None:
    same_person = "You recommended this, so another person has to authorise it"
    lines = [
        act("authorise", about=RECOMMENDATION_ID, sign_in_again=True),
        act("authorise", about=RECOMMENDATION_ID, offered=False, words=same_person, roles=["mash-manager"]),
        act("assign"),
    ]
    view = CaseView.model_validate(case(recommendations=[recommendation()], acts=lines))

    offered, refused = acts_of(view, words, ["social-worker"])

    label = "Authorise or turn down: strategy discussion and child protection enquiry"
    assert (offered.label, refused.label) == (label, label)
    assert offered.path == f"/cases/{CASE_ID}/authorise/{RECOMMENDATION_ID}"
    assert offered.hint == "You will be asked to sign in again."
    assert (refused.path, refused.why_not) == ("", f"{same_person}. Who can: MASH manager.")


_NOT_THEIRS: Final = "Your role does not allow this. Ask your MASH manager who can do it"
_NEWS: Final = "There is news that nobody has looked at. Open the case, then decide"


@pytest.mark.parametrize(
    ("why", "roles", "said"),
    [
        (_NOT_THEIRS, ["mash-manager"], "Your role does not allow this. Who can: MASH manager."),
        (_NEWS, ["social-worker"], f"{_NEWS}."),
    ],
)
def test_who_can_is_said_once_and_only_when_it_is_somebody_else(
    words: Words, why: str, roles: list[str], said: str
) -> None:
    view = CaseView.model_validate(case(acts=[act("close", offered=False, words=why, roles=roles)]))

    (refused,) = acts_of(view, words, ["social-worker"])

    assert refused.why_not == said


def test_an_answer_is_said_with_its_kind(words: Words) -> None:
    statement = {
        "revision": 1,
        "statement": "answered",
        "answer": "nothing-held",
        "refusal_ground": None,
        "said_by": MANAGER,
        "said_at": "2026-11-28T09:30:00Z",
    }
    view = CaseView.model_validate(case(requests=[asked(answer="nothing-held", statements=[statement])]))

    told = timeline(Telling(view, Children([UUID(CHILD_ID)], None, today=TODAY), words, WORKER))

    assert told[0].what == "Metropolitan Police Service answered: nothing held"


def test_an_answer_is_one_line_of_the_timeline_though_it_is_news_too(words: Words) -> None:
    news = {
        "what": "agency-answered",
        "label": "An agency answered",
        "edition": None,
        "request_id": REQUEST_ID,
        "handover_id": None,
        "told_at": "2026-11-28T09:30:00Z",
        "immediate_danger": False,
        "seen_by": None,
        "seen_at": None,
    }
    view = CaseView.model_validate(case(news=[news]))

    lines = timeline(Telling(view, Children([UUID(CHILD_ID)], None, today=TODAY), words, WORKER))

    assert "An agency answered" not in [one.what for one in lines]


def test_of_one_moment_what_followed_stands_above_what_it_followed_from(words: Words) -> None:
    at = "2026-11-28T09:30:00Z"
    later = ("returned_at", "return_reason", "return_note", "withdrawn_at", "delivered_at", "opened_at")
    accepted = {
        "handover_id": HANDOVER_ID,
        "team": "wandsworth-macpt",
        "state": "accepted",
        "child_ids": [CHILD_ID],
        "decision_ids": [],
        "offered_at": "2026-11-28T09:00:00Z",
        "accept_due_at": "2026-11-29T09:00:00Z",
        "overdue": False,
        "accepted_at": at,
        **dict.fromkeys(later),
    }
    view = CaseView.model_validate(case(handovers=[accepted], closed_at=at, closed_reason="handed-over"))

    lines = timeline(Telling(view, Children([UUID(CHILD_ID)], None, today=TODAY), words, WORKER))

    assert lines[0].what.startswith("Case closed")
    assert lines[1].what.endswith(" accepted")


def test_of_a_closed_case_only_what_can_be_done_is_named(words: Words) -> None:
    closed = act("rate", offered=False, words="This case is closed", roles=["social-worker"])
    view = CaseView.model_validate(case(closed_at="2026-11-28T09:30:00Z", acts=[closed, act("ask-sender")]))

    assert [one.label for one in acts_of(view, words, ["social-worker"])] == ["Ask the sender"]


def test_a_time_limit_is_called_by_the_agency_that_it_waits_for(words: Words) -> None:
    (first,) = case()["clocks"]
    later = {**first, "name": "information-request", "about_id": REQUEST_ID, "due_at": "2026-12-02T09:30:00Z"}
    rating = {**first, "name": "rating", "about_id": CASE_ID}
    view = CaseView.model_validate(case(requests=[asked()], clocks=[later, rating]))

    assert [name for name, _ in time_limits(view, words)] == ["Rating", "Answer from Metropolitan Police Service"]


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
