"""Builders for this service's tests: events, notices, endpoints and deliveries with nothing left to chance."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from agency_notify.model import Delivery, Endpoint, Notice, Signing
from contracts.codes import (
    Answer,
    AnswerMoment,
    CaseNews,
    Channel,
    ClosureReason,
    ContactSource,
    HandoverReturnReason,
    HandoverWithdrawalReason,
    LawfulBasis,
    NoticeKind,
    Outcome,
    Rating,
    RatingReason,
    SupplementKind,
    ThresholdLevel,
    WithdrawalReason,
)
from contracts.events import (
    CaseClosed,
    CaseDecided,
    CaseInformed,
    CaseOpened,
    CaseRated,
    CaseRecommended,
    CaseReopened,
    ClockBreached,
    ClockWarned,
    HandoverAccepted,
    HandoverOffered,
    HandoverReturned,
    HandoverSuperseded,
    HandoverWithdrawn,
    InformationAnswered,
    InformationCorrected,
    InformationRequested,
    InformationWithdrawn,
    QuestionAnswered,
    QuestionAsked,
    ReferralReceived,
    ReferralSupplemented,
    ReferralWithdrawn,
)
from policy.testing import packs_of

PACKS_FOLDER = Path(__file__).parents[3] / "partnerships"
PACKS = packs_of(PACKS_FOLDER)
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # a Monday
REFERRAL = UUID(int=1)
CASE = UUID(int=2)
CHILD = UUID(int=3)
ABOUT = UUID(int=4)
NOTICE = UUID(int=5)
REFERENCE = "WAN-7K3M-Q9TR"
CASE_URL = "https://triage.example.org/v1/cases/2"
SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
OTHER_SECRET = "whsec_" + "YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI="


def referral_received(**changes: Any) -> ReferralReceived:
    facts = {
        "referral_id": REFERRAL, "reference": REFERENCE, "agency": "ashcroft-primary",
        "source": ContactSource.SCHOOLS, "received_at": NOW, "children": (), "concern_types": (),
        "immediate_danger": False, "missing_information": (), "decision_expected_by": NOW + timedelta(days=1),
        "policy_version": "wandsworth-1", "content_commitment": "00", "detail_url": "https://intake.example.org/d",
    }  # fmt: skip
    return ReferralReceived(**(facts | changes))


def referral_supplemented(**changes: Any) -> ReferralSupplemented:
    facts = {
        "referral_id": REFERRAL, "supplement_id": ABOUT, "edition": 2, "kind": SupplementKind.NEW_INFORMATION,
        "agency": "ashcroft-primary", "received_at": NOW, "children": (), "concern_types": (),
        "immediate_danger": False, "missing_information": (), "policy_version": "wandsworth-1",
        "content_commitment": "00", "detail_url": "https://intake.example.org/d?edition=2",
    }  # fmt: skip
    return ReferralSupplemented(**(facts | changes))


def referral_withdrawn(**changes: Any) -> ReferralWithdrawn:
    facts = {
        "referral_id": REFERRAL, "agency": "ashcroft-primary", "reason": WithdrawalReason.SENT_IN_ERROR,
        "withdrawn_at": NOW, "edition": 2, "content_commitment": "00",
        "detail_url": "https://intake.example.org/d?edition=2",
    }  # fmt: skip
    return ReferralWithdrawn(**(facts | changes))


def question_asked(**changes: Any) -> QuestionAsked:
    facts = {
        "case_id": CASE, "referral_id": REFERRAL, "question_id": ABOUT, "agency": "ashcroft-primary",
        "asked_by": "staff-1", "asked_at": NOW, "due_at": NOW + timedelta(days=2), "policy_version": "wandsworth-1",
        "detail_url": "https://triage.example.org/v1/questions/4",
    }  # fmt: skip
    return QuestionAsked(**(facts | changes))


def case_reopened(**changes: Any) -> CaseReopened:
    facts = {
        "case_id": CASE, "referral_id": REFERRAL, "reopened_at": NOW, "immediate_danger": False,
        "decision_due_at": NOW + timedelta(days=1), "policy_version": "wandsworth-1",
    }  # fmt: skip
    return CaseReopened(**(facts | changes))


def case_opened(**changes: Any) -> CaseOpened:
    facts = {
        "case_id": CASE, "referral_id": REFERRAL, "reference": REFERENCE, "agency": "ashcroft-primary",
        "child_ids": (CHILD,), "opened_at": NOW, "suggested_rating": Rating.AMBER,
        "suggestion_reasons": (RatingReason.DEFAULT,), "decision_due_at": NOW + timedelta(days=1),
        "policy_version": "wandsworth-1",
    }  # fmt: skip
    return CaseOpened(**(facts | changes))


def information_requested(**changes: Any) -> InformationRequested:
    facts = {
        "case_id": CASE, "referral_id": REFERRAL, "request_id": ABOUT, "agency": "metropolitan-police",
        "lawful_basis": LawfulBasis.CHILDREN_ACT_1989_S47, "requested_by": "staff-1", "requested_at": NOW,
        "due_at": NOW + timedelta(days=2), "policy_version": "wandsworth-1",
        "detail_url": "https://triage.example.org/v1/information-requests/4",
    }  # fmt: skip
    return InformationRequested(**(facts | changes))


def case_decided(**changes: Any) -> CaseDecided:
    facts = {
        "case_id": CASE, "referral_id": REFERRAL, "reference": REFERENCE, "agency": "ashcroft-primary",
        "child_id": CHILD, "decision_id": ABOUT, "recommendation_id": ABOUT, "outcome": Outcome.EARLY_HELP,
        "level": ThresholdLevel.ADDITIONAL, "recommended_by": "staff-1", "authorised_by": "staff-2",
        "decided_at": NOW, "referrer_feedback": FEEDBACK, "all_children_decided": True,
        "policy_version": "wandsworth-1",
    }  # fmt: skip
    return CaseDecided(**(facts | changes))


def handover_offered(**changes: Any) -> HandoverOffered:
    facts = {
        "case_id": CASE, "referral_id": REFERRAL, "handover_id": ABOUT, "team": "wandsworth-macpt",
        "child_ids": (CHILD,), "offered_by": "staff-2", "offered_at": NOW, "accept_due_at": NOW + timedelta(hours=2),
        "policy_version": "wandsworth-1", "detail_url": "https://triage.example.org/v1/handovers/4",
    }  # fmt: skip
    return HandoverOffered(**(facts | changes))


def _of_case(changes: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"case_id": CASE, "referral_id": REFERRAL} | facts | changes


def case_rated(**changes: Any) -> CaseRated:
    return CaseRated(**_of_case(
        changes, rating=Rating.RED, rated_by="staff-1", rated_at=NOW, decision_due_at=NOW + timedelta(hours=4),
        policy_version="wandsworth-1",
    ))  # fmt: skip


def case_informed(**changes: Any) -> CaseInformed:
    return CaseInformed(**_of_case(
        changes, news=CaseNews.NEW_INFORMATION, edition=2, child_ids=(), immediate_danger=False, informed_at=NOW
    ))  # fmt: skip


def case_recommended(**changes: Any) -> CaseRecommended:
    return CaseRecommended(**_of_case(
        changes, child_id=CHILD, recommendation_id=ABOUT, outcome=Outcome.EARLY_HELP, level=ThresholdLevel.ADDITIONAL,
        recommended_by="staff-1", recommended_at=NOW,
    ))  # fmt: skip


def case_closed(**changes: Any) -> CaseClosed:
    return CaseClosed(**_of_case(changes, reason=ClosureReason.DECIDED, closed_at=NOW, closed_by="staff-2"))


def information_answered(**changes: Any) -> InformationAnswered:
    return InformationAnswered(**_of_case(
        changes, request_id=ABOUT, agency="metropolitan-police", answer=Answer.SUPPLIED, answered_by="police-1",
        answered_at=NOW, urgent=True, detail_url=CASE_URL,
    ))  # fmt: skip


def information_corrected(**changes: Any) -> InformationCorrected:
    return InformationCorrected(**_of_case(
        changes, request_id=ABOUT, agency="metropolitan-police", answer=Answer.SUPPLIED, corrected_by="police-1",
        corrected_at=NOW, when=AnswerMoment.BEFORE_DECISION, urgent=True, revision=2, detail_url=CASE_URL,
    ))  # fmt: skip


def information_withdrawn(**changes: Any) -> InformationWithdrawn:
    return InformationWithdrawn(**_of_case(
        changes, request_id=ABOUT, agency="metropolitan-police", withdrawn_by="police-1", withdrawn_at=NOW,
        when=AnswerMoment.BEFORE_DECISION, urgent=True, revision=2, detail_url=CASE_URL,
    ))  # fmt: skip


def question_answered(**changes: Any) -> QuestionAnswered:
    return QuestionAnswered(**_of_case(changes, question_id=ABOUT, supplement_id=ABOUT, answered_at=NOW))


def handover_accepted(**changes: Any) -> HandoverAccepted:
    return HandoverAccepted(**_of_case(
        changes, handover_id=ABOUT, team="wandsworth-macpt", accepted_by="macpt-1", accepted_at=NOW
    ))  # fmt: skip


def handover_returned(**changes: Any) -> HandoverReturned:
    return HandoverReturned(**_of_case(
        changes, handover_id=ABOUT, team="wandsworth-macpt", child_ids=(CHILD,), returned_by="macpt-1",
        reason=HandoverReturnReason.ANOTHER_TEAM, returned_at=NOW, due_at=NOW + timedelta(hours=2),
        policy_version="wandsworth-1", detail_url=CASE_URL,
    ))  # fmt: skip


def handover_withdrawn(**changes: Any) -> HandoverWithdrawn:
    return HandoverWithdrawn(**_of_case(
        changes, handover_id=ABOUT, team="wandsworth-macpt", child_ids=(CHILD,), withdrawn_by="staff-2",
        reason=HandoverWithdrawalReason.DECIDED_AGAIN, withdrawn_at=NOW, detail_url=CASE_URL,
    ))  # fmt: skip


def handover_superseded(**changes: Any) -> HandoverSuperseded:
    return HandoverSuperseded(**_of_case(
        changes, handover_id=ABOUT, team="wandsworth-macpt", child_id=CHILD, decision_id=UUID(int=44),
        superseded_at=NOW, detail_url=CASE_URL,
    ))  # fmt: skip


def _clock(changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "case_id": CASE, "referral_id": REFERRAL, "clock_id": ABOUT, "clock": "decision", "share": 1.0,
        "due_at": NOW, "tell": ("mash-manager", "head-of-service"), "policy_version": "wandsworth-1",
        "about_id": CASE, "detail_url": CASE_URL,
    } | changes  # fmt: skip


def clock_warned(**changes: Any) -> ClockWarned:
    return ClockWarned(**_clock({"warned_at": NOW} | changes))


def clock_breached(**changes: Any) -> ClockBreached:
    return ClockBreached(**_clock({"breached_at": NOW} | changes))


def notice(**changes: Any) -> Notice:
    facts: dict[str, Any] = {
        "notice_id": NOTICE, "partnership": "wandsworth", "agency": "metropolitan-police",
        "kind": NoticeKind.INFORMATION_REQUESTED, "referral_id": REFERRAL, "reference": REFERENCE,
        "about_id": ABOUT, "urgent": True, "queued_at": NOW,
    }  # fmt: skip
    return Notice(**(facts | changes))


def endpoint(**changes: Any) -> Endpoint:
    facts: dict[str, Any] = {
        "endpoint_id": UUID(int=6), "partnership": "wandsworth", "agency": "metropolitan-police",
        "channel": Channel.WEBHOOK, "address": "https://hooks.example.org/in", "signing": Signing.ED25519,
    }  # fmt: skip
    return Endpoint(**(facts | changes))


def delivery(*, attempts: int = 1, of: Notice | None = None, to: Endpoint | None = None) -> Delivery:
    return Delivery(UUID(int=7), UUID(int=8), attempts, of or notice(), to or endpoint())


FEEDBACK = next(rule.feedback.key for rule in PACKS["wandsworth"].outcomes if rule.feedback is not None)
