"""Entries with their salts, page by page: an auditor's own partnership, each page recorded before it leaves."""

import asyncio
import json
import uuid
from base64 import b64decode
from pathlib import Path
from typing import Any

import httpx2
import pytest
from audit_readers import AUDITOR, DatabaseLog, Looks

from audit import entry_store
from audit.commitment import Opening, check_opening
from audit.tiles import decode_bundle
from audit.verify.command import main
from chassis.testing.signer import Signer

OURS, THEIRS, NOBODYS = uuid.UUID(int=11), uuid.UUID(int=12), uuid.UUID(int=0)


async def ask(
    http: httpx2.AsyncClient, signer: Signer, first: int = 0, *, purpose: str = "audit", **who: Any
) -> httpx2.Response:
    headers = {**signer.bearer(**{**AUDITOR, **who}), "Access-Purpose": purpose}
    return await http.get(f"/v1/entries/{first}", headers=headers)


async def fill(log: DatabaseLog) -> None:
    """Two partnerships' entries, and some that are of none."""
    await log.put("referral.received.v1", OURS)
    await log.put("referral.received.v1", THEIRS, partnership="warwickshire")
    await log.put("access.denied.v1", OURS, partnership="warwickshire", subject=f"access/triage/{OURS}")
    await log.put("access.denied.v1", THEIRS, partnership="wandsworth", subject=f"access/triage/{THEIRS}")
    await log.put("parked.released.v1", NOBODYS, partnership="unknown")
    for partnership in ("wandsworth", "warwickshire"):
        await log.put("partner.registered.v1", NOBODYS, partnership=partnership, subject=f"partner/{partnership}")
        await log.put("access.denied.v1", NOBODYS, partnership=partnership, subject="access/audit/nobody")
    await log.advance()


@pytest.mark.parametrize("role", ["auditor", "caldicott-guardian"])
async def test_an_auditor_has_the_entries_of_their_partnership_and_those_of_none(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, role: str
) -> None:
    await fill(database_log)

    ours = (await ask(http, signer, roles=[role])).json()
    theirs = (await ask(http, signer, roles=[role], partnership="warwickshire")).json()

    # Strangers' refused looks are seen by those whose referral it is, and by those whose people tried.
    assert [entry["leaf_index"] for entry in ours["entries"]] == [0, 2, 3, 4, 5, 6]
    assert [entry["leaf_index"] for entry in theirs["entries"]] == [1, 2, 3, 4, 7, 8]
    assert ours["next"] is theirs["next"] is None


async def test_each_entry_opens_its_public_leaf(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    await database_log.append(300)
    await database_log.advance()

    page = (await ask(http, signer)).json()

    leaves: list[bytes] = []
    for path, count in (("/tile/entries/000", 256), ("/tile/entries/001.p/44", 44)):
        leaves += decode_bundle((await http.get(path)).content, count=count)
    assert len(page["entries"]) == 300
    for entry in page["entries"]:
        opening = Opening(b64decode(entry["salt"]), entry["entry"].encode())
        check_opening(leaves[entry["leaf_index"]], opening, index=entry["leaf_index"])


async def test_pages_follow_one_another_and_leave_nothing_out(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database_log.append(50)
    await database_log.put("referral.received.v1", THEIRS, partnership="warwickshire")
    await database_log.append(50)
    await database_log.advance()
    monkeypatch.setattr(entry_store, "PAGE_LEAVES", 30)
    monkeypatch.setattr(entry_store, "PAGE_BYTES", 5_000)
    pages, first = [], 0

    while first is not None:
        pages.append((await ask(http, signer, first)).json())
        first = pages[-1]["next"]

    indexes = [entry["leaf_index"] for page in pages for entry in page["entries"]]
    sizes = [sum(len(entry["entry"]) for entry in page["entries"]) for page in pages]
    assert indexes == [n for n in range(101) if n != 50]
    assert max(sizes) <= 5_000
    assert len(pages) > 4


async def test_an_entry_larger_than_a_page_has_one_of_its_own(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await database_log.put("case.rated.v1", OURS, long="x" * 200)
    await database_log.advance()
    monkeypatch.setattr(entry_store, "PAGE_BYTES", 100)

    page = (await ask(http, signer, 1)).json()

    assert [entry["leaf_index"] for entry in page["entries"]] == [1]
    assert page["next"] == 2


async def test_which_leaves_were_looked_through_is_recorded(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, looks: Looks
) -> None:
    await database_log.append(5)
    await database_log.advance()

    await ask(http, signer, 2)

    (look,) = await looks()
    assert (look["type"], look["partnership"]) == ("record.exported.v1", "wandsworth")
    assert (look["first_index"], look["end_index"], look["actor"], look["purpose"]) == (2, 5, "auditor-1", "audit")


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ({"roles": ["operator"], "partnership": None, "agency": None}, "role"),
        ({"roles": ["partner"]}, "role"),
        ({"roles": ["data-protection-officer"]}, "role"),
        ({"purpose": "disclosure"}, "purpose"),
    ],
)
async def test_nobody_else_has_a_page_and_that_they_tried_is_recorded(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, looks: Looks, who: dict[str, Any], reason: str
) -> None:
    await database_log.append(5)
    await database_log.advance()

    answer = await ask(http, signer, **who)

    (look,) = await looks()
    assert answer.status_code == 403
    assert (look["type"], look["reason"]) == ("access.denied.v1", reason)
    assert look["partnership"]


async def test_beyond_the_end_there_is_an_empty_page(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    await database_log.append(5)
    await database_log.advance()

    assert (await ask(http, signer, 500)).json() == {"first": 500, "next": None, "entries": [], "destroyed": []}


# -- destruction ---------------------------------------------------------------------------------------------------


async def test_what_was_destroyed_is_shown_by_its_version_and_the_tree_does_not_change(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    for event_type in ("referral.received.v1", "case.opened.v1", "referral.disposed.v1"):
        await database_log.put(event_type, OURS)
    await database_log.put("case.opened.v1", uuid.UUID(int=99))
    await database_log.advance()
    before = (await database_log.copy()).files

    await database_log.as_owner(f"SELECT destroy_entries('{OURS}', 'Order 7 of the guardian')")

    page = (await ask(http, signer)).json()
    assert [entry["leaf_index"] for entry in page["entries"]] == [2, 3]
    assert page["destroyed"] == [
        {"leaf_index": 0, "referral_id": str(OURS), "subject": f"referral/{OURS}", "version": 1},
        {"leaf_index": 1, "referral_id": str(OURS), "subject": f"case/{OURS}", "version": 1},
    ]
    assert (await database_log.copy()).files == before


@pytest.mark.parametrize(
    ("types", "order", "refusal"),
    [
        (["referral.received.v1"], "Order 7", "no certificate of destruction"),
        (["referral.received.v1", "referral.disposed.v1"], " ", "name the order"),
        (["referral.held.v1", "referral.disposed.v1"], "Order 7", "a legal hold stands"),
    ],
)
async def test_nothing_is_destroyed_without_certificate_and_order_or_under_a_hold(
    database_log: DatabaseLog, types: list[str], order: str, refusal: str
) -> None:
    for event_type in types:
        await database_log.put(event_type, OURS, hold_id="hold-1")
    await database_log.advance()

    with pytest.raises(Exception, match=refusal):
        await database_log.as_owner(f"SELECT destroy_entries('{OURS}', '{order}')")

    assert all(opening.entry for opening in await database_log.openings())


async def test_a_hold_that_was_lifted_does_not_stand(database_log: DatabaseLog) -> None:
    for event_type in ("referral.held.v1", "referral.released.v1", "referral.disposed.v1"):
        await database_log.put(event_type, OURS, hold_id="hold-1")
    await database_log.advance()

    await database_log.as_owner(f"SELECT destroy_entries('{OURS}', 'Order 7 of the guardian')")

    assert [opening.entry is None for opening in await database_log.openings()] == [True, True, False]


# -- with the verifier ---------------------------------------------------------------------------------------------


async def test_the_stand_alone_verifier_checks_an_auditors_part_of_the_running_service(
    database_log: DatabaseLog,
    address: str,
    signer: Signer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await fill(database_log)
    (tmp_path / "token").write_text(signer.token(**AUDITOR))
    (tmp_path / "heads").write_text(json.dumps({f"referral/{OURS}": 1}))
    options = ["--json", "--token-file", str(tmp_path / "token"), "--owner", f"referral-intake={tmp_path / 'heads'}"]

    arguments = ["entitled", address, *options, "--owner", f"audit={address}", "--wait", "0"]
    code = await asyncio.to_thread(main, arguments)

    assert code == 0
    written = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (said,) = [line for line in written if "strength" in line]  # the service's own log lines are among them
    assert (said["opened"], said["closed"], said["compared"]) == (6, 3, ["referral-intake", "audit"])


async def test_without_a_token_that_opens_entries_nothing_could_be_checked(
    database_log: DatabaseLog,
    address: str,
    signer: Signer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await fill(database_log)
    (tmp_path / "token").write_text(signer.token(roles=["partner"]))

    code = await asyncio.to_thread(main, ["entitled", address, "--token-file", str(tmp_path / "token")])

    assert code == 2
    assert "sign in again, as somebody who may see it" in capsys.readouterr().err
