"""The HTTP edge that is open to everybody, on a real database: the public log, and proofs that verify."""

import asyncio
import json
from base64 import b64decode
from typing import Any

import httpx2
import pytest

from audit.checkpoint import VerifierKey, open_checkpoint
from audit.commitment import commit
from audit.merkle import leaf_hash, verify_consistency, verify_inclusion
from audit.tiles import decode_bundle
from audit.verify.command import main

DatabaseLog = Any  # the log in a database that the fixture makes


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
    await database_log.append(300)
    await database_log.advance()

    tile, partial, above = [await http.get(f"/tile/{name}") for name in ("0/000", "0/001.p/44", "1/000.p/1")]
    bundle = await http.get("/tile/entries/001.p/44")

    leaves = [commit(opening) for opening in await database_log.openings()]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    assert tile.content == b"".join(hashes[:256])
    assert partial.content == b"".join(hashes[256:])
    assert len(above.content) == 32
    assert decode_bundle(bundle.content, count=44) == leaves[256:]
    for answer in (tile, partial, above, bundle):
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


async def test_a_narrower_partial_tile_of_an_earlier_checkpoint_stays_available(
    database_log: DatabaseLog, http: httpx2.AsyncClient
) -> None:
    await database_log.append(10)
    await database_log.advance()
    openings = await database_log.openings()
    await database_log.append(300)
    await database_log.advance()

    answer = await http.get("/tile/0/000.p/10")

    assert answer.content == b"".join(leaf_hash(commit(opening)) for opening in openings)


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
    database_log: DatabaseLog, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    await database_log.append(700)
    await database_log.advance()

    code = await asyncio.to_thread(main, ["public", address, "--json"])

    assert code == 0
    written = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["size"] for line in written if "root" in line] == [700]  # the service's own log lines are among them


# -- proofs ---------------------------------------------------------------------------------------------------------


async def test_an_inclusion_proof_verifies_with_nothing_but_the_key(
    database_log: DatabaseLog, http: httpx2.AsyncClient
) -> None:
    await database_log.append(700)
    await database_log.advance()
    openings = await database_log.openings()

    for index in (0, 255, 256, 511, 699):
        proof = (await http.get("/v1/proofs/inclusion", params={"leaf_index": index})).json()

        checkpoint = open_checkpoint(proof["checkpoint"].encode(), database_log.signer.verifier_key)
        assert b64decode(proof["leaf"]) == commit(openings[index])
        assert "entry" not in proof
        verify_inclusion(
            leaf_hash(b64decode(proof["leaf"])),
            proof["leaf_index"],
            size=checkpoint.size,
            proof=[b64decode(item) for item in proof["proof"]],
            root=checkpoint.root,
        )


@pytest.mark.parametrize(("leaf_index", "status"), [(5, 404), (-1, 422), ("x", 422), (2**63, 422), (None, 422)])
async def test_a_place_that_is_not_in_the_log_has_no_proof(
    database_log: DatabaseLog, http: httpx2.AsyncClient, leaf_index: Any, status: int
) -> None:
    await database_log.append(5)
    await database_log.advance()

    answer = await http.get("/v1/proofs/inclusion", params={} if leaf_index is None else {"leaf_index": leaf_index})

    assert answer.status_code == status


async def test_a_log_that_began_with_itself_has_no_predecessor(
    database_log: DatabaseLog, http: httpx2.AsyncClient
) -> None:
    await database_log.append(5)
    await database_log.advance()

    answer = await http.get("/predecessor")

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
