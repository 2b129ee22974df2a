"""``POST /v1/referrals`` on a real database: repeats, races, callers that hang up and databases that go away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx2
import pytest
from intake_caller import ADDRESS, Caller, settings
from intake_examples import NOW, form, planted
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db import DatabaseUnavailable
from chassis.ids import RandomIds
from chassis.run.provision import DatabaseUrls
from chassis.run.service import Service
from chassis.testing.clock import SettableClock
from chassis.testing.kept import KeptDatabases
from chassis.testing.signer import Signer
from referral_intake.main import build

# -- repeats and races ----------------------------------------------------------------------------------------------


async def test_the_same_key_and_referral_get_the_very_same_answer(caller: Caller) -> None:
    first = await caller.post(form())

    reordered = dict(reversed(form().items()))
    again = await caller.post(reordered)

    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert await caller.count("referral") == await caller.count("event") == 1


async def test_the_same_key_for_another_referral_is_refused(caller: Caller) -> None:
    await caller.post(form())

    answer = await caller.post(form(strengths="another"))

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/idempotency-key-reused")


async def test_two_clients_may_choose_the_same_key(caller: Caller) -> None:
    mine = await caller.post(form())
    theirs = await caller.post(form(), azp="wandsworth-police", agency="metropolitan-police")

    assert mine.json()["referral_id"] != theirs.json()["referral_id"]


async def test_fifty_posts_of_one_key_at_once_make_one_referral(caller: Caller) -> None:
    answers = await asyncio.gather(*(caller.post(form()) for _ in range(50)))

    taken = [answer for answer in answers if answer.status_code == 202]
    running = [answer for answer in answers if answer.status_code == 409]
    assert len(taken) + len(running) == 50
    assert len({answer.content for answer in taken}) == 1
    assert all(answer.headers["retry-after"] == "1" for answer in running)
    assert (await caller.post(form())).content == taken[0].content
    assert await caller.count("referral") == await caller.count("event") == 1


async def test_two_services_given_one_key_at_once_make_one_referral(
    caller: Caller, urls: DatabaseUrls, signer: Signer
) -> None:
    second = build(settings(urls.app_url), clock=SettableClock(NOW), verifier=signer.verifier())
    transport = httpx2.ASGITransport(app=second.app)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, timeout=60) as http:
        callers = [caller, Caller(http, signer, caller.db)] * 20
        answers = await asyncio.gather(*(each.post(form()) for each in callers))
    await second.close()

    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.content for answer in answers if answer.status_code == 202}) == 1
    assert await caller.count("referral") == 1


async def test_five_hundred_different_referrals_at_once_are_all_durable(caller: Caller) -> None:
    answers = await asyncio.gather(*(caller.post(form(), key=f"key-{number}") for number in range(500)))

    assert {answer.status_code for answer in answers} == {202}
    told = {answer.json()["referral_id"] for answer in answers}
    kept = {str(row.referral_id) for row in await caller.rows("SELECT referral_id FROM document")}
    assert told == kept
    assert len(told) == await caller.count("event") == 500


async def test_a_referral_the_database_refuses_does_not_fail_its_neighbours(caller: Caller, owner: AsyncEngine) -> None:
    async with planted(owner, "referral", "CHECK (agency <> 'poison')"):
        answers = await asyncio.gather(
            *(
                caller.post(form(), key=f"key-{number}", agency="poison" if number == 7 else "ashcroft-primary")
                for number in range(40)
            )
        )

    assert [number for number, answer in enumerate(answers) if answer.status_code != 202] == [7]
    assert answers[7].status_code == 500
    assert await caller.count("referral") == 39


class Unlucky(RandomIds):
    """Mints one reference twice before it finds another."""

    def __init__(self) -> None:
        super().__init__()
        self.same = 2

    def new_reference(self, prefix: str) -> str:
        self.same -= 1
        return f"{prefix}-0000-0000" if self.same >= 0 else super().new_reference(prefix)


async def test_a_reference_that_is_taken_is_minted_again_and_nobody_is_refused(
    caller: Caller, urls: DatabaseUrls, signer: Signer
) -> None:
    unlucky = build(settings(urls.app_url), clock=SettableClock(NOW), ids=Unlucky(), verifier=signer.verifier())
    transport = httpx2.ASGITransport(app=unlucky.app)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, timeout=60) as http:
        sender = Caller(http, signer, caller.db)
        answers = [await sender.post(form(), key=key) for key in ("one", "two")]
    await unlucky.close()

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json()["reference"] == "WAN-0000-0000" != answers[1].json()["reference"]
    assert await caller.count("referral") == 2


async def test_callers_that_hang_up_lose_nothing_and_disturb_nobody(caller: Caller, service: Service) -> None:
    calls = [asyncio.create_task(caller.post(form(), key=f"key-{number}")) for number in range(60)]
    async with asyncio.timeout(10):
        while not await caller.count("referral"):
            pass
    for leaving in calls[::3]:
        leaving.cancel()

    answers = await asyncio.gather(*calls, return_exceptions=True)

    stayed = [answer for answer in answers if isinstance(answer, httpx2.Response)]
    assert {answer.status_code for answer in stayed} == {202}
    kept = {str(row.referral_id) for row in await caller.rows("SELECT referral_id FROM referral")}
    assert {answer.json()["referral_id"] for answer in stayed} <= kept


# -- faults ---------------------------------------------------------------------------------------------------------


async def kill_connections(owner: AsyncEngine) -> None:
    async with owner.begin() as tx:
        await tx.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


async def test_without_a_database_nothing_is_promised(signer: Signer) -> None:
    away = build(settings("postgresql://nobody@127.0.0.1:1/nothing"), verifier=signer.verifier())
    transport = httpx2.ASGITransport(app=away.app)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, timeout=60) as http:
        headers = {"Idempotency-Key": "key-1", **signer.bearer()}
        answer = await http.post("/v1/referrals", json=form(), headers=headers)
        ready = await http.get("/health/ready")
    await away.close()

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert ready.status_code == 503


async def the_first_is_kept(caller: Caller) -> None:
    """Return as soon as a referral is in the database; while all others are sent, looking may take its time."""
    while True:
        with suppress(DatabaseUnavailable):
            if await caller.count("referral"):
                return


@pytest.fixture
async def others_afterwards(kept: KeptDatabases) -> AsyncIterator[None]:
    """The next test gets other connections."""
    yield
    await kept.end()


async def test_connections_killed_midway_never_make_a_promise_that_is_not_kept(
    caller: Caller, postgres_superuser: AsyncEngine, others_afterwards: None
) -> None:
    calls = [asyncio.create_task(caller.post(form(), key=f"key-{number}")) for number in range(300)]
    await the_first_is_kept(caller)
    await kill_connections(postgres_superuser)

    answers = await asyncio.gather(*calls)

    assert {answer.status_code for answer in answers} <= {202, 503}
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 503)
    promised = {answer.json()["referral_id"] for answer in answers if answer.status_code == 202}
    assert promised <= {str(row.referral_id) for row in await caller.rows("SELECT referral_id FROM referral")}
    again = await asyncio.gather(*(caller.post(form(), key=f"key-{number}") for number in range(300)))
    assert {answer.status_code for answer in again} == {202}
    assert await caller.count("referral") == await caller.count("event") == 300
