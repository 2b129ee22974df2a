"""All SQL of this service."""

from referral_intake.store.accepting import claim_keys, find_answers, lock_keys, record_referrals
from referral_intake.store.referrals import (
    find_by_reference,
    find_referral,
    get_document,
    list_referrals,
    record_milestone,
)

__all__ = [
    "claim_keys",
    "find_answers",
    "find_by_reference",
    "find_referral",
    "get_document",
    "list_referrals",
    "lock_keys",
    "record_milestone",
    "record_referrals",
]
