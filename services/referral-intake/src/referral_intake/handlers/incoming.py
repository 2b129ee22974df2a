"""What triage did: how far it has come, what it asks the sender, and what it decided for each child."""

from collections.abc import Sequence
from datetime import datetime

from chassis.db import Transaction
from chassis.delivery.messages import Message
from contracts.events import (
    CaseClosed,
    CaseDecided,
    CaseOpened,
    CaseReopened,
    Event,
    HandoverSuperseded,
    QuestionAnswered,
    QuestionAsked,
)
from contracts.problems import Invalid
from referral_intake import store
from referral_intake.errors import UnknownChild, UnknownQuestion, UnknownReferral
from referral_intake.model import Milestone, Step
from referral_intake.store import Decided, Reached


async def on_steps(tx: Transaction, messages: Sequence[Message], now: datetime) -> None:
    """Triage has referrals, is done with them, or begins again with a new promise; what was done before stays written.

    Raises ``UnknownReferral``.
    """
    await _reach(tx, [(message, _milestone(message.event)) for message in messages])


async def on_cases_decided(tx: Transaction, messages: Sequence[Message], now: datetime) -> None:
    """Children have decisions, first or later ones. A referral has one when every child known here has.

    Order met: triage decides the last child it knows while its sender adds another, which reaches triage later.
    Raises ``UnknownChild`` and ``UnknownReferral``.
    """
    decided = [(message, message.as_(CaseDecided)) for message in messages]
    if not await store.record_decided(tx, [Decided(event, message.envelope.sequence) for message, event in decided]):
        raise UnknownChild
    last = [(message, event) for message, event in decided if event.all_children_decided]
    whole = await store.find_all_decided(tx, [event.referral_id for _, event in last])
    done = [
        (message, Milestone(Step.DECIDED, event.decided_at)) for message, event in last if event.referral_id in whole
    ]
    await _reach(tx, done)


async def on_handovers_superseded(tx: Transaction, messages: Sequence[Message], now: datetime) -> None:
    """Children were decided again that a team had accepted: what was carried out counts for how long it is kept.

    It follows the decision in the same case, so the decision is known here.
    """
    await store.record_earlier_accepted(tx, [message.as_(HandoverSuperseded).decision_id for message in messages])


async def on_question_asked(tx: Transaction, message: Message, now: datetime) -> None:
    """Triage asks the sender something. What, is read there under the sender's own authority."""
    if not await store.record_question(tx, message.as_(QuestionAsked)):
        raise UnknownReferral


async def on_question_answered(tx: Transaction, message: Message, now: datetime) -> None:
    """Triage has the answer, which was noted here when it was sent."""
    answered = message.as_(QuestionAnswered)
    if not await store.record_question_answered(
        tx, answered.question_id, answered.supplement_id, at=answered.answered_at
    ):
        raise UnknownQuestion


def _milestone(event: Event | None) -> Milestone:
    match event:
        case CaseOpened():
            return Milestone(Step.OPENED, event.opened_at)
        case CaseClosed():
            return Milestone(Step.CLOSED, event.closed_at)
        case CaseReopened():
            return Milestone(Step.REOPENED, event.reopened_at, event.decision_due_at)
        case _:
            raise Invalid("The message is of no step of triage")


async def _reach(tx: Transaction, reached: Sequence[tuple[Message, Milestone]]) -> None:
    """Raises ``UnknownReferral``."""
    steps = [
        Reached(message.envelope.correlation_id, milestone, message.envelope.sequence) for message, milestone in reached
    ]
    if steps and not await store.record_milestones(tx, steps):
        raise UnknownReferral
