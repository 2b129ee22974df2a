"""What referral-intake tells the others."""

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.codes import (
    ConcernType,
    ContactSource,
    CurrentPlan,
    DisposalDecision,
    HoldReason,
    MissingItem,
    SupplementKind,
    WithdrawalReason,
)
from contracts.events.base import Event


class ChildReference(BaseModel):
    """One child of a referral, by an id that means nothing outside Frontdoor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    child_id: UUID
    unborn: bool


class ChildPlans(BaseModel):
    """What a referral says of one child's plans; ``none`` alone says that there are none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    child_id: UUID
    plans: tuple[CurrentPlan, ...]


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
    entitled reads the document, under their own authority. ``previous_referral_id`` is the same agency's latest
    referral about one of these children within the last days: this one is likely a repeat of it. ``plans`` are of the
    children whose plans it says: of any other child they are not known. None: recorded before there was this field.
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
    plans: tuple[ChildPlans, ...] | None = None
    decision_expected_by: AwareDatetime
    policy_version: str
    content_commitment: str
    detail_url: str


class EditionFacts(BaseModel):
    """What one edition of a referral says as a whole, in codes, as ``ReferralReceived`` says it of the first.

    ``children`` are all of them, in the order of the document. What an earlier edition said and this one does not is
    said no more.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    children: tuple[ChildReference, ...]
    concern_types: tuple[ConcernType, ...]
    immediate_danger: bool
    previous_referral_id: UUID | None = None
    plans: tuple[ChildPlans, ...] | None = None


class ReferralSupplemented(ReferralEvent):
    """The sender added to a referral, put something right in it, or answered a question about it.

    ``edition`` is the number of the document that now stands, from 2; earlier ones are kept. ``children`` are only
    those that this supplement added, and ``immediate_danger`` is that it reports danger. ``answers`` is the question
    it answers. ``missing_information`` is what the referral as a whole still does not say. ``facts`` is what it says
    as a whole; None in events that were recorded before there was this field.
    """

    TYPE: ClassVar[str] = "referral.supplemented.v1"

    supplement_id: UUID
    edition: int
    kind: SupplementKind
    agency: str
    received_at: AwareDatetime
    children: tuple[ChildReference, ...]
    concern_types: tuple[ConcernType, ...]
    immediate_danger: bool
    missing_information: tuple[MissingItem, ...]
    facts: EditionFacts | None = None
    answers: UUID | None = None
    policy_version: str
    content_commitment: str
    detail_url: str


class ReferralWithdrawn(ReferralEvent):
    """The sender takes a referral back. Nothing is removed by it, and a person still decides for every child.

    What the sender wrote stands in edition ``edition`` of the document.
    """

    TYPE: ClassVar[str] = "referral.withdrawn.v1"

    agency: str
    reason: WithdrawalReason
    withdrawn_at: AwareDatetime
    edition: int
    content_commitment: str
    detail_url: str


class ReferralHeld(ReferralEvent):
    """A legal hold: nothing of the referral may be destroyed until every hold on it is lifted."""

    TYPE: ClassVar[str] = "referral.held.v1"

    hold_id: UUID
    reason: HoldReason
    held_by: str
    held_at: AwareDatetime


class ReferralReleased(ReferralEvent):
    """One legal hold was lifted."""

    TYPE: ClassVar[str] = "referral.released.v1"

    hold_id: UUID
    released_by: str
    released_at: AwareDatetime


class ReferralReviewed(ReferralEvent):
    """A person looked at a referral whose time to be kept is over, and decided. Destroying it takes a second person.

    ``keep_until`` is the new date when it is kept.
    """

    TYPE: ClassVar[str] = "referral.reviewed.v1"

    run_id: UUID
    record_class: str
    decision: DisposalDecision
    keep_until: AwareDatetime | None = None
    reviewed_by: str
    reviewed_at: AwareDatetime
    policy_version: str


class ReferralDisposed(ReferralEvent):
    """The certificate of destruction: every document of the referral and every salt is gone.

    ``commitments`` are those of the destroyed editions, in order: they still stand in the log, and no longer say
    anything about anybody.
    """

    TYPE: ClassVar[str] = "referral.disposed.v1"

    run_id: UUID
    record_class: str
    commitments: tuple[str, ...]
    reviewed_by: str
    approved_by: str
    disposed_at: AwareDatetime
    policy_version: str
