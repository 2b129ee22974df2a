"""The rules of a notice: queueing, what follows an attempt, opening, acknowledging, escalating. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, TypedDict
from uuid import UUID

from agency_notify.errors import NotOpened
from agency_notify.model import PUSH_CHANNELS, Delivery, DeliveryState, Notice, Receipt, Step
from contracts.codes import Channel, DeliveryFailure, NoticeKind, WithheldReason
from contracts.events import (
    Event,
    NoticeAcknowledged,
    NoticeDelivered,
    NoticeEscalated,
    NoticeFailed,
    NoticeOpened,
    NoticeQueued,
    NoticeWithheld,
)

# Seconds from one attempt to the next, by the schedule of Standard Webhooks 1.0 (ten attempts in about 76 hours).
ROUTINE_DELAYS: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
# Where a child's case waits for the reader, the same idea in about an hour (nine attempts); then people are told.
URGENT_DELAYS: Final = (5, 30, 60, 120, 300, 600, 900, 1_800)
JITTER: Final = 0.2
LONGEST_RETRY_AFTER: Final = timedelta(hours=24)

_FINAL_FAILURES: Final = frozenset({DeliveryFailure.GONE, DeliveryFailure.ADDRESS_NOT_ALLOWED})


def queue(
    notice: Notice, *, reachable: Collection[Channel], promised: Collection[Channel], now: datetime
) -> Sequence[Event]:
    """A notice is queued for every channel that reaches its agency, and always for the inbox.

    ``reachable`` are channels with an endpoint; ``promised`` those the pack names. One that is promised but has no
    endpoint fails at once, so that it is seen. A withheld notice is recorded and goes nowhere.
    """
    if notice.withheld is not None:
        return (_withheld(notice, notice.withheld, now),)
    pushed = tuple(channel for channel in PUSH_CHANNELS if channel in reachable)
    queued = NoticeQueued(**_of(notice), about_id=notice.about_id, channels=(*pushed, Channel.INBOX), queued_at=now)
    missing = [channel for channel in PUSH_CHANNELS if channel in promised and channel not in reachable]
    return (
        queued,
        *(_failed(notice, channel, DeliveryFailure.NO_ENDPOINT, attempts=0, now=now) for channel in missing),
    )


def after_attempt(delivery: Delivery, receipt: Receipt, *, now: datetime, jitter: float) -> Step:
    """Delivered, given up, or when to try again. ``jitter`` is a random share from 0 up to 1.

    A ``Retry-After`` that is longer than the schedule is honoured, up to a day.
    """
    if receipt.withheld is not None:
        return Step(DeliveryState.WITHHELD, withheld=receipt.withheld)
    if receipt.failure is None:
        return Step(DeliveryState.DELIVERED)
    if receipt.final or receipt.failure in _FINAL_FAILURES:
        return Step(DeliveryState.FAILED, receipt.failure)
    delays = _delays(delivery.notice)
    if delivery.attempts > len(delays):
        return Step(DeliveryState.FAILED, DeliveryFailure.ATTEMPTS_EXHAUSTED)
    delay = timedelta(seconds=delays[delivery.attempts - 1] * (1 + JITTER * jitter))
    asked = min(timedelta(seconds=receipt.retry_after_seconds or 0), LONGEST_RETRY_AFTER)
    return Step(DeliveryState.PENDING, receipt.failure, next_attempt_at=now + max(delay, asked))


def is_worn_out(delivery: Delivery) -> bool:
    """Whether more attempts were begun than the schedule has: those in between ended with their deliverer."""
    return delivery.attempts > len(_delays(delivery.notice)) + 1


def attempt_events(
    delivery: Delivery, step: Step, *, others: Sequence[DeliveryState], escalate_to: str, now: datetime
) -> Sequence[Event]:
    """What to tell the other services after an attempt; a retry is nobody's news.

    ``others`` are the states of the notice's other deliveries: when the last channel has failed, people are told.
    """
    notice, channel = delivery.notice, delivery.endpoint.channel
    if step.state is DeliveryState.DELIVERED:
        return (NoticeDelivered(**_of(notice), channel=channel, attempts=delivery.attempts, delivered_at=now),)
    if step.withheld is not None:
        return (_withheld(notice, step.withheld, now),)
    if step.state is DeliveryState.PENDING or step.failure is None:
        return ()
    failed = _failed(notice, channel, step.failure, attempts=delivery.attempts, now=now)
    if any(state in (DeliveryState.PENDING, DeliveryState.DELIVERED) for state in others):
        return (failed,)
    return (failed, *escalate(notice, to=escalate_to, now=now))


def open_notice(notice: Notice, *, by: str, now: datetime) -> Sequence[Event]:
    """The first look opens a notice; later ones change nothing."""
    if notice.opened_at is not None:
        return ()
    return (NoticeOpened(**_of(notice), opened_by=by, opened_at=now),)


def acknowledge(notice: Notice, *, by: str, now: datetime) -> Sequence[Event]:
    """Said to be dealt with, once. Raises ``NotOpened`` when nobody has read it."""
    if notice.opened_at is None:
        raise NotOpened
    if notice.acknowledged_at is not None:
        return ()
    return (NoticeAcknowledged(**_of(notice), acknowledged_by=by, acknowledged_at=now),)


def escalate(notice: Notice, *, to: str, now: datetime) -> Sequence[Event]:
    """A named role is told, once, about a notice that nobody has opened."""
    if notice.opened_at is not None or notice.escalated_at is not None:
        return ()
    return (NoticeEscalated(**_of(notice), escalated_to=to, escalated_at=now),)


def _delays(notice: Notice) -> Sequence[int]:
    return URGENT_DELAYS if notice.urgent else ROUTINE_DELAYS


class _OfNotice(TypedDict):
    notice_id: UUID
    referral_id: UUID
    agency: str
    kind: NoticeKind


def _of(notice: Notice) -> _OfNotice:
    """What every event of a notice says."""
    return {
        "notice_id": notice.notice_id,
        "referral_id": notice.referral_id,
        "agency": notice.agency,
        "kind": notice.kind,
    }


def _withheld(notice: Notice, reason: WithheldReason, now: datetime) -> NoticeWithheld:
    return NoticeWithheld(**_of(notice), about_id=notice.about_id, reason=reason, withheld_at=now)


def _failed(
    notice: Notice, channel: Channel, failure: DeliveryFailure, *, attempts: int, now: datetime
) -> NoticeFailed:
    return NoticeFailed(**_of(notice), channel=channel, failure=failure, attempts=attempts, failed_at=now)
