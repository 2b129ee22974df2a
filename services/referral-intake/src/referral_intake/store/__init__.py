"""All SQL of this service."""

from referral_intake.store.accepting import find_answers, forget_marks, look_up, record_accepted
from referral_intake.store.referrals import (
    find_by_reference,
    find_referral,
    get_document,
    list_referrals,
    record_milestone,
)

__all__ = [
    "find_answers",
    "find_by_reference",
    "find_referral",
    "forget_marks",
    "get_document",
    "list_referrals",
    "look_up",
    "record_accepted",
    "record_milestone",
]
