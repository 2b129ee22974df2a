"""Code lists: versioned, typed enums with plain-English labels; codes travel, free text never does."""

from contracts.codes.access import (
    ActorKind,
    DenialReason,
    Purpose,
    RecordKind,
)
from contracts.codes.code import Code
from contracts.codes.dfe import (
    ContactSource,
    Ethnicity,
    Sex,
)
from contracts.codes.lists import CODE_LISTS, CodeList
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

__all__ = [
    "CODE_LISTS",
    "ActorKind",
    "Answer",
    "CaseNews",
    "Channel",
    "ClosureReason",
    "Code",
    "CodeList",
    "ConcernType",
    "ContactSource",
    "DeliveryFailure",
    "DenialReason",
    "DisposalDecision",
    "Ethnicity",
    "HoldReason",
    "LawfulBasis",
    "MissingItem",
    "NoticeKind",
    "Outcome",
    "Purpose",
    "Rating",
    "RatingReason",
    "RecordKind",
    "RefusalGround",
    "Sex",
    "SupplementKind",
    "SuspensionReason",
    "ThresholdLevel",
    "WithdrawalReason",
    "WithheldReason",
]
