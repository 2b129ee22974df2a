"""Partner systems: who they are, what they may do, how much they may send, and the keys they prove it with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from contracts.codes import ContactSource, SuspensionReason

Jwk = Mapping[str, str]
"""A public key as RFC 7517 writes it; every member of the kinds that are taken is text."""


class Scope(StrEnum):
    """What a partner's system may do; each has a limit of its own."""

    SEND = "referrals:send"
    READ = "referrals:read"


EVERY_SCOPE: Final = tuple(Scope)


@dataclass(frozen=True)
class Rates:
    """How many requests of each scope a partner may make in any minute."""

    referrals_per_minute: int
    reads_per_minute: int

    def of(self, scope: Scope) -> int:
        """The limit of one scope."""
        return self.referrals_per_minute if scope is Scope.SEND else self.reads_per_minute


@dataclass(frozen=True)
class OwnRates:
    """Limits that were agreed with one partner; None leaves what everybody has."""

    referrals_per_minute: int | None = None
    reads_per_minute: int | None = None

    def over(self, everybody: Rates) -> Rates:
        """The limits in effect."""
        return Rates(
            self.referrals_per_minute or everybody.referrals_per_minute,
            self.reads_per_minute or everybody.reads_per_minute,
        )


@dataclass(frozen=True)
class PublicKey:
    """A key as a partner hands it in, named by its thumbprint (RFC 7638)."""

    thumbprint: str
    jwk: Jwk


@dataclass(frozen=True)
class PartnerKey:
    """A key as it is kept: believed until ``until``, or until further notice."""

    key: PublicKey
    added_at: datetime
    until: datetime | None = None

    def is_believed(self, at: datetime) -> bool:
        """Whether it proves anything at this time; at ``until`` it no longer does."""
        return self.until is None or at < self.until


@dataclass(frozen=True)
class Agreement:
    """What was agreed with a partner about one of its systems. ``jwks_url`` is where it publishes keys itself."""

    client_id: str
    partnership: str
    agency: str
    name: str | None
    source: ContactSource
    scopes: tuple[Scope, ...]
    rates: OwnRates
    jwks_url: str | None


@dataclass(frozen=True)
class Registration:
    """A partner as an operator describes it: with keys, or with an address where it publishes them."""

    agreement: Agreement
    keys: tuple[PublicKey, ...]


@dataclass(frozen=True)
class Rotation:
    """A new key, and how long the old ones are believed beside it."""

    new: PublicKey
    overlap: timedelta


@dataclass(frozen=True)
class Partner:
    """A registered partner system. ``suspended_for`` is set exactly while it is suspended."""

    agreement: Agreement
    keys: tuple[PartnerKey, ...]
    registered_at: datetime
    suspended_at: datetime | None = None
    suspended_for: SuspensionReason | None = None

    @property
    def client_id(self) -> str:
        """Its name at the issuer."""
        return self.agreement.client_id

    def believed_keys(self, at: datetime) -> tuple[PublicKey, ...]:
        """The keys that prove this partner at a time, the oldest first; none while it is suspended."""
        if self.suspended_at is not None:
            return ()
        return tuple(kept.key for kept in self.keys if kept.is_believed(at))


@dataclass(frozen=True)
class Limited:
    """How often a client was refused for asking too often, and when last."""

    client_id: str
    partnership: str
    agency: str
    scope: Scope
    times: int
    last_at: datetime
