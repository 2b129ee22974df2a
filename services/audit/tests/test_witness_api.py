"""What anybody is shown of the witnesses, and that nothing turns red when they are away."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from witness_world import Witnessed, answering

from audit.cosignature import read_cosignatures
from audit.main import build
from audit.quorum import Quorum
from audit.receipt import verify_receipt
from audit.settings import Settings
from chassis.run.service import Service
from chassis.testing.signer import Signer


@pytest.fixture
async def service(witnessed: Witnessed, signer: Signer, tmp_path: Path) -> AsyncIterator[Service]:
    witnessed.needed = 2
    key = witnessed.log.signer.private_key
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    built = build(
        Settings(
            database_url=witnessed.log.urls.app_url,
            kafka_bootstrap_servers="127.0.0.1:1",
            oidc_issuer="https://issuer.example.org/realms/frontdoor",
            public_url="https://audit.example.org",
            signing_key_file=tmp_path / "key.pem",
            log_origin=witnessed.log.signer.origin,
            witnesses={str(witness.key): witness.url for witness in witnessed.witnesses},
            witnesses_needed=2,
        ),
        clock=witnessed.log.clock,
        verifier=signer.verifier(),
    )
    yield built
    await built.close()


@pytest.fixture
async def http(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=service.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="https://audit.example.org") as client:
        yield client


def seconds(time: str | None) -> str | None:
    return None if time is None else time.removesuffix("Z")


async def test_anybody_sees_how_far_the_log_is_witnessed_and_by_whom(
    witnessed: Witnessed, http: httpx2.AsyncClient
) -> None:
    await witnessed.grow(5)
    for number in (1, 2):
        await witnessed.ask(number)
    start = witnessed.log.clock.now()
    witnessed.log.clock.advance(timedelta(minutes=1))
    await witnessed.grow(2)
    witnessed.witnesses[0].answering = answering(422)
    await witnessed.ask(1)

    shown = (await http.get("/v1/witnesses")).json()

    later = (start + timedelta(minutes=1)).isoformat().removesuffix("+00:00")
    assert {name: shown[name] for name in ("needed", "signed_size", "witnessed_size")} == {
        "needed": 2,
        "signed_size": 7,
        "witnessed_size": 5,
    }
    assert seconds(shown["unwitnessed_since"]) == later
    refusing, good, never_asked = shown["witnesses"]
    assert (refusing["outcome"], refusing["cosigned_size"]) == ("refused", 5)
    assert seconds(refusing["failing_since"]) == later
    assert (good["name"], good["key"]) == ("witness.example.org/2", str(witnessed.witnesses[1].key))
    assert (good["outcome"], good["cosigned_size"], good["failing_since"]) == ("cosigned", 5, None)
    assert seconds(good["cosigned_at"]) == start.isoformat().removesuffix("+00:00")
    assert {never_asked[name] for name in ("outcome", "cosigned_size", "cosigned_at", "failing_since")} == {None}


async def test_the_last_checkpoint_and_the_last_witnessed_one_carry_their_cosignatures(
    witnessed: Witnessed, http: httpx2.AsyncClient
) -> None:
    keys = [witness.key for witness in witnessed.witnesses]
    await witnessed.grow(5)
    for number in (1, 3):
        await witnessed.ask(number)
    await witnessed.grow(2)
    await witnessed.ask(2)

    last, enough = await http.get("/checkpoint"), await http.get("/witnessed-checkpoint")

    assert [each.key for each in read_cosignatures(last.content, keys)] == [keys[1]]
    assert last.text.split("\n")[1] == "7"
    assert [each.key for each in Quorum(tuple(keys), 2).check(enough.content)] == [keys[0], keys[2]]
    assert enough.text.split("\n")[1] == "5"
    assert enough.headers["content-type"] == last.headers["content-type"] == "text/plain; charset=utf-8"


async def test_a_proof_carries_the_cosignatures_that_its_checkpoint_has(
    witnessed: Witnessed, http: httpx2.AsyncClient
) -> None:
    await witnessed.grow(5)
    await witnessed.ask(1)

    proof = (await http.get("/v1/proofs/inclusion", params={"leaf_index": 3})).json()

    assert len(read_cosignatures(proof["checkpoint"].encode(), [witnessed.witnesses[0].key])) == 1


async def test_a_receipt_carries_the_cosignatures_that_its_checkpoint_has(
    witnessed: Witnessed, http: httpx2.AsyncClient, signer: Signer
) -> None:
    referral = UUID(int=5)
    await witnessed.log.put("referral.received.v1", referral, source="referral-intake", agency="ashcroft-primary")
    await witnessed.grow(0)
    await witnessed.ask(2)

    school = signer.bearer(roles=["partner"], agency="ashcroft-primary")
    file = (await http.get(f"/v1/receipts/{referral}", headers=school)).content

    quorum = Quorum((witnessed.witnesses[1].key,), 1)
    report = verify_receipt(file, witnessed.log.signer.verifier_key, quorum=quorum)
    assert report.witnessed is not None
    assert (report.entries, report.witnessed.checkpoint.size) == (1, 1)


async def test_before_enough_witnesses_signed_there_is_no_witnessed_checkpoint(
    witnessed: Witnessed, http: httpx2.AsyncClient
) -> None:
    await witnessed.grow(5)
    await witnessed.ask(1)

    answer, shown = await http.get("/witnessed-checkpoint"), (await http.get("/v1/witnesses")).json()

    assert (answer.status_code, answer.json()["type"].rsplit("/")[-1]) == (404, "not-witnessed")
    assert (shown["witnessed_size"], shown["signed_size"]) == (None, 5)


async def test_witnesses_that_are_away_turn_nothing_red(witnessed: Witnessed, service: Service) -> None:
    for number, witness in enumerate(witnessed.witnesses, 1):
        witness.answering = answering(503)
        await witnessed.grow(1)
        await witnessed.ask(number)

    assert "witnesses" in service.workers
    assert [name for name in service.readiness if "witness" in name] == []
    assert (await witnessed.standing()).signed_size == 3
