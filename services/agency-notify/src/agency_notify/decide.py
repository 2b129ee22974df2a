"""The rules of a notice: queueing, what follows an attempt, opening, acknowledging, superseding. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, TypedDict
from uuid import UUID

from agency_notify.errors import NotOpened
from agency_notify.model import PUSH_CHANNELS, Delivery, DeliveryState, Notice, Reader, Receipt, Step
from contracts.codes import Channel, DeliveryFailure, NoticeKind, WithheldReason
from contracts.events import (
    Event,
    NoticeAcknowledged,
    NoticeDelivered,
    NoticeFailed,
    NoticeOpened,
    NoticeQueued,
    NoticeWithheld,
)

# Seconds from one attempt to the next, by the schedule of Standard Webhooks 1.0 (ten attempts in about 76 hours).
ROUTINE_DELAYS: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
# Where a child's case waits for the reader, the same idea in about an hour (nine attempts); then people are notified.
URGENT_DELAYS: Final = (5, 30, 60, 120, 300, 600, 900, 1_800)
JITTER: Final = 0.2
LONGEST_RETRY_AFTER: Final = timedelta(hours=24)

_FINAL_FAILURES: Final = frozenset({DeliveryFailure.GONE, DeliveryFailure.ADDRESS_NOT_ALLOWED})


def queue(notice: Notice, *, reachable: Collection[Channel], promised: Collection[Channel]) -> Sequence[Event]:
    """A notice is queued for every channel that reaches its agency, and always for the inbox.

    ``reachable`` are channels with an endpoint; ``promised`` those the pack names. One that is promised but has no
    endpoint fails at once, so that it is seen. A withheld notice is recorded and goes nowhere.
    """
    now = notice.queued_at
    if notice.withheld is not None:
        return (_withheld(notice, notice.withheld, now),)
    pushed = tuple(channel for channel in PUSH_CHANNELS if channel in reachable)
    queued = NoticeQueued(
        **_of(notice),
        about_id=notice.about_id,
        channels=(*pushed, Channel.INBOX),
        queued_at=now,
        roles=notice.roles,
        open_by=notice.open_by,
        escalates=notice.escalates,
    )
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


def is_superseded(delivery: Delivery) -> bool:
    """Whether a newer notice took this one's place, or the climb that it belongs to has ended."""
    late = delivery.late
    return delivery.notice.superseded_by is not None or (late is not None and late.ended_at is not None)


def attempt_events(delivery: Delivery, step: Step, *, now: datetime) -> Sequence[Event]:
    """What the other services hear after an attempt; a retry is nobody's news.

    What is superseded stops leaving by this channel, and may have left by another; an agency that is no longer
    entitled gets nothing by any.
    """
    notice, channel = delivery.notice, delivery.endpoint.channel
    if step.state is DeliveryState.DELIVERED:
        return (NoticeDelivered(**_of(notice), channel=channel, attempts=delivery.attempts, delivered_at=now),)
    if step.withheld is not None:
        only = channel if step.withheld is WithheldReason.SUPERSEDED else None
        return (_withheld(notice, step.withheld, now, channel=only),)
    if step.state is DeliveryState.PENDING or step.failure is None:
        return ()
    return (_failed(notice, channel, step.failure, attempts=delivery.attempts, now=now),)


def is_undelivered(step: Step, others: Sequence[DeliveryState]) -> bool:
    """Whether this attempt was the last hope: no channel has delivered the notice, and none will.

    ``others`` are the states of its other deliveries. While one of them may still arrive nobody is alarmed; the time
    by which the notice has to be opened runs on.
    """
    hopeful = (DeliveryState.PENDING, DeliveryState.DELIVERED)
    return step.state is DeliveryState.FAILED and not any(state in hopeful for state in others)


def is_meant(notice: Notice, reader: Reader) -> bool:
    """Whether the notice is for this reader: anyone of the agency, unless it names roles."""
    return not notice.roles or not reader.roles.isdisjoint(notice.roles)


def open_notice(notice: Notice, *, by: Reader, now: datetime) -> Sequence[Event]:
    """The first look of somebody who is meant opens a notice; others may read it, and later looks change nothing."""
    if notice.opened_at is not None or not is_meant(notice, by):
        return ()
    return (NoticeOpened(**_of(notice), opened_by=by.subject, opened_at=now, roles=tuple(sorted(by.roles))),)


def acknowledge(notice: Notice, *, by: Reader, now: datetime) -> Sequence[Event]:
    """Said to be dealt with, once. Raises ``NotOpened`` when nobody has read it."""
    if notice.opened_at is None:
        raise NotOpened
    if notice.acknowledged_at is not None:
        return ()
    roles = tuple(sorted(by.roles))
    return (NoticeAcknowledged(**_of(notice), acknowledged_by=by.subject, acknowledged_at=now, roles=roles),)


def supersede(notice: Notice, *, left: bool, now: datetime) -> Sequence[NoticeWithheld]:
    """A notice that no longer holds is withheld while nobody has it: not opened, and on no channel delivered or under
    way (``left``). Anyone who has it is shown that it no longer holds.
    """
    if left or notice.opened_at is not None or notice.withheld is not None:
        return ()
    return (_withheld(notice, WithheldReason.SUPERSEDED, now),)


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


def _withheld(
    notice: Notice, reason: WithheldReason, now: datetime, *, channel: Channel | None = None
) -> NoticeWithheld:
    return NoticeWithheld(**_of(notice), about_id=notice.about_id, reason=reason, withheld_at=now, channel=channel)


def _failed(
    notice: Notice, channel: Channel, failure: DeliveryFailure, *, attempts: int, now: datetime
) -> NoticeFailed:
    return NoticeFailed(**_of(notice), channel=channel, failure=failure, attempts=attempts, failed_at=now)
