"""What agency-notify tells the others: delivered is not opened, opened is not acted on."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from contracts.codes import Channel, DeliveryFailure, NoticeKind, WithheldReason
from contracts.events.base import Event


class NoticeEvent(Event):
    """An event of one notice: one telling to one agency."""

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
    """An agency will be told; ``about_id`` is the request, handover, child or clock the notice is about."""

    TYPE: ClassVar[str] = "notice.queued.v1"

    about_id: UUID
    channels: tuple[Channel, ...]
    queued_at: AwareDatetime


class NoticeWithheld(NoticeEvent):
    """It was decided not to tell an agency, and why."""

    TYPE: ClassVar[str] = "notice.withheld.v1"

    about_id: UUID
    reason: WithheldReason
    withheld_at: AwareDatetime


class NoticeDelivered(NoticeEvent):
    """The receiver's system took it on one channel."""

    TYPE: ClassVar[str] = "notice.delivered.v1"

    channel: Channel
    attempts: int
    delivered_at: AwareDatetime


class NoticeOpened(NoticeEvent):
    """A reader of the agency opened it."""

    TYPE: ClassVar[str] = "notice.opened.v1"

    opened_by: str
    opened_at: AwareDatetime


class NoticeAcknowledged(NoticeEvent):
    """A reader of the agency said it is dealt with."""

    TYPE: ClassVar[str] = "notice.acknowledged.v1"

    acknowledged_by: str
    acknowledged_at: AwareDatetime


class NoticeFailed(NoticeEvent):
    """One channel gave up; the inbox still holds the notice."""

    TYPE: ClassVar[str] = "notice.failed.v1"

    channel: Channel
    failure: DeliveryFailure
    attempts: int
    failed_at: AwareDatetime


class NoticeEscalated(NoticeEvent):
    """Nobody took or opened the notice in time, so the named role was told."""

    TYPE: ClassVar[str] = "notice.escalated.v1"

    escalated_to: str
    escalated_at: AwareDatetime
