"""Checking a pasted receipt or proof: by itself, and against the log's own history."""

import json
import uuid
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from audit.checkpoint import CheckpointSigner
from audit.merkle import EMPTY_ROOT
from chassis.testing.signer import Signer

DatabaseLog = Any  # the log in a database that the fixture makes
REFERRAL = uuid.UUID("7d1c9a52-0000-4000-8000-000000000001")
AUDITOR = {"roles": ["auditor"], "agency": "wandsworth-mash"}


async def given(http: httpx2.AsyncClient, signer: Signer, log: DatabaseLog) -> dict[str, dict[str, Any]]:
    """A receipt and an inclusion proof, as the log gives them."""
    for event_type in ("referral.received.v1", "case.opened.v1", "case.closed.v1"):
        await log.put(event_type, REFERRAL, agency="ashcroft-primary")
    await log.advance()
    headers = signer.bearer(**AUDITOR) | {"Access-Purpose": "audit"}
    receipt = (await http.get(f"/v1/receipts/{REFERRAL}", headers=headers)).json()
    proof = (await http.get("/v1/proofs/inclusion", params={"leaf_index": 1})).json()
    return {"receipt": receipt, "inclusion-proof": proof}


async def check(http: httpx2.AsyncClient, signer: Signer, file: Any) -> httpx2.Response:
    return await http.post("/v1/proofs/check", json={"file": file}, headers=signer.bearer(roles=["social-worker"]))


@pytest.mark.parametrize(("kind", "entries"), [("receipt", 3), ("inclusion-proof", 1)])
async def test_what_the_log_gave_holds_also_when_the_log_has_grown(
    database_log: DatabaseLog,
    http: httpx2.AsyncClient,
    signer: Signer,
    log_signer: CheckpointSigner,
    kind: str,
    entries: int,
) -> None:
    file = (await given(http, signer, database_log))[kind]
    await database_log.put("case.opened.v1", uuid.uuid4())
    await database_log.advance()

    found = (await check(http, signer, file)).json()

    assert found == {
        "kind": kind,
        "holds": True,
        "wrong": None,
        "in_this_log": True,
        "entries": entries,
        "destroyed": 0,
        "size": 3,
        "complete_to": 4,
        "key": str(log_signer.verifier_key),
    }


def altered_entry(file: dict[str, Any]) -> None:
    file["entries"][0]["entry"] = file["entries"][0]["entry"].replace("ashcroft-primary", "ashcroft-grammar")


def other_leaf(file: dict[str, Any]) -> None:
    file["leaf"] = file["root_hash"]


def other_size(file: dict[str, Any]) -> None:
    file["tree_size"] = 4


def no_checkpoint(file: dict[str, Any]) -> None:
    file["checkpoint"] = None


def cut_proof(file: dict[str, Any]) -> None:
    file["proof"] = file["proof"][:-1]


def not_base64(file: dict[str, Any]) -> None:
    file["proof"] = ["*"]


@pytest.mark.parametrize(
    ("kind", "alter"),
    [
        ("receipt", altered_entry),
        ("receipt", no_checkpoint),
        ("inclusion-proof", other_leaf),
        ("inclusion-proof", other_size),
        ("inclusion-proof", no_checkpoint),
        ("inclusion-proof", cut_proof),
        ("inclusion-proof", not_base64),
    ],
)
async def test_what_was_altered_does_not_hold_and_says_why(
    database_log: DatabaseLog,
    http: httpx2.AsyncClient,
    signer: Signer,
    kind: str,
    alter: Callable[[dict[str, Any]], None],
) -> None:
    file = (await given(http, signer, database_log))[kind]
    alter(file)

    found = (await check(http, signer, file)).json()

    assert (found["holds"], found["in_this_log"], found["entries"]) == (False, False, 0)
    assert found["wrong"]


async def test_a_checkpoint_that_our_key_signed_for_another_history_is_found_out(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, log_signer: CheckpointSigner
) -> None:
    receipt = (await given(http, signer, database_log))["receipt"]
    receipt |= {"entries": [], "checkpoint": log_signer.sign(2, b"\x01" * 32)}
    ahead = {**receipt, "checkpoint": log_signer.sign(9, b"\x01" * 32)}

    found = [(await check(http, signer, file)).json() for file in (receipt, ahead)]

    assert found[0]["wrong"] == "This log had another root when it held 2 entries"
    assert found[1]["wrong"] == "The checkpoint covers 9 entries, and this log has signed 3"
    assert [one["holds"] for one in found] == [False, False]


@pytest.mark.parametrize("file", [{}, {"format": "another/1"}, {"leaf": "x"}])
async def test_what_is_neither_is_refused_with_what_to_send(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, file: dict[str, Any]
) -> None:
    answer = await check(http, signer, file)

    assert answer.status_code == 422
    assert "whole disclosure receipt" in json.dumps(answer.json()["errors"])


@pytest.mark.parametrize(
    "body",
    [
        '{"file": {"format": "frontdoor-disclosure-receipt/1", "checkpoint": "\\ud800"}}',
        '{"file": {"format": "frontdoor-disclosure-receipt/1", "entries": NaN}}',
        '{"file": {"format": "frontdoor-disclosure-receipt/1", "entries": ' + "[" * 500 + "]" * 500 + "}}",
        '{"file": {"format": "frontdoor-disclosure-receipt/1", "referral_id": "\\u0000"}}',
        '{"file": {"leaf_index": 1e400, "tree_size": 0, "leaf_hash": 0, "root_hash": 0, "proof": 0, "leaf": 0,'
        ' "checkpoint": "\\udfff"}}',
        '{"file": {"leaf_index": 99999999999999999999999, "tree_size": 0, "leaf_hash": "", "root_hash": "",'
        ' "proof": [[]], "leaf": "", "checkpoint": "x"}}',
    ],
)
async def test_a_file_that_nobody_should_send_is_answered(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, body: str
) -> None:
    headers = signer.bearer(roles=["social-worker"]) | {"Content-Type": "application/json"}

    answer = await http.post("/v1/proofs/check", content=body, headers=headers)

    assert answer.status_code in (200, 400, 422), answer.text
    assert answer.status_code != 200 or answer.json()["holds"] is False


async def test_an_empty_receipt_of_an_empty_log_is_part_of_its_history(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, log_signer: CheckpointSigner
) -> None:
    receipt = (await given(http, signer, database_log))["receipt"]

    found = (await check(http, signer, {**receipt, "entries": [], "checkpoint": log_signer.sign(0, EMPTY_ROOT)})).json()

    assert (found["holds"], found["entries"], found["size"]) == (True, 0, 0)


async def test_nobody_checks_without_signing_in(http: httpx2.AsyncClient) -> None:
    assert (await http.post("/v1/proofs/check", json={"file": {}})).status_code == 401
