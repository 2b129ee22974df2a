"""Who may send: partner systems as operators register, rotate, suspend and restore them."""

from typing import ClassVar, Final
from uuid import UUID

from pydantic import AwareDatetime

from contracts.codes import ContactSource, SuspensionReason
from contracts.events.base import Event

NO_REFERRAL: Final = UUID(int=0)
"""A partner belongs to no referral; its events share one key, so they stay in order."""


class PartnerEvent(Event):
    """An operator's act on one partner system. ``client_id`` is its name at the issuer."""

    client_id: str
    agency: str

    @property
    def subject(self) -> str:
        return f"partner/{self.client_id}"

    @property
    def correlation(self) -> UUID:
        return NO_REFERRAL


class PartnerRegistered(PartnerEvent):
    """A partner system may now do what its scopes say."""

    TYPE: ClassVar[str] = "partner.registered.v1"

    source: ContactSource
    scopes: tuple[str, ...]
    registered_by: str
    registered_at: AwareDatetime


class PartnerRotated(PartnerEvent):
    """A new key stands beside the old one, which is believed until ``old_until`` and not longer.

    Keys are named by their thumbprints (RFC 7638), which say nothing about the private half.
    """

    TYPE: ClassVar[str] = "partner.rotated.v1"

    new_key: str
    old_keys: tuple[str, ...]
    old_until: AwareDatetime
    rotated_by: str
    rotated_at: AwareDatetime


class PartnerSuspended(PartnerEvent):
    """A partner system may do nothing until it is restored. What it sent stays and is worked on."""

    TYPE: ClassVar[str] = "partner.suspended.v1"

    reason: SuspensionReason
    suspended_by: str
    suspended_at: AwareDatetime


class PartnerRestored(PartnerEvent):
    """A suspended partner system may act again."""

    TYPE: ClassVar[str] = "partner.restored.v1"

    restored_by: str
    restored_at: AwareDatetime
