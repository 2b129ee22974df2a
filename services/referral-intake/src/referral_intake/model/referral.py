"""A referral as it is kept, and as its sender follows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID


class Status(StrEnum):
    """How far a referral has come, as its sender sees it."""

    RECEIVED = "received"
    BEING_LOOKED_AT = "being-looked-at"
    DECIDED = "decided"
    CLOSED = "closed"


STATUS_TEXTS: Final[Mapping[Status, str]] = MappingProxyType(
    {
        Status.RECEIVED: "We have your referral. Nobody has opened it yet.",
        Status.BEING_LOOKED_AT: "The front door team is looking at your referral.",
        Status.DECIDED: "A decision has been made for every child in your referral.",
        Status.CLOSED: "The front door team has finished with your referral.",
    }
)


EMERGENCY_ADVICE: Final = (
    "Call 999 now and ask for the police, if nobody has yet. "
    "We have your referral, but sending it does not send anyone to the child."
)


@dataclass(frozen=True)
class Milestones:
    """When triage reached each step; None means not yet."""

    looked_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class Referral:
    """A referral as its sender may follow it."""

    referral_id: UUID
    reference: str
    partnership: str
    agency: str
    received_at: datetime
    decision_expected_by: datetime
    immediate_danger: bool
    milestones: Milestones


@dataclass(frozen=True)
class Document:
    """The exact bytes of a referral, and the salt and commitment that prove them unaltered."""

    referral_id: UUID
    content: bytes
    salt: bytes
    content_commitment: str
