"""From a referral as it was sent to everything that is written for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.codes import ContactSource
from contracts.events import ReferralReceived
from referral_intake.model.facts import ReferralFacts
from referral_intake.model.people import Sender


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
