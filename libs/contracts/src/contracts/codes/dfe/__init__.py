"""The Department for Education's lists, as the children in need census has them."""

from contracts.codes.dfe.authorities import LocalAuthority
from contracts.codes.dfe.identifiers import UpnUnknownReason
from contracts.codes.dfe.need import (
    AbuseCategory,
    AssessmentFactor,
    ContactSource,
    PrimaryNeed,
    ReviewParticipation,
    SocialCareClosureReason,
)
from contracts.codes.dfe.people import Disability, Ethnicity, Gender, Sex

__all__ = [
    "AbuseCategory",
    "AssessmentFactor",
    "ContactSource",
    "Disability",
    "Ethnicity",
    "Gender",
    "LocalAuthority",
    "PrimaryNeed",
    "ReviewParticipation",
    "Sex",
    "SocialCareClosureReason",
    "UpnUnknownReason",
]
