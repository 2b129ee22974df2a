"""The facts the rules need: notices, deliveries, endpoints, and what came of an attempt."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from contracts.codes import Channel, DeliveryFailure, EscalationReason, NoticeKind, Rating, WithheldReason

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
    people meant when the recipient is the hub itself. ``step`` names the clock of a notice about one, ``timed_id``
    what that clock times, and ``due_at`` when what the notice asks for is due. What notices of the kind ``replaces``
    said about the same thing no longer holds.
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
    step: str | None = None
    timed_id: UUID | None = None
    due_at: datetime | None = None
    replaces: NoticeKind | None = None


@dataclass(frozen=True)
class Facts:
    """What is known beside an event: the time, how urgent its case is, and what was decided and accepted before.

    ``holders`` are the teams that accepted children of it, with whether an unopened notice of news there is urgent;
    None without one. ``newest``: no later decision is known for the child of a decision.
    """

    now: datetime
    rating: Rating | None = None
    decided: bool = False
    holders: Mapping[str, bool | None] = field(default_factory=dict)
    newest: bool = True


@dataclass(frozen=True)
class Referral:
    """What notices say of a referral: its reference, and which agency sent it.

    ``rating`` is how urgent the case is: as a person rated it, until then as triage suggested; None before either.
    """

    referral_id: UUID
    partnership: str
    reference: str
    agency: str
    rating: Rating | None = None


@dataclass(frozen=True)
class Notice:
    """One notice to one agency. Delivered, opened and acknowledged are separate facts.

    ``late_since`` is when its escalation began, ``escalated_to`` the role notified last. ``done_at``: what it asks for
    was done, opened or not. ``superseded_by`` is the notice that says what holds now. ``escalates`` is the notice of
    which this one says that it did not arrive; ``step``, ``timed_id`` and ``due_at`` are as planned.
    """

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
    due_at: datetime | None = None
    step: str | None = None
    timed_id: UUID | None = None
    escalates: UUID | None = None
    late_since: datetime | None = None
    done_at: datetime | None = None
    superseded_by: UUID | None = None


@dataclass(frozen=True)
class Reader:
    """Who reads a notice; ``roles`` are those of the reader that the partnership's pack names: none for a system."""

    subject: str
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sealed:
    """A secret as it is stored: encrypted and authenticated with the key of that id, for one place alone."""

    key_id: str
    text: bytes = field(repr=False)


@dataclass(frozen=True)
class Secret:
    """The shared secrets of an endpoint (HMAC, ``whsec_…``), sealed: the one in use, and the one before it for a while.

    They are opened while a webhook is signed and nowhere else.
    """

    current: Sealed
    previous: Sealed | None = None
    previous_until: datetime | None = None


@dataclass(frozen=True)
class WantedEndpoint:
    """An endpoint as an operator wants it. ``secret`` is still open, on its way to be sealed."""

    channel: Channel
    address: str
    signing: Signing | None = None
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Endpoint:
    """Where an agency, or a ``role`` of it, is reached on one channel. ``address`` is a URL or an e-mail address."""

    endpoint_id: UUID
    partnership: str
    agency: str
    channel: Channel
    address: str
    signing: Signing | None = None
    secret: Secret | None = None
    disabled_at: datetime | None = None
    disabled_reason: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class Late:
    """The notice that an escalation notice is about, as far as anyone notified needs it: nothing about a person.

    ``ended_at``: somebody opened it, acknowledged its escalation, or what it asks for was done. ``name`` is what people
    call its agency.
    """

    notice_id: UUID
    kind: NoticeKind
    agency: str
    queued_at: datetime
    reason: EscalationReason
    open_by: datetime | None = None
    opened_at: datetime | None = None
    ended_at: datetime | None = None
    name: str | None = None


@dataclass(frozen=True)
class Delivery:
    """A claimed push: ``attempts`` counts the one about to be made; ``lease`` proves who made it.

    ``late`` is what an escalation notice is about; None for every other.
    """

    delivery_id: UUID
    lease: UUID
    attempts: int
    notice: Notice
    endpoint: Endpoint
    late: Late | None = None


@dataclass(frozen=True)
class Receipt:
    """What came of one attempt: accepted when ``failure`` is None. ``status`` is the HTTP or SMTP code, if any.

    ``final`` means that no later attempt can end otherwise; ``withheld`` that none was made, and why.
    """

    failure: DeliveryFailure | None = None
    status: int | None = None
    retry_after_seconds: float | None = None
    final: bool = False
    withheld: WithheldReason | None = None


ACCEPTED: Final = Receipt()


@dataclass(frozen=True)
class Step:
    """What follows an attempt: a final ``state``, or pending with the time of the next attempt."""

    state: DeliveryState
    failure: DeliveryFailure | None = None
    withheld: WithheldReason | None = None
    next_attempt_at: datetime | None = None
