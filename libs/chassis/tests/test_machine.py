"""Machine tokens: what is signed, how long a token is used, and what happens when the issuer gives none."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from chassis.http_client import HttpClient, NoAnswer
from chassis.machine import MachineTokens
from chassis.settings import ServiceSettings
from chassis.testing.clock import SettableClock
from chassis.testing.ids import SequentialIds
from contracts.problems import Unavailable

ISSUER = "https://issuer.example.org/realms/frontdoor"
KEYS: dict[str, ECKey | RSAKey] = {"ES256": ECKey.generate_key("P-256"), "RS256": RSAKey.generate_key(2048)}


class Issuer:
    """Answers as an issuer does, and keeps the assertions it was sent."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.assertions: list[str] = []

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET":
            return httpx2.Response(200, json={"issuer": ISSUER, "token_endpoint": f"{ISSUER}/token"})
        self.assertions += parse_qs(request.content.decode())["client_assertion"]
        body = {"access_token": f"token-{len(self.assertions)}", "expires_in": 300}
        return httpx2.Response(self.status, json=body)


def tokens(
    issuer: Issuer, folder: Path, *, algorithm: str = "ES256", clock: SettableClock | None = None
) -> MachineTokens:
    key_file = folder / "key.pem"
    key_file.write_bytes(KEYS[algorithm].as_pem(private=True))
    http = HttpClient(httpx2.AsyncClient(transport=httpx2.MockTransport(issuer.answer)))
    clock = clock or SettableClock(datetime(2026, 11, 23, 9, tzinfo=UTC))
    return MachineTokens(
        http, issuer=ISSUER, client_id="frontdoor-service", key_file=key_file, clock=clock, ids=SequentialIds()
    )


@pytest.mark.parametrize("algorithm", sorted(KEYS))
async def test_the_assertion_is_signed_with_the_kind_of_key_that_was_given(algorithm: str, tmp_path: Path) -> None:
    issuer = Issuer()

    header = await tokens(issuer, tmp_path, algorithm=algorithm).bearer()

    assertion = jwt.decode(issuer.assertions[0], KEYS[algorithm], algorithms=[algorithm])
    assert header == {"Authorization": "Bearer token-1"}
    assert assertion.claims["iss"] == assertion.claims["sub"] == "frontdoor-service"
    assert assertion.claims["aud"] == ISSUER
    assert assertion.claims["exp"] - assertion.claims["iat"] == 60


async def test_a_token_is_used_until_shortly_before_it_expires(tmp_path: Path) -> None:
    issuer, clock = Issuer(), SettableClock(datetime(2026, 11, 23, 9, tzinfo=UTC))
    source = tokens(issuer, tmp_path, clock=clock)

    first = await source.bearer()
    clock.advance(timedelta(seconds=269))
    still = await source.bearer()
    clock.advance(timedelta(seconds=1))
    renewed = await source.bearer()

    assert first == still
    assert renewed == {"Authorization": "Bearer token-2"}


async def test_an_issuer_that_refuses_is_no_answer(tmp_path: Path) -> None:
    source = tokens(Issuer(status=401), tmp_path)

    with pytest.raises(NoAnswer):
        await source.bearer()


def test_without_a_key_the_settings_say_which_variable_is_missing() -> None:
    settings = ServiceSettings(
        database_url="postgresql://x/y",
        kafka_bootstrap_servers="x:1",
        oidc_issuer=ISSUER,
        public_url="https://p.example.org",
    )

    with pytest.raises(Unavailable, match="FRONTDOOR_CLIENT_KEY_FILE"):
        MachineTokens.of(settings, HttpClient.connect(), clock=SettableClock(), ids=SequentialIds())


async def test_the_client_that_the_settings_name_signs_in(tmp_path: Path) -> None:
    key_file, issuer = tmp_path / "key.pem", Issuer()
    key_file.write_bytes(KEYS["ES256"].as_pem(private=True))
    settings = ServiceSettings(
        database_url="postgresql://x/y",
        kafka_bootstrap_servers="x:1",
        oidc_issuer=ISSUER,
        public_url="https://p.example.org",
        client_id="frontdoor-service",
        client_key_file=key_file,
    )
    http = HttpClient(httpx2.AsyncClient(transport=httpx2.MockTransport(issuer.answer)))

    bearer = await MachineTokens.of(settings, http, clock=SettableClock(), ids=SequentialIds()).bearer()

    assert bearer == {"Authorization": "Bearer token-1"}
    assert jwt.decode(issuer.assertions[0], KEYS["ES256"]).claims["iss"] == "frontdoor-service"


@pytest.mark.parametrize(
    ("discovery", "given"),
    [
        (b"[]", b"{}"),
        (b"null", b"{}"),
        (b"{}", b"{}"),
        (b'{"issuer": "https://issuer.example.org", "token_endpoint": 7}', b"{}"),
        (b'{"issuer": "https://issuer.example.org", "token_endpoint": "https://issuer.example.org/t"}', b"<html>"),
        (b'{"issuer": "https://issuer.example.org", "token_endpoint": "https://issuer.example.org/t"}', b"[]"),
        (b'{"issuer": "https://issuer.example.org", "token_endpoint": "https://issuer.example.org/t"}', b"{}"),
        (
            b'{"issuer": "https://issuer.example.org", "token_endpoint": "https://issuer.example.org/t"}',
            b'{"access_token": "t", "expires_in": "soon"}',
        ),
    ],
)
async def test_an_issuer_that_answers_with_what_nobody_can_use_is_no_answer(
    discovery: bytes, given: bytes, tmp_path: Path
) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=discovery if request.method == "GET" else given)

    key_file = tmp_path / "key.pem"
    key_file.write_bytes(KEYS["ES256"].as_pem(private=True))
    http = HttpClient(httpx2.AsyncClient(transport=httpx2.MockTransport(answer)))
    clock = SettableClock(datetime(2026, 11, 23, 9, tzinfo=UTC))
    source = MachineTokens(http, issuer=ISSUER, client_id="a", key_file=key_file, clock=clock, ids=SequentialIds())

    with pytest.raises(NoAnswer):
        await source.bearer()
