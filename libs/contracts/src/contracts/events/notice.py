"""What becomes of notices: delivered is not opened, opened is not acted on."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from contracts.codes import Channel, DeliveryFailure, EscalationReason, NoticeKind, WithheldReason
from contracts.events.base import Event


class NoticeEvent(Event):
    """An event of one notice to one agency."""

    notice_id: UUID
    referral_id: UUID
    agency: str
    kind: NoticeKind

    @property
    def subject(self) -> str:
        return f"notice/{self.notice_id}"

    @property
    def correlation(self) -> UUID:
        return self.referral_id


class NoticeQueued(NoticeEvent):
    """A notice is in its agency's inbox, and leaves by its other channels.

    ``about_id`` is the request, handover, child or clock it is about. ``roles`` are the people of the agency who are
    meant; empty where anyone of it is. Unopened at ``open_by``, it escalates; ``escalates`` is the notice of which
    this one says that nobody opened it or no channel delivered it.
    """

    TYPE: ClassVar[str] = "notice.queued.v1"

    about_id: UUID
    channels: tuple[Channel, ...]
    queued_at: AwareDatetime
    roles: tuple[str, ...] = ()
    open_by: AwareDatetime | None = None
    escalates: UUID | None = None


class NoticeWithheld(NoticeEvent):
    """It was decided not to notify an agency, and why; with ``channel``, only that nothing more leaves by that one."""

    TYPE: ClassVar[str] = "notice.withheld.v1"

    about_id: UUID
    reason: WithheldReason
    withheld_at: AwareDatetime
    channel: Channel | None = None


class NoticeDelivered(NoticeEvent):
    """The receiver's system accepted it on one channel."""

    TYPE: ClassVar[str] = "notice.delivered.v1"

    channel: Channel
    attempts: int
    delivered_at: AwareDatetime


class NoticeOpened(NoticeEvent):
    """One of those who were meant opened it: only now has anybody seen it. ``roles`` are the reader's."""

    TYPE: ClassVar[str] = "notice.opened.v1"

    opened_by: str
    opened_at: AwareDatetime
    roles: tuple[str, ...] = ()


class NoticeAcknowledged(NoticeEvent):
    """One of those who were meant said it is dealt with. ``roles`` are the reader's."""

    TYPE: ClassVar[str] = "notice.acknowledged.v1"

    acknowledged_by: str
    acknowledged_at: AwareDatetime
    roles: tuple[str, ...] = ()


class NoticeFailed(NoticeEvent):
    """One channel gave up; the inbox still holds the notice."""

    TYPE: ClassVar[str] = "notice.failed.v1"

    channel: Channel
    failure: DeliveryFailure
    attempts: int
    failed_at: AwareDatetime


class NoticeEscalated(NoticeEvent):
    """A role was notified that nobody opened this notice in time, or that no channel delivered it.

    Recorded once ``escalation_notice_id``, a notice of its own, is in that role's inbox; that somebody saw it is
    ``notice.opened.v1`` of that notice. ``stage`` is the role's place on the pack's ladder, 0 for a role beside it;
    ``repeated`` counts how often the same stage was notified before. Unless somebody opens this notice or acknowledges
    one of its escalation notices, the next stage follows at ``next_at``. Events from before these fields lack them.
    """

    TYPE: ClassVar[str] = "notice.escalated.v1"

    escalated_to: str
    escalated_at: AwareDatetime
    reason: EscalationReason | None = None
    stage: int | None = Field(default=None, ge=0)
    repeated: int = Field(default=0, ge=0)
    escalation_notice_id: UUID | None = None
    next_at: AwareDatetime | None = None
