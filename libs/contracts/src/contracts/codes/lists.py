"""Every list that is published, with its edition and where its codes come from."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

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
from contracts.codes.form import (
    AddressKind,
    AgreementAnswer,
    AgreementMethod,
    AllegationTest,
    AttachmentKind,
    CurrentPlan,
    DispensingReason,
    FamilyRole,
    FgmKnowledge,
    Frequency,
    HelpResult,
    InformationSource,
    ReferrerKind,
    RequestedResponse,
    SharingBasis,
)
from contracts.codes.notices import (
    Channel,
    DeliveryFailure,
    NoticeKind,
    WithheldReason,
)
from contracts.codes.referral import (
    Advice,
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
class Source:
    """Who keeps a list, and where it was read."""

    name: str
    address: str | None = None


@dataclass(frozen=True)
class CodeList:
    """A published list.

    Labels belong to an edition: whoever keeps a code keeps the edition beside it, because the same code is worded
    otherwise in another year. A census list's edition is the collection it was read from. ``note`` says what is
    known to be missing.
    """

    edition: str
    source: Source
    codes: type[Code]
    note: str = ""

    @property
    def description(self) -> str:
        """What the list is for, as its codes say of themselves."""
        return inspect.cleandoc(self.codes.__doc__ or "")


_OWN: Final = Source("Frontdoor")
_DFE: Final = Source(
    "Department for Education, children in need census", "https://www.gov.uk/guidance/children-in-need-census"
)
_AUTHORITIES: Final = Source(
    "Department for Education, local authorities in published statistics",
    "https://github.com/dfe-analytical-services/dfe-published-data-qa/blob/main/data/las.csv",
)
_REVIEWS: Final = Source(
    "Data to Insight, standard safeguarding dataset", "https://github.com/data-to-insight/ssd-data-model"
)
_NO_WORDING: Final = (
    "The census lists UN6, but its wording was not found in any published source that we could read. "
    "The wording of UN1 to UN5 is that of the return on children looked after, without the words about care."
)
_SINCE_2009: Final = (
    "Authorities that ended before 2009 are not listed. "
    "Service schools, Wales and the Channel Islands have codes of their own, which are not authorities of England."
)

CODE_LISTS: Mapping[str, CodeList] = MappingProxyType(
    {
        "rating": CodeList("1", _OWN, Rating),
        "threshold-level": CodeList("1", _OWN, ThresholdLevel),
        "outcome": CodeList("1", _OWN, Outcome),
        "concern-type": CodeList("1", _OWN, ConcernType),
        "contact-source": CodeList("2023-24", _DFE, ContactSource),
        "sex": CodeList("2024-25", _DFE, Sex),
        "ethnicity": CodeList("2023-24", _DFE, Ethnicity),
        "gender": CodeList("2023-24", _DFE, Gender),
        "disability": CodeList("2023-24", _DFE, Disability),
        "primary-need": CodeList("2023-24", _DFE, PrimaryNeed),
        "social-care-closure-reason": CodeList("2023-24", _DFE, SocialCareClosureReason),
        "abuse-category": CodeList("2023-24", _DFE, AbuseCategory),
        "assessment-factor": CodeList("2023-24", _DFE, AssessmentFactor),
        "review-participation": CodeList("2026-07", _REVIEWS, ReviewParticipation),
        "upn-unknown-reason": CodeList("2023-24", _DFE, UpnUnknownReason, _NO_WORDING),
        "local-authority": CodeList("2026-04", _AUTHORITIES, LocalAuthority, _SINCE_2009),
        "missing-item": CodeList("1", _OWN, MissingItem),
        "advice": CodeList("1", _OWN, Advice),
        "address-kind": CodeList("1", _OWN, AddressKind),
        "agreement-answer": CodeList("1", _OWN, AgreementAnswer),
        "agreement-method": CodeList("1", _OWN, AgreementMethod),
        "allegation-test": CodeList("1", _OWN, AllegationTest),
        "attachment-kind": CodeList("1", _OWN, AttachmentKind),
        "current-plan": CodeList("1", _OWN, CurrentPlan),
        "dispensing-reason": CodeList("1", _OWN, DispensingReason),
        "family-role": CodeList("1", _OWN, FamilyRole),
        "fgm-knowledge": CodeList("1", _OWN, FgmKnowledge),
        "frequency": CodeList("1", _OWN, Frequency),
        "help-result": CodeList("1", _OWN, HelpResult),
        "information-source": CodeList("1", _OWN, InformationSource),
        "referrer-kind": CodeList("1", _OWN, ReferrerKind),
        "requested-response": CodeList("1", _OWN, RequestedResponse),
        "sharing-basis": CodeList("1", _OWN, SharingBasis),
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
