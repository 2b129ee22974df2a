"""Access tokens as real callers get them: a client by its private key, a member of staff by signing in."""

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey

from chassis.clock import SystemClock
from chassis.http_client import authorities
from local_stack.errors import StackError

STAFF_CLIENT: Final = "frontdoor-staff"
_REDIRECT: Final = "http://127.0.0.1:9/signed-in"  # never opened: the code is read from the redirect itself
_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_LIFE_SECONDS: Final = 30
_RENEW_BEFORE_SECONDS: Final = 60
_TIMEOUT_SECONDS: Final = 20.0


@dataclass(frozen=True)
class Token:
    """An access token and how long it holds."""

    value: str
    life_seconds: float


class TokenSource:
    """One caller's token, fetched when needed and renewed a minute before it ends; safe between threads."""

    def __init__(self, fetch: Callable[[], Token]) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self._token = Token("", 0)
        self._ends_at_monotonic = 0.0

    @classmethod
    def for_client(cls, issuer: str, client_id: str, private_key: Path) -> "TokenSource":
        """By client credentials with ``private_key_jwt``."""
        return cls(lambda: _client_token(issuer, client_id, private_key))

    @classmethod
    def for_staff(cls, issuer: str, username: str, password: str) -> "TokenSource":
        """By authorization code with PKCE, through the sign-in page."""
        return cls(lambda: _staff_token(issuer, username, password))

    def token(self) -> str:
        """A token that holds for at least a minute more. Raises ``StackError`` when it is refused."""
        with self._lock:
            if time.monotonic() > self._ends_at_monotonic - _RENEW_BEFORE_SECONDS:
                asked_at = time.monotonic()
                self._token = self._fetch()
                self._ends_at_monotonic = asked_at + self._token.life_seconds
            return self._token.value


def _client_token(issuer: str, client_id: str, private_key: Path) -> Token:
    with person_client() as http:
        endpoint = _discovery(http, issuer)["token_endpoint"]
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": _assertion(issuer, client_id, private_key),
        }
        return _token(http.post(endpoint, data=form), client_id)


def _assertion(issuer: str, client_id: str, private_key: Path) -> str:
    key = ECKey.import_key(private_key.read_text())
    now = int(SystemClock().now().timestamp())
    who = {"iss": client_id, "sub": client_id, "aud": issuer, "jti": secrets.token_urlsafe(16)}
    return jwt.encode({"alg": "ES256"}, {**who, "iat": now, "exp": now + _ASSERTION_LIFE_SECONDS}, key)


def _staff_token(issuer: str, username: str, password: str) -> Token:
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    common = {"client_id": STAFF_CLIENT, "redirect_uri": _REDIRECT}
    asked = {**common, "response_type": "code", "scope": "openid", "state": state}
    with person_client() as http:
        endpoints = _discovery(http, issuer)
        pkce = {"code_challenge": challenge, "code_challenge_method": "S256"}
        page = http.get(endpoints["authorization_endpoint"], params={**asked, **pkce})
        code = _code(http.post(form_action(page), data={"username": username, "password": password}), state, username)
        form = {**common, "grant_type": "authorization_code", "code": code, "code_verifier": verifier}
        return _token(http.post(endpoints["token_endpoint"], data=form), username)


def person_client() -> httpx2.Client:
    """A client that keeps cookies as a browser on this machine does."""
    # Keycloak marks its cookies Secure; browsers send those over plain http to this machine too.
    cookies = CookieJar(DefaultCookiePolicy(secure_protocols=("https", "http")))
    return httpx2.Client(timeout=_TIMEOUT_SECONDS, trust_env=False, verify=authorities(), cookies=cookies)


def _discovery(http: httpx2.Client, issuer: str) -> dict[str, Any]:
    found: dict[str, Any] = http.get(f"{issuer}/.well-known/openid-configuration").raise_for_status().json()
    return found


def form_action(page: httpx2.Response) -> str:
    """Where the issuer's sign-in page sends name and password. Raises ``StackError`` when it is no such page."""
    found = _FormFinder()
    found.feed(page.text)
    if found.action is None:
        raise StackError(f"the sign-in page has no form (status {page.status_code})")
    return found.action


class _FormFinder(HTMLParser):
    action: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "form" and attributes.get("id") == "kc-form-login":
            self.action = attributes.get("action")


def _code(answer: httpx2.Response, state: str, username: str) -> str:
    query = parse_qs(urlsplit(answer.headers.get("location", "")).query)
    if "code" not in query or query.get("state") != [state]:
        raise StackError(f"{username} could not sign in (status {answer.status_code})")
    return query["code"][0]


def _token(answer: httpx2.Response, whose: str) -> Token:
    if answer.status_code != httpx2.codes.OK:
        reason = answer.json().get("error_description", answer.status_code)
        raise StackError(f"no token for {whose}: {reason}")
    body = answer.json()
    return Token(body["access_token"], float(body["expires_in"]))
