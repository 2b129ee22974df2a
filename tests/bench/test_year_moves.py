"""Simulated staff go through a case step by step, and no person authorises what they recommended."""

from typing import Any

import pytest

from bench.year.moves import next_move, outcome_of
from contracts.codes import Outcome

TEAMS = {"wandsworth-macpt": "macpt-member", "wandsworth-early-help": "early-help-lead"}
CASE_ID = "0b1e4c55-9a54-4000-8000-000000000041"


def case(**differs: Any) -> dict[str, Any]:
    return {
        "case_id": CASE_ID,
        "partnership": "wandsworth",
        "agency": "ashcroft-primary",
        "closed_at": None,
        "reopened_at": None,
        "overdue": False,
        "rating": "amber",
        "suggested_rating": "red",
        "requests": [{"request_id": "r1", "agency": "metropolitan-police", "statements": [{}]}],
        "questions": [],
        "children": [{"child_id": "c1", "decided": False}],
        "recommendations": [],
        "decisions": [],
        "handovers": [],
        **differs,
    }


def posted(found: Any) -> tuple[str, str]:
    return found.who.role, found.path.rpartition("/")[2]


def test_it_is_rated_as_the_pack_suggests() -> None:
    found = next_move(case(rating=None, requests=[]), TEAMS)

    assert found is not None
    assert (posted(found), found.body["rating"]) == (("social-worker", "rating"), "red")


@pytest.mark.parametrize(
    ("sender", "asked"),
    [("ashcroft-primary", "metropolitan-police"), ("metropolitan-police", "wandsworth-health-visiting")],
)
def test_another_agency_than_the_sender_is_asked(sender: str, asked: str) -> None:
    found = next_move(case(requests=[], agency=sender), TEAMS)

    assert found is not None
    assert (posted(found), found.body["agency"]) == (("social-worker", "information-requests"), asked)


def test_who_was_asked_answers_without_seeing_the_case() -> None:
    request = {"request_id": "r1", "agency": "metropolitan-police", "statements": []}

    found = next_move(case(requests=[request]), TEAMS)

    assert found is not None
    assert (found.who.agency, found.who.role, found.sees_case) == ("metropolitan-police", "partner", False)


def test_two_people_stand_behind_a_decision() -> None:
    recommendation = {"child_id": "c1", "recommendation_id": "x", "settled": None}

    first, second = next_move(case(), TEAMS), next_move(case(recommendations=[recommendation]), TEAMS)

    assert first is not None
    assert second is not None
    assert (posted(first), posted(second)) == (("social-worker", "recommendations"), ("mash-manager", "decisions"))
    assert first.who.subject != second.who.subject


def test_a_team_accepts_as_itself() -> None:
    decided = case(
        children=[{"child_id": "c1", "decided": True}],
        decisions=[{"child_id": "c1", "team": "wandsworth-early-help"}],
        handovers=[
            {"handover_id": "h", "team": "wandsworth-early-help", "child_ids": ["c1"], "accepted_at": None},
        ],
    )

    found = next_move(decided, TEAMS)

    assert found is not None
    assert (found.who.agency, found.who.role) == ("wandsworth-early-help", "early-help-lead")
    assert (found.path, found.sees_case) == ("/v1/handovers/h/acceptance", False)


def test_nothing_is_left_to_do_in_a_closed_case() -> None:
    assert next_move(case(closed_at="2026-11-30T09:00:00Z"), TEAMS) is None


def test_every_outcome_of_the_mix_comes_up_by_the_cases_id() -> None:
    found = {outcome_of(case(case_id=f"00000000-0000-4000-8000-{number:012x}")) for number in range(100)}

    assert found == {
        Outcome.NO_FURTHER_ACTION,
        Outcome.INFORMATION_AND_ADVICE,
        Outcome.EARLY_HELP,
        Outcome.ASSESSMENT,
        Outcome.STRATEGY_DISCUSSION,
    }
