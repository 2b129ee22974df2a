"""The issuer's published keys: found, kept, renewed, and asked for no more often than is decent."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

from chassis.http_client import HttpClient, NoAnswer

REFRESH_SECONDS: Final = 10.0
"""Unknown key ids may cause one request in this time: made-up ones must not turn us against the issuer."""
FRESH_SECONDS: Final = 600.0
"""After this the keys are asked for again, so that a withdrawn key is not believed for long."""
USABLE_SECONDS: Final = 86_400.0
"""For this long keys are believed while the issuer cannot be asked: a referral must not wait for it."""
MIN_RSA_BITS: Final = 2048


class Keys(Protocol):
    """Where verification keys come from. ``refresh`` asks for what was published since."""

    async def get(self, *, refresh: bool) -> KeySet: ...

    async def check(self) -> None:
        """Raises ``NoAnswer`` while nothing can be verified."""


class PublishedKeys:
    """The issuer's JWKS, found through its discovery document.

    One request at a time, however many wait for it; nobody who can use what is kept waits for one. ``now`` is a
    clock that only counts seconds.
    """

    def __init__(self, issuer: str, http: HttpClient, *, now: Callable[[], float] | None = None) -> None:
        self._issuer = issuer
        self._http = http
        self._now = now or time.monotonic
        self._keys: KeySet | None = None
        self._fetched_at = float("-inf")
        self._asked_at = float("-inf")
        self._last_failed = False
        self._lock = asyncio.Lock()

    async def get(self, *, refresh: bool) -> KeySet:
        """The keys. Raises ``NoAnswer`` (503) when the issuer is away and what is kept does not do."""
        kept = self._usable()
        if kept is not None and not refresh and (self._is_fresh() or not self._may_ask()):
            return kept
        before = self._asked_at
        async with self._lock:
            if self._asked_at == before and self._may_ask():
                await self._ask()
        return self._answer(refresh=refresh)

    async def check(self) -> None:
        """Raises ``NoAnswer`` until the issuer was reached and had a key that can verify something.

        What is kept will do, so that an issuer that is away for a while takes nobody out of service.
        """
        keys = self._usable() or await self.get(refresh=False)
        if not keys.keys:
            raise NoAnswer("The issuer publishes no key that can verify anything")

    def _answer(self, *, refresh: bool) -> KeySet:
        """A refresh that failed does not say that a key is unknown: the request that needs it has to come again."""
        kept = self._usable()
        if kept is None or (refresh and self._last_failed):
            raise NoAnswer
        return kept

    def _usable(self) -> KeySet | None:
        return self._keys if self._now() - self._fetched_at < USABLE_SECONDS else None

    def _is_fresh(self) -> bool:
        return self._now() - self._fetched_at < FRESH_SECONDS

    def _may_ask(self) -> bool:
        pause = 1.0 if self._usable() is None else REFRESH_SECONDS
        return self._now() - self._asked_at >= pause

    async def _ask(self) -> None:
        self._asked_at = self._now()
        self._last_failed = True
        try:
            self._keys = await self._fetch()
        except NoAnswer:
            return  # noted; whether that matters depends on what is kept
        self._fetched_at = self._now()
        self._last_failed = False

    async def _fetch(self) -> KeySet:
        discovery = await self._http.get_json(self._issuer.rstrip("/") + "/.well-known/openid-configuration")
        try:
            if discovery["issuer"] != self._issuer:
                raise NoAnswer("The issuer's discovery document names another issuer")
            published = await self._http.get_json(discovery["jwks_uri"])
            return KeySet([key for entry in published["keys"] if (key := _signing_key(entry)) is not None])
        except (KeyError, TypeError) as error:
            raise NoAnswer("The issuer's published documents cannot be read") from error


def _signing_key(entry: Any) -> Key | None:
    """A published key we can verify with; None for other uses, kinds and strengths, and for what cannot be read."""
    kinds: dict[str, type[RSAKey | ECKey | OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
    try:
        if entry.get("use", "sig") != "sig" or "kid" not in entry:
            return None
        if entry["kty"] == "RSA" and len(entry["n"]) * 6 < MIN_RSA_BITS:  # six bits to a base64 character
            return None
        return kinds[entry["kty"]].import_key(entry)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        return None
