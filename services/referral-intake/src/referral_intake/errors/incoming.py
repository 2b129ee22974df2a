"""Every way a message can be wrong."""

from contracts.problems import Invalid


class UnknownReferral(Invalid):
    """An event about a referral that is not kept here."""

    slug, title = "unknown-referral", "The event is about a referral that is not kept here"


class UnknownChild(Invalid):
    """An event about a child that is not kept here, or not in that referral."""

    slug, title = "unknown-child", "The event is about a child that is not kept here"


class UnknownQuestion(Invalid):
    """An answer to a question of which this service was never notified."""

    slug, title = "unknown-question", "The event is about a question that is not kept here"
