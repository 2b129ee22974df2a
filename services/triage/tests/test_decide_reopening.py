"""What news does to a closed case, when a decision is due again, and when nothing is left to do."""

from datetime import timedelta
from uuid import UUID

import pytest
from triage_examples import (
    ADDRESSES,
    CASE_ID,
    FIRST,
    NOW,
    SECOND,
    WORKER,
    case,
    decision,
    handover,
    news,
    recommendation,
    timing,
)
from triage_news import LATER, RUNNING, STOPPED, closed

from contracts.codes import (
    CaseNews,
    ClosureReason,
)
from contracts.events import CaseReopened
from triage import decide
from triage.model import DECISION_CLOCK, FROM_AGENCIES, FROM_SENDERS, Case, CaseState, Clock, News

FRESH = timing(due_at=LATER + timedelta(hours=31), start=LATER)


def reopened(subject: Case, told: News | None) -> list[CaseReopened]:
    return list(decide.reopen(subject, told, timing=FRESH, addresses=ADDRESSES, now=LATER))


@pytest.mark.parametrize("what", sorted(FROM_SENDERS | FROM_AGENCIES))
def test_whatever_the_news_a_closed_case_is_opened_again(what: CaseNews) -> None:
    [event] = reopened(closed(), news(what=what, immediate_danger=True))

    assert (event.reopened_at, event.decision_due_at) == (LATER, FRESH.due_at)
    assert (event.immediate_danger, event.news) == (True, what)
    assert event.detail_url == f"https://triage.example.org/v1/cases/{CASE_ID}"


@pytest.mark.parametrize(("subject", "told"), [(case(), news()), (closed(), None)], ids=["open", "no news"])
def test_an_open_case_is_not_opened_and_nothing_new_opens_none(subject: Case, told: News | None) -> None:
    assert reopened(subject, told) == []


@pytest.mark.parametrize(
    ("subject", "needed"),
    [
        (case(clocks=(RUNNING,)), False),
        (case(clocks=(STOPPED,), decisions=(decision(FIRST), decision(SECOND))), True),
        (closed(), True),
    ],
    ids=["undecided", "decided", "closed"],
)
def test_news_starts_a_decision_clock_unless_one_runs(subject: Case, needed: bool) -> None:
    assert decide.needs_decision_clock(subject) is needed


def test_a_decision_is_timed_from_the_news_that_opened_the_case_again() -> None:
    again = Clock(UUID(int=901), DECISION_CLOCK, CASE_ID, LATER, FRESH.due_at)

    assert case().decision_from == NOW
    assert case(clocks=(STOPPED, again)).decision_from == LATER


def accepted(**changes: object) -> Case:
    """A case whose team has just accepted, and in which nothing else is left to do."""
    decisions = (decision(FIRST, team="wandsworth-macpt"), decision(SECOND))
    return case(**({"decisions": decisions, "handovers": (handover(FIRST, accepted_at=NOW),)} | changes))


SEEN = news(seen_by="worker", seen_at=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"news": (news(),)},
        {"news": (SEEN,), "clocks": (RUNNING,)},
        {"decisions": (decision(FIRST, team="wandsworth-macpt"),)},
        {"decisions": (decision(FIRST, team="wandsworth-macpt"), decision(SECOND, team="wandsworth-early-help"))},
        {"recommendations": (recommendation(SECOND, supersedes=decision(SECOND).decision_id),)},
        {"handovers": (handover(FIRST, returned_at=NOW),)},
        {"handovers": ()},
        {"closed_at": NOW},
    ],
    ids=[
        "news that nobody has looked at",
        "news that nobody has dealt with",
        "a child undecided",
        "a child not offered",
        "a child that is decided again",
        "a handover returned",
        "no handover at all",
        "closed",
    ],
)
def test_a_case_does_not_close_by_itself_while_something_is_left(changes: dict[str, object]) -> None:
    assert decide.close_by_itself(accepted(**changes), now=LATER) is None


@pytest.mark.parametrize("changes", [{}, {"news": (SEEN,), "clocks": (STOPPED,)}], ids=["no news", "dealt with"])
def test_a_case_closes_by_itself_once_nothing_is_left(changes: dict[str, object]) -> None:
    closing = decide.close_by_itself(accepted(**changes), now=LATER)

    assert closing is not None
    assert (closing.reason, closing.closed_at, closing.closed_by) == (ClosureReason.HANDED_OVER, LATER, None)


def test_a_person_closes_again_what_was_handed_over_before() -> None:
    opened_again = case(
        decisions=(decision(FIRST, team="wandsworth-macpt"), decision(SECOND)),
        handovers=(handover(FIRST, accepted_at=NOW),),
        news=(news(seen_by="manager", seen_at=LATER),),
    )

    closure = decide.close_case(opened_again, by=WORKER)

    assert opened_again.state is CaseState.DECIDED
    assert closure.reason is ClosureReason.HANDED_OVER
