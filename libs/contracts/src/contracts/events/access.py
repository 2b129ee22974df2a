"""Looks at records, written down before the data leaves."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from contracts.codes import ActorKind, DenialReason, Purpose, RecordKind
from contracts.events.base import Event
from contracts.events.partner import NO_REFERRAL


class AccessEvent(Event):
    """A look at one record. ``service`` keeps the record; ``actor`` is the issuer's opaque subject.

    Each service counts its own looks per referral, so an omitted one leaves a gap.
    """

    service: str
    referral_id: UUID
    record: RecordKind
    record_id: UUID
    actor: str
    actor_kind: ActorKind
    agency: str
    roles: tuple[str, ...]
    purpose: Purpose | None

    @property
    def subject(self) -> str:
        return f"access/{self.service}/{self.referral_id}"

    @property
    def correlation(self) -> UUID:
        return self.referral_id


class RecordAccessed(AccessEvent):
    """Someone entitled saw a record."""

    TYPE: ClassVar[str] = "record.accessed.v1"

    accessed_at: AwareDatetime


class AccessDenied(AccessEvent):
    """Someone not entitled tried to; what they were answered does not reveal whether it exists."""

    TYPE: ClassVar[str] = "access.denied.v1"

    reason: DenialReason
    denied_at: AwareDatetime


class RecordExported(Event):
    """Someone entitled was given many entries of the log at once: those of one partnership among some leaves.

    It is about no single referral; whose entries were among them, their places say.
    """

    TYPE: ClassVar[str] = "record.exported.v1"

    service: str
    partnership: str
    first_index: int
    end_index: int
    actor: str
    actor_kind: ActorKind
    agency: str
    roles: tuple[str, ...]
    purpose: Purpose | None
    exported_at: AwareDatetime

    @property
    def subject(self) -> str:
        return f"record/{self.service}/{self.partnership}"

    @property
    def correlation(self) -> UUID:
        return NO_REFERRAL
