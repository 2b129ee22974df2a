"""Every list that is published, with its edition and where its codes come from."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from contracts.codes.access import (
    ActorKind,
    DenialReason,
    Purpose,
    RecordKind,
)
from contracts.codes.code import Code
from contracts.codes.dfe import (
    AbuseCategory,
    AssessmentFactor,
    ContactSource,
    Disability,
    Ethnicity,
    Gender,
    LocalAuthority,
    PrimaryNeed,
    ReviewParticipation,
    Sex,
    SocialCareClosureReason,
    UpnUnknownReason,
)
from contracts.codes.notices import (
    Channel,
    DeliveryFailure,
    NoticeKind,
    WithheldReason,
)
from contracts.codes.referral import (
    ConcernType,
    DisposalDecision,
    HoldReason,
    MissingItem,
    SupplementKind,
    SuspensionReason,
    WithdrawalReason,
)
from contracts.codes.triage import (
    Answer,
    CaseNews,
    ClosureReason,
    LawfulBasis,
    Outcome,
    Rating,
    RatingReason,
    RefusalGround,
    ThresholdLevel,
)


@dataclass(frozen=True)
class CodeList:
    """A published list: its version names the edition, its source says where the codes come from."""

    version: str
    source: str
    codes: type[Code]


_DFE = "DfE children in need census, 2024 schema: https://www.gov.uk/guidance/children-in-need-census"
_OWN = "Frontdoor"

CODE_LISTS: Mapping[str, CodeList] = MappingProxyType(
    {
        "rating": CodeList("1", _OWN, Rating),
        "threshold-level": CodeList("1", _OWN, ThresholdLevel),
        "outcome": CodeList("1", _OWN, Outcome),
        "concern-type": CodeList("1", _OWN, ConcernType),
        "contact-source": CodeList("2024", _DFE, ContactSource),
        "sex": CodeList("2024-25", _DFE, Sex),
        "ethnicity": CodeList("2024", _DFE, Ethnicity),
        "gender": CodeList("2023-24", _DFE, Gender),
        "disability": CodeList("2024", _DFE, Disability),
        "primary-need": CodeList("2024", _DFE, PrimaryNeed),
        "social-care-closure-reason": CodeList("2024", _DFE, SocialCareClosureReason),
        "abuse-category": CodeList("2024", _DFE, AbuseCategory),
        "assessment-factor": CodeList("2024", _DFE, AssessmentFactor),
        "review-participation": CodeList("2024", _DFE, ReviewParticipation),
        "upn-unknown-reason": CodeList("2024", _DFE, UpnUnknownReason),
        "local-authority": CodeList("2024", _DFE, LocalAuthority),
        "missing-item": CodeList("1", _OWN, MissingItem),
        "supplement-kind": CodeList("1", _OWN, SupplementKind),
        "withdrawal-reason": CodeList("1", _OWN, WithdrawalReason),
        "hold-reason": CodeList("1", _OWN, HoldReason),
        "disposal-decision": CodeList("1", _OWN, DisposalDecision),
        "suspension-reason": CodeList("1", _OWN, SuspensionReason),
        "case-news": CodeList("1", _OWN, CaseNews),
        "rating-reason": CodeList("1", _OWN, RatingReason),
        "answer": CodeList("1", _OWN, Answer),
        "refusal-ground": CodeList("1", _OWN, RefusalGround),
        "lawful-basis": CodeList("1", _OWN, LawfulBasis),
        "closure-reason": CodeList("1", _OWN, ClosureReason),
        "notice-kind": CodeList("1", _OWN, NoticeKind),
        "channel": CodeList("1", _OWN, Channel),
        "delivery-failure": CodeList("1", _OWN, DeliveryFailure),
        "withheld-reason": CodeList("1", _OWN, WithheldReason),
        "actor-kind": CodeList("1", _OWN, ActorKind),
        "record-kind": CodeList("1", _OWN, RecordKind),
        "purpose": CodeList("1", _OWN, Purpose),
        "denial-reason": CodeList("1", _OWN, DenialReason),
    }
)
