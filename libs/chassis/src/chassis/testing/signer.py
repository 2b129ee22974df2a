"""A test issuer: signs tokens with a key of its own, so that verification is real without a server."""

from datetime import timedelta
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from chassis.clock import Clock, SystemClock
from chassis.web.auth import Verifier

ISSUER: Final = "https://issuer.example.org/realms/frontdoor"
AUDIENCE: Final = "frontdoor"


class Signer:
    """Makes tokens that ``verifier`` accepts."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.key = RSAKey.generate_key(2048, parameters={"kid": "test-key", "use": "sig"})
        self.published = KeySet([self.key])
        self.fetched = 0

    async def get(self, *, refresh: bool) -> KeySet:
        """The keys, as ``Verifier`` asks for them."""
        self.fetched += 1
        return self.published

    async def check(self) -> None:
        """Its keys are always there."""

    def verifier(self) -> Verifier:
        """A verifier that trusts this signer only."""
        return Verifier(self, issuer=ISSUER, audience=AUDIENCE, clock=self.clock)

    def token(
        self,
        *,
        subject: str = "7d1c9a52-0000-4000-8000-000000000001",
        roles: tuple[str, ...] | list[str] = ("partner",),
        agency: str | None = "ashcroft-primary",
        partnership: str | None = "wandsworth",
        **claims: Any,
    ) -> str:
        """An access token; ``claims`` add to or replace the usual ones."""
        now = self.clock.now()
        body = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "azp": "test-client",
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=5)).timestamp()),
            "roles": list(roles),
            "agency": agency,
            "partnership": partnership,
            **claims,
        }
        return jwt.encode(
            {"alg": "RS256", "kid": "test-key"}, {k: v for k, v in body.items() if v is not None}, self.key
        )

    def bearer(self, **claims: Any) -> dict[str, str]:
        """The Authorization header with a token."""
        return {"Authorization": f"Bearer {self.token(**claims)}"}
