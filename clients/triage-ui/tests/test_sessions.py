"""Sessions across requests and replicas: tokens renewed once, sign-outs believed only from the issuer."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from joserfc import jwt
from ui_answers import WORKER
from ui_world import FORM, NOW, World, made_world

from chassis.db import Database
from chassis.http_client import NoAnswer
from chassis.run.provision import DatabaseUrls
from chassis.testing.clock import SettableClock
from chassis.testing.signer import ISSUER, Signer
from triage_ui.session.issuer import Issuer, SignedIn, SignInRefused
from triage_ui.session.model import Lifetimes, Person, Tokens
from triage_ui.session.sealing import Sealer
from triage_ui.session.sessions import SessionOver, Sessions
from triage_ui.session.store import SessionStore

PERSON: Final = Person(WORKER, "Ama O'Brien", "wandsworth-mash", "wandsworth", frozenset({"social-worker"}))
LOGGED_OUT: Final[dict[str, Any]] = {"http://schemas.openid.net/event/backchannel-logout": {}}


class CountingIssuer(Issuer):
    """Renews as an issuer does whose refresh tokens are good for once."""

    def __init__(self, clock: SettableClock) -> None:
        self._now = clock
        self.good = "refresh-0"
        self.asked = 0

    async def renew(self, tokens: Tokens) -> Tokens:
        self.asked += 1
        await asyncio.sleep(0.2)
        if tokens.refresh != self.good:
            raise SignInRefused
        self.good = f"refresh-{self.asked}"
        return Tokens(f"access-{self.asked}", self.good, self._now.now() + timedelta(minutes=5))


class AwayIssuer(CountingIssuer):
    """Does not answer."""

    async def renew(self, tokens: Tokens) -> Tokens:
        raise NoAnswer


def _sessions(db: Database, sealer: Sealer, issuer: CountingIssuer, clock: SettableClock) -> Sessions:
    return Sessions(db, SessionStore(sealer), issuer, Lifetimes(timedelta(minutes=20), timedelta(hours=10)), clock)


async def _begun(sessions: Sessions) -> str:
    tokens = Tokens("access-0", "refresh-0", NOW + timedelta(minutes=5))
    return await sessions.begin(SignedIn(PERSON, tokens, "sid"))


async def test_many_requests_at_once_renew_a_token_once(db: Database, sealer: Sealer) -> None:
    clock = SettableClock(NOW)
    issuer = CountingIssuer(clock)
    sessions = _sessions(db, sealer, issuer, clock)
    secret = await _begun(sessions)
    session = await sessions.find(secret)
    assert session is not None
    clock.advance(timedelta(minutes=5))

    given = await asyncio.gather(*(sessions.with_fresh_tokens(secret, session) for _ in range(5)))

    assert issuer.asked == 1
    assert {access for _, access in given} == {"access-1"}


async def test_a_token_that_holds_is_not_renewed(db: Database, sealer: Sealer) -> None:
    clock = SettableClock(NOW)
    issuer = CountingIssuer(clock)
    sessions = _sessions(db, sealer, issuer, clock)
    secret = await _begun(sessions)
    session = await sessions.find(secret)
    assert session is not None

    _, access = await sessions.with_fresh_tokens(secret, session)

    assert (access, issuer.asked) == ("access-0", 0)


async def test_a_sign_in_that_the_issuer_ended_ends_the_session(db: Database, sealer: Sealer) -> None:
    clock = SettableClock(NOW)
    issuer = CountingIssuer(clock)
    issuer.good = "another"
    sessions = _sessions(db, sealer, issuer, clock)
    secret = await _begun(sessions)
    session = await sessions.find(secret)
    assert session is not None
    clock.advance(timedelta(minutes=5))

    with pytest.raises(SessionOver):
        await sessions.with_fresh_tokens(secret, session)

    ended = await sessions.find(secret)
    assert ended is not None
    assert sessions.is_over(ended)


async def test_an_issuer_that_is_away_ends_nobodys_session(db: Database, sealer: Sealer) -> None:
    clock = SettableClock(NOW)
    sessions = _sessions(db, sealer, AwayIssuer(clock), clock)
    secret = await _begun(sessions)
    session = await sessions.find(secret)
    assert session is not None
    clock.advance(timedelta(minutes=5))

    with pytest.raises(NoAnswer):
        await sessions.with_fresh_tokens(secret, session)

    still = await sessions.find(secret)
    assert still is not None
    assert not sessions.is_over(still)


async def test_a_session_of_one_replica_holds_at_the_other(
    world: World, urls: DatabaseUrls, key_files: dict[str, Path]
) -> None:
    other = made_world(urls.app_url, key_files)
    person = await world.sign_in()

    answer = await replace(person, world=other).get("/drafts")

    await other.close()
    assert answer.status_code == 200


def _published(world: World, signer: Signer) -> None:
    """The issuer's discovery document and keys."""
    path = "/realms/frontdoor/.well-known/openid-configuration"
    world.services.answers["GET", path] = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}
    world.services.answers["GET", "/realms/frontdoor/keys"] = {"keys": [signer.key.as_dict(private=False)]}


async def test_the_client_is_ready_once_it_has_the_keys_of_the_issuer(world: World) -> None:
    async with world.visitor() as http:
        _published(world, Signer())
        ready = await http.get("/health/ready")

    assert (ready.status_code, ready.json()["failing"]) == (200, [])


async def test_the_client_is_not_ready_while_nobody_could_sign_in(world: World) -> None:
    async with world.visitor() as http:
        ready = await http.get("/health/ready")

    assert (ready.status_code, ready.json()["failing"]) == (503, ["issuer"])


def _logout_token(signer: Signer, **changed: Any) -> str:
    claims = {"iss": ISSUER, "aud": "frontdoor-ui", "iat": int(NOW.timestamp()), "jti": "1", "events": LOGGED_OUT}
    said = {key: value for key, value in {**claims, "sid": f"sid-{WORKER}", **changed}.items() if value is not None}
    return jwt.encode({"alg": "RS256", "kid": "test-key"}, said, signer.key)


async def _told(world: World, token: str) -> int:
    async with world.visitor() as http:
        answer = await http.post(
            "/back-channel-sign-out", content=f"logout_token={token}", headers={"content-type": FORM}
        )
    return answer.status_code


async def test_the_issuers_word_ends_the_session_of_that_sign_in(world: World, signer: Signer) -> None:
    _published(world, signer)
    person, other = await world.sign_in(), await world.sign_in(subject="somebody-else")

    status = await _told(world, _logout_token(signer))

    assert status == 200
    assert (await person.get("/drafts")).status_code == 303
    assert (await other.get("/drafts")).status_code == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": "another-client"},
        {"iss": "https://evil.example.org"},
        {"events": None},
        {"events": {"another": {}}},
        {"nonce": "an ID token"},
        {"sid": None},
        {"iat": None},
    ],
    ids=str,
)
async def test_a_logout_token_that_is_none_ends_nothing(world: World, signer: Signer, changed: dict[str, Any]) -> None:
    _published(world, signer)
    person = await world.sign_in()

    status = await _told(world, _logout_token(signer, **changed))

    assert status == 400
    assert (await person.get("/drafts")).status_code == 200


async def test_a_logout_token_of_another_key_ends_nothing(world: World, signer: Signer) -> None:
    _published(world, signer)
    person = await world.sign_in()

    statuses = [await _told(world, token) for token in (_logout_token(Signer()), "garbage", "")]

    assert statuses == [400, 400, 400]
    assert (await person.get("/drafts")).status_code == 200


@pytest.mark.parametrize("query", ["", "?code=x&state=y", "?error=access_denied&state=y"])
async def test_coming_back_without_having_left_signs_nobody_in(world: World, query: str) -> None:
    async with world.visitor() as http:
        answer = await http.get(f"/sign-in/back{query}")

    assert answer.status_code == 400
    assert "You are not signed in" in answer.text
    assert "set-cookie" not in answer.headers
