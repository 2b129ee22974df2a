"""What referral-intake tells the others."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.codes import ConcernType, ContactSource, MissingItem
from contracts.events.base import Event


class ChildReference(BaseModel):
    """One child of a referral, by an id that means nothing outside Frontdoor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    child_id: UUID
    unborn: bool


class ReferralEvent(Event):
    """An event of one referral."""

    referral_id: UUID

    @property
    def subject(self) -> str:
        return f"referral/{self.referral_id}"

    @property
    def correlation(self) -> UUID:
        return self.referral_id


class ReferralReceived(ReferralEvent):
    """A referral was accepted and is durable.

    ``content_commitment`` is SHA-256 (hex) over a per-record random salt and the stored document: it proves
    the document unaltered and means nothing once salt and document are erased. ``detail_url`` is where someone
    entitled reads the document, under their own authority.
    """

    TYPE: ClassVar[str] = "referral.received.v1"

    reference: str
    agency: str
    source: ContactSource
    received_at: AwareDatetime
    children: tuple[ChildReference, ...]
    concern_types: tuple[ConcernType, ...]
    immediate_danger: bool
    missing_information: tuple[MissingItem, ...]
    previous_referral_id: UUID | None = None
    decision_expected_by: AwareDatetime
    policy_version: str
    content_commitment: str
    detail_url: str
