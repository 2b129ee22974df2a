"""The FHIR R4 door: a BaRS-shaped message becomes the same referral as one that comes in through ``/v1/referrals``."""

from referral_intake.fhir.answer import PATH, answer_of
from referral_intake.fhir.capability import ROOT, capability_statement
from referral_intake.fhir.edge import MEDIA_TYPE, FhirOutcomes
from referral_intake.fhir.issues import MessageRefused
from referral_intake.fhir.outcome import refusal
from referral_intake.fhir.taking import Taken, take

__all__ = [
    "MEDIA_TYPE",
    "PATH",
    "ROOT",
    "FhirOutcomes",
    "MessageRefused",
    "Taken",
    "answer_of",
    "capability_statement",
    "refusal",
    "take",
]
