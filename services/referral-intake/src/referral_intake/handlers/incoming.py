"""What triage did: how far it has come, what it asks the sender, and what it decided for each child."""

from datetime import datetime
from uuid import UUID

from chassis.db import Transaction
from chassis.delivery.messages import Message
from contracts.events import (
    CaseClosed,
    CaseDecided,
    CaseOpened,
    CaseReopened,
    HandoverSuperseded,
    QuestionAnswered,
    QuestionAsked,
)
from referral_intake import store
from referral_intake.errors import UnknownChild, UnknownQuestion, UnknownReferral
from referral_intake.model import Milestone, Step


async def on_case_opened(tx: Transaction, message: Message, now: datetime) -> None:
    """Triage has the referral."""
    opened = message.as_(CaseOpened)
    await _reach(tx, message, opened.referral_id, Milestone(Step.OPENED, opened.opened_at))


async def on_case_decided(tx: Transaction, message: Message, now: datetime) -> None:
    """One child has a decision, the first or a later one. The referral has one when every child known here has.

    Order met: triage decides the last child it knows while its sender adds another, which reaches triage later.
    """
    decided = message.as_(CaseDecided)
    if not await store.record_child_decided(tx, decided, version=message.envelope.sequence):
        raise UnknownChild
    children = await store.list_children(tx, decided.referral_id)
    if decided.all_children_decided and all(child.decided_at is not None for child in children):
        await _reach(tx, message, decided.referral_id, Milestone(Step.DECIDED, decided.decided_at))


async def on_handover_superseded(tx: Transaction, message: Message, now: datetime) -> None:
    """A child was decided again that a team had accepted: what was carried out counts for how long it is kept.

    It follows the decision in the same case, so the decision is known here.
    """
    await store.record_earlier_accepted(tx, message.as_(HandoverSuperseded).decision_id)


async def on_case_closed(tx: Transaction, message: Message, now: datetime) -> None:
    """Triage is done."""
    closed = message.as_(CaseClosed)
    await _reach(tx, message, closed.referral_id, Milestone(Step.CLOSED, closed.closed_at))


async def on_case_reopened(tx: Transaction, message: Message, now: datetime) -> None:
    """Triage begins again, with a new promise; that it was done once stays written."""
    reopened = message.as_(CaseReopened)
    if not await store.reopen(
        tx,
        reopened.referral_id,
        at=reopened.reopened_at,
        due_at=reopened.decision_due_at,
        version=message.envelope.sequence,
    ):
        raise UnknownReferral


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


async def _reach(tx: Transaction, message: Message, referral_id: UUID, reached: Milestone) -> None:
    if not await store.record_milestone(tx, referral_id, reached, version=message.envelope.sequence):
        raise UnknownReferral
