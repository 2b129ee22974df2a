"""Who is signed in and for how long; pure."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

SECRET_BYTES: Final = 32
ATTEMPT_LASTS: Final = timedelta(minutes=10)
"""How long somebody may take on the issuer's sign-in page."""


@dataclass(frozen=True)
class Lifetimes:
    """``idle`` ends a session that nobody uses, ``absolute`` every session."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True)
class Place:
    """An agency of a partnership that somebody acts for, and their roles there. An operator's names no partnership."""

    partnership: str
    agency: str
    roles: frozenset[str]

    @property
    def name(self) -> str:
        """As services are asked to let somebody act for it."""
        return f"{self.partnership}/{self.agency}"


@dataclass(frozen=True)
class Person:
    """Who signed in, as the issuer vouches, in the place they act for now; ``places`` are all they may choose.

    Roles choose what the menu shows; what is allowed the services say.
    """

    subject: str
    name: str = field(repr=False)
    agency: str
    partnership: str
    roles: frozenset[str]
    places: tuple[Place, ...] = ()

    @property
    def acting_for(self) -> str:
        """The place that services are sent; nothing where there is nothing to choose."""
        return f"{self.partnership}/{self.agency}" if len(self.places) > 1 else ""

    def in_place(self, name: str) -> "Person | None":
        """The same person in another of their places; None when it is none of theirs."""
        chosen = next((place for place in self.places if place.name == name), None)
        if chosen is None:
            return None
        return replace(self, agency=chosen.agency, partnership=chosen.partnership, roles=chosen.roles)

    def has_role(self, *roles: str) -> bool:
        """True with any of the roles."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True)
class Tokens:
    """What the issuer gave; never sent to a browser."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    ends_at: datetime


@dataclass(frozen=True)
class Session:
    """One signed-in browser. ``key`` is a digest of its cookie, from which nobody can make the cookie."""

    key: bytes = field(repr=False)
    person: Person
    began_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    tokens: Tokens | None = field(repr=False)

    def ends_at(self, lifetimes: Lifetimes) -> datetime:
        """When it ends unless it is used before; never after its absolute end."""
        return min(self.seen_at + lifetimes.idle, self.began_at + lifetimes.absolute)

    def is_over(self, lifetimes: Lifetimes, *, now: datetime) -> bool:
        """Whether it was ended, was left unused, or is too old."""
        return self.ended_at is not None or self.tokens is None or now >= self.ends_at(lifetimes)


@dataclass(frozen=True)
class Attempt:
    """A sign-in that has gone to the issuer and not come back yet."""

    state: str
    nonce: str
    verifier: str = field(repr=False)
    return_to: str
    began_at: datetime


def new_secret() -> str:
    """An opaque value for a cookie: 256 random bits."""
    return secrets.token_urlsafe(SECRET_BYTES)


def key_of(secret: str) -> bytes:
    """What is kept of a cookie's secret."""
    return hashlib.sha256(b"frontdoor session key\x00" + secret.encode()).digest()


def csrf_token(secret: str) -> str:
    """Bound to one session by its secret, so that there is nothing to keep."""
    return hmac.new(secret.encode(), b"frontdoor csrf", hashlib.sha256).hexdigest()


def csrf_matches(secret: str, given: str) -> bool:
    """Whether a form was made for this session; takes as long whatever was given."""
    return hmac.compare_digest(csrf_token(secret).encode(), given.encode())
