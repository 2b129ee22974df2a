"""A school's system that keeps sending while everything around it is killed, and remembers what it was promised."""

import secrets
import threading
import time
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey

from frontdoor.demo.examples import Example

ISSUER: Final = "http://sign-in.localhost:8080/realms/frontdoor"
_TOKENS: Final = "http://127.0.0.1:8080/realms/frontdoor/protocol/openid-connect/token"
_REFERRALS: Final = "http://127.0.0.1:8001/v1/referrals"
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_PAUSE_SECONDS: Final = 0.5
_CALL_SECONDS: Final = 15


class Sender(threading.Thread):
    """Sends one referral after the other, each with one key until it is accepted. Use as a context manager."""

    def __init__(self, example: Example, key_file: Path) -> None:
        super().__init__(daemon=True)
        self.accepted: list[str] = []
        self.refused: list[int] = []
        self._example = example
        self._key = ECKey.import_key(key_file.read_text())
        self._http = httpx2.Client(timeout=_CALL_SECONDS, trust_env=False)
        self._token = ""
        self._asked_to_end = threading.Event()

    def __enter__(self) -> "Sender":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._asked_to_end.set()
        self.join()
        self._http.close()

    def run(self) -> None:
        """Until the block is left; what was begun is finished."""
        while not self._asked_to_end.is_set():
            self._send(str(uuid4()))

    def _send(self, key: str) -> None:
        while True:
            answer = self._attempt(key)
            if answer is not None and answer.status_code == httpx2.codes.ACCEPTED:
                self.accepted.append(answer.json()["referral_id"])
                time.sleep(_PAUSE_SECONDS)
                return
            if answer is not None and answer.status_code == httpx2.codes.UNAUTHORIZED:
                self._token = ""
            elif answer is not None and answer.status_code not in (409, 429, 502, 503):
                self.refused.append(answer.status_code)
                return
            time.sleep(_PAUSE_SECONDS)

    def _attempt(self, key: str) -> httpx2.Response | None:
        """The answer, or None when nobody answered."""
        try:
            self._token = self._token or self._fetch_token()
            headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": key}
            return self._http.post(_REFERRALS, json=self._example.referral, headers=headers)
        except (httpx2.HTTPError, KeyError, ValueError):
            return None

    def _fetch_token(self) -> str:
        """Asked at this machine's own address: not every machine knows names that end in ``.localhost``."""
        now = int(time.time())
        who = {"iss": self._example.sender, "sub": self._example.sender, "aud": ISSUER, "jti": secrets.token_hex(16)}
        assertion = jwt.encode({"alg": "ES256"}, {**who, "iat": now, "exp": now + 30}, self._key)
        form = {"grant_type": "client_credentials", "client_assertion_type": _ASSERTION, "client_assertion": assertion}
        answer: dict[str, Any] = self._http.post(_TOKENS, data=form).raise_for_status().json()
        return str(answer["access_token"])
