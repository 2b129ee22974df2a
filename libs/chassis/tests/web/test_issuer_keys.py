"""The issuer's keys: which are believed, how often they are asked for, and what holds while the issuer is away."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey
from token_examples import NOW, b64, refused

from chassis.http_client import HttpClient, NoAnswer
from chassis.testing import SettableClock
from chassis.testing.signer import AUDIENCE, ISSUER, Signer
from chassis.web.auth import PublishedKeys, Verifier
from chassis.web.issuer_keys import FRESH_SECONDS, REFRESH_SECONDS, USABLE_SECONDS
from contracts.codes import ActorKind
from contracts.problems import Unauthenticated

KEYS: dict[str, RSAKey | ECKey | OKPKey] = {
    "RS256": RSAKey.generate_key(2048, parameters={"kid": "rs", "use": "sig"}),
    "PS256": RSAKey.generate_key(2048, parameters={"kid": "ps", "alg": "PS256"}),
    "ES256": ECKey.generate_key("P-256", parameters={"kid": "es"}),
    "EdDSA": OKPKey.generate_key("Ed25519", parameters={"kid": "ed"}),
    "Ed25519": OKPKey.generate_key("Ed25519", parameters={"kid": "ed-new"}),
}


class Seconds:
    """Counts only what a test lets pass."""

    def __init__(self) -> None:
        self.passed = 1000.0

    def __call__(self) -> float:
        return self.passed


class Issuer:
    """Publishes keys, or does not."""

    def __init__(self) -> None:
        self.keys: list[Any] = [key.as_dict(private=False) for key in KEYS.values()]
        self.issuer = ISSUER
        self.status = 200
        self.asked = 0
        self.slow: asyncio.Event | None = None
        self.was_asked = asyncio.Event()

    async def answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/.well-known/openid-configuration"):
            self.asked += 1
            self.was_asked.set()
            if self.slow is not None:
                await self.slow.wait()
            return httpx2.Response(self.status, json={"issuer": self.issuer, "jwks_uri": f"{ISSUER}/certs"})
        return httpx2.Response(self.status, json={"keys": self.keys})


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def published(issuer: Issuer, seconds: Seconds) -> PublishedKeys:
    http = HttpClient(httpx2.AsyncClient(transport=httpx2.MockTransport(issuer.answer)))
    return PublishedKeys(ISSUER, http, now=seconds)


@pytest.fixture
def checking(published: PublishedKeys) -> Verifier:
    return Verifier(published, issuer=ISSUER, audience=AUDIENCE, clock=SettableClock(NOW))


def signed(stamp: Signer, algorithm: str, *, kid: str | None = None, key: Any = None) -> str:
    key = key or KEYS[algorithm]
    header = {"alg": algorithm, "kid": kid or key.kid}
    registry = jws.JWSRegistry(algorithms=[algorithm])
    implementation = registry.algorithms[algorithm]
    head = b64(json.dumps(header).encode()) + "." + stamp.token().split(".")[1]
    return f"{head}.{b64(implementation.sign(head.encode(), key))}"


# -- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", sorted(KEYS))
async def test_every_algorithm_on_the_list_is_verified(stamp: Signer, checking: Verifier, algorithm: str) -> None:
    principal = await checking.verify(signed(stamp, algorithm))

    assert principal.partnership == "wandsworth"


async def test_a_key_published_for_one_algorithm_verifies_no_other(stamp: Signer, checking: Verifier) -> None:
    await refused(checking, signed(stamp, "RS256", key=KEYS["PS256"]))


async def test_weak_keys_and_keys_for_other_uses_are_passed_over(
    stamp: Signer, checking: Verifier, issuer: Issuer
) -> None:
    with pytest.warns(SecurityWarning, match="2048"):
        weak = RSAKey.generate_key(1024, parameters={"kid": "weak"})
    encrypting = RSAKey.generate_key(2048, parameters={"kid": "enc", "use": "enc"})
    issuer.keys = [weak.as_dict(private=False), encrypting.as_dict(private=False), {"kty": "new"}, 7, *issuer.keys]

    await refused(checking, signed(stamp, "RS256", key=weak))
    await refused(checking, signed(stamp, "RS256", key=encrypting))
    assert (await checking.verify(signed(stamp, "ES256"))).client_id == "test-client"


async def test_keys_are_asked_for_once_however_many_wait(stamp: Signer, checking: Verifier, issuer: Issuer) -> None:
    issuer.slow = asyncio.Event()
    waiting = [asyncio.create_task(checking.verify(signed(stamp, "ES256"))) for _ in range(50)]
    await issuer.was_asked.wait()

    issuer.slow.set()
    await asyncio.gather(*waiting)

    assert issuer.asked == 1


async def test_a_storm_of_made_up_key_ids_asks_the_issuer_once_in_ten_seconds(
    stamp: Signer, checking: Verifier, issuer: Issuer, seconds: Seconds
) -> None:
    await checking.verify(signed(stamp, "ES256"))
    seconds.passed += REFRESH_SECONDS

    for number in range(200):
        await refused(checking, signed(stamp, "ES256", kid=f"made-up-{number}"))

    assert issuer.asked == 2


async def test_nobody_with_a_known_key_waits_for_the_storm(
    stamp: Signer, checking: Verifier, issuer: Issuer, seconds: Seconds
) -> None:
    await checking.verify(signed(stamp, "ES256"))
    seconds.passed += REFRESH_SECONDS
    issuer.slow = asyncio.Event()
    issuer.was_asked.clear()
    stuck = asyncio.create_task(checking.verify(signed(stamp, "ES256", kid="made-up")))
    await issuer.was_asked.wait()

    await checking.verify(signed(stamp, "ES256"))

    assert not stuck.done()
    issuer.slow.set()
    with pytest.raises(Unauthenticated):
        await stuck


async def test_a_rotated_key_is_found(stamp: Signer, checking: Verifier, issuer: Issuer, seconds: Seconds) -> None:
    await checking.verify(signed(stamp, "ES256"))
    new = ECKey.generate_key("P-256", parameters={"kid": "next"})
    issuer.keys.append(new.as_dict(private=False))
    seconds.passed += REFRESH_SECONDS

    principal = await checking.verify(signed(stamp, "ES256", key=new))

    assert principal.agency == "ashcroft-primary"


async def test_a_withdrawn_key_is_not_believed_for_long(
    stamp: Signer, checking: Verifier, issuer: Issuer, seconds: Seconds
) -> None:
    await checking.verify(signed(stamp, "ES256"))
    issuer.keys = [key for key in issuer.keys if key["kid"] != "es"]
    seconds.passed += FRESH_SECONDS

    await refused(checking, signed(stamp, "ES256"))


async def test_an_issuer_that_is_away_with_nothing_kept_is_unavailable_and_not_a_wrong_token(
    stamp: Signer, checking: Verifier, issuer: Issuer, seconds: Seconds
) -> None:
    issuer.status = 503

    for _ in range(20):
        with pytest.raises(NoAnswer):
            await checking.verify(signed(stamp, "ES256"))
    asked_while_away = issuer.asked
    issuer.status = 200
    seconds.passed += 1

    assert asked_while_away == 1
    assert (await checking.verify(signed(stamp, "ES256"))).kind is ActorKind.PARTNER


async def test_kept_keys_outlive_an_absent_issuer_for_a_day(
    stamp: Signer, checking: Verifier, issuer: Issuer, seconds: Seconds
) -> None:
    await checking.verify(signed(stamp, "ES256"))
    issuer.status = 503
    seconds.passed += USABLE_SECONDS - 1

    assert (await checking.verify(signed(stamp, "ES256"))).kind is ActorKind.PARTNER
    with pytest.raises(NoAnswer):
        await checking.verify(signed(stamp, "ES256", kid="perhaps-new"))
    seconds.passed += 1
    with pytest.raises(NoAnswer):
        await checking.verify(signed(stamp, "ES256"))


async def test_a_discovery_document_of_another_issuer_is_not_followed(
    stamp: Signer, checking: Verifier, issuer: Issuer
) -> None:
    issuer.issuer = "https://attacker.example.org"

    with pytest.raises(NoAnswer):
        await checking.verify(signed(stamp, "ES256"))


@pytest.mark.parametrize("keys", [None, 7, "x", {}, [[]]])
async def test_published_rubbish_is_no_key(stamp: Signer, checking: Verifier, issuer: Issuer, keys: Any) -> None:
    issuer.keys = keys

    with pytest.raises((NoAnswer, Unauthenticated)):
        await checking.verify(signed(stamp, "ES256"))


# -- readiness --------------------------------------------------------------------------------------------------------


async def test_nobody_can_be_verified_until_the_issuer_was_reached(
    checking: Verifier, issuer: Issuer, seconds: Seconds
) -> None:
    issuer.status = 503
    with pytest.raises(NoAnswer):
        await checking.check()

    issuer.status = 200
    seconds.passed += 2
    await checking.check()


async def test_an_issuer_that_goes_away_later_takes_nobody_out_of_service(
    checking: Verifier, issuer: Issuer, seconds: Seconds
) -> None:
    await checking.check()
    issuer.status = 503
    seconds.passed += 3_600

    await checking.check()

    seconds.passed += USABLE_SECONDS
    with pytest.raises(NoAnswer):
        await checking.check()


async def test_an_issuer_without_a_key_for_signatures_is_not_enough(checking: Verifier, issuer: Issuer) -> None:
    issuer.keys = []

    with pytest.raises(NoAnswer):
        await checking.check()


async def test_an_issuer_of_another_name_is_not_enough(checking: Verifier, issuer: Issuer) -> None:
    issuer.issuer = "https://issuer.example.org/realms/another"

    with pytest.raises(NoAnswer):
        await checking.check()
