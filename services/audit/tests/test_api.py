"""The HTTP edge on a real database: the public log, proofs that verify, and who may read what."""

import asyncio
import json
import socket
import uuid
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import text

from audit import store
from audit.checkpoint import VerifierKey, open_checkpoint
from audit.entry import canonical_entry
from audit.main import build
from audit.merkle import leaf_hash, verify_consistency, verify_inclusion
from audit.model import PendingEntry
from audit.settings import Settings
from audit.tiles import decode_bundle
from audit.verify import main
from chassis.run.service import Service
from chassis.testing.delivery import closed
from chassis.testing.signer import Signer

DatabaseLog = Any  # the log in a database that the fixture makes
AUDITOR = {"roles": ["auditor"], "agency": "wandsworth-mash", "subject": "auditor-1"}


def write_key(file: Path, key: Ed25519PrivateKey) -> Path:
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file


@pytest.fixture
async def service(database_log: DatabaseLog, signer: Signer, tmp_path: Path) -> AsyncIterator[Service]:
    built = build(
        Settings(
            database_url=database_log.urls.app_url,
            kafka_bootstrap_servers="127.0.0.1:1",  # nobody listens there: serving the log must not care
            oidc_issuer="https://issuer.example.org/realms/frontdoor",
            public_url="https://audit.example.org",
            signing_key_file=write_key(tmp_path / "key.pem", database_log.signer.private_key),
            log_origin=database_log.signer.origin,
        ),
        clock=database_log.clock,
        verifier=signer.verifier(),
    )
    yield built
    await built.close()


@pytest.fixture
async def http(service: Service) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=service.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="https://audit.example.org") as client:
        yield client


async def looks(log: DatabaseLog) -> list[dict[str, Any]]:
    async with log.db.transaction() as tx:
        rows = await tx.execute(text("SELECT headers ->> 'ce_type' AS type, data FROM event ORDER BY id"))
        return [{"type": row.type, **json.loads(row.data)} for row in rows]


# -- the public log -------------------------------------------------------------------------------------------------


async def test_the_checkpoint_opens_with_the_key_that_is_served(
    database_log: DatabaseLog, http: httpx2.AsyncClient
) -> None:
    await database_log.append(5)
    await database_log.advance()

    note, key = await http.get("/checkpoint"), await http.get("/key")

    assert open_checkpoint(note.content, VerifierKey.parse(key.text)).size == 5
    assert note.headers["content-type"] == key.headers["content-type"] == "text/plain; charset=utf-8"
    assert note.headers["cache-control"] == "public, max-age=1"


async def test_before_the_first_checkpoint_there_is_none(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/checkpoint")

    assert (answer.status_code, answer.json()["type"].rsplit("/")[-1]) == (404, "not-in-log")


async def test_tiles_and_bundles_are_served_as_they_will_always_be(
    database_log: DatabaseLog, http: httpx2.AsyncClient
) -> None:
    entries = await database_log.append(300)
    await database_log.advance()

    tile, partial, above = [await http.get(f"/tile/{name}") for name in ("0/000", "0/001.p/44", "1/000.p/1")]
    bundle = await http.get("/tile/entries/001.p/44")

    leaves = [leaf_hash(entry.body) for entry in entries]
    assert tile.content == b"".join(leaves[:256])
    assert partial.content == b"".join(leaves[256:])
    assert len(above.content) == 32
    assert decode_bundle(bundle.content, count=44) == [entry.body for entry in entries[256:]]
    for answer in (tile, partial, above, bundle):
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_narrower_partial_tile_of_an_earlier_checkpoint_stays_available(
    database_log: DatabaseLog, http: httpx2.AsyncClient
) -> None:
    entries = await database_log.append(10)
    await database_log.advance()
    await database_log.append(300)
    await database_log.advance()

    answer = await http.get("/tile/0/000.p/10")

    assert answer.content == b"".join(leaf_hash(entry.body) for entry in entries)


async def test_what_is_not_signed_yet_is_not_served(database_log: DatabaseLog, http: httpx2.AsyncClient) -> None:
    await database_log.append(5)
    await database_log.advance()
    await database_log.append(5)
    sequencer = database_log.sequencer()
    async with database_log.db.engine.connect() as connection, connection.begin():
        await sequencer._place(connection)

    statuses = [(await http.get(f"/tile/{name}")).status_code for name in ("0/000.p/5", "0/000.p/6", "entries/000.p/6")]

    assert statuses == [200, 404, 404]


@pytest.mark.parametrize("path", ["/tile/0/0", "/tile/0/000", "/tile/9/000", "/tile/x", "/tile/", "/tile/0/000.p/0"])
async def test_a_path_that_names_no_tile_of_the_log_is_not_found(
    database_log: DatabaseLog, http: httpx2.AsyncClient, path: str
) -> None:
    await database_log.append(5)
    await database_log.advance()

    answer = await http.get(path)

    assert answer.status_code == 404
    assert "immutable" not in answer.headers["cache-control"]


async def test_the_stand_alone_verifier_checks_the_running_service(
    database_log: DatabaseLog, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    await database_log.append(700)
    await database_log.advance()
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen()  # from here on a caller waits instead of being refused
    server = uvicorn.Server(uvicorn.Config(service.app, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        code = await asyncio.to_thread(main, [f"http://127.0.0.1:{listening.getsockname()[1]}", "--json"])
    finally:
        server.should_exit = True
        await serving
        listening.close()

    assert code == 0
    written = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["size"] for line in written if "root" in line] == [700]  # the service's own log lines are among them


# -- proofs ---------------------------------------------------------------------------------------------------------


async def test_an_inclusion_proof_verifies_with_nothing_but_the_key(
    database_log: DatabaseLog, http: httpx2.AsyncClient
) -> None:
    entries = await database_log.append(700)
    await database_log.advance()

    for index in (0, 255, 256, 511, 699):
        proof = (await http.get("/v1/proofs/inclusion", params={"event_id": str(entries[index].event_id)})).json()

        checkpoint = open_checkpoint(proof["checkpoint"].encode(), database_log.signer.verifier_key)
        assert proof["leaf_index"] == index
        verify_inclusion(
            leaf_hash(proof["entry"].encode()),
            index,
            size=checkpoint.size,
            proof=[b64decode(item) for item in proof["proof"]],
            root=checkpoint.root,
        )


async def test_an_event_that_is_not_in_the_log_has_no_proof(http: httpx2.AsyncClient) -> None:
    answer = await http.get("/v1/proofs/inclusion", params={"event_id": str(uuid.uuid4())})

    assert answer.status_code == 404


async def test_a_consistency_proof_verifies_between_any_two_checkpoints(
    database_log: DatabaseLog, http: httpx2.AsyncClient
) -> None:
    notes = []
    for count in (1, 255, 300):
        await database_log.append(count)
        await database_log.advance()
        notes.append(open_checkpoint((await http.get("/checkpoint")).content, database_log.signer.verifier_key))

    for old in notes:
        for new in notes[notes.index(old) :]:
            proof = (await http.get("/v1/proofs/consistency", params={"old": old.size, "new": new.size})).json()
            hashes = [b64decode(item) for item in proof["proof"]]
            verify_consistency((old.size, old.root), (new.size, new.root), proof=hashes)
            assert b64decode(proof["old_root_hash"]) == old.root


@pytest.mark.parametrize(
    ("old", "new", "status"), [(2, 1, 422), (1, 6, 404), (-1, 3, 422), ("x", 3, 422), (0, 0, 200), (5, 5, 200)]
)
async def test_sizes_that_make_no_sense_are_refused(
    database_log: DatabaseLog, http: httpx2.AsyncClient, old: Any, new: Any, status: int
) -> None:
    await database_log.append(5)
    await database_log.advance()

    answer = await http.get("/v1/proofs/consistency", params={"old": old, "new": new})

    assert answer.status_code == status


# -- journeys and the access log ------------------------------------------------------------------------------------


async def fill(log: DatabaseLog, referral_id: uuid.UUID, *types: str, partnership: str = "wandsworth") -> None:
    """Entries of one referral, of these types, in this order; the first happened last."""
    entries = []
    for version, event_type in enumerate(types, 1):
        event = closed(referral_id, referral_id)
        time = f"2026-03-02T09:{59 - version:02}:00+00:00"
        attributes: dict[str, str | int] = {
            "type": event_type,
            "subject": event.subject,
            "sequence": version,
            "time": time,
        }
        entries.append(
            PendingEntry(
                uuid.uuid4(), event.subject, version, event_type, referral_id, partnership,
                log.clock.now().replace(minute=59 - version), canonical_entry(attributes, event.to_json()),
            )
        )  # fmt: skip
    async with log.db.transaction() as tx:
        await store.append(tx, entries)
    await log.advance()


@pytest.mark.parametrize("who", [{"roles": ["operator"], "partnership": None, "agency": None}, AUDITOR])
async def test_a_journey_is_every_entry_of_a_referral_in_the_order_of_time(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, who: dict[str, Any]
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, uuid.uuid4(), "case.opened.v1")
    await fill(database_log, referral_id, "case.closed.v1", "case.invented.v7", "referral.received.v1")

    answer = await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**who))

    entries = answer.json()["entries"]
    assert [entry["event"]["type"] for entry in entries] == [
        "referral.received.v1",
        "case.invented.v7",
        "case.closed.v1",
    ]
    assert [entry["leaf_index"] for entry in entries] == [3, 2, 1]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ({"roles": ["partner"]}, 403),
        ({"roles": ["social-worker"]}, 403),
        ({**AUDITOR, "partnership": "warwickshire"}, 404),
    ],
)
async def test_a_journey_is_not_for_everybody(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, who: dict[str, Any], status: int
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "referral.received.v1")

    answer = await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**who))

    assert answer.status_code == status


async def test_a_strangers_refused_look_neither_hides_a_referral_nor_makes_it_theirs(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "access.denied.v1", partnership="warwickshire")
    await fill(database_log, referral_id, "referral.received.v1")

    ours = await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**AUDITOR))
    strangers = signer.bearer(**{**AUDITOR, "partnership": "warwickshire"})
    theirs = await http.get(f"/v1/journeys/{referral_id}", headers=strangers)

    assert {entry["event"]["type"] for entry in ours.json()["entries"]} == {"referral.received.v1", "access.denied.v1"}
    assert theirs.status_code == 404
    assert (await read_access_log(http, signer, referral_id)).status_code == 200


async def test_a_referral_that_the_log_does_not_know_has_no_journey(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    await database_log.advance()

    answer = await http.get(f"/v1/journeys/{uuid.uuid4()}", headers=signer.bearer(**AUDITOR))

    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/v1/journeys/{id}", "/v1/access-log?referral_id={id}"])
async def test_nobody_reads_records_without_signing_in(http: httpx2.AsyncClient, path: str) -> None:
    answer = await http.get(path.format(id=uuid.uuid4()))

    assert answer.status_code == 401


async def read_access_log(
    http: httpx2.AsyncClient, signer: Signer, referral_id: uuid.UUID, *, purpose: str | None = "audit", **who: Any
) -> httpx2.Response:
    headers = {**signer.bearer(**{**AUDITOR, **who}), **({"Access-Purpose": purpose} if purpose else {})}
    return await http.get("/v1/access-log", params={"referral_id": str(referral_id)}, headers=headers)


@pytest.mark.parametrize("role", ["auditor", "caldicott-guardian"])
async def test_the_access_log_is_every_look_and_reading_it_is_one_more(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, role: str
) -> None:
    referral_id = uuid.uuid4()
    await fill(
        database_log, referral_id, "case.opened.v1", "record.accessed.v1", "access.denied.v1", "notice.opened.v1"
    )

    answer = await read_access_log(http, signer, referral_id, roles=[role])

    types = [entry["event"]["type"] for entry in answer.json()["entries"]]
    assert types == ["access.denied.v1", "record.accessed.v1"]
    (look,) = await looks(database_log)
    assert (look["type"], look["record"], look["service"]) == ("record.accessed.v1", "access-log", "audit")
    assert (look["actor"], look["purpose"], look["referral_id"]) == ("auditor-1", "audit", str(referral_id))


@pytest.mark.parametrize(
    ("who", "status", "reason"),
    [
        ({"roles": ["operator"]}, 403, "role"),
        ({"roles": ["mash-manager"]}, 403, "role"),
        ({"purpose": "triage"}, 403, "purpose"),
        ({"partnership": "warwickshire"}, 404, "partnership"),
    ],
)
async def test_a_refused_look_at_the_access_log_is_recorded(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, who: dict[str, Any], status: int, reason: str
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "record.accessed.v1")

    answer = await read_access_log(http, signer, referral_id, **who)

    (look,) = await looks(database_log)
    assert (answer.status_code, look["type"], look["reason"]) == (status, "access.denied.v1", reason)


async def test_an_unknown_referral_answers_like_one_of_another_partnership(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    known, unknown = uuid.uuid4(), uuid.uuid4()
    await fill(database_log, known, "record.accessed.v1")

    answers = [await read_access_log(http, signer, each, partnership="warwickshire") for each in (known, unknown)]

    assert answers[0].status_code == answers[1].status_code == 404
    assert answers[0].json() == answers[1].json()


async def test_a_look_at_the_access_log_needs_a_purpose(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    answer = await read_access_log(http, signer, uuid.uuid4(), purpose=None)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "header:Access-Purpose"


async def test_when_the_look_cannot_be_written_down_nothing_is_shown(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "record.accessed.v1")
    await database_log.as_owner("REVOKE INSERT ON event FROM PUBLIC, " + database_log.app_role)

    answer = await read_access_log(http, signer, referral_id)

    assert answer.status_code == 500
    assert "entries" not in answer.text
