"""Asking an owner: only a promise to send counts as one; whatever else happens has a name."""

from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from joserfc.jwk import ECKey

from chassis.delivery.gaps import ASKED, NO_ADDRESS, NO_ANSWER, NO_TOKEN, NOTHING_TO_SEND, Gap
from chassis.delivery.owners import Owners
from chassis.http_client import HttpClient
from chassis.settings import ServiceSettings
from chassis.testing.clock import SettableClock
from chassis.testing.ids import SequentialIds

ISSUER = "https://issuer.example.org/realms/frontdoor"
TRIAGE = "http://triage.example.org"
NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
GAP = Gap("case/7", "triage", 4, since=NOW)


class World:
    """An issuer and an owner behind one client."""

    def __init__(self, answer: httpx2.Response | Exception, *, token_status: int = 200) -> None:
        self.answer = answer
        self.token_status = token_status
        self.asked: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if str(request.url).startswith(ISSUER):
            if request.method == "GET":
                return httpx2.Response(200, json={"issuer": ISSUER, "token_endpoint": f"{ISSUER}/token"})
            return httpx2.Response(self.token_status, json={"access_token": "token-1", "expires_in": 300})
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "key.pem"
    file.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    return file


def owners(world: World, key_file: Path | None, *, urls: dict[str, str] | None = None) -> Owners:
    settings = ServiceSettings(
        database_url="postgresql://localhost/x",
        kafka_bootstrap_servers="localhost:9",
        oidc_issuer=ISSUER,
        public_url="http://reader.example.org",
        service_urls={"triage": TRIAGE} if urls is None else urls,
        client_id="frontdoor-service",
        client_key_file=key_file,
    )
    http = HttpClient(httpx2.AsyncClient(transport=httpx2.MockTransport(world)))
    return Owners(settings, SettableClock(NOW), SequentialIds(), http)


async def test_the_owner_is_asked_for_what_comes_after_the_last_version_in_effect(key_file: Path) -> None:
    world = World(httpx2.Response(202, json={"events": 2}))

    assert await owners(world, key_file).ask(GAP) == ASKED

    [request] = world.asked
    assert str(request.url) == f"{TRIAGE}/operator/republish"
    assert request.headers["authorization"] == "Bearer token-1"
    assert request.content == b'{"aggregate":"case/7","after_version":4}'


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx2.Response(202, json={"events": 0}), NOTHING_TO_SEND),
        (httpx2.Response(401, json={"title": "Sign in"}), "status-401"),
        (httpx2.Response(403, json={"events": 3}), "status-403"),
        (httpx2.Response(404), "status-404"),
        (httpx2.Response(302, headers={"location": "https://example.org"}), "status-302"),
        (httpx2.Response(500), "status-500"),
        (httpx2.Response(503, headers={"retry-after": "2"}), "status-503"),
        (httpx2.Response(200, content=b"<html>Sorry"), NO_ANSWER),
        (httpx2.Response(200, content=b"[]"), NO_ANSWER),
        (httpx2.Response(200, content=b'{"events": null}'), NO_ANSWER),
        (httpx2.ConnectError("refused"), NO_ANSWER),
        (httpx2.ReadTimeout("late"), NO_ANSWER),
    ],
)
async def test_what_an_owner_answers_has_a_name(answer: httpx2.Response | Exception, said: str, key_file: Path) -> None:
    assert await owners(World(answer), key_file).ask(GAP) == said


@pytest.mark.parametrize("urls", [{}, {"audit": "http://audit.example.org"}])
async def test_an_owner_whose_address_is_not_known_is_said_to_have_none(urls: dict[str, str], key_file: Path) -> None:
    world = World(httpx2.Response(202, json={"events": 2}))

    assert await owners(world, key_file, urls=urls).ask(GAP) == NO_ADDRESS
    assert world.asked == []


async def test_without_a_token_nobody_is_asked(key_file: Path, tmp_path: Path) -> None:
    world = World(httpx2.Response(202, json={"events": 2}), token_status=401)

    assert await owners(world, key_file).ask(GAP) == NO_TOKEN
    assert await owners(world, None).ask(GAP) == NO_TOKEN
    assert await owners(world, tmp_path / "not-there.pem").ask(GAP) == NO_TOKEN
    assert world.asked == []
