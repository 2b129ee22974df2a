"""The facts the rules need: notices, deliveries, endpoints, and what came of an attempt."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from contracts.codes import Channel, DeliveryFailure, NoticeKind, WithheldReason

SOURCE: Final = "agency-notify"
PUSH_CHANNELS: Final = (Channel.WEBHOOK, Channel.EMAIL)


class Signing(StrEnum):
    """Standard Webhooks signature schemes: ed25519 unless the receiver can only check HMAC-SHA256."""

    ED25519 = "v1a"
    HMAC = "v1"


class DeliveryState(StrEnum):
    """Where the push of one notice on one channel stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    WITHHELD = "withheld"


@dataclass(frozen=True)
class PlannedNotice:
    """What the pack says about one recipient of one event: a notice, or none and why it is withheld.

    ``open_by`` is when an unopened notice is escalated; None where nobody has to act on it. ``roles`` are the
    people meant when the recipient is the hub itself.
    """

    kind: NoticeKind
    agency: str
    about_id: UUID
    urgent: bool = False
    open_by: datetime | None = None
    about_url: str | None = None
    feedback: str | None = None
    roles: tuple[str, ...] = ()
    withheld: WithheldReason | None = None


@dataclass(frozen=True)
class Referral:
    """What notices say of a referral: its reference, and which agency sent it."""

    referral_id: UUID
    partnership: str
    reference: str
    agency: str


@dataclass(frozen=True)
class Notice:
    """One telling to one agency. Delivered, opened and acknowledged are separate facts."""

    notice_id: UUID
    partnership: str
    agency: str
    kind: NoticeKind
    referral_id: UUID
    reference: str
    about_id: UUID
    urgent: bool
    queued_at: datetime
    open_by: datetime | None = None
    about_url: str | None = None
    feedback: str | None = None
    roles: tuple[str, ...] = ()
    withheld: WithheldReason | None = None
    opened_at: datetime | None = None
    opened_by: str | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    escalated_at: datetime | None = None
    escalated_to: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True)
class Secret:
    """The HMAC secrets of an endpoint (``whsec_…``): the one in use, and the one before it for a while."""

    current: str
    previous: str | None = None
    previous_until: datetime | None = None


@dataclass(frozen=True)
class Endpoint:
    """Where an agency wants to be told on one channel. ``address`` is a URL or an e-mail address."""

    endpoint_id: UUID
    partnership: str
    agency: str
    channel: Channel
    address: str
    signing: Signing | None = None
    secret: Secret | None = None
    disabled_at: datetime | None = None
    disabled_reason: str | None = None


@dataclass(frozen=True)
class Delivery:
    """A claimed push: ``attempts`` counts the one about to be made; ``lease`` proves who made it."""

    delivery_id: UUID
    lease: UUID
    attempts: int
    notice: Notice
    endpoint: Endpoint


@dataclass(frozen=True)
class Receipt:
    """What came of one attempt: taken when ``failure`` is None. ``status`` is the HTTP or SMTP code, if any.

    ``final`` means that no later attempt can end otherwise; ``withheld`` that none was made, and why.
    """

    failure: DeliveryFailure | None = None
    status: int | None = None
    retry_after_seconds: float | None = None
    final: bool = False
    withheld: WithheldReason | None = None


TAKEN: Final = Receipt()


@dataclass(frozen=True)
class Step:
    """What follows an attempt: a final ``state``, or pending with the time of the next attempt."""

    state: DeliveryState
    failure: DeliveryFailure | None = None
    withheld: WithheldReason | None = None
    next_attempt_at: datetime | None = None
