"""Children go to the team of their outcome, which accepts or returns them; triage takes back what nobody accepted."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from triage_examples import (
    ADDRESSES,
    CASE_ID,
    DETAIL,
    DUE,
    FIRST,
    MANAGER,
    NOW,
    OFFER,
    PACK,
    SECOND,
    WORKER,
    acting,
    case,
    decision,
    handover,
    news,
    timing,
)

from contracts.codes import CaseNews, HandoverReturnReason, HandoverWithdrawalReason
from contracts.events import HandoverOffered, HandoverReturned
from contracts.problems import Problem
from triage import decide
from triage.errors import (
    AlreadyAccepted,
    AlreadyOffered,
    AlreadyReturned,
    CaseAlreadyClosed,
    NewsUnseen,
    NoSuchHandover,
    NotAChildOfTheCase,
    NotForThisTeam,
    OfferWithdrawn,
)
from triage.model import OFFER_CLOCK, Acting, Case, Clock, Handover, Offer, OfferTerms, Return

TEAM, OTHER = "wandsworth-macpt", "wandsworth-early-help"
MEMBER = acting("macpt-member", subject="member", agency=TEAM)
BACK = Return(UUID(int=60), HandoverReturnReason.INFORMATION_MISSING, "Where does the younger child live?")
BACK_BY = timing(OFFER_CLOCK, due_at=NOW + timedelta(hours=8))


def offer(subject: Case, command: Offer, *, by: Acting = WORKER, terms: OfferTerms = OFFER) -> HandoverOffered:
    return decide.offer_handover(subject, command, by=by, terms=terms, detail=DETAIL)


def give_back(subject: Case, command: Return = BACK) -> HandoverReturned:
    return decide.return_handover(subject, command, by=MEMBER, timing=BACK_BY, addresses=ADDRESSES)


def offered(**changes: Any) -> Case:
    """Both children are the team's to take on, and it was offered the first."""
    decisions = (decision(FIRST, team=TEAM), decision(SECOND, team=TEAM))
    return case(**({"decisions": decisions, "handovers": (handover(FIRST),)} | changes))


# -- offering -------------------------------------------------------------------------------------------------------


def test_children_are_offered_to_the_team_of_their_outcome() -> None:
    event = offer(case(decisions=(decision(FIRST, team=TEAM),)), Offer(TEAM, (FIRST,), "Summary."))

    assert (event.team, event.child_ids, event.accept_due_at) == (TEAM, (FIRST,), DUE)
    assert "Summary" not in event.model_dump_json()


@pytest.mark.parametrize(
    ("changes", "command", "problem"),
    [
        ({}, Offer(TEAM, (FIRST,), "S"), NotForThisTeam),
        ({"decisions": (decision(FIRST),)}, Offer(TEAM, (FIRST,), "S"), NotForThisTeam),
        ({"decisions": (decision(FIRST, team=OTHER),)}, Offer(TEAM, (FIRST,), "S"), NotForThisTeam),
        ({"decisions": (decision(FIRST, team=TEAM),)}, Offer(TEAM, (FIRST, SECOND), "S"), NotForThisTeam),
        ({"decisions": (decision(FIRST, team=TEAM),)}, Offer(TEAM, (), "S"), NotForThisTeam),
        ({}, Offer(TEAM, (UUID(int=99),), "S"), NotAChildOfTheCase),
        (
            {"decisions": (decision(FIRST, team=TEAM),), "handovers": (handover(FIRST),)},
            Offer(TEAM, (FIRST,), "S"),
            AlreadyOffered,
        ),
        (
            {"decisions": (decision(FIRST, team=TEAM),), "handovers": (handover(FIRST, accepted_at=NOW),)},
            Offer(TEAM, (FIRST,), "S"),
            AlreadyOffered,
        ),
        ({"closed_at": NOW}, Offer(TEAM, (FIRST,), "S"), CaseAlreadyClosed),
    ],
)
def test_a_child_goes_only_to_the_team_that_receives_its_outcome(
    changes: dict[str, object], command: Offer, problem: type[Problem]
) -> None:
    with pytest.raises(problem):
        offer(case(**changes), command, by=MANAGER)


GONE = replace(OFFER, teams=frozenset({OTHER}))


@pytest.mark.parametrize(
    ("handovers", "terms", "by", "allowed"),
    [
        ((), OFFER, MANAGER, False),
        ((handover(FIRST, withdrawn_at=NOW),), OFFER, MANAGER, False),
        ((handover(FIRST, returned_at=NOW),), OFFER, MANAGER, True),
        ((handover(FIRST, returned_at=NOW),), OFFER, WORKER, False),
        ((handover(FIRST, returned_at=NOW, decision_ids=()),), OFFER, MANAGER, False),
        ((), GONE, MANAGER, True),
        ((), GONE, WORKER, False),
    ],
    ids=[
        "not returned",
        "taken back",
        "returned",
        "returned, but not hers to authorise",
        "returned under an earlier decision",
        "the team is gone",
        "gone, but not hers to authorise",
    ],
)
def test_another_team_may_have_a_child_once_the_first_returned_it_or_is_gone(
    handovers: tuple[Handover, ...], terms: OfferTerms, by: Acting, allowed: bool
) -> None:
    subject = case(decisions=(decision(FIRST, team=TEAM),), handovers=handovers)

    if allowed:
        assert offer(subject, Offer(OTHER, (FIRST,), "S"), by=by, terms=terms).team == OTHER
    else:
        with pytest.raises(NotForThisTeam):
            offer(subject, Offer(OTHER, (FIRST,), "S"), by=by, terms=terms)


def test_the_same_team_may_be_offered_a_child_again_that_it_returned() -> None:
    subject = case(decisions=(decision(FIRST, team=TEAM),), handovers=(handover(FIRST, returned_at=NOW),))

    assert offer(subject, Offer(TEAM, (FIRST,), "With what was missing.")).team == TEAM


def test_anyone_who_offers_a_child_again_has_read_why_it_came_back() -> None:
    subject = case(
        decisions=(decision(FIRST, team=TEAM),),
        handovers=(handover(FIRST, returned_at=NOW),),
        news=(news(what=CaseNews.HANDOVER_RETURNED),),
    )

    with pytest.raises(NewsUnseen):
        offer(subject, Offer(TEAM, (FIRST,), "With what was missing."))


# -- accepting, returning, taking back ------------------------------------------------------------------------------


def test_the_team_accepts() -> None:
    accepted = decide.accept_handover(offered(), UUID(int=60), by=MEMBER)

    assert (accepted.team, accepted.accepted_by) == (TEAM, "member")


def test_the_team_returns_with_a_reason_and_its_words_stay_here() -> None:
    returned = give_back(offered())

    assert (returned.reason, returned.returned_by, returned.team) == (BACK.reason, "member", TEAM)
    assert (returned.child_ids, returned.due_at) == ((FIRST,), BACK_BY.due_at)
    assert returned.policy_version == PACK
    assert returned.detail_url == f"https://triage.example.org/v1/handovers/{UUID(int=60)}"
    assert "younger" not in returned.model_dump_json()


def test_a_return_does_not_lengthen_the_time_that_runs_already() -> None:
    running = Clock(UUID(int=900), OFFER_CLOCK, CASE_ID, NOW, NOW + timedelta(hours=1))

    assert give_back(offered(clocks=(running,))).due_at == running.due_at


def test_a_return_is_news_about_its_children_for_triage() -> None:
    told = decide.news_of_return(give_back(offered()))

    assert (told.what, told.about, told.handover_id) == (CaseNews.HANDOVER_RETURNED, (FIRST,), UUID(int=60))


def test_triage_takes_an_offer_back() -> None:
    withdrawn = decide.take_back_offer(offered(), UUID(int=60), by=WORKER, addresses=ADDRESSES)

    assert (withdrawn.reason, withdrawn.withdrawn_by) == (HandoverWithdrawalReason.TAKEN_BACK, "worker")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"accepted_at": NOW}, AlreadyAccepted),
        ({"returned_at": NOW}, AlreadyReturned),
        ({"withdrawn_at": NOW}, OfferWithdrawn),
        ({"handover_id": UUID(int=61)}, NoSuchHandover),
    ],
)
def test_a_handover_ends_once(changes: dict[str, Any], problem: type[Problem]) -> None:
    subject = offered(handovers=(handover(FIRST, **changes),))

    with pytest.raises(problem):
        decide.accept_handover(subject, UUID(int=60), by=MEMBER)
    with pytest.raises(problem):
        give_back(subject)
    with pytest.raises(problem):
        decide.take_back_offer(subject, UUID(int=60), by=WORKER, addresses=ADDRESSES)


# -- whose the children are -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "waiting"),
    [
        ({}, {SECOND}),
        ({"accepted_at": NOW}, {SECOND}),
        ({"returned_at": NOW}, {FIRST, SECOND}),
        ({"withdrawn_at": NOW}, {FIRST, SECOND}),
    ],
    ids=["offered", "accepted", "returned", "taken back"],
)
def test_a_child_waits_to_be_offered_until_a_team_has_it_or_may_accept_it(
    changes: dict[str, Any], waiting: set[UUID]
) -> None:
    subject = offered(handovers=(handover(FIRST, **changes),))

    assert subject.not_offered == waiting
    assert decide.needs_offer_clock(subject)
    assert not decide.needs_offer_clock(replace(subject, closed_at=NOW))


def test_every_clock_of_a_handover_stops_when_it_is_returned_or_taken_back() -> None:
    taken_back = decide.take_back_offer(offered(), UUID(int=60), by=WORKER, addresses=ADDRESSES)
    accepted = decide.accept_handover(offered(), UUID(int=60), by=MEMBER)

    assert decide.ends_every_wait(give_back(offered())) == decide.ends_every_wait(taken_back) == UUID(int=60)
    assert (decide.ends_every_wait(accepted), decide.ends_wait(accepted)) == (None, UUID(int=60))
