"""What a sender adds to a referral, and how it takes one back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from contracts.codes import SupplementKind, WithdrawalReason
from contracts.events import ChildReference
from referral_intake.model.answer import Told
from referral_intake.model.facts import ReferralFacts
from referral_intake.model.people import Sender

RECEIVED: Final = "received"
WITHDRAWAL: Final = "withdrawal"
"""What made an edition, beside the kinds of supplement."""


@dataclass(frozen=True)
class Correction:
    """A fact put right: where it stands (JSON pointer), what is right, and how the sender knows."""

    pointer: str
    value: Any = field(repr=False)
    reason: str | None = field(repr=False)


@dataclass(frozen=True)
class SupplementFacts:
    """Which things a supplement says: whether something was said, never its words."""

    kind: SupplementKind
    has_referrer_name: bool
    says_something: bool
    has_children: bool
    has_corrections: bool
    has_question: bool


@dataclass(frozen=True)
class Supplement:
    """What a sender adds: its facts for the rules, its content for the document, in JSON's own types."""

    sender: Sender
    key: str
    referral_id: UUID
    facts: SupplementFacts
    immediate_danger: bool
    corrections: tuple[Correction, ...]
    question_id: UUID | None
    content: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Withdrawal:
    """A sender takes a referral back, for this reason."""

    sender: Sender
    key: str
    referral_id: UUID
    reason: WithdrawalReason
    has_referrer_name: bool
    content: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class PutRight:
    """A correction as it took effect: where, what stood there before, and what stands there now."""

    pointer: str
    was: Any = field(repr=False)
    value: Any = field(repr=False)
    reason: str | None = field(repr=False)


@dataclass(frozen=True)
class Added:
    """What a supplement adds. ``facts`` and ``told`` are of the whole referral, as it stands with it.

    ``children`` are those that it adds, ``all_children`` those that the referral has with them.
    """

    supplement_id: UUID
    facts: ReferralFacts
    told: Told
    immediate_danger: bool
    children: tuple[ChildReference, ...]
    all_children: tuple[ChildReference, ...]
    put_right: tuple[PutRight, ...]


@dataclass(frozen=True)
class Made:
    """An edition that was made: its number, when, the seal on it, and the rules in force."""

    edition: int
    made_at: datetime
    content_commitment: str
    detail_url: str
    policy_version: str


@dataclass(frozen=True)
class Sealed:
    """The bytes of an edition with the salt that its commitment was made with."""

    content: bytes = field(repr=False)
    salt: bytes = field(repr=False)
