"""The sink agencies: they trust only what is signed, keep everything, and fail when asked to."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from local_stack.agencies_sink import Agencies, create_app
from local_stack.journal import Journal
from local_stack.keys import Keys

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = "whpk_" + base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
BODY = json.dumps({"type": "notice.referral-received"}).encode()


@dataclass(frozen=True)
class FixedClock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture
async def sink(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    keys = Keys(tmp_path)
    keys.client_key_file("wandsworth-school")
    agencies = Agencies(PUBLIC, keys.folder, Journal(tmp_path / "deliveries.jsonl"), FixedClock())
    transport = httpx2.ASGITransport(create_app(agencies))
    async with httpx2.AsyncClient(transport=transport, base_url="http://sink") as client:
        yield client


async def deliver(sink: httpx2.AsyncClient, agency: str, body: bytes = BODY) -> httpx2.Response:
    timestamp = str(int(NOW.timestamp()))
    signature = PRIVATE.sign(b".".join((b"msg_1", timestamp.encode(), BODY)))
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1a," + base64.b64encode(signature).decode(),
    }
    return await sink.post(f"/agencies/{agency}/hook", content=body, headers=headers)


async def test_a_signed_notice_is_taken_and_kept(sink: httpx2.AsyncClient) -> None:
    answer = await deliver(sink, "ashcroft-primary")

    (kept,) = (await sink.get("/deliveries", params={"agency": "ashcroft-primary"})).json()
    assert answer.status_code == 204
    assert kept["body"] == json.loads(BODY)
    assert kept["signature"] == "v1a"
    assert kept["headers"]["webhook-id"] == "msg_1"


async def test_an_altered_notice_is_refused_and_the_refusal_kept(sink: httpx2.AsyncClient) -> None:
    answer = await deliver(sink, "ashcroft-primary", body=BODY + b" ")

    (kept,) = (await sink.get("/deliveries")).json()
    assert answer.status_code == 401
    assert (kept["status"], kept["refused"]) == (401, "no valid v1a signature")


@pytest.mark.parametrize(
    ("mode", "status", "header"),
    [
        ("ok", 204, None),
        ("500", 500, None),
        ("429", 429, ("retry-after", "3")),
        ("410", 410, None),
        ("slow", 204, None),
        ("redirect", 307, ("location", "http://127.0.0.1:9/elsewhere")),
    ],
)
async def test_an_agency_answers_as_it_was_told_to(
    sink: httpx2.AsyncClient, mode: str, status: int, header: tuple[str, str] | None
) -> None:
    seconds = 0 if mode == "slow" else 3
    set_answer = await sink.put("/agencies/metropolitan-police", json={"mode": mode, "seconds": seconds})

    answer = await deliver(sink, "metropolitan-police")

    assert set_answer.status_code == 204
    assert answer.status_code == status
    assert header is None or answer.headers[header[0]] == header[1]


async def test_one_agencys_trouble_is_not_anothers(sink: httpx2.AsyncClient) -> None:
    await sink.put("/agencies/metropolitan-police", json={"mode": "410"})

    answer = await deliver(sink, "ashcroft-primary")

    assert answer.status_code == 204


async def test_a_clients_public_key_is_served_and_nothing_private(sink: httpx2.AsyncClient) -> None:
    found = (await sink.get("/jwks/wandsworth-school")).json()

    (key,) = found["keys"]
    assert (key["kty"], key["alg"], key["use"]) == ("EC", "ES256", "sig")
    assert "d" not in key


@pytest.mark.parametrize("client", ["unknown", "..%2Fpasswords"])
async def test_an_unknown_client_has_no_key(sink: httpx2.AsyncClient, client: str) -> None:
    answer = await sink.get(f"/jwks/{client}")

    assert answer.status_code in {404, 422}
