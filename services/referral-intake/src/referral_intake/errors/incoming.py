"""Every way a message can be wrong."""

from contracts.problems import Invalid


class UnknownReferral(Invalid):
    """An event about a referral that is not kept here."""

    slug, title = "unknown-referral", "The event is about a referral that is not kept here"
