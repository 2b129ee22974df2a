"""Who calls: tokens for every agency's system and for every person, made again before they are old."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from bench.issuer import Issuer

RENEW_AFTER_SECONDS: Final = 600.0
"""Less than the fifteen minutes for which somebody who authorises has signed in freshly."""


@dataclass(frozen=True)
class Who:
    """A system of an agency, or a person of it, by role."""

    partnership: str | None
    agency: str
    role: str
    number: int = 0
    """Tells several people of one role apart."""

    @property
    def subject(self) -> str:
        """What tokens call them; the same in every run."""
        return str(uuid5(NAMESPACE_URL, f"{self.partnership}/{self.agency}/{self.role}/{self.number}"))


def system_of(partnership: str, agency: str) -> Who:
    """The system by which an agency sends and answers."""
    return Who(partnership, agency, "partner")


OPERATOR: Final = Who(None, "frontdoor", "operator")


@dataclass
class Tokens:
    """The Authorization header of anybody."""

    issuer: Issuer
    _made: dict[Who, tuple[str, float]] = field(default_factory=dict)

    def header(self, who: Who) -> str:
        """The value of the header, with a token that holds for most of an hour."""
        value, at = self._made.get(who, ("", 0.0))
        if not value or time.monotonic() - at > RENEW_AFTER_SECONDS:
            value = f"Bearer {self._token(who)}"
            self._made[who] = value, time.monotonic()
        return value

    def _token(self, who: Who) -> str:
        return self.issuer.token(
            subject=who.subject,
            roles=[who.role],
            agency=who.agency,
            partnership=who.partnership,
            azp=f"{who.agency}-system",
            auth_time=int(self.issuer.signer.clock.now().timestamp()),
        )


@dataclass(frozen=True)
class SignedIn:
    """One of them, as the operators' client wants it."""

    tokens: Tokens
    who: Who

    async def bearer(self) -> Mapping[str, str]:
        """The Authorization header."""
        return {"Authorization": self.tokens.header(self.who)}
