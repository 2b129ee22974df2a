"""The rules: what a referral must say, what is missing from it, and who may see how much. Nothing here does I/O."""

from referral_intake.decide.access import (
    denied,
    destroyed,
    read_document,
    read_status,
)
from referral_intake.decide.advising import advice
from referral_intake.decide.answering import repeated_answer
from referral_intake.decide.completeness import refusals
from referral_intake.decide.editing import (
    standing_facts,
    supplement_entry,
    supplemented,
    what_happens_to_a_supplement,
    what_happens_to_a_withdrawal,
    withdraw,
    withdrawal_entry,
    withdrawn,
)
from referral_intake.decide.following import (
    is_late,
    rounds,
    settled_at,
    status,
)
from referral_intake.decide.holding import (
    held,
    place_hold,
    read_certificate,
    read_retention,
    released,
    retention_denied,
)
from referral_intake.decide.missing import missing_items
from referral_intake.decide.retention import (
    approve_destruction,
    births_in,
    destruction_hindrance,
    disposed,
    earliest_activity,
    examine_retention,
    hangs_on_a_birthday,
    keep_until,
    review_hindrance,
    reviewed,
    without_birthday,
)
from referral_intake.decide.staff_risk import StaffRiskStatement, staff_risk_stated
from referral_intake.decide.supplementing import (
    add,
    blame,
    corrections_made,
    put_right,
    supplement_refusals,
)

__all__ = [
    "StaffRiskStatement",
    "add",
    "advice",
    "approve_destruction",
    "births_in",
    "blame",
    "corrections_made",
    "denied",
    "destroyed",
    "destruction_hindrance",
    "disposed",
    "earliest_activity",
    "examine_retention",
    "hangs_on_a_birthday",
    "held",
    "is_late",
    "keep_until",
    "missing_items",
    "place_hold",
    "put_right",
    "read_certificate",
    "read_document",
    "read_retention",
    "read_status",
    "refusals",
    "released",
    "repeated_answer",
    "retention_denied",
    "review_hindrance",
    "reviewed",
    "rounds",
    "settled_at",
    "staff_risk_stated",
    "standing_facts",
    "status",
    "supplement_entry",
    "supplement_refusals",
    "supplemented",
    "what_happens_to_a_supplement",
    "what_happens_to_a_withdrawal",
    "withdraw",
    "withdrawal_entry",
    "withdrawn",
    "without_birthday",
]
