"""Who is told what, by the pack."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notify_examples import (
    ABOUT,
    CASE,
    CHILD,
    FEEDBACK,
    NOW,
    PACKS,
    REFERRAL,
    case_decided,
    case_opened,
    case_reopened,
    clock_breached,
    clock_warned,
    handover_offered,
    information_requested,
    question_asked,
    referral_received,
    referral_supplemented,
    referral_withdrawn,
)

from agency_notify import planning, policy
from agency_notify.model import PlannedNotice
from contracts.codes import NoticeKind, WithheldReason
from contracts.events import Event

PACK = PACKS["wandsworth"].as_of(NOW)


def planned_for(event: Event) -> tuple[PlannedNotice, ...]:
    return planning.notices_of(event, PACK, now=NOW)


@pytest.mark.parametrize(
    ("event", "kind", "agency", "about", "urgent"),
    [
        (referral_received(), NoticeKind.REFERRAL_RECEIVED, "ashcroft-primary", REFERRAL, False),
        (referral_supplemented(), NoticeKind.REFERRAL_SUPPLEMENTED, "wandsworth-mash", ABOUT, False),
        (referral_withdrawn(), NoticeKind.REFERRAL_WITHDRAWN, "wandsworth-mash", REFERRAL, False),
        (question_asked(), NoticeKind.QUESTION_ASKED, "ashcroft-primary", ABOUT, True),
        (case_reopened(), NoticeKind.CASE_REOPENED, "wandsworth-mash", CASE, False),
        (information_requested(), NoticeKind.INFORMATION_REQUESTED, "metropolitan-police", ABOUT, True),
        (case_decided(), NoticeKind.REFERRAL_DECIDED, "ashcroft-primary", CHILD, False),
        (handover_offered(), NoticeKind.HANDOVER_OFFERED, "wandsworth-macpt", ABOUT, True),
        (clock_warned(), NoticeKind.CLOCK_WARNED, "wandsworth-mash", ABOUT, False),
        (clock_breached(), NoticeKind.CLOCK_BREACHED, "wandsworth-mash", ABOUT, True),
    ],
)
def test_each_event_of_the_table_tells_one_recipient(
    event: Event, kind: NoticeKind, agency: str, about: UUID, urgent: bool
) -> None:
    (planned,) = planned_for(event)

    assert (planned.kind, planned.agency, planned.about_id, planned.urgent) == (kind, agency, about, urgent)
    assert planned.withheld is None


def test_an_event_outside_the_table_tells_nobody() -> None:
    assert planned_for(case_opened()) == ()


@pytest.mark.parametrize(
    "event",
    [
        referral_received(agency="somebody-else"),
        information_requested(agency="warwickshire-police"),
        question_asked(agency="somebody-else"),
        case_decided(agency="somebody-else"),
        handover_offered(team="warwickshire-macpt"),
    ],
)
def test_an_agency_the_pack_does_not_name_is_not_told_and_the_reason_is_kept(event: Event) -> None:
    (planned,) = planned_for(event)

    assert planned.withheld is WithheldReason.NOT_ENTITLED
    assert planned.about_url is None
    assert planned.feedback is None


@pytest.mark.parametrize("feedback", [None, "a-key-the-pack-does-not-have"])
def test_an_outcome_is_withheld_from_the_referrer_when_no_sentence_is_safe(feedback: str | None) -> None:
    (planned,) = planned_for(case_decided(referrer_feedback=feedback))

    assert planned.withheld is WithheldReason.NOT_SAFE_TO_SAY
    assert planned.feedback is None


def test_an_outcome_is_told_by_the_key_of_a_safe_sentence_only() -> None:
    (planned,) = planned_for(case_decided())

    assert planned.feedback == FEEDBACK


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
        clock_warned(),
        clock_breached(),
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


def test_roles_of_the_hub_are_told_in_one_notice_and_a_teams_role_is_told_to_the_team() -> None:
    plans = planned_for(clock_warned(tell=("mash-manager", "macpt-member", "head-of-service", "metropolitan-police")))

    assert {planned.agency: planned.roles for planned in plans} == {
        "wandsworth-mash": ("mash-manager", "head-of-service"),
        "wandsworth-macpt": ("macpt-member",),
        "metropolitan-police": (),
    }


@given(st.lists(st.sampled_from([*PACK.roles, "metropolitan-police", "wandsworth-macpt"]), min_size=1))
def test_whoever_a_clock_names_each_recipient_is_told_once_and_nobody_is_forgotten(names: list[str]) -> None:
    plans = planned_for(clock_breached(tell=tuple(names)))

    recipients = [planned.agency for planned in plans]
    assert len(recipients) == len(set(recipients))
    roles = {role for planned in plans for role in planned.roles}
    assert set(names) <= roles | set(recipients)


@pytest.mark.parametrize("partnership", sorted(PACKS))
def test_each_pack_names_who_is_told_of_an_unopened_notice_and_its_hub_can_be_told(partnership: str) -> None:
    pack = PACKS[partnership]

    assert policy.escalation_role(pack) == "mash-manager"
    assert policy.is_entitled(policy.hub_of(pack), pack)


def test_without_a_clock_for_opening_the_time_is_when_the_step_is_due() -> None:
    pack = PACK.model_copy(update={"clocks": tuple(c for c in PACK.clocks if c.name != "notice-open")})

    (planned,) = planning.notices_of(handover_offered(), pack, now=NOW)

    assert planned.open_by == NOW + timedelta(hours=2)
    assert policy.escalation_role(pack) == policy.LAST_RESORT_ROLE
