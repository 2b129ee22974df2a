"""Every way a supplement or a withdrawal can be refused."""

from contracts.problems import Conflict, FieldError, Invalid, Problem


class SupplementRefused(Invalid):
    """Nobody could act on it, or the referral would no longer be one."""

    slug, title = "supplement-refused", "Some of what you sent needs to change before we can add it"

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__(
            "If a child is in danger now, call 999. Then change what is listed and send it again.", errors=errors
        )


class AlreadyWithdrawn(Conflict):
    """A referral is taken back once."""

    slug, title = "already-withdrawn", "This referral was already withdrawn"

    def __init__(self) -> None:
        super().__init__("Nothing more is needed. If you have something to add, send a supplement.")


class ReferralDestroyed(Problem):
    """The time to keep it is over: its document was destroyed after a review. Only told to those who may know of it."""

    slug, title, status = "referral-destroyed", "This referral is no longer kept", 410

    def __init__(self, day: str | None) -> None:
        said = f"What it said was destroyed on {day}; the certificate is in the log. " if day is not None else ""
        super().__init__(said + "If you are worried about a child, send a new referral. In an emergency call 999.")


class DocumentFull(Conflict):
    """A referral that grows without end can be read by nobody."""

    slug, title = "document-full", "This referral has become too long to add to"

    def __init__(self) -> None:
        super().__init__("Send a new referral, and name the reference of this one in it.")
