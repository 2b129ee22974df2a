"""What a referral is on its way: as it was sent, what its pack says of it, and everything that is written for it."""

from dataclasses import field
from datetime import datetime
from typing import Final
from uuid import UUID

from contracts.codes import ContactSource
from contracts.events import ReferralReceived
from contracts.problems import PHONE_ADVICE, Problem
from referral_intake.form.written import Written
from referral_intake.model import PLAIN, ClientKey, Handling, Identity, Mark, ReferralFacts, Sender, StoredAnswer, Told
from referral_intake.model.record import record


@record
class Submission:
    """A referral as it was sent: its facts for the rules, its content for the document.

    ``identities`` say by what each child is recognised in another referral; they are never kept as they are.
    ``traceparent`` is the trace of the request.
    """

    sender: Sender
    key: str
    facts: ReferralFacts
    content: Written = field(repr=False)
    identities: tuple[Identity, ...] = field(default=(), repr=False)
    traceparent: str | None = None
    handling: Handling = PLAIN


@record
class Terms:
    """What the partnership's pack says about a referral from this sender at this time.

    ``phone_advice`` is part of a sentence: whom to phone, on which number if the pack publishes one.
    """

    source: ContactSource
    decision_expected_by: datetime
    policy_version: str
    phone_advice: str = PHONE_ADVICE


@record
class Minted:
    """What was made for one new referral: its names, and the seal on its document."""

    referral_id: UUID
    reference: str
    child_ids: tuple[UUID, ...]
    content_commitment: str
    detail_url: str


NOTHING_TO_TELL: Final = Told((), ())


@record
class Earlier:
    """A referral that came before, by the same agency and about the same child."""

    referral_id: UUID
    reference: str
    received_at: datetime


@record
class Found:
    """What is known of an acceptance's key and children just before it is written.

    ``free``: nobody else works on the key, and it stays ours until the transaction ends.
    """

    free: bool
    stored: StoredAnswer | None
    earlier: Earlier | None

    @property
    def is_new(self) -> bool:
        """Whether the key was never used, and is ours."""
        return self.free and self.stored is None


@record
class Acceptance:
    """Everything to be written for one referral, ready before its transaction begins.

    ``answer`` is the body of the response, ``told`` what stands in it; ``traceparent`` the trace of the request;
    ``marks`` are digests by which a later referral about one of these children is recognised. ``refusal``: it may not
    be written, and only a sender who was answered before, under the same key, is given that answer again.
    """

    sender: Sender
    key: str
    fingerprint: bytes
    received: ReferralReceived
    document: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    answer: bytes = field(repr=False)
    traceparent: str | None
    told: Told = NOTHING_TO_TELL
    marks: tuple[Mark, ...] = ()
    refusal: Problem | None = None

    @property
    def restricted(self) -> bool:
        """Whether only those who may read restricted referrals read its document."""
        return self.told.handling.restricted

    @property
    def client_key(self) -> ClientKey:
        """What makes a repeated request recognisable."""
        return self.sender.client_id, self.key
