"""A referral as it is kept, and as its sender follows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from contracts.codes import MissingItem, SupplementKind, WithdrawalReason


class Status(StrEnum):
    """How far a referral has come, as its sender sees it."""

    RECEIVED = "received"
    BEING_LOOKED_AT = "being-looked-at"
    NEEDS_ANSWER = "needs-answer"
    DECIDED = "decided"
    CLOSED = "closed"


STATUS_TEXTS: Final[Mapping[Status, str]] = MappingProxyType(
    {
        Status.RECEIVED: "We have your referral. Nobody has opened it yet.",
        Status.BEING_LOOKED_AT: "The front door team is looking at your referral.",
        Status.NEEDS_ANSWER: "We need something from you. Please answer our question; we go on looking meanwhile.",
        Status.DECIDED: "A decision has been made for every child in your referral.",
        Status.CLOSED: "The front door team has finished with your referral.",
    }
)


EMERGENCY_ADVICE: Final = (
    "Call 999 now and ask for the police, if nobody has yet. "
    "We have your referral, but sending it does not send anyone to the child."
)

WITHDRAWN_TEXT: Final = "You have taken this referral back. Nothing was removed, and a person still looks at it."

NOTHING_TO_SAY: Final = (
    "A decision has been made for this child. We cannot tell you what it is. "
    "If you learn something new or worry again, tell us."
)
"""What a referrer is told about a decided child when the pack holds no sentence that is safe."""


@dataclass(frozen=True)
class Milestones:
    """When triage reached each step; None means not yet, or that it has to be reached again."""

    looked_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class Referral:
    """A referral as its sender may follow it.

    ``decision_expected_by`` is the promise that runs now, ``first_expected_by`` the receipt's (None: the same);
    ``edition`` is the number of the document that stands; from ``disposed_at`` on it stands no more. ``restricted``: it
    is for those who may read restricted ones.
    """

    referral_id: UUID
    reference: str
    partnership: str
    agency: str
    received_at: datetime
    decision_expected_by: datetime
    immediate_danger: bool
    milestones: Milestones
    first_expected_by: datetime | None = None
    edition: int = 1
    withdrawn_at: datetime | None = None
    open_questions: int = 0
    previous_referral_id: UUID | None = None
    disposed_at: datetime | None = None
    restricted: bool = False


class Step(StrEnum):
    """What triage did, each time it did it."""

    OPENED = "opened"
    DECIDED = "decided"
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True)
class Milestone:
    """One step of triage; ``due_at`` is the promise that began with it."""

    step: Step
    reached_at: datetime
    due_at: datetime | None = None


@dataclass(frozen=True)
class Round:
    """From a promise to its decision: the first begins with the receipt, each other one when something reopens it."""

    started_at: datetime
    decision_expected_by: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class FollowedChild:
    """One child as its referrer follows it; ``number`` is its place in the referral, from 1.

    ``feedback`` names the pack's safe sentence. The outcome itself is not here: it is not the referrer's to see.
    """

    child_id: UUID
    number: int
    decided_at: datetime | None
    feedback: str | None


@dataclass(frozen=True)
class Question:
    """Something triage asked the sender. It is worded at ``detail_url`` alone."""

    question_id: UUID
    asked_at: datetime
    due_at: datetime
    detail_url: str
    answered_at: datetime | None


@dataclass(frozen=True)
class FollowedSupplement:
    """A supplement as its sender follows it."""

    supplement_id: UUID
    edition: int
    kind: SupplementKind
    received_at: datetime
    question_id: UUID | None


@dataclass(frozen=True)
class FollowedWithdrawal:
    """A withdrawal as its sender follows it."""

    edition: int
    reason: WithdrawalReason
    withdrawn_at: datetime


@dataclass(frozen=True)
class Followed:
    """Everything that a referral's sender may know of it; nothing in it describes a person.

    ``missing``: each item with the JSON pointers, in the edition that stands, of where it would be.
    ``not_taken``: places of a FHIR message that the referral does not have; read for a receipt only.
    """

    referral: Referral
    children: tuple[FollowedChild, ...]
    missing: Mapping[MissingItem, Sequence[str]]
    milestones: tuple[Milestone, ...] = ()
    questions: tuple[Question, ...] = ()
    supplements: tuple[FollowedSupplement, ...] = ()
    withdrawal: FollowedWithdrawal | None = None
    not_taken: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filters:
    """Which of an agency's referrals are wanted. ``received_until`` itself is not included; empty means all."""

    statuses: frozenset[Status] = field(default_factory=frozenset)
    received_from: datetime | None = None
    received_until: datetime | None = None
    question_open: bool | None = None
    reference: str | None = None


@dataclass(frozen=True)
class Document:
    """The exact bytes of one edition of a referral, and the salt and commitment that prove them unaltered."""

    referral_id: UUID
    edition: int
    content: bytes
    salt: bytes
    content_commitment: str


@dataclass(frozen=True)
class Edition:
    """What is known of an edition without its words. ``made_by`` is what made it, such as ``correction``."""

    edition: int
    made_by: str
    made_at: datetime
    agency: str
    content_commitment: str
