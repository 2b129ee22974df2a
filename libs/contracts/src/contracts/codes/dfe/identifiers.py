"""Why a child's identifier is not known."""

from contracts.codes.code import Code


class UpnUnknownReason(Code):
    """DfE children in need census, why a unique pupil number is not given.

    The census lists UN6 without saying what it means, and so do we.
    """

    NOT_YET_ASSIGNED = "UN1", "Not of school age and not yet assigned one"
    NEVER_IN_MAINTAINED_SCHOOL = "UN2", "Never attended a maintained school in England"
    EDUCATED_OUTSIDE_ENGLAND = "UN3", "Educated outside England"
    NEWLY_KNOWN = "UN4", "Newly known, and not yet found out"
    SOURCES_DISAGREE = "UN5", "Sources disagree"
    UN6 = "UN6", "Reason UN6 (the census gives no wording)"
    REFERRAL_NFA = "UN7", "Referral with no further action"
