"""Looks at records, written down before the data leaves."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from contracts.codes import ActorKind, DenialReason, Purpose, RecordKind
from contracts.events.base import Event


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
    """Someone not entitled tried to; what they were told does not reveal whether it exists."""

    TYPE: ClassVar[str] = "access.denied.v1"

    reason: DenialReason
    denied_at: AwareDatetime
