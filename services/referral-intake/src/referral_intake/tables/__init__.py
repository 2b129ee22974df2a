"""This service's tables. Every sentence about a person is in ``document`` alone, so that it can be erased alone."""

from referral_intake.tables.keys import idempotency, repeat_key, repeat_mark
from referral_intake.tables.metadata import metadata
from referral_intake.tables.partners import partner, partner_key, partner_limited
from referral_intake.tables.referrals import (
    child,
    child_decision,
    document,
    milestone,
    question,
    referral,
    supplement,
    withdrawal,
)
from referral_intake.tables.retention import disposal_item, disposal_review, disposal_run, held_referral, legal_hold

__all__ = [
    "child",
    "child_decision",
    "disposal_item",
    "disposal_review",
    "disposal_run",
    "document",
    "held_referral",
    "idempotency",
    "legal_hold",
    "metadata",
    "milestone",
    "partner",
    "partner_key",
    "partner_limited",
    "question",
    "referral",
    "repeat_key",
    "repeat_mark",
    "supplement",
    "withdrawal",
]
