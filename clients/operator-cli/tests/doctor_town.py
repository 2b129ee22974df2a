"""Everybody whom the doctor asks, all of them well until a test says otherwise, and what the doctor finds there."""

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chassis.http_client import HttpClient, NoAnswer
from chassis.testing.clock import SettableClock
from frontdoor.client import SERVICES
from frontdoor.doctor import doctor
from frontdoor.doctor.asking import Asker
from frontdoor.doctor.finding import Finding
from frontdoor.doctor.surroundings import Surroundings
from frontdoor.settings import Settings
from local_stack.checkout import PARTNERSHIPS_FOLDER

NOW: Final = datetime(2026, 11, 29, 12, 0, 0, 400_000, tzinfo=UTC)
ISSUER: Final = "https://issuer.example.org/realms/frontdoor"
URLS: Final = {name: f"http://{name}.example.org" for name in SERVICES}
KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN: Final = "log.example.org/one"
Reply = httpx2.Response | Exception


def encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def verifier_key(key: Ed25519PrivateKey = KEY, name: str = ORIGIN) -> str:
    public = b"\x01" + key.public_key().public_bytes_raw()
    key_id = sha256(name.encode() + b"\n" + public).digest()[:4].hex()
    return f"{name}+{key_id}+{encoded(public)}"


def checkpoint(size: int = 1042, key: Ed25519PrivateKey = KEY, *, signed: bytes | None = None) -> str:
    text = f"{ORIGIN}\n{size}\n{encoded(bytes(32))}\n"
    key_id = bytes.fromhex(verifier_key(key).split("+")[1])
    return f"{text}\n\N{EM DASH} {ORIGIN} {encoded(key_id + key.sign(signed or text.encode()))}\n"


def token(**claims: Any) -> str:
    body = base64.urlsafe_b64encode(json.dumps({"iss": ISSUER, "roles": ["operator"], **claims}).encode())
    return f"e30.{body.decode().rstrip('=')}.x"


@dataclass
class Badge:
    """What the issuer gives."""

    token: str = field(default_factory=token)

    async def bearer(self) -> dict[str, str]:
        if not self.token:
            raise NoAnswer
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Town:
    """Everybody whom the doctor asks, all of them well."""

    replies: dict[str, Reply] = field(default_factory=dict)
    badge: Badge = field(default_factory=Badge)
    date: datetime = NOW

    def __post_init__(self) -> None:
        about = {"version": "1.2.0", "contracts": "abc123def456"}
        for url in URLS.values():
            self.says(f"{url}/health/ready", {"status": "ready", "failing": [], "warnings": []})
            self.says(f"{url}/operator/about", about)
        self.says(f"{ISSUER}/.well-known/openid-configuration", {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/certs"})
        self.says(f"{ISSUER}/certs", {"keys": [{"kty": "EC"}]})
        self.writes("http://audit.example.org/key", verifier_key() + "\n")
        self.writes("http://audit.example.org/checkpoint", checkpoint())
        served = [f"whpk_{encoded(KEY.public_key().public_bytes_raw())}"]
        self.says("http://agency-notify.example.org/v1/webhook-keys", {"keys": served})

    def says(self, url: str, body: object, *, status: int = 200) -> None:
        self.replies[url] = httpx2.Response(status, json=body)

    def writes(self, url: str, text: str) -> None:
        self.replies[url] = httpx2.Response(200, text=text)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        reply = self.replies.get(str(request.url), httpx2.Response(404, text="<html>"))
        if isinstance(reply, Exception):
            raise reply
        headers = {**reply.headers, "date": format_datetime(self.date.replace(microsecond=0), usegmt=True)}
        return httpx2.Response(reply.status_code, content=reply.content, headers=headers)

    @property
    def asker(self) -> Asker:
        http = HttpClient(httpx2.AsyncClient(transport=httpx2.MockTransport(self.answer)))
        return Asker(http, self.badge, SettableClock(NOW))


def around(tmp_path: Path, **changes: Any) -> Surroundings:
    key_file = tmp_path / "webhook.pem"
    key_file.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    settings = Settings(URLS, ISSUER, key_file)
    made = Surroundings(settings, partnerships=PARTNERSHIPS_FOLDER, webhook_key_file=key_file)
    return replace(made, **changes)


def bad(found: list[Finding]) -> list[Finding]:
    assert all(finding.advice for finding in found if not finding.good), "what is wrong says what to do"
    return [finding for finding in found if not finding.good]


async def one_bad(town: Town, tmp_path: Path, **changes: Any) -> Finding:
    (finding,) = bad(await doctor.examine(around(tmp_path, **changes), town.asker))
    return finding
