"""From a message to the same form that ``POST /v1/referrals`` takes."""

from referral_intake.fhir.mapping.referral import draft_of

__all__ = ["draft_of"]
