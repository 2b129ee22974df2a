"""The access log on a real database: every look at a referral or by a reader, and reading it is one more."""

import uuid
from typing import Any

import httpx2
import pytest
from audit_readers import AUDITOR, OPERATOR, DatabaseLog, Looks, fill, read_access_log

from chassis.testing.signer import Signer

# -- looks at one referral --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["auditor", "caldicott-guardian"])
async def test_the_access_log_is_every_look_and_reading_it_is_one_more(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, looks: Looks, role: str
) -> None:
    referral_id = uuid.uuid4()
    await fill(
        database_log, referral_id, "case.opened.v1", "record.accessed.v1", "access.denied.v1", "notice.opened.v1"
    )

    answer = await read_access_log(http, signer, referral_id, roles=[role])

    types = [entry["event"]["type"] for entry in answer.json()["entries"]]
    assert types == ["record.accessed.v1", "access.denied.v1"]
    (look,) = await looks()
    assert (look["type"], look["record"], look["service"]) == ("record.accessed.v1", "access-log", "audit")
    assert (look["actor"], look["purpose"], look["referral_id"]) == ("auditor-1", "audit", str(referral_id))


@pytest.mark.parametrize(
    ("who", "status", "reason"),
    [
        (OPERATOR, 403, "role"),
        ({"roles": ["mash-manager"]}, 403, "role"),
        ({"purpose": "triage"}, 403, "purpose"),
        ({"partnership": "warwickshire"}, 404, "partnership"),
    ],
)
async def test_a_refused_look_at_the_access_log_is_recorded(
    database_log: DatabaseLog,
    http: httpx2.AsyncClient,
    signer: Signer,
    looks: Looks,
    who: dict[str, Any],
    status: int,
    reason: str,
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "record.accessed.v1")

    answer = await read_access_log(http, signer, referral_id, **who)

    (look,) = await looks()
    assert (answer.status_code, look["type"], look["reason"]) == (status, "access.denied.v1", reason)
    assert look["partnership"]  # an event without one could be read by nobody


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


async def test_an_export_is_a_look_at_every_referral_that_was_in_it(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    within, outside, nobodys = uuid.uuid4(), uuid.uuid4(), uuid.UUID(int=0)
    await fill(database_log, within, "referral.received.v1")
    await fill(database_log, outside, "referral.received.v1")
    for partnership, end in (("wandsworth", 1), ("warwickshire", 2)):
        said = {"first_index": 0, "end_index": end, "subject": f"record/audit/{partnership}"}
        await database_log.put("record.exported.v1", nobodys, partnership=partnership, source="audit", **said)
    await database_log.advance()

    shown = [(await read_access_log(http, signer, each)).json()["entries"] for each in (within, outside)]

    assert [[entry["event"]["partnership"] for entry in entries] for entries in shown] == [["wandsworth"], []]


# -- looks of one reader ----------------------------------------------------------------------------------------------


async def read_looks_of(
    http: httpx2.AsyncClient,
    signer: Signer,
    reader: str,
    *,
    purpose: str = "audit",
    before: int | None = None,
    **who: Any,
) -> httpx2.Response:
    headers = {**signer.bearer(**{**AUDITOR, **who}), "Access-Purpose": purpose}
    query = {} if before is None else {"before": str(before)}
    return await http.get(f"/v1/access-log/readers/{reader}", params=query, headers=headers)


async def test_what_one_reader_looked_at_is_shown_newest_first_and_is_one_more_look(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, looks: Looks
) -> None:
    first, second = uuid.uuid4(), uuid.uuid4()
    for referral_id, event_type, actor, partnership in (
        (first, "record.accessed.v1", "worker-1", "wandsworth"),
        (first, "record.accessed.v1", "worker-2", "wandsworth"),
        (first, "case.rated.v1", "worker-1", "wandsworth"),
        (second, "access.denied.v1", "worker-1", "wandsworth"),
        (second, "record.accessed.v1", "worker-1", "warwickshire"),
    ):
        await database_log.put(event_type, referral_id, partnership=partnership, actor=actor)
    await database_log.advance()

    answer = (await read_looks_of(http, signer, "worker-1")).json()

    assert [(each["leaf_index"], each["event"]["type"]) for each in answer["entries"]] == [
        (3, "access.denied.v1"),
        (0, "record.accessed.v1"),
    ]
    assert (answer["reader"], answer["complete_to"], answer["next"], answer["destroyed"]) == ("worker-1", 5, None, 0)
    (look,) = await looks()
    assert (look["type"], look["record"], look["purpose"]) == ("record.accessed.v1", "access-log", "audit")


async def test_the_looks_of_a_reader_are_paged_and_end(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.entry_store.LOOKS_SHOWN", 2)
    monkeypatch.setattr("audit.entry_store.LOOKS_GONE_THROUGH", 3)
    for actor in ("one", "one", "two", "two", "two", "one"):
        await database_log.put("record.accessed.v1", uuid.uuid4(), actor=actor)
    await database_log.advance()

    seen, before = [], None
    while True:
        page = (await read_looks_of(http, signer, "one", before=before)).json()
        seen += [each["leaf_index"] for each in page["entries"]]
        before = page["next"]
        if before is None:
            break

    assert seen == [5, 1, 0]


async def test_a_look_whose_text_was_destroyed_is_counted_and_nobodys(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    referral_id = uuid.uuid4()
    await database_log.put("record.accessed.v1", referral_id, actor="worker-1")
    await fill(database_log, referral_id, "referral.disposed.v1")
    await database_log.as_owner(f"SELECT destroy_entries('{referral_id}', 'Order 7 of the guardian')")

    answer = (await read_looks_of(http, signer, "worker-1")).json()

    assert (answer["entries"], answer["destroyed"]) == ([], 1)


@pytest.mark.parametrize(
    ("who", "reason"), [(OPERATOR, "role"), ({"roles": ["mash-manager"]}, "role"), ({"purpose": "triage"}, "purpose")]
)
async def test_what_a_reader_looked_at_is_not_for_everybody(
    database_log: DatabaseLog,
    http: httpx2.AsyncClient,
    signer: Signer,
    looks: Looks,
    who: dict[str, Any],
    reason: str,
) -> None:
    answer = await read_looks_of(http, signer, "worker-1", **who)

    (look,) = await looks()
    assert (answer.status_code, look["type"], look["reason"]) == (403, "access.denied.v1", reason)
