"""Whom a token names: a subject, their home, their roles, and the memberships beside them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, Self

from contracts.codes import ActorKind
from contracts.problems import Forbidden, Unauthenticated

ACTING_FOR: Final = "Acting-For"
"""The header in which somebody with several memberships names one: ``partnership/agency``. Their home needs none."""

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_SUBJECT: Final = re.compile(r"[\x21-\x7e]{1,255}")
_KIND_OF_ROLE: Final[Mapping[str, ActorKind]] = {
    "partner": ActorKind.PARTNER,
    "operator": ActorKind.OPERATOR,
    "service": ActorKind.SERVICE,
}


@dataclass(frozen=True, order=True)
class Membership:
    """A role that somebody has in an agency of a partnership, beside their home."""

    partnership: str
    agency: str
    role: str

    @property
    def place(self) -> str:
        """How ``Acting-For`` names it."""
        return f"{self.partnership}/{self.agency}"


@dataclass(frozen=True)
class Principal:
    """Who is asking, as the issuer vouches: an opaque subject, their agency, partnership and roles.

    ``memberships`` are what the issuer vouches for beside these; one request is made in one of them.

    ``signed_in_at`` is when a person last proved who they are (``auth_time``), ``acr`` how; ``expires_at`` is the end
    of the token. Systems sign in again for each token, so theirs may say nothing of the first two.
    """

    subject: str
    kind: ActorKind
    agency: str
    partnership: str
    roles: frozenset[str]
    client_id: str
    token: str = field(repr=False, default="")
    signed_in_at: datetime | None = None
    acr: str = ""
    expires_at: datetime | None = None
    memberships: tuple[Membership, ...] = ()

    def acting_for(self, place: str) -> Self:
        """The same principal in another membership, with its roles and no others. Raises ``Forbidden``."""
        if place == f"{self.partnership}/{self.agency}":
            return self
        chosen = [each for each in self.memberships if each.place == place]
        if not chosen:
            raise Forbidden("Your account does not act for this agency of this partnership. Choose one that it does")
        return replace(
            self,
            partnership=chosen[0].partnership,
            agency=chosen[0].agency,
            roles=frozenset(each.role for each in chosen),
            kind=ActorKind.PERSON,
        )

    def has_role(self, *roles: str) -> bool:
        """True with any of the roles."""
        return not self.roles.isdisjoint(roles)


def principal_of(claims: Mapping[str, Any], token: str) -> Principal:
    """The principal that verified claims name. Raises ``Forbidden`` without an agency, ``Unauthenticated``."""
    roles = _codes(claims.get("roles"))
    kind = next((kind for role, kind in _KIND_OF_ROLE.items() if role in roles), ActorKind.PERSON)
    agency, partnership = _code(claims.get("agency")), _code(claims.get("partnership"))
    if kind in (ActorKind.PARTNER, ActorKind.PERSON) and not (agency and partnership):
        raise Forbidden("Your account is not linked to an agency. Ask your Frontdoor operator to link it")
    if not _SUBJECT.fullmatch(claims["sub"]):
        raise refused("The access token names no usable subject")
    return Principal(
        subject=claims["sub"],
        kind=kind,
        agency=agency,
        partnership=partnership,
        roles=roles,
        client_id=_code(claims.get("azp") or claims.get("client_id")),
        token=token,
        signed_in_at=_instant(claims.get("auth_time")),
        acr=_code(claims.get("acr")),
        expires_at=_instant(claims["exp"]),
        memberships=_memberships(claims.get("memberships")),
    )


def _memberships(values: object) -> tuple[Membership, ...]:
    """``partnership/agency/role`` each; what is written otherwise is none, and nobody is a system by membership."""
    parts = [value.split("/") for value in values if isinstance(value, str)] if isinstance(values, list) else []
    found = {Membership(*map(_code, each)) for each in parts if len(each) == 3 and all(map(_code, each))}
    return tuple(sorted(each for each in found if each.role not in _KIND_OF_ROLE))


def _instant(value: object) -> datetime | None:
    """A claim in seconds since 1970; anything else is as good as nothing."""
    try:
        return datetime.fromtimestamp(value, UTC) if type(value) in (int, float) else None  # type: ignore[arg-type]
    except (ValueError, OverflowError, OSError):
        return None


def _code(value: object) -> str:
    """A claim that is a code; anything else is as good as nothing."""
    return value if isinstance(value, str) and _CODE.fullmatch(value) else ""


def _codes(values: object) -> frozenset[str]:
    """The codes of a list; a string is not a list of its letters."""
    return frozenset(filter(None, map(_code, values))) if isinstance(values, list) else frozenset()


def refused(detail: str) -> Unauthenticated:
    """A token that proves nothing, with what to do about it."""
    return Unauthenticated(detail, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
