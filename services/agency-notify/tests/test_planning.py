"""Who gets a notice of what, by the pack."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notify_examples import (
    ABOUT,
    CASE,
    CASE_URL,
    CHILD,
    FEEDBACK,
    NOW,
    PACKS,
    REFERRAL,
    case_decided,
    case_informed,
    case_opened,
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

from agency_notify import policy
from contracts.codes import Answer, AnswerMoment, CurrentPlan, NoticeKind, Rating, WithheldReason
from contracts.events import ChildPlans, EditionFacts, Event


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
        (information_answered(), NoticeKind.INFORMATION_ANSWERED, "wandsworth-mash", ABOUT, True),
        (information_answered(urgent=False), NoticeKind.INFORMATION_ANSWERED, "wandsworth-mash", ABOUT, False),
        (information_corrected(), NoticeKind.INFORMATION_CORRECTED, "wandsworth-mash", ABOUT, True),
        (information_withdrawn(), NoticeKind.INFORMATION_WITHDRAWN, "wandsworth-mash", ABOUT, True),
        (handover_returned(), NoticeKind.HANDOVER_RETURNED, "wandsworth-mash", ABOUT, True),
        (handover_withdrawn(), NoticeKind.HANDOVER_WITHDRAWN, "wandsworth-macpt", ABOUT, False),
        (handover_superseded(), NoticeKind.HANDOVER_SUPERSEDED, "wandsworth-macpt", ABOUT, True),
        (clock_warned(), NoticeKind.CLOCK_WARNED, "wandsworth-mash", ABOUT, False),
        (clock_breached(), NoticeKind.CLOCK_BREACHED, "wandsworth-mash", ABOUT, True),
    ],
)
def test_each_event_of_the_table_notifies_one_recipient(
    event: Event, kind: NoticeKind, agency: str, about: UUID, urgent: bool
) -> None:
    (planned,) = planned_for(event)

    assert (planned.kind, planned.agency, planned.about_id, planned.urgent) == (kind, agency, about, urgent)
    assert planned.withheld is None


def test_an_event_outside_the_table_notifies_nobody() -> None:
    assert planned_for(case_opened()) == ()


@pytest.mark.parametrize(
    "event",
    [
        referral_received(agency="somebody-else"),
        information_requested(agency="warwickshire-police"),
        question_asked(agency="somebody-else"),
        case_decided(agency="somebody-else"),
        handover_offered(team="warwickshire-macpt"),
        handover_withdrawn(team="warwickshire-macpt"),
        handover_superseded(team="warwickshire-macpt"),
    ],
)
def test_an_agency_the_pack_does_not_name_gets_no_notice_and_the_reason_is_kept(event: Event) -> None:
    (planned,) = planned_for(event)

    assert planned.withheld is WithheldReason.NOT_ENTITLED
    assert planned.about_url is None
    assert planned.feedback is None


@pytest.mark.parametrize("feedback", [None, "a-key-the-pack-does-not-have"])
def test_an_outcome_is_withheld_from_the_referrer_when_no_sentence_is_safe(feedback: str | None) -> None:
    (planned,) = planned_for(case_decided(referrer_feedback=feedback))

    assert planned.withheld is WithheldReason.NOT_SAFE_TO_SAY
    assert planned.feedback is None


def test_an_outcome_is_said_by_the_key_of_a_safe_sentence_only() -> None:
    (planned,) = planned_for(case_decided())

    assert planned.feedback == FEEDBACK


def test_roles_of_the_hub_share_one_notice_and_a_teams_role_gets_it_at_the_team() -> None:
    plans = planned_for(clock_warned(tell=("mash-manager", "macpt-member", "head-of-service", "metropolitan-police")))

    assert {planned.agency: planned.roles for planned in plans} == {
        "wandsworth-mash": ("mash-manager", "head-of-service"),
        "wandsworth-macpt": ("macpt-member",),
        "metropolitan-police": (),
    }


@given(st.lists(st.sampled_from([*PACK.roles, "metropolitan-police", "wandsworth-macpt"]), min_size=1))
def test_whomever_a_clock_names_each_recipient_gets_one_notice_and_nobody_is_forgotten(names: list[str]) -> None:
    plans = planned_for(clock_breached(tell=tuple(names)))

    recipients = [planned.agency for planned in plans]
    assert len(recipients) == len(set(recipients))
    roles = {role for planned in plans for role in planned.roles}
    assert set(names) <= roles | set(recipients)


@pytest.mark.parametrize("partnership", sorted(PACKS))
def test_each_pack_names_who_hears_first_of_an_unopened_notice_and_its_hub_can_be_notified(partnership: str) -> None:
    pack = PACKS[partnership]

    assert policy.escalation_role(pack) == "mash-manager"
    assert policy.is_entitled(policy.hub_of(pack), pack)


def test_a_clocks_notice_says_which_step_is_late_since_when_and_where_to_act() -> None:
    (planned,) = planned_for(clock_breached(due_at=NOW - timedelta(minutes=1)))

    assert (planned.step, planned.timed_id, planned.due_at) == ("decision", CASE, NOW - timedelta(minutes=1))
    assert planned.about_url == CASE_URL


@pytest.mark.parametrize(
    ("plans", "rating"),
    [
        (None, Rating.GREEN),
        ((), Rating.GREEN),
        ((CurrentPlan.LOOKED_AFTER,), Rating.GREEN),
        ((CurrentPlan.CHILD_PROTECTION,), Rating.AMBER),
        ((CurrentPlan.CHILD_PROTECTION_ENDED,), Rating.AMBER),
    ],
)
def test_a_case_is_as_urgent_as_the_plans_of_its_children_suggest(
    plans: tuple[CurrentPlan, ...] | None, rating: Rating
) -> None:
    known = None if plans is None else (ChildPlans(child_id=UUID(int=1), plans=plans),)
    said = EditionFacts(children=(), concern_types=(), immediate_danger=False, plans=known)

    assert policy.more_urgent(Rating.GREEN, said, PACK) is rating
    assert policy.more_urgent(Rating.RED, said, PACK) is Rating.RED


@pytest.mark.parametrize(
    ("event", "urgent"),
    [
        (case_reopened(), False),
        (case_reopened(immediate_danger=True), True),
        (case_informed(), False),
        (information_answered(when=AnswerMoment.AFTER_DECISION, urgent=False), False),
        (information_corrected(when=AnswerMoment.AFTER_CLOSURE), True),
        (information_withdrawn(when=AnswerMoment.AFTER_DECISION), True),
    ],
)
def test_teams_that_accepted_children_hear_of_news_after_it(event: Event, urgent: bool) -> None:
    plans = planned_for(event, holders={"wandsworth-macpt": None, "wandsworth-early-help": None})

    teams = [each for each in plans if each.kind is NoticeKind.ACCEPTED_CASE_NEWS]
    assert [each.agency for each in teams] == ["wandsworth-macpt", "wandsworth-early-help"]
    assert {(each.about_id, each.urgent, each.open_by) for each in teams} == {(CASE, urgent, SIX_WORKING_HOURS)}


def test_that_an_agency_holds_nothing_is_no_news_once_all_is_decided() -> None:
    event = information_answered(answer=Answer.NOTHING_HELD, urgent=False, when=AnswerMoment.AFTER_DECISION)

    (planned,) = planned_for(event, holders={"wandsworth-macpt": None})

    assert (planned.agency, planned.urgent, planned.open_by) == ("wandsworth-mash", False, None)


def test_before_a_decision_no_team_hears_what_an_agency_says() -> None:
    plans = planned_for(information_answered(), holders={"wandsworth-macpt": None})

    assert [each.agency for each in plans] == ["wandsworth-mash"]


@pytest.mark.parametrize(
    ("unread_urgent", "danger", "notified"),
    [(False, False, False), (True, False, False), (True, True, False), (False, True, True)],
)
def test_a_team_with_an_unopened_notice_of_news_hears_again_only_when_it_is_more_urgent(
    unread_urgent: bool, danger: bool, notified: bool
) -> None:
    plans = planned_for(case_informed(immediate_danger=danger), holders={"wandsworth-macpt": unread_urgent})

    assert bool(plans) is notified


def test_only_the_newest_decision_is_said_and_it_replaces_the_earlier_one() -> None:
    (newest,), (older,) = planned_for(case_decided()), planned_for(case_decided(), newest=False)

    assert (newest.withheld, newest.replaces) == (None, NoticeKind.REFERRAL_DECIDED)
    assert (older.withheld, older.replaces) == (WithheldReason.SUPERSEDED, None)


def test_a_later_decision_replaces_the_earlier_one_even_when_nothing_is_safe_to_say_of_it() -> None:
    (planned,) = planned_for(case_decided(referrer_feedback=None))

    assert (planned.withheld, planned.replaces) == (WithheldReason.NOT_SAFE_TO_SAY, NoticeKind.REFERRAL_DECIDED)


def test_an_offer_that_was_withdrawn_is_replaced() -> None:
    (planned,) = planned_for(handover_withdrawn())

    assert planned.replaces is NoticeKind.HANDOVER_OFFERED
