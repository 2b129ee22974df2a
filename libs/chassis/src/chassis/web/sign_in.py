"""A fresh sign-in: some acts need a person who proved lately who they are, and this service checks it itself.

RFC 9470 (OAuth 2.0 step-up authentication challenge): the refusal says how old a sign-in may be, so that a client
sends the person to sign in again with that ``max_age``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.web.auth import LEEWAY_SECONDS, Principal
from contracts.problems import Unauthenticated


@dataclass(frozen=True)
class FreshSignIn:
    """How lately a person must have signed in, and at which strengths (values of ``acr``; none named: at any)."""

    within: timedelta
    acr: frozenset[str] = frozenset()

    def holds(self, principal: Principal, *, now: datetime) -> bool:
        """Whether the token says so. One that does not say when the person signed in does not."""
        signed_in_at = principal.signed_in_at
        if signed_in_at is None or (self.acr and principal.acr not in self.acr):
            return False
        return now - signed_in_at <= self.within + timedelta(seconds=LEEWAY_SECONDS)

    def check(self, principal: Principal, *, now: datetime) -> None:
        """Raises ``SignInAgain``."""
        if not self.holds(principal, now=now):
            raise SignInAgain(self)


class SignInAgain(Unauthenticated):
    """Who is asking is known, but not since lately enough for this."""

    slug, title = "sign-in-again", "Sign in again to do this"

    def __init__(self, policy: FreshSignIn) -> None:
        seconds = int(policy.within.total_seconds())
        challenge = [
            'error="insufficient_user_authentication"',
            'error_description="A more recent sign-in is needed"',
            f'max_age="{seconds}"',
        ]
        if policy.acr:
            challenge.append(f'acr_values="{" ".join(sorted(policy.acr))}"')
        super().__init__(
            f"This needs a sign-in within the last {seconds // 60} minutes. Sign in, then send the same request again.",
            headers={"WWW-Authenticate": "Bearer " + ", ".join(challenge)},
        )
