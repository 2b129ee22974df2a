"""Who is asking: JWT access tokens verified against the issuer's published keys."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Protocol

from contracts.codes import ActorKind
from contracts.problems import Forbidden, Unauthenticated
from fastapi import Depends, Request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chassis.clock import Clock
from chassis.http_client import HttpClient

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
LEEWAY_SECONDS: Final = 30
MAX_TOKEN_BYTES: Final = 8192
REFRESH_SECONDS: Final = 10.0
"""Unknown key ids may cause one refresh in this time: made-up ones must not turn us against the issuer."""

_KIND_OF_ROLE: Final[Mapping[str, ActorKind]] = {
    "partner": ActorKind.PARTNER,
    "operator": ActorKind.OPERATOR,
    "service": ActorKind.SERVICE,
}


@dataclass(frozen=True)
class Principal:
    """Who is asking, as the issuer vouches: an opaque subject, their agency, partnership and roles."""

    subject: str
    kind: ActorKind
    agency: str
    partnership: str
    roles: frozenset[str]
    client_id: str
    token: str = field(repr=False, default="")

    def has_role(self, *roles: str) -> bool:
        """True with any of the roles."""
        return not self.roles.isdisjoint(roles)


class Keys(Protocol):
    """Where verification keys come from."""

    async def get(self, *, refresh: bool) -> KeySet: ...


class PublishedKeys:
    """The issuer's JWKS, found through its discovery document, cached, refreshed at most each ``REFRESH_SECONDS``."""

    def __init__(self, issuer: str, http: HttpClient) -> None:
        self._issuer = issuer
        self._http = http
        self._keys: KeySet | None = None
        self._fetched_at = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self, *, refresh: bool) -> KeySet:
        """The keys. Raises ``NoAnswer`` (503) when the issuer is away and nothing is cached."""
        async with self._lock:
            if self._keys is None or (refresh and self._may_refresh()):
                self._keys = await self._fetch()
            return self._keys

    def _may_refresh(self) -> bool:
        return asyncio.get_running_loop().time() - self._fetched_at > REFRESH_SECONDS

    async def _fetch(self) -> KeySet:
        self._fetched_at = asyncio.get_running_loop().time()
        discovery = await self._http.get_json(f"{self._issuer}/.well-known/openid-configuration")
        return KeySet.import_key_set(await self._http.get_json(discovery["jwks_uri"]))


class Verifier:
    """Verifies signature, algorithm, issuer, audience and times. MUST NOT trust anything a token says before that."""

    def __init__(self, keys: Keys, *, issuer: str, audience: str, clock: Clock) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._clock = clock

    async def verify(self, token: str) -> Principal:
        """The principal a token proves. Raises ``Unauthenticated``, or ``Forbidden`` when it names no agency."""
        if len(token) > MAX_TOKEN_BYTES:
            raise Unauthenticated("The access token is too long")
        claims = await self._claims(token)
        self._check(claims)
        return _principal(claims, token)

    async def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            return self._decode(token, await self._keys.get(refresh=False))
        except (JoseError, ValueError):
            pass  # perhaps signed with a key published since
        try:
            return self._decode(token, await self._keys.get(refresh=True))
        except (JoseError, ValueError) as error:
            raise Unauthenticated("The access token is not valid", headers=_CHALLENGE) from error

    def _decode(self, token: str, keys: KeySet) -> Mapping[str, Any]:
        return jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims

    def _check(self, claims: Mapping[str, Any]) -> None:
        now = int(self._clock.now().timestamp())
        rules = jwt.JWTClaimsRegistry(
            now=now,
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            rules.validate(dict(claims))
        except JoseError as error:
            raise Unauthenticated("The access token has expired or is not for us", headers=_CHALLENGE) from error


_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


def _principal(claims: Mapping[str, Any], token: str) -> Principal:
    roles = frozenset(str(role) for role in claims.get("roles") or ())
    kind = next((kind for role, kind in _KIND_OF_ROLE.items() if role in roles), ActorKind.PERSON)
    agency, partnership = str(claims.get("agency") or ""), str(claims.get("partnership") or "")
    if kind in (ActorKind.PARTNER, ActorKind.PERSON) and not (agency and partnership):
        raise Forbidden("Your account is not linked to an agency. Ask your Frontdoor operator to link it")
    return Principal(
        subject=str(claims["sub"]),
        kind=kind,
        agency=agency,
        partnership=partnership,
        roles=roles,
        client_id=str(claims.get("azp") or claims.get("client_id") or ""),
        token=token,
    )


async def authenticated(request: Request) -> Principal:
    """FastAPI dependency: the principal of the request's bearer token."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated(
            "Send an access token in the Authorization header", headers={"WWW-Authenticate": "Bearer"}
        )
    verifier: Verifier = request.app.state.verifier
    return await verifier.verify(token.strip())


SignedIn = Annotated[Principal, Depends(authenticated)]


def require_role(principal: Principal, *roles: str) -> None:
    """Raises ``Forbidden`` without any of the roles."""
    if not principal.has_role(*roles):
        raise Forbidden("Your role does not allow this")


def signed_in_as(*roles: str) -> Callable[[Principal], Principal]:
    """A FastAPI dependency: the principal, who has one of the roles."""

    def check(principal: SignedIn) -> Principal:
        require_role(principal, *roles)
        return principal

    return check
