"""The rules: what a referral must say, what is missing from it, and who may see how much. Nothing here does I/O."""

from referral_intake.decide.access import denied, read_document, read_status
from referral_intake.decide.completeness import missing_information, refusals
from referral_intake.decide.following import status
from referral_intake.decide.receiving import emergency_advice, receive, repeated_answer, what_happens_next

__all__ = [
    "denied",
    "emergency_advice",
    "missing_information",
    "read_document",
    "read_status",
    "receive",
    "refusals",
    "repeated_answer",
    "status",
    "what_happens_next",
]
