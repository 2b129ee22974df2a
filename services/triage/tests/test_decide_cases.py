"""Opening, rating and closing a case; who writes with which version."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from triage_examples import (
    CASE_ID,
    DUE,
    FIRST,
    MANAGER,
    NOW,
    OPENING,
    PACK,
    SECOND,
    WORKER,
    acting,
    case,
    decision,
    handover,
    received,
    timing,
)

from contracts.codes import ClosureReason, Rating
from contracts.events import ChildReference
from contracts.problems import Problem
from triage import decide
from triage.errors import (
    CaseAlreadyClosed,
    ChildrenUndecided,
    HandoverOutstanding,
    NotOneCase,
    RationaleMissing,
    SameRating,
    StaleVersion,
)
from triage.model import CaseState, Rate


def test_a_referral_opens_one_case_with_its_children_and_the_suggestion_of_the_pack() -> None:
    opened = decide.open_case(received(), None, terms=OPENING, case_id=CASE_ID, now=NOW)

    assert opened is not None
    assert opened.child_ids == (FIRST, SECOND)
    assert (opened.suggested_rating, opened.suggestion_reasons) == (Rating.AMBER, OPENING.suggestion_reasons)
    assert (opened.decision_due_at, opened.policy_version) == (DUE, PACK)


def test_a_referral_that_has_a_case_opens_none() -> None:
    assert decide.open_case(received(), CASE_ID, terms=OPENING, case_id=UUID(int=9), now=NOW) is None


@pytest.mark.parametrize("numbers", [(), (1, 1), (1, 2, 1)])
def test_a_receipt_without_children_or_with_one_twice_opens_nothing(numbers: tuple[int, ...]) -> None:
    children = tuple(ChildReference(child_id=UUID(int=number), unborn=False) for number in numbers)

    with pytest.raises(NotOneCase):
        decide.open_case(received(children=children), None, terms=OPENING, case_id=CASE_ID, now=NOW)


def test_a_first_rating_needs_no_rationale() -> None:
    rated = decide.rate(case(), Rate(Rating.RED), by=WORKER, timing=timing(due_at=NOW + timedelta(hours=4)))

    assert (rated.rating, rated.previous_rating, rated.rated_by) == (Rating.RED, None, "worker")
    assert rated.decision_due_at == NOW + timedelta(hours=4)


@pytest.mark.parametrize("rationale", [None, "", "  \n"])
def test_changing_a_rating_needs_a_rationale(rationale: str | None) -> None:
    with pytest.raises(RationaleMissing) as refused:
        decide.rate(case(rating=Rating.GREEN), Rate(Rating.RED, rationale), by=WORKER, timing=timing())

    assert refused.value.errors[0].pointer == "/rationale"


def test_a_changed_rating_names_the_one_before() -> None:
    rated = decide.rate(case(rating=Rating.GREEN), Rate(Rating.RED, "New facts."), by=WORKER, timing=timing())

    assert (rated.rating, rated.previous_rating) == (Rating.RED, Rating.GREEN)


def test_the_same_rating_again_changes_nothing() -> None:
    with pytest.raises(SameRating):
        decide.rate(case(rating=Rating.RED), Rate(Rating.RED, "Again."), by=WORKER, timing=timing())


hours = st.integers(min_value=-100, max_value=100).map(lambda n: timedelta(hours=n))


@given(due=hours, new_due=hours)
def test_no_rating_moves_a_decision_that_is_late_to_later(due: timedelta, new_due: timedelta) -> None:
    before = case(decision_due_at=NOW + due)

    after = decide.decision_due_at(before, timing(due_at=NOW + new_due), now=NOW)

    if before.decision_due_at <= NOW:
        assert after == min(before.decision_due_at, NOW + new_due)
    else:
        assert after == NOW + new_due


@pytest.mark.parametrize(
    ("seen", "accepted"),
    [(4, False), (5, True), (6, True), (7, True), (8, False), (0, False)],
    ids=["before the change", "the change", "an alarm since", "the newest", "from the future", "never"],
)
def test_a_writer_must_have_seen_every_change_but_no_alarm(seen: int, accepted: bool) -> None:
    subject = case(version=7, changed_version=5)

    if accepted:
        decide.check_version(subject, seen)
    else:
        with pytest.raises(StaleVersion):
            decide.check_version(subject, seen)


def test_a_case_with_every_child_decided_and_nothing_to_hand_over_is_closed_by_a_person() -> None:
    closed = decide.close_case(case(decisions=(decision(FIRST), decision(SECOND))), by=MANAGER)

    assert (closed.reason, closed.closed_at) == (ClosureReason.DECIDED, NOW)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({}, ChildrenUndecided),
        ({"decisions": (decision(FIRST),)}, ChildrenUndecided),
        ({"decisions": (decision(FIRST), decision(SECOND, team="wandsworth-macpt"))}, HandoverOutstanding),
        (
            {
                "decisions": (decision(FIRST), decision(SECOND, team="wandsworth-macpt")),
                "handovers": (handover(SECOND),),
            },
            HandoverOutstanding,
        ),
        ({"closed_at": NOW}, CaseAlreadyClosed),
    ],
    ids=["no decision", "one of two", "not offered", "not accepted", "closed"],
)
def test_a_case_with_something_left_to_do_is_not_closed(changes: dict[str, object], problem: type[Problem]) -> None:
    with pytest.raises(problem):
        decide.close_case(case(**changes), by=MANAGER)


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, CaseState.NEW),
        ({"rating": Rating.RED}, CaseState.RATED),
        ({"decisions": (decision(FIRST), decision(SECOND))}, CaseState.DECIDED),
        ({"decisions": (decision(FIRST), decision(SECOND, team="t"))}, CaseState.HANDING_OVER),
        ({"closed_at": NOW}, CaseState.CLOSED),
    ],
)
def test_the_state_says_what_happens_next(changes: dict[str, object], state: CaseState) -> None:
    assert case(**changes).state is state


def test_a_closed_case_is_not_rated() -> None:
    with pytest.raises(CaseAlreadyClosed):
        decide.rate(case(closed_at=NOW), Rate(Rating.RED), by=acting("mash-manager"), timing=timing())
