"""A later decision supersedes an earlier one: when a person may ask for it, what it changes, and what it leaves."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from triage_examples import (
    ADDRESSES,
    CASE_ID,
    DUE,
    FIRST,
    MANAGER,
    NOW,
    SECOND,
    STAFF_TERMS,
    WORKER,
    case,
    decision,
    handover,
    later,
    news,
    recommendation,
)

from contracts.codes import CaseNews, HandoverWithdrawalReason, Outcome, SupersedingReason, ThresholdLevel
from contracts.events import CaseDecided, CaseRecommended, CaseReturned, HandoverSuperseded, HandoverWithdrawn
from triage import decide
from triage.errors import (
    AlreadyDecided,
    CaseAlreadyClosed,
    NothingToSupersede,
    ReasonNotBorneOut,
    RecommendationOpen,
    RecommendationSettled,
)
from triage.model import DECISION_CLOCK, Authorise, Case, CaseState, Clock, Recommend, Settled

TEAM = "wandsworth-macpt"
NEW_ID = UUID(int=70)
EARLIER = decision(FIRST).decision_id
SEEN = {"seen_by": "worker", "seen_at": NOW}
DANGER = news(immediate_danger=True, **SEEN)
ANSWERED = news(what=CaseNews.AGENCY_ANSWER, about=(FIRST,), edition=None, document_url=None, **SEEN)
BOTH = (decision(FIRST), decision(SECOND))
AGAIN = recommendation(FIRST, supersedes=EARLIER, supersedes_reason=SupersedingReason.NEWS_FROM_SENDER)
AGREE = Authorise(AGAIN.recommendation_id, agree=True, rationale="I agree.")


def recommend(subject: Case, reason: SupersedingReason | None, child_id: UUID = FIRST) -> CaseRecommended:
    command = Recommend(child_id, Outcome.STRATEGY_DISCUSSION, ThresholdLevel.ACUTE, "Because.", reason)
    return decide.recommend(subject, command, by=WORKER, terms=STAFF_TERMS, recommendation_id=NEW_ID)


def authorise(subject: Case, command: Authorise = AGREE) -> CaseDecided | CaseReturned:
    return decide.authorise(subject, command, by=MANAGER, terms=STAFF_TERMS, decision_id=NEW_ID)


def decided(subject: Case) -> CaseDecided:
    event = authorise(subject)
    assert isinstance(event, CaseDecided)
    return event


# -- asking for it --------------------------------------------------------------------------------------------------

N, A, R, M = (
    SupersedingReason.NEWS_FROM_SENDER,
    SupersedingReason.AGENCY_INFORMATION,
    SupersedingReason.HANDOVER_RETURNED,
    SupersedingReason.MISTAKE_FOUND,
)
RETURNED = handover(FIRST, returned_at=NOW)


@pytest.mark.parametrize(
    ("changes", "borne_out"),
    [
        ({}, {M}),
        ({"news": (DANGER,)}, {N, M}),
        ({"news": (news(version=2, **SEEN),)}, {M}),
        ({"news": (ANSWERED,)}, {A, M}),
        ({"news": (replace(ANSWERED, about=(SECOND,)),)}, {M}),
        ({"news": (DANGER, ANSWERED)}, {N, A, M}),
        ({"handovers": (RETURNED,)}, {R, M}),
        ({"handovers": (handover(SECOND, returned_at=NOW),)}, {M}),
        ({"handovers": (handover(FIRST, accepted_at=NOW),)}, {M}),
        ({"decisions": (*BOTH, later()), "news": (DANGER,), "handovers": (RETURNED,)}, {M}),
    ],
    ids=[
        "nothing happened",
        "news",
        "news before it",
        "an answer about the child",
        "an answer about another child",
        "both",
        "returned",
        "another child returned",
        "accepted",
        "superseded since",
    ],
)
def test_a_decided_child_is_recommended_again_for_a_reason_that_has_happened_since(
    changes: dict[str, Any], borne_out: set[SupersedingReason]
) -> None:
    subject = case(**({"decisions": BOTH} | changes))

    for reason in SupersedingReason:
        if reason in borne_out:
            recommended = recommend(subject, reason)
            standing = subject.find_decision(FIRST)
            assert standing is not None
            assert (recommended.supersedes, recommended.supersedes_reason) == (standing.decision_id, reason)
        else:
            with pytest.raises(ReasonNotBorneOut):
                recommend(subject, reason)


def test_without_a_reason_a_decided_child_is_not_recommended_again() -> None:
    with pytest.raises(AlreadyDecided):
        recommend(case(decisions=BOTH, news=(DANGER,)), None)


def test_a_child_without_a_decision_has_nothing_to_supersede() -> None:
    with pytest.raises(NothingToSupersede):
        recommend(case(), M)
    assert recommend(case(), None).supersedes is None


def test_a_closed_case_is_opened_by_news_before_it_is_decided_again() -> None:
    with pytest.raises(CaseAlreadyClosed):
        recommend(case(decisions=BOTH, news=(DANGER,), closed_at=NOW), N)


def test_a_child_that_is_decided_again_is_worked_on_and_the_case_is_not_closed_over_it() -> None:
    subject = case(decisions=BOTH, recommendations=(AGAIN,), rating=None)

    assert subject.deciding_again == {FIRST}
    assert not subject.undecided
    assert subject.state is CaseState.NEW
    with pytest.raises(RecommendationOpen):
        decide.close_case(subject, by=MANAGER)


# -- what it changes ------------------------------------------------------------------------------------------------


def test_the_later_decision_names_the_earlier_and_why_and_both_are_kept() -> None:
    event = decided(case(decisions=BOTH, recommendations=(AGAIN,)))

    assert (event.supersedes, event.supersedes_reason) == (EARLIER, N)
    assert (event.decision_id, event.all_children_decided) == (NEW_ID, True)


def test_while_another_child_waits_to_be_decided_again_not_all_are_decided() -> None:
    other = recommendation(SECOND, supersedes=decision(SECOND).decision_id, supersedes_reason=N)

    assert not decided(case(decisions=BOTH, recommendations=(AGAIN, other))).all_children_decided


def test_a_recommendation_to_supersede_what_was_superseded_is_no_longer_open() -> None:
    with pytest.raises(RecommendationSettled):
        authorise(case(decisions=(*BOTH, later()), recommendations=(AGAIN,)))


def test_turning_it_down_leaves_the_earlier_decision_standing_and_its_clock_running() -> None:
    running = Clock(UUID(int=900), DECISION_CLOCK, CASE_ID, NOW, DUE)
    subject = case(decisions=BOTH, recommendations=(AGAIN,), news=(DANGER,), clocks=(running,))

    event = authorise(subject, replace(AGREE, agree=False))

    assert isinstance(event, CaseReturned)
    assert decide.ends_wait(event) is None
    turned_down = replace(subject, recommendations=(replace(AGAIN, settled=Settled.TURNED_DOWN),))
    assert turned_down.current_decisions == BOTH
    assert recommend(turned_down, N).supersedes == EARLIER


def test_the_newest_decision_of_a_chain_stands() -> None:
    last = later(decision_id=UUID(int=900), supersedes=later().decision_id, version=20)
    subject = case(decisions=(decision(FIRST), later(), last))

    assert subject.current_decisions == (last,)
    assert subject.find_decision(FIRST) == last


def test_what_came_after_a_decision_makes_it_stale_and_a_returned_handover_does_not() -> None:
    back = news(what=CaseNews.HANDOVER_RETURNED, version=10)
    subject = case(decisions=(decision(FIRST), later()), news=(DANGER, back))

    assert [subject.is_stale(one) for one in subject.decisions] == [True, False]
    assert not case(decisions=BOTH, news=(back,)).is_stale(decision(FIRST))


# -- handovers of the earlier decision ------------------------------------------------------------------------------


def follow(subject: Case) -> list[object]:
    return list(decide.follow_handovers(subject, decided(subject), addresses=ADDRESSES))


def handed_over(**changes: Any) -> Case:
    decisions = (decision(FIRST, team=TEAM), decision(SECOND, team=TEAM))
    return case(
        decisions=decisions, recommendations=(AGAIN,), handovers=(handover(FIRST, SECOND, **changes),), news=(DANGER,)
    )


def test_an_offer_of_the_earlier_decision_is_withdrawn_with_every_child_in_it() -> None:
    [withdrawn] = follow(handed_over())

    assert isinstance(withdrawn, HandoverWithdrawn)
    assert (withdrawn.child_ids, withdrawn.team) == ((FIRST, SECOND), TEAM)
    assert (withdrawn.reason, withdrawn.withdrawn_by) == (HandoverWithdrawalReason.DECIDED_AGAIN, "manager")
    assert withdrawn.detail_url == f"https://triage.example.org/v1/handovers/{UUID(int=60)}"


def test_a_team_that_has_accepted_is_notified_of_the_child_that_was_decided_again() -> None:
    [superseded] = follow(handed_over(accepted_at=NOW))

    assert isinstance(superseded, HandoverSuperseded)
    assert (superseded.child_id, superseded.decision_id, superseded.team) == (FIRST, NEW_ID, TEAM)


@pytest.mark.parametrize("changes", [{"returned_at": NOW}, {"withdrawn_at": NOW}, {"decision_ids": ()}])
def test_a_handover_that_ended_or_was_of_another_decision_is_left_alone(changes: dict[str, Any]) -> None:
    assert follow(handed_over(**changes)) == []


def test_a_first_decision_touches_no_handover() -> None:
    first = recommendation(FIRST)

    assert follow(case(recommendations=(first,), handovers=(handover(SECOND),))) == []


@pytest.mark.parametrize("team", [TEAM, "wandsworth-early-help"])
def test_the_later_decision_needs_a_handover_of_its_own_even_to_the_same_team(team: str) -> None:
    subject = case(
        decisions=(decision(FIRST, team=TEAM), later(FIRST, team=team)), handovers=(handover(FIRST, accepted_at=NOW),)
    )

    assert subject.not_offered == {FIRST}
    assert subject.not_accepted == ()


def test_a_later_decision_that_no_team_receives_leaves_nothing_to_offer() -> None:
    subject = case(decisions=(decision(FIRST, team=TEAM), later(FIRST), decision(SECOND)), handovers=(handover(FIRST),))

    assert subject.not_offered == frozenset()


def test_a_decision_authorised_long_after_the_news_is_timed_by_the_one_who_authorises() -> None:
    by = replace(MANAGER, now=NOW + timedelta(days=3))

    event = decide.authorise(
        case(decisions=BOTH, recommendations=(AGAIN,)), AGREE, by=by, terms=STAFF_TERMS, decision_id=NEW_ID
    )

    assert isinstance(event, CaseDecided)
    assert event.decided_at == by.now
