"""Journeys and the access log on a real database: who may read what, and that each look comes first."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from chassis.testing.signer import Signer

DatabaseLog = Any  # the log in a database that the fixture makes
Looks = Callable[[], Awaitable[list[dict[str, Any]]]]
AUDITOR = {"roles": ["auditor"], "agency": "wandsworth-mash", "subject": "auditor-1"}
OPERATOR = {"roles": ["operator"], "partnership": None, "agency": None, "subject": "operator-1"}


async def fill(log: DatabaseLog, referral_id: uuid.UUID, *types: str, partnership: str = "wandsworth") -> None:
    """Entries of one referral, of these types, signed."""
    for event_type in types:
        await log.put(event_type, referral_id, partnership=partnership, agency="ashcroft-primary")
    await log.advance()


async def test_a_journey_is_every_entry_of_a_referral_in_the_order_of_time(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    referral_id = uuid.uuid4()
    late = [await database_log.put(each, referral_id) for each in ("referral.received.v1", "case.invented.v7")]
    await fill(database_log, uuid.uuid4(), "case.opened.v1")
    early = await database_log.put("case.closed.v1", referral_id)
    await database_log.as_owner(f"UPDATE pending SET occurred_at = '2026-01-01' WHERE event_id = '{early.event_id}'")
    await database_log.advance()

    answer = await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**AUDITOR))

    entries = answer.json()["entries"]
    assert [entry["event"]["id"] for entry in entries] == [str(each.event_id) for each in (early, *late)]
    assert [entry["leaf_index"] for entry in entries] == [3, 0, 1]


async def test_operators_see_the_steps_of_a_journey_and_nothing_of_what_they_say(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "referral.received.v1", "information.answered.v1")

    theirs = await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**OPERATOR))
    auditors = await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**AUDITOR))

    events = [entry["event"] for entry in theirs.json()["entries"]]
    assert [event["type"] for event in events] == ["referral.received.v1", "information.answered.v1"]
    assert "ashcroft-primary" in auditors.text
    assert "ashcroft-primary" not in theirs.text
    assert not any("data" in event for event in events)


@pytest.mark.parametrize(("who", "purpose"), [(AUDITOR, "audit"), (OPERATOR, None)])
async def test_a_journey_is_a_look_that_is_recorded_where_the_referral_is_at_home(
    database_log: DatabaseLog,
    http: httpx2.AsyncClient,
    signer: Signer,
    looks: Looks,
    who: dict[str, Any],
    purpose: str | None,
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "referral.received.v1")

    await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**who))

    (look,) = await looks()
    assert (look["type"], look["record"], look["purpose"]) == ("record.accessed.v1", "log-entries", purpose)
    assert (look["actor"], look["referral_id"]) == (who["subject"], str(referral_id))
    assert look["partnership"] == "wandsworth"


async def test_an_entry_whose_text_was_destroyed_is_counted_in_a_journey(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "referral.received.v1", "case.opened.v1", "referral.disposed.v1")
    await database_log.as_owner(f"SELECT destroy_entries('{referral_id}', 'Order 7 of the guardian')")

    answer = await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**AUDITOR))

    assert [entry["event"]["type"] for entry in answer.json()["entries"]] == ["referral.disposed.v1"]
    assert answer.json()["destroyed"] == 2


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ({"roles": ["partner"]}, 403),
        ({"roles": ["social-worker"]}, 403),
        ({**AUDITOR, "partnership": "warwickshire"}, 404),
    ],
)
async def test_a_journey_is_not_for_everybody(
    database_log: DatabaseLog,
    http: httpx2.AsyncClient,
    signer: Signer,
    looks: Looks,
    who: dict[str, Any],
    status: int,
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "referral.received.v1")

    answer = await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**who))

    (look,) = await looks()
    assert (answer.status_code, look["type"]) == (status, "access.denied.v1")


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


@pytest.mark.parametrize("who", [AUDITOR, OPERATOR])
async def test_a_referral_that_the_log_does_not_know_has_no_journey(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, who: dict[str, Any]
) -> None:
    await database_log.advance()

    answer = await http.get(f"/v1/journeys/{uuid.uuid4()}", headers=signer.bearer(**who))

    assert answer.status_code == 404


async def test_what_belongs_to_no_referral_is_nobodys_journey(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    for partnership in ("wandsworth", "warwickshire"):
        await fill(database_log, uuid.UUID(int=0), "partner.registered.v1", partnership=partnership)

    answer = await http.get(f"/v1/journeys/{uuid.UUID(int=0)}", headers=signer.bearer(**AUDITOR))

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/v1/journeys/{id}",
        "/v1/access-log?referral_id={id}",
        "/v1/entries/0",
        "/v1/receipts/{id}",
        "/v1/receipts/{id}?for=court",
        "/v1/former-log/checkpoint",
        "/v1/former-log/tile/0/000",
    ],
)
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


@pytest.mark.parametrize(
    "path",
    [
        "/v1/journeys/{id}",
        "/v1/access-log?referral_id={id}",
        "/v1/entries/0",
        "/v1/receipts/{id}",
    ],
)
async def test_when_the_look_cannot_be_written_down_nothing_is_shown(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, path: str
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "referral.received.v1")
    await database_log.as_owner("REVOKE INSERT ON event FROM PUBLIC, " + database_log.app_role)

    headers = {**signer.bearer(**AUDITOR), "Access-Purpose": "audit"}
    answer = await http.get(path.format(id=referral_id), headers=headers)

    assert answer.status_code == 500
    assert "ashcroft-primary" not in answer.text


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


async def test_what_is_shown_says_up_to_which_checkpoint_it_is_complete(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "referral.received.v1", "record.accessed.v1")

    journey = await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**AUDITOR))
    access_log = await read_access_log(http, signer, referral_id)

    assert journey.json()["complete_to"] == access_log.json()["complete_to"] == 2
