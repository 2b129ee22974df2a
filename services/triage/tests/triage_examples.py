"""Cases, people and pack terms that the tests of the rules start from."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.codes import (
    Answer,
    CaseNews,
    ConcernType,
    ContactSource,
    LawfulBasis,
    MissingItem,
    Outcome,
    Rating,
    RatingReason,
    SupersedingReason,
    SupplementKind,
    ThresholdLevel,
    WithdrawalReason,
)
from contracts.events import (
    CaseRated,
    ChildReference,
    EditionFacts,
    ReferralReceived,
    ReferralSupplemented,
    ReferralWithdrawn,
)
from triage.model import (
    MASH_MANAGER,
    SOCIAL_WORKER,
    Acting,
    Actor,
    Addresses,
    Alarm,
    AnswerRevision,
    AskingTerms,
    Background,
    Case,
    Child,
    Decision,
    Detail,
    Handover,
    InformationRequest,
    News,
    OfferTerms,
    OpeningTerms,
    OutcomeTerms,
    Question,
    Recommendation,
    Reply,
    Statement,
    Suggestion,
    Timing,
)

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
"""A Tuesday morning."""
DUE = NOW + timedelta(hours=31)
CASE_ID, REFERRAL_ID = UUID(int=1), UUID(int=2)
FIRST, SECOND = UUID(int=11), UUID(int=12)
PACK = "wandsworth-0123456789ab"


def actor(*roles: str, subject: str = "person-1", agency: str = "wandsworth-mash") -> Actor:
    return Actor(subject, agency, "wandsworth", frozenset(roles))


def acting(*roles: str, now: datetime = NOW, **who: str) -> Acting:
    return Acting(actor(*roles, **who), now)


WORKER = acting(SOCIAL_WORKER, subject="worker")
MANAGER = acting(MASH_MANAGER, subject="manager")
POLICE = acting("partner", subject="police", agency="metropolitan-police")


def timing(name: str = "decision", *, due_at: datetime = DUE, start: datetime = NOW) -> Timing:
    alarms = (Alarm(0.5, start + (due_at - start) / 2, ("social-worker",)), Alarm(1.0, due_at, ("mash-manager",)))
    return Timing(name, start, due_at, CaseRated.TYPE, alarms, PACK)


def received(**changes: Any) -> ReferralReceived:
    facts: dict[str, Any] = {
        "referral_id": REFERRAL_ID,
        "reference": "WAN-7K3M-Q9TR",
        "agency": "ashcroft-primary",
        "source": ContactSource.SCHOOLS,
        "received_at": NOW,
        "children": (ChildReference(child_id=FIRST, unborn=False), ChildReference(child_id=SECOND, unborn=False)),
        "concern_types": (ConcernType.NEGLECT,),
        "immediate_danger": False,
        "missing_information": (MissingItem.NHS_NUMBER,),
        "decision_expected_by": DUE,
        "policy_version": PACK,
        "content_commitment": "0" * 64,
        "detail_url": f"https://intake.example.org/v1/referrals/{REFERRAL_ID}/document",
    }
    return ReferralReceived(**(facts | changes))


def supplemented(**changes: Any) -> ReferralSupplemented:
    """The sender adds what it has learned an hour later."""
    facts: dict[str, Any] = {
        "referral_id": REFERRAL_ID,
        "supplement_id": UUID(int=70),
        "edition": 2,
        "kind": SupplementKind.NEW_INFORMATION,
        "agency": "ashcroft-primary",
        "received_at": NOW + timedelta(hours=1),
        "children": (),
        "concern_types": (),
        "immediate_danger": False,
        "missing_information": (),
        "policy_version": PACK,
        "content_commitment": "1" * 64,
        "detail_url": document_url(changes.get("edition", 2)),
    }
    return ReferralSupplemented(**(facts | changes))


def facts(**changes: Any) -> EditionFacts:
    """What an edition says that changes nothing of ``received``."""
    first = received()
    said = {name: getattr(first, name) for name in EditionFacts.model_fields}
    return EditionFacts(**(said | changes))


def withdrawn(**changes: Any) -> ReferralWithdrawn:
    """The sender takes its referral back an hour later."""
    facts: dict[str, Any] = {
        "referral_id": REFERRAL_ID,
        "agency": "ashcroft-primary",
        "reason": WithdrawalReason.NO_LONGER_CONCERNED,
        "withdrawn_at": NOW + timedelta(hours=1),
        "edition": 2,
        "content_commitment": "1" * 64,
        "detail_url": document_url(changes.get("edition", 2)),
    }
    return ReferralWithdrawn(**(facts | changes))


def document_url(edition: int) -> str:
    return f"https://intake.example.org/v1/referrals/{REFERRAL_ID}/document?edition={edition}"


SUGGESTED = Suggestion(Rating.AMBER, (RatingReason.CONCERN_TYPE,))
OPENING = OpeningTerms(Rating.AMBER, (RatingReason.CONCERN_TYPE,), timing(), PACK)
ASKING = AskingTerms(
    frozenset({"metropolitan-police", "wandsworth-housing"}),
    frozenset({LawfulBasis.CHILDREN_ACT_2004_S11}),
    timing("information-request", due_at=NOW + timedelta(hours=6)),
)
DETAIL = Detail(UUID(int=50), f"https://triage.example.org/v1/records/{UUID(int=50)}")
STAFF_TERMS = OutcomeTerms(
    frozenset({SOCIAL_WORKER, MASH_MANAGER}), frozenset({MASH_MANAGER}), "wandsworth-macpt", "being-acted-on", PACK
)
ADDRESSES = Addresses("https://triage.example.org")
OFFER = OfferTerms(
    timing("handover-child-protection"),
    "macpt-member",
    frozenset({"wandsworth-macpt", "wandsworth-early-help"}),
    dict.fromkeys(Outcome, frozenset({MASH_MANAGER})),
)
NO_TEAM_TERMS = replace(STAFF_TERMS, team=None, referrer_feedback=None)


def case(**changes: Any) -> Case:
    """An open, unrated case of two children."""
    facts: dict[str, Any] = {
        "case_id": CASE_ID,
        "referral_id": REFERRAL_ID,
        "partnership": "wandsworth",
        "reference": "WAN-7K3M-Q9TR",
        "agency": "ashcroft-primary",
        "received_at": NOW,
        "opened_at": NOW,
        "suggested_rating": Rating.AMBER,
        "decision_due_at": DUE,
        "policy_version": PACK,
        "version": 1,
        "changed_version": 1,
        "children": (Child(FIRST, False), Child(SECOND, False)),
    }
    return Case(**(facts | changes))


def request(**changes: Any) -> InformationRequest:
    facts: dict[str, Any] = {
        "request_id": UUID(int=50),
        "case_id": CASE_ID,
        "agency": "metropolitan-police",
        "lawful_basis": LawfulBasis.CHILDREN_ACT_2004_S11,
        "child_ids": (FIRST, SECOND),
        "requested_by": "worker",
        "requested_at": NOW,
        "due_at": NOW + timedelta(hours=6),
        "question": "What is known about the household?",
    }
    return InformationRequest(**(facts | changes))


def revision(answer: Answer | None = Answer.SUPPLIED, *, number: int = 1) -> AnswerRevision:
    """What the agency said; without an answer it takes it back."""
    reply = Reply(answer, content="Two incidents.") if answer else None
    statement = (Statement.ANSWERED if number == 1 else Statement.CORRECTED) if answer else Statement.WITHDRAWN
    return AnswerRevision(number, statement, "police", NOW, reply)


def question(**changes: Any) -> Question:
    facts: dict[str, Any] = {
        "question_id": UUID(int=80),
        "case_id": CASE_ID,
        "agency": "ashcroft-primary",
        "asked_by": "officer",
        "asked_at": NOW,
        "due_at": NOW + timedelta(hours=6),
        "question": "Which school does the younger child go to?",
    }
    return Question(**(facts | changes))


def news(**changes: Any) -> News:
    """Something new that nobody has looked at."""
    facts: dict[str, Any] = {
        "what": CaseNews.NEW_INFORMATION,
        "version": 9,
        "edition": 2,
        "told_at": NOW + timedelta(hours=1),
        "document_url": document_url(2),
        "supplement_id": UUID(int=70),
    }
    return News(**(facts | changes))


def background(**changes: Any) -> Background:
    """What the referral of ``received`` says."""
    facts: dict[str, Any] = {
        "suggestion_reasons": (RatingReason.CONCERN_TYPE,),
        "concern_types": (ConcernType.NEGLECT,),
        "missing_information": (MissingItem.NHS_NUMBER,),
        "immediate_danger": False,
        "previous_referral_id": None,
        "document_url": received().detail_url,
    }
    return Background(**(facts | changes))


def recommendation(child_id: UUID = FIRST, **changes: Any) -> Recommendation:
    facts: dict[str, Any] = {
        "recommendation_id": UUID(int=child_id.int + 100),
        "child_id": child_id,
        "outcome": Outcome.STRATEGY_DISCUSSION,
        "level": ThresholdLevel.ACUTE,
        "recommended_by": "worker",
        "recommended_at": NOW,
        "rationale": "Because of what was seen.",
    }
    return Recommendation(**(facts | changes))


def decision(child_id: UUID = FIRST, *, team: str | None = None, **changes: Any) -> Decision:
    """The first decision for a child, which stands."""
    first = Decision(
        decision_id=UUID(int=child_id.int + 200),
        recommendation_id=UUID(int=child_id.int + 100),
        child_id=child_id,
        outcome=Outcome.STRATEGY_DISCUSSION,
        level=ThresholdLevel.ACUTE,
        team=team,
        authorised_by="manager",
        decided_at=NOW,
        policy_version=PACK,
        rationale="Agreed.",
        version=3,
    )
    return replace(first, **changes)


def later(child_id: UUID = FIRST, *, team: str | None = None, **changes: Any) -> Decision:
    """The decision that supersedes the first."""
    facts: dict[str, Any] = {
        "decision_id": UUID(int=child_id.int + 400),
        "recommendation_id": UUID(int=child_id.int + 300),
        "version": 12,
        "supersedes": UUID(int=child_id.int + 200),
        "supersedes_reason": SupersedingReason.NEWS_FROM_SENDER,
    }
    return decision(child_id, team=team, **(facts | changes))


def handover(*child_ids: UUID, **changes: Any) -> Handover:
    facts: dict[str, Any] = {
        "handover_id": UUID(int=60),
        "case_id": CASE_ID,
        "team": "wandsworth-macpt",
        "child_ids": child_ids or (FIRST,),
        "offered_by": "worker",
        "offered_at": NOW,
        "accept_due_at": NOW + timedelta(hours=24),
        "summary": "What the team needs to know.",
        "decision_ids": tuple(UUID(int=child_id.int + 200) for child_id in child_ids or (FIRST,)),
        "role": "macpt-member",
    }
    return Handover(**(facts | changes))
