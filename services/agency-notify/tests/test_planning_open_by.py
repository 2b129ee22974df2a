"""By when a notice has to be opened, by the pack and by what it asks for."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from notify_examples import (
    NOW,
    case_decided,
    case_reopened,
    clock_breached,
    clock_warned,
    handover_offered,
    handover_returned,
    handover_superseded,
    handover_withdrawn,
    information_answered,
    information_corrected,
    information_requested,
    information_withdrawn,
    question_asked,
    referral_received,
    referral_supplemented,
    referral_withdrawn,
)
from notify_planned import PACK, SIX_WORKING_HOURS, planned_for

from agency_notify import planning, policy
from agency_notify.model import Facts
from contracts.codes import AnswerMoment, Rating
from contracts.events import EditionFacts, Event


def test_a_notice_must_be_opened_by_the_packs_time_when_that_is_earlier_than_due() -> None:
    (planned,) = planned_for(information_requested(due_at=NOW + timedelta(days=3)))

    assert planned.open_by == NOW + timedelta(hours=6)  # six working hours from 10:00 on an open Monday


def test_a_notice_must_be_opened_before_its_step_is_due() -> None:
    (planned,) = planned_for(information_requested(due_at=NOW + timedelta(hours=2)))

    assert planned.open_by == NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    "event",
    [
        referral_received(),
        referral_supplemented(),
        referral_withdrawn(),
        case_decided(),
        information_answered(urgent=False),
        handover_withdrawn(),
    ],
)
def test_a_notice_that_asks_for_nothing_is_never_escalated_for_being_unopened(event: Event) -> None:
    assert all(planned.open_by is None for planned in planned_for(event))


def test_a_question_to_the_sender_is_read_where_it_is_kept_and_opened_before_it_is_due() -> None:
    (planned,) = planned_for(question_asked(due_at=NOW + timedelta(hours=2)))

    assert planned.about_url == "https://triage.example.org/v1/questions/4"
    assert planned.open_by == NOW + timedelta(hours=2)


@pytest.mark.parametrize("event", [referral_supplemented, case_reopened])
def test_danger_now_makes_the_hubs_notice_urgent_and_somebody_hears_when_it_is_not_opened(
    event: Callable[..., Event],
) -> None:
    (planned,) = planned_for(event(immediate_danger=True))

    assert planned.urgent
    assert planned.open_by == NOW + timedelta(hours=6)


def test_that_a_closed_case_was_opened_again_must_be_opened_in_time_whatever_the_news() -> None:
    (planned,) = planned_for(case_reopened(decision_due_at=NOW + timedelta(hours=1)))

    assert planned.open_by == NOW + timedelta(hours=1)


def test_without_a_clock_for_opening_the_time_is_when_the_step_is_due() -> None:
    pack = PACK.model_copy(update={"clocks": tuple(c for c in PACK.clocks if c.name != "notice-open")})

    (planned,) = planning.notices_of(handover_offered(), pack, Facts(NOW))

    assert planned.open_by == NOW + timedelta(hours=2)
    assert policy.escalation_role(pack) == policy.LAST_RESORT_ROLE


TWO_HOURS = NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("event", "rating", "open_by"),
    [
        (clock_breached(), None, SIX_WORKING_HOURS),
        (clock_breached(), Rating.AMBER, SIX_WORKING_HOURS),
        (clock_breached(), Rating.RED, TWO_HOURS),
        (clock_warned(due_at=NOW + timedelta(days=3)), Rating.RED, TWO_HOURS),
        (clock_warned(due_at=NOW + timedelta(minutes=5)), Rating.RED, NOW + timedelta(minutes=5)),
        (handover_returned(due_at=NOW + timedelta(hours=1)), None, NOW + timedelta(hours=1)),
        (handover_superseded(), None, SIX_WORKING_HOURS),
        (information_answered(), Rating.RED, TWO_HOURS),
        (information_answered(urgent=False, when=AnswerMoment.AFTER_DECISION), None, SIX_WORKING_HOURS),
        (information_corrected(urgent=False, when=AnswerMoment.AFTER_CLOSURE), None, SIX_WORKING_HOURS),
        (information_withdrawn(), None, SIX_WORKING_HOURS),
    ],
)
def test_what_somebody_has_to_act_on_is_opened_in_time_sooner_in_a_red_case(
    event: Event, rating: Rating | None, open_by: datetime
) -> None:
    (planned,) = planned_for(event, rating=rating)

    assert planned.open_by == open_by


@pytest.mark.parametrize(
    ("rating", "danger", "open_by"),
    [
        (None, True, TWO_HOURS),
        (Rating.GREEN, True, TWO_HOURS),
        (Rating.RED, False, TWO_HOURS),
        (Rating.GREEN, False, SIX_WORKING_HOURS),
    ],
)
def test_a_supplement_is_opened_as_soon_as_what_the_referral_says_with_it_asks_for(
    rating: Rating | None, danger: bool, open_by: datetime
) -> None:
    said = EditionFacts(children=(), concern_types=(), immediate_danger=danger)

    (planned,) = planned_for(referral_supplemented(facts=said), rating=rating, decided=True)

    assert planned.open_by == open_by


@pytest.mark.parametrize("event", [referral_supplemented(), referral_withdrawn()])
def test_what_a_sender_says_after_a_decision_has_to_be_opened(event: Event) -> None:
    (planned,) = planned_for(event, decided=True)

    assert planned.open_by == SIX_WORKING_HOURS
