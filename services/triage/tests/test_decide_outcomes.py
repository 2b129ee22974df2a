"""Two people stand behind each decision; alarms decide nothing."""

from dataclasses import replace
from uuid import UUID

import pytest
from triage_examples import (
    ADDRESSES,
    CASE_ID,
    DUE,
    FIRST,
    MANAGER,
    NO_TEAM_TERMS,
    NOW,
    PACK,
    REFERRAL_ID,
    SECOND,
    STAFF_TERMS,
    WORKER,
    acting,
    case,
    decision,
    news,
    recommendation,
    request,
)

from contracts.codes import Outcome, Rating, ThresholdLevel
from contracts.events import CaseDecided, CaseReturned, ClockBreached, ClockWarned
from contracts.problems import Problem
from triage import decide
from triage.errors import (
    AlreadyDecided,
    CaseAlreadyClosed,
    NewsUnseen,
    NoSuchRecommendation,
    NotAChildOfTheCase,
    NotYourRole,
    RecommendationSettled,
    SamePerson,
)
from triage.model import Acting, Alarm, Authorise, DueAlarm, Recommend, Settled

NEW_ID = UUID(int=70)
RECOMMEND = Recommend(FIRST, Outcome.STRATEGY_DISCUSSION, ThresholdLevel.ACUTE, "Because.")
AGREE = Authorise(recommendation(FIRST).recommendation_id, agree=True, rationale="I agree.")
DISAGREE = replace(AGREE, agree=False, rationale="I do not.")


def test_a_recommendation_carries_outcome_and_level_but_not_its_reasons() -> None:
    recommended = decide.recommend(case(), RECOMMEND, by=WORKER, terms=STAFF_TERMS, recommendation_id=NEW_ID)

    assert (recommended.outcome, recommended.level) == (Outcome.STRATEGY_DISCUSSION, ThresholdLevel.ACUTE)
    assert (recommended.recommendation_id, recommended.recommended_by) == (NEW_ID, "worker")
    assert "Because" not in recommended.model_dump_json()


def test_no_rating_and_no_answer_is_waited_for() -> None:
    subject = case(requests=(request(),), recommendations=(recommendation(FIRST),))

    decided = decide.authorise(subject, AGREE, by=MANAGER, terms=STAFF_TERMS, decision_id=NEW_ID)

    assert isinstance(decided, CaseDecided)


@pytest.mark.parametrize(
    ("changes", "child_id", "by", "problem"),
    [
        ({}, UUID(int=99), WORKER, NotAChildOfTheCase),
        ({"decisions": (decision(FIRST),)}, FIRST, WORKER, AlreadyDecided),
        ({}, FIRST, acting("contact-officer"), NotYourRole),
        ({"closed_at": NOW}, FIRST, WORKER, CaseAlreadyClosed),
    ],
)
def test_a_recommendation_that_cannot_stand_is_refused(
    changes: dict[str, object], child_id: UUID, by: Acting, problem: type[Problem]
) -> None:
    command = replace(RECOMMEND, child_id=child_id)

    with pytest.raises(problem):
        decide.recommend(case(**changes), command, by=by, terms=STAFF_TERMS, recommendation_id=NEW_ID)


def test_another_person_authorises_and_the_child_is_decided() -> None:
    subject = case(recommendations=(recommendation(FIRST),))

    decided = decide.authorise(subject, AGREE, by=MANAGER, terms=STAFF_TERMS, decision_id=NEW_ID)

    assert isinstance(decided, CaseDecided)
    assert (decided.child_id, decided.decision_id) == (FIRST, NEW_ID)
    assert (decided.recommended_by, decided.authorised_by) == ("worker", "manager")
    assert (decided.referrer_feedback, decided.policy_version) == ("being-acted-on", PACK)
    assert not decided.all_children_decided


def test_the_last_decision_says_that_all_children_are_decided() -> None:
    subject = case(recommendations=(recommendation(FIRST),), decisions=(decision(SECOND),))

    decided = decide.authorise(subject, AGREE, by=MANAGER, terms=NO_TEAM_TERMS, decision_id=NEW_ID)

    assert isinstance(decided, CaseDecided)
    assert decided.all_children_decided
    assert decided.referrer_feedback is None


@pytest.mark.parametrize("agree", [True, False])
def test_the_recommender_never_authorises_whatever_their_role(agree: bool) -> None:
    subject = case(recommendations=(recommendation(FIRST, recommended_by="manager"),))

    with pytest.raises(SamePerson):
        decide.authorise(subject, replace(AGREE, agree=agree), by=MANAGER, terms=STAFF_TERMS, decision_id=NEW_ID)


def test_the_pack_says_which_role_authorises() -> None:
    subject = case(recommendations=(recommendation(FIRST),))
    another_worker = acting("social-worker", subject="another")

    with pytest.raises(NotYourRole):
        decide.authorise(subject, AGREE, by=another_worker, terms=STAFF_TERMS, decision_id=NEW_ID)


def test_disagreement_returns_the_child_to_be_recommended_again() -> None:
    subject = case(recommendations=(recommendation(FIRST),))

    returned = decide.authorise(subject, DISAGREE, by=MANAGER, terms=STAFF_TERMS, decision_id=NEW_ID)

    assert isinstance(returned, CaseReturned)
    assert (returned.child_id, returned.returned_by) == (FIRST, "manager")
    turned_down = recommendation(FIRST, settled=Settled.TURNED_DOWN)
    again = decide.recommend(
        case(recommendations=(turned_down,)), RECOMMEND, by=WORKER, terms=STAFF_TERMS, recommendation_id=NEW_ID
    )
    assert again.recommendation_id == NEW_ID


@pytest.mark.parametrize("settled", list(Settled))
def test_a_settled_recommendation_is_not_authorised(settled: Settled) -> None:
    subject = case(recommendations=(recommendation(FIRST, settled=settled),))

    with pytest.raises(RecommendationSettled):
        decide.authorise(subject, AGREE, by=MANAGER, terms=STAFF_TERMS, decision_id=NEW_ID)


def test_nobody_authorises_past_news_that_nobody_has_looked_at_but_turning_down_is_safe() -> None:
    subject = case(recommendations=(recommendation(FIRST),), news=(news(),))

    with pytest.raises(NewsUnseen):
        decide.authorise(subject, AGREE, by=MANAGER, terms=STAFF_TERMS, decision_id=NEW_ID)
    returned = decide.authorise(subject, DISAGREE, by=MANAGER, terms=STAFF_TERMS, decision_id=NEW_ID)
    assert isinstance(returned, CaseReturned)


def test_a_recommendation_of_another_case_is_not_found() -> None:
    with pytest.raises(NoSuchRecommendation):
        decide.authorise(case(), AGREE, by=MANAGER, terms=STAFF_TERMS, decision_id=NEW_ID)


@pytest.mark.parametrize(
    ("share", "kind"), [(0.5, ClockWarned), (0.99, ClockWarned), (1.0, ClockBreached), (1.5, ClockBreached)]
)
def test_an_alarm_before_due_warns_and_one_from_due_on_says_late(share: float, kind: type) -> None:
    alarm = Alarm(share, DUE, ("mash-manager",))
    due = DueAlarm(CASE_ID, REFERRAL_ID, UUID(int=80), "decision", CASE_ID, DUE, alarm, PACK)

    sounded = decide.sound(due, addresses=ADDRESSES, now=NOW)

    assert isinstance(sounded, kind)
    assert isinstance(sounded, ClockWarned | ClockBreached)
    assert (sounded.tell, sounded.due_at, sounded.share) == (("mash-manager",), DUE, share)
    assert (sounded.about_id, sounded.detail_url) == (CASE_ID, f"https://triage.example.org/v1/cases/{CASE_ID}")


def test_only_the_last_decision_ends_the_wait_for_one() -> None:
    subject = case(recommendations=(recommendation(FIRST),), rating=Rating.RED)
    decided = decide.authorise(subject, AGREE, by=MANAGER, terms=STAFF_TERMS, decision_id=NEW_ID)
    assert isinstance(decided, CaseDecided)

    assert decide.ends_wait(decided) is None
    assert decide.ends_wait(decided.model_copy(update={"all_children_decided": True})) == CASE_ID
