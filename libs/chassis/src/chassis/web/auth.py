"""Who is asking: JWT access tokens verified against the issuer's published keys."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError, UnsupportedAlgorithmError
from joserfc.jwk import GuestProtocol, Key, KeySet
from joserfc.jws import JWSRegistry
from starlette.types import Scope

from chassis.clock import Clock
from chassis.http_client import HttpClient
from chassis.settings import ServiceSettings
from chassis.web.issuer_keys import Keys, PublishedKeys
from contracts.codes import ActorKind
from contracts.problems import Forbidden, Problem, Unauthenticated

__all__ = [
    "Admit",
    "Keys",
    "Principal",
    "PublishedKeys",
    "SignedIn",
    "Verifier",
    "anybody",
    "authenticated",
    "client_of",
    "issuers_verifier",
    "require_role",
    "signed_in_as",
]

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
LEEWAY_SECONDS: Final = 30
MAX_TOKEN_BYTES: Final = 8192
KNOWN_TOKENS: Final = 10_000
"""How many verified tokens are known again: more than a partnership's partners and staff together."""

PROVEN: Final = "frontdoor.proven"
"""Where in the scope the principal is whom the token proves, once it was verified."""

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_SUBJECT: Final = re.compile(r"[\x21-\x7e]{1,255}")
_KIND_OF_ROLE: Final[Mapping[str, ActorKind]] = {
    "partner": ActorKind.PARTNER,
    "operator": ActorKind.OPERATOR,
    "service": ActorKind.SERVICE,
}


@dataclass(frozen=True)
class Principal:
    """Who is asking, as the issuer vouches: an opaque subject, their agency, partnership and roles.

    ``signed_in_at`` is when a person last proved who they are (``auth_time``), ``acr`` how; ``expires_at`` is the end
    of the token. Systems sign in anew for each token, so theirs may say nothing of the first two.
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

    def has_role(self, *roles: str) -> bool:
        """True with any of the roles."""
        return not self.roles.isdisjoint(roles)


class Verifier:
    """Verifies signature, algorithm, issuer, audience and times. MUST NOT trust anything a token says before that.

    A partner sends one token with each of many requests: a token that was verified is known again for as long as it
    and the keys that were published then last. Anything that was refused is verified again each time.
    """

    def __init__(self, keys: Keys, *, issuer: str, audience: str, clock: Clock) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._verified = _Verified()

    async def check(self) -> None:
        """For readiness: raises ``NoAnswer`` while there is no key to verify a token with."""
        await self._keys.check()

    async def verify(self, token: str) -> Principal:
        """The principal a token proves.

        Raises ``Unauthenticated``; ``Forbidden`` when it names no agency; ``NoAnswer`` (503) when the key that would
        prove it cannot be had now.
        """
        if len(token) > MAX_TOKEN_BYTES:
            raise _refused("The access token is too long")
        keys = await self._keys.get(refresh=False)
        known = self._verified.find(token, keys, at=self._clock.now().timestamp())
        if known is not None:
            return known
        claims = await self._claims(token, keys)
        self._check(claims)
        principal = _principal(claims, token)
        self._verified.keep(token, principal, until=float(claims["exp"]))
        return principal

    async def _claims(self, token: str, keys: KeySet) -> Mapping[str, Any]:
        """Only a key id that is not known asks the issuer again: a wrong signature is wrong whatever was published."""
        try:
            return _decode(token, keys)
        except _UnknownKey:
            pass  # perhaps published since
        try:
            return _decode(token, await self._keys.get(refresh=True))
        except _UnknownKey as error:
            raise _refused(
                "The access token is signed with a key that the issuer does not publish (any more). Get a new one"
            ) from error

    def _check(self, claims: Mapping[str, Any]) -> None:
        rules = jwt.JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            rules.validate(dict(claims))
        except ExpiredTokenError as error:
            raise _refused("The access token has expired. Get a new one, and send the request again") from error
        except (JoseError, ValueError, OverflowError) as error:
            advice = "The access token is of another issuer, for somebody else, or not valid yet. Get one of our issuer"
            raise _refused(advice) from error
        if claims.get("typ", "Bearer") != "Bearer":  # an ID or refresh token of the same issuer
            raise _refused("This is a token, but not an access token")


class _Verified:
    """Tokens that were verified with one set of keys. Other keys, as when one was withdrawn: all are forgotten."""

    def __init__(self) -> None:
        self._keys: KeySet | None = None
        self._known: dict[str, tuple[Principal, float]] = {}

    def find(self, token: str, keys: KeySet, *, at: float) -> Principal | None:
        """The principal of a token that was verified with these very keys and has not expired at ``at``."""
        if keys is not self._keys:
            self._keys, self._known = keys, {}
        principal, until = self._known.get(token, (None, 0.0))
        return principal if at < until else None

    def keep(self, token: str, principal: Principal, *, until: float) -> None:
        """Know it again until then. The oldest goes when there are too many: a flood of tokens fills no memory."""
        if len(self._known) >= KNOWN_TOKENS:
            del self._known[next(iter(self._known))]
        self._known[token] = principal, until


class _UnknownKey(Exception):
    """The token names a key that is not among those given."""


class _Algorithms(JWSRegistry):
    """Our list of algorithms and nothing else: no ``none``, and no HMAC that would take a public key for a secret."""

    def get_alg(self, name: str) -> Any:
        if name not in ALGORITHMS:
            raise UnsupportedAlgorithmError("The algorithm is not allowed")
        return self.algorithms[name]


_ALGORITHMS: Final = _Algorithms()


def _decode(token: str, keys: KeySet) -> Mapping[str, Any]:
    """The claims, once the signature is verified. Raises ``_UnknownKey`` and ``Unauthenticated``."""

    def named(signed: GuestProtocol) -> Key:
        header = signed.headers()
        for key in keys:
            if key.kid == header.get("kid") and key.get("alg", header["alg"]) == header["alg"]:
                return key
        raise _UnknownKey

    try:
        return jwt.decode(token, named, registry=_ALGORITHMS).claims
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _refused("The access token is not valid. Send it whole, as the issuer gave it") from error


def _refused(detail: str) -> Unauthenticated:
    return Unauthenticated(detail, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


def _principal(claims: Mapping[str, Any], token: str) -> Principal:
    roles = _codes(claims.get("roles"))
    kind = next((kind for role, kind in _KIND_OF_ROLE.items() if role in roles), ActorKind.PERSON)
    agency, partnership = _code(claims.get("agency")), _code(claims.get("partnership"))
    if kind in (ActorKind.PARTNER, ActorKind.PERSON) and not (agency and partnership):
        raise Forbidden("Your account is not linked to an agency. Ask your Frontdoor operator to link it")
    if not _SUBJECT.fullmatch(claims["sub"]):
        raise _refused("The access token names no usable subject")
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
    )


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


_SCHEME: Final = HTTPBearer(auto_error=False, bearerFormat="JWT", description="An access token of the issuer")


def issuers_verifier(settings: ServiceSettings, http: HttpClient, *, clock: Clock) -> Verifier:
    """The verifier that trusts the issuer of the settings and no other; asks it for nothing yet."""
    keys = PublishedKeys(settings.oidc_issuer, http)
    return Verifier(keys, issuer=settings.oidc_issuer, audience=settings.oidc_audience, clock=clock)


Admit = Callable[[Principal], Awaitable[None]]
"""Raises when a principal who is proven is refused all the same, whatever the route."""


async def anybody(_: Principal) -> None:
    """Everybody who is proven may ask; each route says who gets an answer."""


def client_of(principal: Principal) -> str:
    """The name at the issuer by which a system is registered, counted, remembered and suspended."""
    return principal.client_id or principal.subject


async def authenticated(
    request: Request, _documented: Annotated[HTTPAuthorizationCredentials | None, Depends(_SCHEME)] = None
) -> Principal:
    """FastAPI dependency: the principal of the request's bearer token. Raises as ``Verifier.verify`` and ``Admit`` do.

    Every route that needs a token comes by here, so a principal that is refused here is refused everywhere.
    """
    principal = await _proven(request)
    admit: Admit = request.app.state.admit
    await admit(principal)
    return principal


async def sender_of(scope: Scope) -> str:
    """Whose request it is, by its token and before its body is read; empty for everybody without a good one.

    All that a system of others sends is one sender's, whoever uses it.
    """
    try:
        principal = await _proven(Request(scope))
    except Problem:
        return ""
    client = client_of(principal)
    return client if principal.kind is ActorKind.PARTNER else f"{client}/{principal.subject}"


async def _proven(request: Request) -> Principal:
    """The principal of the token; one that is good is verified once for each request.

    A problem is not kept: with it would go every frame it came through, and the body that those hold.
    """
    proven: Principal | None = request.scope.get(PROVEN)
    if proven is None:
        proven = request.scope[PROVEN] = await _verify(request)
    return proven


async def _verify(request: Request) -> Principal:
    given = request.headers.getlist("authorization")
    scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            "Send one Authorization header with a bearer token", headers={"WWW-Authenticate": "Bearer"}
        )
    verifier: Verifier = request.app.state.verifier
    return await verifier.verify(token.strip())


SignedIn = Annotated[Principal, Depends(authenticated)]


def require_role(principal: Principal, *roles: str) -> None:
    """Raises ``Forbidden`` without any of the roles."""
    if not principal.has_role(*roles):
        raise Forbidden("Your role does not allow this")


def signed_in_as(*roles: str) -> Callable[[Principal], Awaitable[Principal]]:
    """A FastAPI dependency: the principal, who has one of the roles.

    Asynchronous although it waits for nothing: a plain function would be run on another thread for each request.
    """

    async def check(principal: SignedIn) -> Principal:
        require_role(principal, *roles)
        return principal

    return check
