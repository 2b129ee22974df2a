"""What the rules need to know: facts about a referral, never its words or names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from contracts.codes import ConcernType, ContactSource, Purpose
from contracts.events import ReferralReceived

SERVICE: Final = "referral-intake"

PARTNER: Final = "partner"
AGENCY_REPRESENTATIVE: Final = "agency-representative"

OWN_AGENCY_ROLES: Final = frozenset({PARTNER, AGENCY_REPRESENTATIVE})
"""Who may follow their own agency's referrals."""

DOCUMENT_PURPOSES: Final[Mapping[str, frozenset[Purpose]]] = MappingProxyType(
    {
        "contact-officer": frozenset({Purpose.TRIAGE}),
        "social-worker": frozenset({Purpose.TRIAGE, Purpose.CHILD_PROTECTION}),
        "mash-manager": frozenset({Purpose.TRIAGE, Purpose.CHILD_PROTECTION}),
        "macpt-member": frozenset({Purpose.CHILD_PROTECTION}),
    }
)
"""Which roles may read a referral's document, and for what. A role that is not here may not."""


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
class ChildFacts:
    """Which things a referral says about one child. Blank text counts as not said."""

    has_name: bool
    has_description: bool
    born_on: date | None
    expected_on: date | None
    has_home: bool
    has_school: bool
    has_place: bool
    nhs_number: str | None
    has_upn: bool
    has_sex: bool
    has_ethnicity: bool

    @property
    def unborn(self) -> bool:
        """Expected, and no date of birth: a date of birth wins where both are given."""
        return self.expected_on is not None and self.born_on is None


@dataclass(frozen=True)
class ReferralFacts:
    """Which things a referral says. ``has_concern``: facts, an opinion or what was disclosed."""

    immediate_danger: bool
    has_referrer_name: bool
    has_referrer_phone: bool
    has_referrer_email: bool
    children: tuple[ChildFacts, ...]
    concern_types: tuple[ConcernType, ...]
    has_concern: bool
    has_child_voice: bool
    says_parents_informed: bool
    says_agreement: bool
    has_household: bool


@dataclass(frozen=True)
class Sender:
    """Who sent a referral, as the access token says. Idempotency keys belong to the client."""

    partnership: str
    agency: str
    client_id: str


@dataclass(frozen=True)
class Asker:
    """Who wants to see something, as the access token says."""

    partnership: str
    agency: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Submission:
    """A referral as it was sent: its facts for the rules, its content for the document."""

    sender: Sender
    key: str
    facts: ReferralFacts
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Terms:
    """What the partnership's pack says about a referral from this sender at this time."""

    source: ContactSource
    decision_expected_by: datetime
    policy_version: str


@dataclass(frozen=True)
class Minted:
    """What was made for one new referral: its names, and the seal on its document."""

    referral_id: UUID
    reference: str
    child_ids: tuple[UUID, ...]
    content_commitment: str
    detail_url: str


@dataclass(frozen=True)
class Milestones:
    """When triage reached each step; None means not yet."""

    looked_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class Answer:
    """What a client is told about its referral, now and whenever it asks again with the same key."""

    referral_id: UUID
    body: bytes


@dataclass(frozen=True)
class StoredAnswer:
    """The answer a key was given, and the fingerprint of the request it was given for."""

    fingerprint: bytes
    answer: Answer


ClientKey = tuple[str, str]
"""A client and the idempotency key it chose."""


@dataclass(frozen=True)
class Acceptance:
    """Everything to be written for one referral, ready before its transaction begins.

    ``answer`` is the body of the response; ``traceparent`` the trace of the request.
    """

    sender: Sender
    key: str
    fingerprint: bytes
    received: ReferralReceived
    document: bytes
    salt: bytes
    answer: bytes
    traceparent: str | None

    @property
    def client_key(self) -> ClientKey:
        """What makes a repeated request recognisable."""
        return self.sender.client_id, self.key


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
