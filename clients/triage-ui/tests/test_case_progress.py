"""How a case goes: what happened, what it waits for and until when, and what its reader can do."""

from datetime import date
from typing import Final
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

from local_stack.checkout import PARTNERSHIPS_FOLDER
from policy.load import load_packs
from triage_ui.pages.case.children import Children
from triage_ui.pages.case.offers import acts_of
from triage_ui.pages.case.time_limits import time_limits
from triage_ui.pages.case.timeline import Telling, timeline
from triage_ui.services.triage_case import CaseView
from triage_ui.shell.words import Words

TODAY: Final = date(2026, 11, 29)
NOT_THEIRS: Final = "Your role does not allow this. Ask your MASH manager who can do it"
NEWS: Final = "There is news that nobody has looked at. Open the case, then decide"


@pytest.fixture(scope="module")
def words() -> Words:
    return Words(load_packs(PARTNERSHIPS_FOLDER), "wandsworth", at=NOW)


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


@pytest.mark.parametrize(
    ("why", "roles", "said"),
    [
        (NOT_THEIRS, ["mash-manager"], "Your role does not allow this. Who can: MASH manager."),
        (NEWS, ["social-worker"], f"{NEWS}."),
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
