"""Supplements, withdrawals and triage's messages that the tests of a referral's life share. Every name is invented."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from intake_examples import NOW
from intake_messages import message_of

from chassis.db import Database
from contracts.codes import ClosureReason, Outcome, Rating, ThresholdLevel
from contracts.events import (
    CaseClosed,
    CaseDecided,
    CaseOpened,
    CaseReopened,
    Event,
    QuestionAnswered,
    QuestionAsked,
)
from referral_intake.subscriptions import SUBSCRIPTIONS

SAYS = {"name": "Morgan Adeyemi-Clarke", "phone": "020 7946 0199"}
CASE_ID, QUESTION_ID = UUID(int=50), UUID(int=70)
QUESTION_URL = f"https://triage.example.org/v1/questions/{QUESTION_ID}"


def news(**changes: Any) -> dict[str, Any]:
    """New information."""
    return {"kind": "new-information", "referrer": SAYS, "words": "Collected by a stranger today.", **changes}


def correction(pointer: str, value: Any, **changes: Any) -> dict[str, Any]:
    """One fact put right."""
    one = {"pointer": pointer, "value": value, "reason": "Read from the birth certificate."}
    return {"kind": "correction", "referrer": SAYS, "corrections": [one], **changes}


def new_child(**changes: Any) -> dict[str, Any]:
    """A sister."""
    sister = {"first_name": "Wren", "last_name": "Testerley", "date_of_birth": "2021-09-30", **changes}
    return {"kind": "new-child", "referrer": SAYS, "children": [sister]}


def answer(**changes: Any) -> dict[str, Any]:
    """An answer to the question of these examples."""
    return {"kind": "answer", "referrer": SAYS, "question_id": str(QUESTION_ID), "words": "His aunt does.", **changes}


def withdrawal(**changes: Any) -> dict[str, Any]:
    """A referral is taken back."""
    return {"reason": "wrong-child", "referrer": SAYS, "words": "Two children have the same name.", **changes}


def at(minutes: int) -> datetime:
    """So many minutes after the referral came in."""
    return NOW + timedelta(minutes=minutes)


def case_opened(referral_id: UUID, *, minutes: int = 1) -> CaseOpened:
    return CaseOpened(
        case_id=CASE_ID,
        referral_id=referral_id,
        reference="WAN-000000001",
        agency="ashcroft-primary",
        child_ids=(),
        opened_at=at(minutes),
        suggested_rating=Rating.AMBER,
        suggestion_reasons=(),
        decision_due_at=at(600),
        policy_version="wandsworth-0123456789ab",
    )


def question_asked(referral_id: UUID, *, minutes: int = 5, question_id: UUID = QUESTION_ID) -> QuestionAsked:
    return QuestionAsked(
        case_id=CASE_ID,
        referral_id=referral_id,
        question_id=question_id,
        agency="ashcroft-primary",
        asked_by="worker-1",
        asked_at=at(minutes),
        due_at=at(minutes + 60),
        policy_version="wandsworth-0123456789ab",
        detail_url=QUESTION_URL,
    )


def question_answered(referral_id: UUID, supplement_id: UUID, *, minutes: int = 9) -> QuestionAnswered:
    return QuestionAnswered(
        case_id=CASE_ID,
        referral_id=referral_id,
        question_id=QUESTION_ID,
        supplement_id=supplement_id,
        answered_at=at(minutes),
    )


def decision_of(child_id: UUID, *, minutes: int = 20) -> UUID:
    """The id of the decision that was made for a child then."""
    return UUID(int=(child_id.int + minutes) % 2**128)


def case_decided(
    referral_id: UUID, child_id: UUID, *, minutes: int = 20, last: bool = True, feedback: str | None = "help-offered"
) -> CaseDecided:
    return CaseDecided(
        case_id=CASE_ID,
        referral_id=referral_id,
        reference="WAN-000000001",
        agency="ashcroft-primary",
        child_id=child_id,
        decision_id=decision_of(child_id, minutes=minutes),
        recommendation_id=UUID(int=61),
        outcome=Outcome.STRATEGY_DISCUSSION,
        level=ThresholdLevel.ACUTE,
        recommended_by="person-1",
        authorised_by="person-2",
        decided_at=at(minutes),
        referrer_feedback=feedback,
        all_children_decided=last,
        policy_version="wandsworth-0123456789ab",
    )


def case_closed(referral_id: UUID, *, minutes: int = 30) -> CaseClosed:
    return CaseClosed(case_id=CASE_ID, referral_id=referral_id, reason=ClosureReason.HANDED_OVER, closed_at=at(minutes))


def case_reopened(referral_id: UUID, *, minutes: int = 40) -> CaseReopened:
    return CaseReopened(
        case_id=CASE_ID,
        referral_id=referral_id,
        reopened_at=at(minutes),
        immediate_danger=False,
        decision_due_at=at(minutes + 600),
        policy_version="wandsworth-0123456789ab",
    )


def id_of(path: str) -> UUID:
    """The referral's id, from where it is followed."""
    return UUID(path.rpartition("/")[2])


async def told(db: Database, *events: Event) -> None:
    """Triage's messages take effect, each in its own transaction."""
    for event in events:
        await told_as(db, event, version=1)


async def told_as(db: Database, event: Event, *, version: int) -> None:
    """A message takes effect that made this version of its case."""
    handler = SUBSCRIPTIONS.handlers.get(type(event))
    assert handler is not None
    async with db.transaction() as tx:
        await handler(tx, message_of(event, version=version), NOW)
