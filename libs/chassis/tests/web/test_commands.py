"""Commands with a key: done once, answered the same again, refused for another request, forgotten after a day."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy import MetaData, text

from chassis.clock import Clock
from chassis.db import Database, Transaction
from chassis.run.provision import DatabaseUrls
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from chassis.web import commands
from chassis.web.app import create_app
from chassis.web.commands import KEPT, Answered, Command
from chassis.web.service_router import ServiceRouter
from contracts.problems import Conflict, NotFound, Problem


class Done(BaseModel):
    number: int


@dataclass
class Stage:
    """Counts how often something was done; ``refused`` and ``raised`` are how the next attempt ends."""

    db: Database
    clock: Clock
    done: int = 0
    refused: Problem | None = None
    raised: Problem | None = None
    running: asyncio.Event = field(default_factory=asyncio.Event)

    async def act(self, tx: Transaction) -> int | Problem:
        await tx.execute(text("SELECT 1"))
        await asyncio.sleep(0.01)  # the other of two has every chance to do it as well
        self.done += 1
        if self.raised is not None:
            raise self.raised
        return self.refused or self.done


@pytest.fixture
async def stage(shared_urls: DatabaseUrls, db: Database) -> AsyncIterator[Stage]:
    owner = Database.connect(shared_urls.owner_url, pool_size=1)
    tables = MetaData()
    commands.add_to(tables)
    async with owner.transaction() as tx:
        await tx.run_sync(tables.create_all)
        await tx.execute(text(f'GRANT SELECT, INSERT, UPDATE, DELETE ON command TO "{owner.engine.url.database}_app"'))
    yield Stage(db, SettableClock())
    async with owner.transaction() as tx:
        await tx.run_sync(tables.drop_all)
    await owner.close()


@pytest.fixture
async def http(stage: Stage, signer: Signer) -> AsyncIterator[httpx2.AsyncClient]:
    router = ServiceRouter()

    @router.post("/acts/{name}", status_code=201, response_model=Done)
    async def act(name: str, once: Command) -> Response:
        return await once.do(
            stage, stage.act, lambda number: Answered(Done(number=number), 201, {"ETag": f'"{number}"'})
        )

    app = create_app(title="T", version="1", routers=[router], verifier=signer.verifier(), readiness={})
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        yield client


@dataclass
class Caller:
    http: httpx2.AsyncClient
    signer: Signer

    async def __call__(self, key: str | None, *, who: str = "one", path: str = "/acts/a", **more: Any) -> Any:
        headers = self.signer.bearer(subject=who) | more.pop("headers", {})
        headers |= {"Idempotency-Key": key} if key is not None else {}
        return await self.http.post(path, headers=headers, **more)


@pytest.fixture
def send(http: httpx2.AsyncClient, signer: Signer) -> Caller:
    return Caller(http, signer)


async def test_the_same_request_is_answered_the_first_answer_again(stage: Stage, send: Caller) -> None:
    first, second = [await send("key-1", json={"a": 1}) for _ in range(2)]

    assert (first.status_code, first.json(), first.headers["ETag"]) == (201, {"number": 1}, '"1"')
    assert (second.status_code, second.content, second.headers["ETag"]) == (201, first.content, '"1"')
    assert second.headers["Content-Type"] == first.headers["Content-Type"] == "application/json"
    assert stage.done == 1


async def test_without_a_key_everything_is_done_each_time(stage: Stage, send: Caller) -> None:
    answers = [await send(None) for _ in range(2)]

    assert [answer.json()["number"] for answer in answers] == [1, 2]


@pytest.mark.parametrize(
    "other",
    [{"json": {"a": 2}}, {"path": "/acts/b", "json": {"a": 1}}, {"headers": {"If-Match": '"2"'}, "json": {"a": 1}}],
)
async def test_another_request_under_the_key_is_refused_and_says_what_to_do(
    stage: Stage, send: Caller, other: dict[str, Any]
) -> None:
    await send("key-1", json={"a": 1})

    answer = await send("key-1", **other)

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/idempotency-key-reused")
    assert "new key" in answer.json()["detail"]
    assert stage.done == 1


async def test_a_key_is_a_persons_own(stage: Stage, send: Caller) -> None:
    answers = [await send("key-1", who=who) for who in ("one", "two")]

    assert [answer.json()["number"] for answer in answers] == [1, 2]


async def test_of_many_that_come_together_one_is_done_and_all_are_answered_alike(stage: Stage, send: Caller) -> None:
    answers = await asyncio.gather(*(send("key-1", json={"a": 1}) for _ in range(8)))

    assert {(answer.status_code, answer.content) for answer in answers} == {(201, b'{"number":1}')}
    assert stage.done == 1


async def test_what_was_raised_changed_nothing_so_the_key_may_be_tried_again(stage: Stage, send: Caller) -> None:
    stage.raised = Conflict()
    refused = await send("key-1")
    stage.raised = None

    answer = await send("key-1")

    assert (refused.status_code, answer.status_code) == (409, 201)


async def test_a_refusal_whose_record_is_kept_is_answered_again(stage: Stage, send: Caller) -> None:
    stage.refused = NotFound()
    first = await send("key-1")
    stage.refused = None

    second = await send("key-1")

    assert (first.status_code, second.status_code, second.content) == (404, 404, first.content)
    assert second.headers["Content-Type"] == "application/problem+json"
    assert stage.done == 1


async def test_a_key_is_known_for_a_day_and_then_gone(stage: Stage, send: Caller) -> None:
    assert isinstance(stage.clock, SettableClock)
    await send("key-1")
    stage.clock.advance(KEPT - timedelta(seconds=1))
    repeated = await send("key-1")
    stage.clock.advance(timedelta(seconds=1))

    again = await send("key-2")

    async with stage.db.transaction() as tx:
        kept = list(await tx.scalars(text("SELECT key FROM command")))
    assert (repeated.json(), again.json(), kept) == ({"number": 1}, {"number": 2}, ["key-2"])


@pytest.mark.parametrize("key", ["", "two words", "é", "k" * 256])
async def test_what_cannot_be_a_key_is_refused(stage: Stage, send: Caller, key: str) -> None:
    answer = await send(None, headers={"Idempotency-Key": key.encode()})

    assert answer.status_code == 400
    assert stage.done == 0


async def test_nothing_of_the_request_is_stored(stage: Stage, send: Caller) -> None:
    await send(str(uuid4()), json={"rationale": "Kayleigh Marlowe"})

    async with stage.db.transaction() as tx:
        [row] = (await tx.execute(text("SELECT command::text AS everything FROM command"))).all()
    assert "Kayleigh" not in row.everything
    assert b"Kayleigh".hex() not in row.everything
