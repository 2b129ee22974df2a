"""Every way a request to this service, or a message to it, can be wrong."""

from referral_intake.errors.incoming import UnknownReferral
from referral_intake.errors.reading import CursorInvalid, DocumentRefused, NoSuchCodeList, NoSuchReferral
from referral_intake.errors.submitting import (
    RETRY_AFTER_SECONDS,
    KeyMissing,
    KeyReused,
    NotConfirmed,
    NotEnough,
    PartnershipNotServed,
    StillRunning,
    TooBusy,
)

__all__ = [
    "RETRY_AFTER_SECONDS",
    "CursorInvalid",
    "DocumentRefused",
    "KeyMissing",
    "KeyReused",
    "NoSuchCodeList",
    "NoSuchReferral",
    "NotConfirmed",
    "NotEnough",
    "PartnershipNotServed",
    "StillRunning",
    "TooBusy",
    "UnknownReferral",
]
