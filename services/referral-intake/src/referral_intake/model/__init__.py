"""What the rules need to know: facts about a referral, never its words or names."""

from referral_intake.model.acceptance import (
    REPEAT_WITHIN,
    Acceptance,
    Answer,
    ClientKey,
    Earlier,
    Found,
    Minted,
    StoredAnswer,
    Submission,
    Terms,
)
from referral_intake.model.facts import ChildFacts, ReferralFacts
from referral_intake.model.people import (
    AGENCY_REPRESENTATIVE,
    DOCUMENT_PURPOSES,
    OWN_AGENCY_ROLES,
    PARTNER,
    SERVICE,
    Asker,
    Sender,
)
from referral_intake.model.referral import EMERGENCY_ADVICE, STATUS_TEXTS, Document, Milestones, Referral, Status

__all__ = [
    "AGENCY_REPRESENTATIVE",
    "DOCUMENT_PURPOSES",
    "EMERGENCY_ADVICE",
    "OWN_AGENCY_ROLES",
    "PARTNER",
    "REPEAT_WITHIN",
    "SERVICE",
    "STATUS_TEXTS",
    "Acceptance",
    "Answer",
    "Asker",
    "ChildFacts",
    "ClientKey",
    "Document",
    "Earlier",
    "Found",
    "Milestones",
    "Minted",
    "Referral",
    "ReferralFacts",
    "Sender",
    "Status",
    "StoredAnswer",
    "Submission",
    "Terms",
]
