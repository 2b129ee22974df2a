"""A log that lost signed history is closed, and another begins from its entries: what was signed stays as it was."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit import another_log, store
from audit.checkpoint import CheckpointSigner, open_checkpoint
from audit.merkle import VerificationError
from audit.sequencer import OriginInUse
from audit.settings import Settings
from audit.verify.command import main
from audit.verify.public import CONTINUED, Trusted, verify_public
from chassis.db import Database
from chassis.ids import RandomIds
from chassis.settings import OwnerSettings
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer

DatabaseLog = Any  # the log in a database that the fixture makes
ANOTHER = CheckpointSigner("frontdoor.example.org/another", Ed25519PrivateKey.from_private_bytes(b"\x09" * 32))
SIGNED, WAITING = 300, 7


async def begun(log: DatabaseLog, origin: str = ANOTHER.origin) -> int:
    """As the database's owner."""
    owner = Database.connect(log.urls.owner_url, pool_size=1)
    try:
        async with owner.transaction() as tx:
            return await another_log.begin(tx, origin, clock=SettableClock(), ids=RandomIds())
    finally:
        await owner.close()


@pytest.fixture
async def log(database_log: DatabaseLog) -> DatabaseLog:
    """Signed entries, and some that wait."""
    await database_log.append(SIGNED)
    await database_log.advance()
    await database_log.append(WAITING)
    return database_log


async def test_every_leaf_stands_in_the_new_log_a_place_further(log: DatabaseLog) -> None:
    was = await log.openings()

    size = await begun(log)

    log.signer = ANOTHER
    await log.advance()
    first, *others = await log.openings()
    assert size == SIGNED
    assert others[:SIGNED] == was
    assert len(others) == SIGNED + WAITING
    assert json.loads(first.entry)["type"] == CONTINUED


async def test_an_outsider_sees_which_log_went_before_and_verifies_both_keys(log: DatabaseLog) -> None:
    former = log.signer
    await begun(log)

    log.signer = ANOTHER
    await log.advance()
    copy = await log.copy()
    async with log.db.transaction() as tx:
        kept = await store.find_checkpoint(tx, former=True)

    report = verify_public(copy, Trusted(copy.key, former_key=former.verifier_key))
    assert str(report.former) == f"{former.origin} at {SIGNED}"
    assert kept is not None
    assert open_checkpoint(kept.note.encode(), former.verifier_key).size == SIGNED


async def test_nothing_more_is_signed_under_the_former_origin(log: DatabaseLog) -> None:
    await begun(log)

    with pytest.raises(OriginInUse):
        await log.advance()


async def test_it_is_refused_under_the_logs_own_origin(log: DatabaseLog) -> None:
    with pytest.raises(another_log.NotPossible, match="never used"):
        await begun(log, log.signer.origin)


async def test_a_log_that_signed_nothing_needs_no_other(database_log: DatabaseLog) -> None:
    with pytest.raises(another_log.NotPossible, match="signed nothing"):
        await begun(database_log)


async def test_a_destroyed_entry_keeps_its_leaf(log: DatabaseLog) -> None:
    former = log.signer
    await log.as_owner("UPDATE entry SET salt = NULL, body = NULL WHERE leaf_index = 7")

    await begun(log)

    log.signer = ANOTHER
    await log.advance()
    copy = await log.copy()
    assert verify_public(copy, Trusted(copy.key, former_key=former.verifier_key)).size == SIGNED + WAITING + 1


async def test_an_outsider_finds_a_leaf_of_the_former_log_that_was_left_out(log: DatabaseLog) -> None:
    former = log.signer
    await log.as_owner(
        "UPDATE entry SET (salt, leaf, body) = (SELECT salt, leaf, body FROM entry WHERE leaf_index = 8)"
        " WHERE leaf_index = 7"
    )
    await begun(log)

    log.signer = ANOTHER
    await log.advance()
    copy = await log.copy()
    with pytest.raises(VerificationError, match="does not go on with the 300 leaves"):
        verify_public(copy, Trusted(copy.key, former_key=former.verifier_key))


async def test_a_log_that_lacks_an_entry_is_not_closed_over_it(log: DatabaseLog) -> None:
    await log.as_owner("DELETE FROM entry WHERE leaf_index = 7")

    with pytest.raises(another_log.NotPossible, match="missing between others"):
        await begun(log)


async def test_an_auditor_verifies_every_entry_and_where_it_stood_before(
    log: DatabaseLog, serve: Callable[..., Any], signer: Signer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "former.vkey"
    key.write_text(str(log.signer.verifier_key))
    await begun(log)
    log.signer = ANOTHER
    await log.advance()
    (tmp_path / "token").write_text(signer.token(roles=["auditor"]))

    async with serve(log.urls) as url:
        arguments = ["entitled", url, "--json", "--token-file", str(tmp_path / "token"), "--former-key", str(key)]
        code = await asyncio.to_thread(main, [*arguments, "--key", str(ANOTHER.verifier_key)])

    (said,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"strength"' in line]
    assert code == 0, said
    assert said["former"]["size"] == SIGNED
    assert said["opened"] == SIGNED + WAITING + 1


async def test_a_second_time_would_forget_the_first_former_log(log: DatabaseLog) -> None:
    await begun(log)
    log.signer = ANOTHER
    await log.advance()

    with pytest.raises(another_log.NotPossible, match="only one can be kept"):
        await begun(log, "frontdoor.example.org/third")


async def test_the_serving_role_cannot_do_it(log: DatabaseLog) -> None:
    with pytest.raises(Exception, match="permission denied"):
        async with log.db.transaction() as tx:
            await another_log.begin(tx, ANOTHER.origin, clock=SettableClock(), ids=RandomIds())

    assert len(await log.openings()) == SIGNED


async def test_the_command_ends_with_1_and_one_line_when_it_is_not_possible(
    log: DatabaseLog, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    owner = OwnerSettings(database_owner_url=log.urls.owner_url)
    monkeypatch.setattr(another_log, "load", lambda _: owner)
    settings = Settings.model_construct(log_origin=log.signer.origin)

    code = await asyncio.to_thread(another_log.command, settings)

    assert code == another_log.FAILED
    assert capsys.readouterr().err.count("\n") == 1
