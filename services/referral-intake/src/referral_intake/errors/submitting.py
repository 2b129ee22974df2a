"""Every way a referral can be refused."""

from typing import Final

from contracts.problems import Conflict, FieldError, Forbidden, Invalid, Unavailable

RETRY_AFTER_SECONDS: Final = 1
RULES_RETRY_AFTER_SECONDS: Final = 300
"""People have to add a version of the pack and start the service again."""
_RETRY_AFTER: Final = {"Retry-After": str(RETRY_AFTER_SECONDS)}


class NotEnough(Invalid):
    """Nobody could find the child, understand the concern or ask the sender back."""

    slug, title = "not-enough", "Tell us a little more, so that someone can act on this referral"

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__(
            "If a child is in danger now, call 999. Then add what is listed and send it again.", errors=errors
        )


class FormRefused(Invalid):
    """Something does not fit its field. The kind of problem is the same as for every other form."""

    def __init__(self, errors: tuple[FieldError, ...]) -> None:
        super().__init__(
            "If a child is in danger now, call 999. Then change what is listed and send it again.", errors=errors
        )


class KeyMissing(Invalid):
    """Without a key, sending again after a lost answer would make a second referral."""

    slug, title, status = "idempotency-key-missing", "Send an Idempotency-Key header", 400

    def __init__(self) -> None:
        super().__init__(
            "Make a new key for each referral, 1 to 255 visible ASCII characters without a space, such as a random "
            "UUID, and send the same key when you try again."
        )


class KeyReused(Invalid):
    """The key was used for another request: another referral, or the same one with something changed since."""

    slug, title = "idempotency-key-reused", "This Idempotency-Key was used for something else"

    def __init__(self) -> None:
        super().__init__(
            "If this is something new, send it with a new key. If it is what you sent before with something changed, "
            "we have what you sent before: add what has changed, or put it right, in a supplement."
        )


class StillRunning(Conflict):
    """The same key is being worked on at this moment."""

    slug, title = "still-running", "We are still saving a referral sent with this Idempotency-Key"

    def __init__(self) -> None:
        super().__init__("Send the same request with the same key in a moment.", headers=_RETRY_AFTER)


class TooBusy(Unavailable):
    """More referrals wait to be saved than can be in good time; this one was not taken."""

    slug, title = "too-busy", "We cannot save your referral right now"

    def __init__(self) -> None:
        super().__init__(
            "If a child is in danger now, call 999. Send the same request with the same key in a moment.",
            headers=_RETRY_AFTER,
        )


class NotConfirmed(Unavailable):
    """Saving took too long to wait for: it may yet be saved, so only the same key is safe."""

    slug, title = "not-confirmed", "We cannot confirm yet that your referral is saved"

    def __init__(self) -> None:
        super().__init__(
            "If a child is in danger now, call 999. Send the same request with the same key in a moment.",
            headers=_RETRY_AFTER,
        )


class RulesNotInForce(Unavailable):
    """The partnership's pack has ended, or has not begun; ``phone_advice`` says whom to phone about a child."""

    slug, title = "no-pack-in-force", "We cannot take new referrals for your partnership at the moment"

    def __init__(self, phone_advice: str) -> None:
        super().__init__(
            f"If a child is in danger now, call 999. To tell us about a child, {phone_advice}. "
            "Send the same request with the same key later: we have been warned and are putting this right.",
            headers={"Retry-After": str(RULES_RETRY_AFTER_SECONDS)},
        )


class PartnershipNotServed(Forbidden):
    """The token names a partnership without a pack."""

    slug, title = "partnership-not-served", "This service does not take referrals for your partnership"

    def __init__(self) -> None:
        super().__init__("Ask the people who gave you access. If a child is in danger now, call 999.")
