"""How far a referral has come, as its sender sees it."""

from referral_intake.model import (
    Milestones,
    Status,
)


def status(milestones: Milestones) -> Status:
    """The furthest step that was reached."""
    if milestones.closed_at is not None:
        return Status.CLOSED
    if milestones.decided_at is not None:
        return Status.DECIDED
    if milestones.looked_at is not None:
        return Status.BEING_LOOKED_AT
    return Status.RECEIVED
