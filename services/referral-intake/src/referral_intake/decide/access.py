"""Who may see how much."""

from contracts.codes import DenialReason, Purpose
from contracts.problems import Problem
from policy.local_time import day
from referral_intake.errors import DocumentRefused, DocumentRestricted, NoSuchReferral, ReferralDestroyed
from referral_intake.model import (
    DOCUMENT_PURPOSES,
    OWN_AGENCY_ROLES,
    RESTRICTED_READER,
    Asker,
    Referral,
)


def read_status(referral: Referral | None, asker: Asker) -> Referral | DenialReason:
    """The referral, for its own agency only, which may follow it, add to it and take it back; or why not."""
    if not OWN_AGENCY_ROLES.intersection(asker.roles):
        return DenialReason.ROLE
    if referral is None:
        return DenialReason.NOT_FOUND
    if referral.partnership != asker.partnership:
        return DenialReason.PARTNERSHIP
    return referral if referral.agency == asker.agency else DenialReason.RELATIONSHIP


def read_document(referral: Referral | None, asker: Asker, purpose: Purpose | None) -> Referral | DenialReason:
    """The referral, for staff of its partnership whose role reads documents for this purpose; or why not.

    Role and purpose come first: anyone who is refused for them learns nothing about what exists.
    """
    allowed = [DOCUMENT_PURPOSES[role] for role in asker.roles if role in DOCUMENT_PURPOSES]
    if not allowed:
        return DenialReason.ROLE
    if not any(purpose in purposes for purposes in allowed):
        return DenialReason.PURPOSE
    if referral is None:
        return DenialReason.NOT_FOUND
    if referral.partnership != asker.partnership:
        return DenialReason.PARTNERSHIP
    return DenialReason.RESTRICTED if referral.restricted and RESTRICTED_READER not in asker.roles else referral


def destroyed(referral: Referral | None) -> ReferralDestroyed:
    """The answer to anyone who may know of a referral whose document is no longer kept."""
    gone = referral.disposed_at if referral is not None else None
    return ReferralDestroyed(day(gone) if gone is not None else None)


def denied(reason: DenialReason) -> Problem:
    """The answer to a refused reader of a document; that a record exists, nobody learns who may not see it.

    That a restricted one exists, those learn who could read it otherwise, so that they know to ask.
    """
    if reason is DenialReason.RESTRICTED:
        return DocumentRestricted()
    return DocumentRefused() if reason in (DenialReason.ROLE, DenialReason.PURPOSE) else NoSuchReferral()
