"""``GET /v1/referrals`` on a real database: filters, and pages that stay whole while referrals come in."""

import asyncio
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from intake_caller import Caller
from intake_examples import NOW, form
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from supplement_examples import at, case_closed, case_decided, case_opened, id_of, question_asked, told

from chassis.ids import reference
from chassis.run.service import Service
from chassis.testing.clock import SettableClock
from referral_intake.model import Status


async def sent(caller: Caller, number: int, **claims: Any) -> str:
    response = await caller.post(form(strengths=str(number)), key=f"key-{number}", **claims)
    return str(response.headers["location"])


async def pages(caller: Caller, query: str, *, limit: int) -> list[list[str]]:
    """The ids on each page, from the first to the last."""
    found, cursor = [], ""
    async with asyncio.timeout(30):
        while True:
            page = (await caller.get(f"/v1/referrals?limit={limit}{query}{cursor}")).json()
            found.append([item["referral_id"] for item in page["referrals"]])
            if page["next"] is None:
                return found
            cursor = f"&cursor={page['next']}"


async def listed(caller: Caller, query: str) -> set[str]:
    response = await caller.get(f"/v1/referrals?{query}")
    assert response.status_code == 200
    return {item["referral_id"] for item in response.json()["referrals"]}


async def test_every_status_finds_its_referrals_and_no_others(caller: Caller) -> None:
    paths = [await sent(caller, number) for number in range(5)]
    ids = [id_of(path) for path in paths]
    children = [UUID((await caller.get(path)).json()["children"][0]["child_id"]) for path in paths]
    await told(caller.db, *(case_opened(referral_id) for referral_id in ids[1:]), question_asked(ids[2]))
    await told(caller.db, case_decided(ids[3], children[3]), case_decided(ids[4], children[4]), case_closed(ids[4]))

    found = {status: await listed(caller, f"status={status}") for status in Status}

    assert found == {status: {str(referral_id)} for status, referral_id in zip(Status, ids, strict=True)}
    assert await listed(caller, "status=received&status=closed") == {str(ids[0]), str(ids[4])}


@pytest.mark.parametrize(("opened", "decided", "closed", "asked"), list(product([False, True], repeat=4)))
async def test_the_database_chooses_by_the_status_that_the_sender_is_shown(
    caller: Caller, owner: AsyncEngine, opened: bool, decided: bool, closed: bool, asked: bool
) -> None:
    path = await sent(caller, 1)
    if asked:
        await told(caller.db, question_asked(id_of(path)))
    async with owner.begin() as tx:
        times = {"looked": at(1) if opened else None, "decided": at(2) if decided else None}
        await tx.execute(
            text("UPDATE referral SET looked_at = :looked, decided_at = :decided, closed_at = :closed"),
            {**times, "closed": at(3) if closed else None},
        )

    shown = (await caller.get(path)).json()["status"]

    for status in Status:
        assert await listed(caller, f"status={status}") == ({str(id_of(path))} if status == shown else set())


async def test_open_questions_are_found(caller: Caller) -> None:
    asked, not_asked = id_of(await sent(caller, 1)), id_of(await sent(caller, 2))
    await told(caller.db, question_asked(asked))

    assert await listed(caller, "question=open") == {str(asked)}
    assert await listed(caller, "question=none") == {str(not_asked)}


async def test_times_of_receipt_bound_a_list_with_its_beginning_and_without_its_end(
    caller: Caller, service: Service
) -> None:
    clock, ids = service.app.state.dependencies.clock, []
    assert isinstance(clock, SettableClock)
    for hour in range(4):
        clock.set(NOW + timedelta(hours=hour))
        ids.append(str(id_of(await sent(caller, hour))))

    found = await listed(caller, "received_from=2026-11-23T10:30:00Z&received_until=2026-11-23T12:30:00Z")

    assert found == set(ids[1:3])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("received_from=0001-01-01T00:00:00%2B14:00", 1),
        ("received_from=9999-12-31T23:59:59-14:00", 0),
        ("received_until=9999-12-31T23:59:59-14:00", 1),
        ("received_until=0001-01-01T00:00:00%2B01:00", 0),
    ],
)
async def test_the_first_and_the_last_time_of_all_bound_nothing_in_any_zone(
    caller: Caller, query: str, found: int
) -> None:
    await sent(caller, 1)

    assert len(await listed(caller, query)) == found


async def test_a_reference_finds_its_referral_however_it_was_typed(caller: Caller) -> None:
    path = await sent(caller, 1)
    await sent(caller, 2)
    ours = (await caller.get(path)).json()["reference"]

    assert await listed(caller, f"q={ours}") == {str(id_of(path))}
    assert await listed(caller, f"q={ours.lower().replace('0', 'o').replace('1', 'l')}") == {str(id_of(path))}
    assert await listed(caller, f"q={reference('WAN', 1)}") == set()


async def test_another_agencys_reference_finds_nothing(caller: Caller) -> None:
    await sent(caller, 1, agency="metropolitan-police")
    [row] = await caller.rows("SELECT reference FROM referral")

    assert await listed(caller, f"q={row.reference}") == set()


@pytest.mark.parametrize(
    "query",
    ["q=WAN-0000-0001", "q=x", "status=lost", "question=perhaps", "received_from=yesterday",
     "received_from=2026-11-23T10:30:00", "received_from=0", "received_until=1795428000", "limit=0", "limit=101"],
)  # fmt: skip
async def test_a_filter_that_means_nothing_is_refused(caller: Caller, query: str) -> None:
    response = await caller.get(f"/v1/referrals?{query}")

    assert response.status_code == 422


async def test_filtered_pages_hold_everything_once_while_referrals_come_in(caller: Caller) -> None:
    ids = [id_of(await sent(caller, number)) for number in range(15)]
    await told(caller.db, *(case_opened(referral_id) for referral_id in ids[::2]))

    found, _ = await asyncio.gather(
        pages(caller, "&status=being-looked-at", limit=2),
        asyncio.gather(*(sent(caller, number) for number in range(100, 120))),
    )

    seen = [referral_id for page in found for referral_id in page]
    assert len(seen) == len(set(seen))
    assert set(seen) == {str(referral_id) for referral_id in ids[::2]}
    assert all(len(page) == 2 for page in found[:-1])


async def test_pages_without_a_filter_lose_nothing_that_was_there_before(caller: Caller) -> None:
    before = {str(id_of(await sent(caller, number))) for number in range(9)}

    found, _ = await asyncio.gather(
        pages(caller, "", limit=2), asyncio.gather(*(sent(caller, number) for number in range(100, 110)))
    )

    seen = [referral_id for page in found for referral_id in page]
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


async def test_a_list_describes_nobody_and_is_no_look_at_a_record(caller: Caller) -> None:
    await sent(caller, 1)

    response = await caller.get("/v1/referrals")

    assert "Testerley" not in response.text
    assert "children" not in response.json()["referrals"][0]
    assert await caller.looks() == []
