"""Who is asking: JWT access tokens verified against the issuer's published keys."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, UnsupportedAlgorithmError
from joserfc.jwk import GuestProtocol, Key, KeySet
from joserfc.jws import JWSRegistry
from starlette.types import Scope

from chassis.clock import Clock
from chassis.http_client import HttpClient
from chassis.settings import ServiceSettings
from chassis.web.issuer_keys import Keys, PublishedKeys
from chassis.web.principal import ACTING_FOR, Membership, Principal, principal_of, refused
from contracts.codes import ActorKind
from contracts.problems import Forbidden, Problem, Unauthenticated

__all__ = [
    "ACTING_FOR",
    "Admit",
    "Keys",
    "Membership",
    "Principal",
    "PublishedKeys",
    "SignedIn",
    "Verifier",
    "anybody",
    "authenticated",
    "client_of",
    "issuers_verifier",
    "owner_of",
    "require_role",
    "signed_in_as",
]

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
LEEWAY_SECONDS: Final = 30
MAX_TOKEN_BYTES: Final = 8192
KNOWN_TOKENS: Final = 10_000
"""How many verified tokens are known again: more than a partnership's partners and staff together."""

_NOT_BEFORE: Final = ("iat", "nbf")
_OF_ANOTHER: Final = (
    "The access token is of another issuer, or for somebody else. Get one of our issuer, for our audience"
)
_CLOCKS: Final = (
    "If a new one is refused too, compare the Date of this answer with your clock: if ours is the wrong one, phone us"
)
_ACTING_FOR: Final = ACTING_FOR.lower().encode()
PROVEN: Final = "frontdoor.proven"
"""Where in the scope the principal is whom the token proves, once it was verified."""


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
            raise refused("The access token is too long")
        keys = await self._keys.get(refresh=False)
        known = self._verified.find(token, keys, at=self._clock.now().timestamp())
        if known is not None:
            return known
        claims = await self._claims(token, keys)
        self._check(claims)
        principal = principal_of(claims, token)
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
            raise refused(
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
            raise refused(
                f"The access token has expired. Get a new one, and send the request again. {_CLOCKS}"
            ) from error
        except InvalidClaimError as error:
            if error.claim in _NOT_BEFORE:
                raise refused(f"The access token is not valid yet by our clock. {_CLOCKS}") from error
            raise refused(_OF_ANOTHER) from error
        except (JoseError, ValueError, OverflowError) as error:
            raise refused(_OF_ANOTHER) from error
        if claims.get("typ", "Bearer") != "Bearer":  # an ID or refresh token of the same issuer
            raise refused("This is a token, but not an access token")


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
        raise refused("The access token is not valid. Send it whole, as the issuer gave it") from error


_SCHEME: Final = HTTPBearer(
    auto_error=False,
    bearerFormat="JWT",
    description=(
        "An access token of the issuer. Somebody whose token holds `memberships` beside their home may act in one of "
        f"them: the request then names it in `{ACTING_FOR}: partnership/agency`."
    ),
)


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


def owner_of(principal: Principal) -> str:
    """Whose a request is: all that a partner's system sends is the system's, no matter who uses it; people share one
    client, such as a web client, and what each of them sends is their own.
    """
    client = client_of(principal)
    return client if principal.kind is ActorKind.PARTNER else f"{client}/{principal.subject}"


async def authenticated(
    request: Request, _documented: Annotated[HTTPAuthorizationCredentials | None, Depends(_SCHEME)] = None
) -> Principal:
    """FastAPI dependency: the principal of the request's bearer token. Raises as ``Verifier.verify`` and ``Admit`` do.

    Every route that needs a token comes by here, so a principal that is refused here is refused everywhere.
    """
    principal = await _proven(request.scope)
    admit: Admit = request.app.state.admit
    await admit(principal)
    return principal


async def sender_of(scope: Scope) -> str:
    """Whose request it is, by its token and before its body is read; empty for everybody without a good one."""
    try:
        principal = await _proven(scope)
    except Problem:
        return ""
    return owner_of(principal)


async def _proven(scope: Scope) -> Principal:
    """The principal of the token; one that is good is verified once for each request.

    A problem is not kept: with it would go every frame it came through, and the body that those hold.
    """
    proven: Principal | None = scope.get(PROVEN)
    if proven is None:
        proven = scope[PROVEN] = await _verify(scope)
    return proven


async def _verify(scope: Scope) -> Principal:
    given = _every(scope, b"authorization")
    scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated(
            "Send one Authorization header with a bearer token", headers={"WWW-Authenticate": "Bearer"}
        )
    verifier: Verifier = scope["app"].state.verifier
    principal = await verifier.verify(token.strip())
    places = _every(scope, _ACTING_FOR)
    if len(places) > 1:
        raise Forbidden(f"Name one agency in {ACTING_FOR}, or none")
    return principal.acting_for(places[0]) if places else principal


def _every(scope: Scope, name: bytes) -> list[str]:
    """Each value of a header."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


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
