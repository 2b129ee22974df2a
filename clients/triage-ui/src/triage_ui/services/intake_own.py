"""Referral-intake, for the agency that refers: what it sent, how far that has come, and what it adds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from triage_ui.services.caller import Caller, Printable, Read
from triage_ui.services.intake import SERVICE


class MissingInformation(Read):
    """Something that a referral does not say."""

    item: str
    label: str
    pointers: tuple[str, ...] = ()


class MissingAsSent(MissingInformation):
    """The same of a referral that was just sent, with what is wrong with what stands there. Nobody keeps that."""

    details: tuple[str, ...] | None = None


class AdviceGiven(Read):
    """Something that only the person who is worried can do."""

    text: str


class EarlierReferral(Read):
    """A referral that this one is likely a repeat of."""

    referral_id: UUID
    reference: str
    received_at: datetime


class Receipt(Read):
    """A referral is saved and will be read."""

    referral_id: UUID
    reference: str
    received_at: datetime
    decision_expected_by: datetime
    what_happens_next: str
    emergency_advice: str | None = None
    advice: tuple[AdviceGiven, ...] = ()
    likely_repeat_of: EarlierReferral | None = None
    missing_information: tuple[MissingAsSent, ...]


class Changed(Read):
    """What was added, answered or taken back is saved. What a page shows next it reads again."""


class Summary(Read):
    """One line of the list of one's own referrals: codes and times."""

    referral_id: UUID
    reference: str
    status: str
    status_text: str
    received_at: datetime
    decision_expected_by: datetime
    late: bool
    decided_at: datetime | None
    open_questions: int
    withdrawn_at: datetime | None


class Page(Read):
    """Referrals of one's own agency, newest first."""

    referrals: tuple[Summary, ...]
    next: str | None


class ChildView(Read):
    """One child, by number; and what is safe to say of the decision."""

    number: int
    decided_at: datetime | None
    feedback: str | None


class QuestionView(Read):
    """A question about it, without its words."""

    question_id: UUID
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None
    late: bool


class SupplementView(Read):
    """What was added."""

    kind: str
    received_at: datetime


class WithdrawalView(Read):
    """That it was taken back."""

    reason: str
    withdrawn_at: datetime
    text: str


class StepView(Read):
    """What the front door team did."""

    step: str
    at: datetime


class StatusView(Summary):
    """Everything that an agency may know of its own referral."""

    content_destroyed_at: datetime | None
    previous_referral_id: UUID | None
    children: tuple[ChildView, ...]
    missing_information: tuple[MissingInformation, ...]
    questions: tuple[QuestionView, ...]
    supplements: tuple[SupplementView, ...]
    withdrawal: WithdrawalView | None
    steps: tuple[StepView, ...]


class OwnReferrals:
    """Referral-intake, as somebody of an agency that refers asks it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def refer(self, referral: Mapping[str, Any], *, key: str) -> Receipt:
        """Send a referral, once for each key."""
        return (await self._caller.post(SERVICE, "/v1/referrals", Receipt, body=referral, key=key)).body

    async def list(self, query: Mapping[str, str]) -> Page:
        """What one's own agency sent."""
        return (await self._caller.get(SERVICE, "/v1/referrals", Page, query=query)).body

    async def status(self, referral_id: UUID) -> StatusView:
        """How far one referral has come; the look is recorded."""
        return (await self._caller.get(SERVICE, f"/v1/referrals/{referral_id}", StatusView)).body

    async def receipt(self, referral_id: UUID) -> Printable:
        """The receipt to print; the look is recorded."""
        return await self._caller.page(SERVICE, f"/v1/referrals/{referral_id}/receipt?leads_back=true")

    async def add(self, referral_id: UUID, supplement: Mapping[str, Any], *, key: str) -> None:
        """Add to a referral, or answer a question about it."""
        path = f"/v1/referrals/{referral_id}/supplements"
        await self._caller.post(SERVICE, path, Changed, body=supplement, key=key)

    async def withdraw(self, referral_id: UUID, withdrawal: Mapping[str, Any], *, key: str) -> None:
        """Take a referral back."""
        path = f"/v1/referrals/{referral_id}/withdrawal"
        await self._caller.post(SERVICE, path, Changed, body=withdrawal, key=key)
