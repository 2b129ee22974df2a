"""The issuer of sign-ins: code flow with PKCE as a confidential client, renewal, sign-out. Any OpenID provider does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from chassis.clock import Clock
from chassis.http_client import HttpClient, NoAnswer
from chassis.web.auth import ALGORITHMS, LEEWAY_SECONDS, Keys, Principal, PublishedKeys, Verifier
from triage_ui.session.model import Attempt, Person, Place, Tokens

SCOPE: Final = "openid profile"
_LOGGED_OUT: Final = "http://schemas.openid.net/event/backchannel-logout"
_SECONDS: Final = 10.0


class SignInRefused(Exception):
    """The issuer did not vouch for anybody: the code, the tokens or the assertion were not accepted."""


@dataclass(frozen=True)
class SignedIn:
    """Who came back from the issuer. ``issuer_session`` names the sign-in there, so that it can end ours."""

    person: Person
    tokens: Tokens
    issuer_session: str


@dataclass(frozen=True)
class LoggedOut:
    """What a logout token says has ended: one sign-in, or every one of a person."""

    issuer_session: str
    subject: str


class Issuer:
    """The one issuer we trust. ``key_file`` is the PEM of a P-256 key; ``home`` is where browsers find us."""

    def __init__(
        self, http: HttpClient, *, issuer: str, audience: str, client_id: str, key_file: Path, home: str, clock: Clock
    ) -> None:
        self._http = http
        self._issuer = issuer
        self._client_id = client_id
        self._key = ECKey.import_key(key_file.read_bytes())
        self._home = home
        self._clock = clock
        self._keys: Keys = PublishedKeys(issuer, http)
        self._verifier = Verifier(self._keys, issuer=issuer, audience=audience, clock=clock)
        self._endpoints: Mapping[str, str] = {}

    @property
    def origin(self) -> str:
        """Scheme and host of the sign-in page, which forms may lead to."""
        parts = urlsplit(self._issuer)
        return f"{parts.scheme}://{parts.netloc}"

    async def check(self) -> None:
        """For readiness: raises ``NoAnswer`` while the issuer's keys cannot be had, for then nobody can sign in."""
        await self._keys.check()

    @property
    def redirect_uri(self) -> str:
        """Registered at the issuer."""
        return f"{self._home}/sign-in/back"

    async def page(self, attempt: Attempt, *, max_age_seconds: int | None = None) -> str:
        """The address of the sign-in page. ``max_age_seconds`` asks for a sign-in that is no older."""
        endpoint = await self._endpoint("authorization_endpoint")
        fresh = {} if max_age_seconds is None else {"max_age": max_age_seconds}
        async with self._client() as client:
            address, _ = client.create_authorization_url(
                endpoint, state=attempt.state, nonce=attempt.nonce, code_verifier=attempt.verifier, **fresh
            )
        return str(address)

    async def exchange(self, code: str, attempt: Attempt) -> SignedIn:
        """Who the code stands for. Raises ``SignInRefused``, ``NoAnswer`` and what ``Verifier.verify`` raises."""
        given = await self._ask(
            "fetch_token", grant_type="authorization_code", code=code, code_verifier=attempt.verifier
        )
        claims = await self._claims(str(given.get("id_token", "")))
        if claims.get("nonce") != attempt.nonce:
            raise SignInRefused
        tokens = self._tokens(given)
        principal = await self._verifier.verify(tokens.access)
        name = claims.get("name") or claims.get("preferred_username") or "you"
        home = Place(principal.partnership, principal.agency, principal.roles)
        person = Person(
            principal.subject, str(name), home.agency, home.partnership, home.roles, (home, *_elsewhere(principal))
        )
        return SignedIn(person, tokens, str(claims.get("sid", "")))

    async def renew(self, tokens: Tokens) -> Tokens:
        """The next tokens. Raises ``SignInRefused`` when the sign-in has ended, ``NoAnswer`` when nobody answers."""
        return self._tokens(await self._ask("refresh_token", refresh_token=tokens.refresh))

    async def end(self, tokens: Tokens) -> bool:
        """End the sign-in everywhere, by its refresh token; False when the issuer does not do that."""
        endpoint = await self._endpoint("end_session_endpoint")
        async with self._client() as client:
            auth = client.client_auth("private_key_jwt")
            try:
                answer = await client.request(
                    "POST",
                    endpoint,
                    data={"client_id": self._client_id, "refresh_token": tokens.refresh},
                    auth=auth,
                    withhold_token=True,
                )
            except httpx2.HTTPError as error:
                raise NoAnswer from error
        return bool(answer.is_success)

    async def sign_out_page(self) -> str:
        """Where a person ends the sign-in by hand, for issuers that end none for us."""
        asked = {"client_id": self._client_id, "post_logout_redirect_uri": f"{self._home}/signed-out"}
        return f"{await self._endpoint('end_session_endpoint')}?{urlencode(asked)}"

    async def logged_out(self, logout_token: str) -> LoggedOut:
        """What the issuer says has ended. Raises ``SignInRefused`` for anything but a logout token to us."""
        claims = await self._claims(logout_token)
        events, named = claims.get("events"), (str(claims.get("sid", "")), str(claims.get("sub", "")))
        if not isinstance(events, dict) or _LOGGED_OUT not in events or "nonce" in claims or not any(named):
            raise SignInRefused
        return LoggedOut(*named)

    async def _ask(self, method: str, **given: Any) -> Mapping[str, Any]:
        endpoint = await self._endpoint("token_endpoint")
        async with self._client() as client:
            try:
                answer: Mapping[str, Any] = await getattr(client, method)(endpoint, **given)
            except httpx2.HTTPError as error:
                raise NoAnswer from error
            except (AuthlibBaseError, ValueError, KeyError) as error:
                raise SignInRefused from error
        return answer

    def _client(self) -> Any:
        """A client with an assertion of its own: each is good for once."""
        client = AsyncOAuth2Client(
            client_id=self._client_id,
            client_secret=self._key,
            token_endpoint_auth_method="private_key_jwt",  # noqa: S106  # the name of a method
            redirect_uri=self.redirect_uri,
            scope=SCOPE,
            code_challenge_method="S256",
            timeout=_SECONDS,
            trust_env=False,
        )
        client.register_client_auth_method(PrivateKeyJWT(token_endpoint=self._issuer, alg="ES256"))
        return client

    def _tokens(self, given: Mapping[str, Any]) -> Tokens:
        try:
            lasts = timedelta(seconds=int(given["expires_in"]))
            return Tokens(str(given["access_token"]), str(given["refresh_token"]), self._clock.now() + lasts)
        except (KeyError, TypeError, ValueError) as error:
            raise SignInRefused from error

    async def _claims(self, token: str) -> Mapping[str, Any]:
        """Of an ID or logout token made for us. Raises ``SignInRefused``."""
        for refresh in (False, True):  # a key that is not known may have been published since
            try:
                return self._checked(token, await self._keys.get(refresh=refresh))
            except (JoseError, ValueError, TypeError) as error:
                refused = error
        raise SignInRefused from refused

    def _checked(self, token: str, keys: KeySet) -> Mapping[str, Any]:
        claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
        rules = jwt.JWTClaimsRegistry(
            now=int(self._clock.now().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client_id},
            iat={"essential": True},
        )
        rules.validate(claims)
        return claims

    async def _endpoint(self, name: str) -> str:
        if name not in self._endpoints:
            self._endpoints = await self._discover()
        return self._endpoints[name]

    async def _discover(self) -> Mapping[str, str]:
        found = await self._http.get_json(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        wanted = ("authorization_endpoint", "token_endpoint", "end_session_endpoint")
        if not isinstance(found, dict) or any(not isinstance(found.get(name), str) for name in wanted):
            raise NoAnswer
        return {name: found[name] for name in wanted}


def _elsewhere(principal: Principal) -> list[Place]:
    """Where a person may act beside their home, as the token says."""
    names = dict.fromkeys(membership.place for membership in principal.memberships)
    found = [principal.acting_for(name) for name in names]
    return [Place(one.partnership, one.agency, one.roles) for one in found if one is not principal]
