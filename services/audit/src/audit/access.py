"""Who may see what of the log: role AND relationship AND purpose, and nothing by default. Pure."""

from dataclasses import dataclass
from typing import Final

from audit.disclosure import Party
from contracts.codes import DenialReason, Purpose

AUDITORS: Final = frozenset({"auditor", "caldicott-guardian"})
"""May read every entry of their own partnership, for audit."""

DISCLOSERS: Final = frozenset({"data-protection-officer", "caldicott-guardian"})
"""May have a receipt made for a person or a court, for disclosure."""

AGENCIES: Final = frozenset({"partner", "agency-representative", "macpt-member", "early-help-lead"})
"""Speak for an agency or a team, which may prove what it was party to."""

OPERATORS: Final = frozenset({"operator"})
"""Follow a referral through the services, of any partnership: types, times and versions, and no content."""


@dataclass(frozen=True)
class Asker:
    """Who asks, as the issuer vouches."""

    roles: frozenset[str]
    agency: str
    partnership: str

    def is_any(self, roles: frozenset[str]) -> bool:
        """True with one of the roles."""
        return not self.roles.isdisjoint(roles)


def to_audit(asker: Asker, purpose: Purpose | None, *, home: str | None) -> DenialReason | None:
    """Why entries of the partnership ``home`` stay closed to an auditor; None when they open."""
    if not asker.is_any(AUDITORS):
        return DenialReason.ROLE
    if purpose is not Purpose.AUDIT:
        return DenialReason.PURPOSE
    return at_home(asker, home)


def to_follow(asker: Asker, *, home: str | None) -> DenialReason | None:
    """Why a referral's journey stays closed; None when it opens. An operator is shown it without content."""
    if asker.is_any(OPERATORS):
        return None
    if not asker.is_any(AUDITORS):
        return DenialReason.ROLE
    return at_home(asker, home)


def to_receive(
    asker: Asker, made_for: Party | None, *, purpose: Purpose | None, home: str | None
) -> Party | DenialReason:
    """As which party somebody may have a receipt of a referral, or why not.

    ``made_for`` is the person or court that it is asked for; nobody else may be named. An agency needs no purpose:
    it may see what it was party to, and whether it was, its entries say.
    """
    party, roles, needed = _capacity(asker, made_for)
    if not asker.is_any(roles):
        return DenialReason.ROLE
    if needed is not None and purpose is not needed:
        return DenialReason.PURPOSE
    return at_home(asker, home) or party


def at_home(asker: Asker, home: str | None) -> DenialReason | None:
    """A referral that the log does not know, and one of another partnership, are answered the same."""
    if home is None:
        return DenialReason.NOT_FOUND
    return None if home == asker.partnership else DenialReason.PARTNERSHIP


def _capacity(asker: Asker, made_for: Party | None) -> tuple[Party, frozenset[str], Purpose | None]:
    if made_for is not None:
        return made_for, DISCLOSERS, Purpose.DISCLOSURE
    if asker.is_any(AUDITORS):
        return Party.AUDIT, AUDITORS, Purpose.AUDIT
    return Party.AGENCY, AGENCIES, None
