"""The feed of changes: two servers, people who watch, and what they hear of each other's acts."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2
import pytest
import uvicorn
from triage_world import PEOPLE, WORDS, World, settings

from chassis.clock import SystemClock
from chassis.run.provision import DatabaseUrls
from chassis.testing.signer import Signer
from chassis.web.connection import Connection
from triage import feed
from triage.feed import Feed, TooManyWatching, Watcher
from triage.main import build

BOUND_SECONDS = 30
PATH = "/v1/queue/changes"


async def until(holds: Callable[[], bool]) -> None:
    """Wait for a state, by looking again and again."""
    async with asyncio.timeout(BOUND_SECONDS):
        while not holds():  # noqa: ASYNC110  # what is waited for sets no event
            await asyncio.sleep(0.02)


@dataclass
class Server:
    """One API process, as it is deployed."""

    base: str
    uvicorn: uvicorn.Server
    app: Any


@asynccontextmanager
async def serving(urls: DatabaseUrls, signer: Signer) -> AsyncIterator[Server]:
    service = build(settings(urls.app_url), clock=SystemClock(), verifier=signer.verifier())
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(service.app, http=Connection, ws="none", log_config=None, timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield Server(f"http://127.0.0.1:{listener.getsockname()[1]}", server, service.app)
    finally:
        service.app.state.health.draining = True
        server.should_exit = True
        await running


async def listeners(world: World) -> int:
    """How many connections listen, and have heard themselves."""
    [row] = await world.rows(
        """SELECT count(*) AS n FROM pg_stat_activity
           WHERE datname = current_database() AND state = 'idle' AND query LIKE '%pg_notify($1, $2)%'"""
    )
    return int(row.n)


@pytest.fixture
async def servers(world: World, urls: DatabaseUrls, signer: Signer) -> AsyncIterator[list[Server]]:
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(serving(urls, signer)) for _ in range(2)]
        async with asyncio.timeout(BOUND_SECONDS):
            while await listeners(world) < len(servers):  # noqa: ASYNC110  # the database has no event to wait for
                await asyncio.sleep(0.02)
        yield servers


@dataclass
class Reader:
    """Somebody who watches; keeps what was said."""

    response: httpx2.Response
    said: list[tuple[str, Any]] = field(default_factory=list)

    async def read(self) -> None:
        kind = ""
        async for line in self.response.aiter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                self.said.append((kind, json.loads(line.removeprefix("data: "))))

    @property
    def changed(self) -> list[Any]:
        return [data for kind, data in self.said if kind == "changed"]

    async def until(self, holds: Callable[["Reader"], bool]) -> None:
        await until(lambda: holds(self))


@asynccontextmanager
async def watching(server: Server, signer: Signer, who: str, **claims: Any) -> AsyncIterator[Reader]:
    headers = signer.bearer(**PEOPLE[who], **claims)
    async with (
        httpx2.AsyncClient(base_url=server.base, timeout=BOUND_SECONDS) as http,
        http.stream("GET", PATH, headers=headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert response.headers["Cache-Control"] == "no-store"
        reader = Reader(response)
        reading = asyncio.create_task(reader.read())
        await reader.until(lambda one: bool(one.said))
        try:
            yield reader
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


async def test_an_act_is_heard_by_everybody_who_watches_at_either_server_and_by_no_other_partnership(
    world: World, servers: list[Server], signer: Signer
) -> None:
    case = await world.open_case()
    async with (
        watching(servers[0], signer, "officer") as here,
        watching(servers[1], signer, "manager") as there,
        watching(servers[1], signer, "stranger") as stranger,
    ):
        await world.post(f"{case}/rating", "worker", {"rating": "red", "rationale": WORDS}, version=1)
        await world.post(f"{case}/claim", "worker", version=2)
        for reader in (here, there):
            await reader.until(lambda one: any(change["version"] == 3 for change in one.changed))

    assert here.said[0][0] == "refresh"
    assert here.changed[-1] == {
        "case_id": case.rsplit("/", 1)[-1],
        "version": 3,
        "waits_for": "recommendation",
        "worker": "worker",
        "team": "wandsworth-mash",
    }
    assert stranger.changed == []
    assert WORDS not in json.dumps(here.said)


@pytest.mark.parametrize(
    "happens", ["a referral comes in", "the sender says more", "a clock sounds", "a case is opened"]
)
async def test_what_nobody_of_triage_did_is_heard_as_well(
    world: World, servers: list[Server], signer: Signer, happens: str
) -> None:
    case = await world.open_case()
    await world.supplement()
    async with watching(servers[0], signer, "officer") as reader:
        match happens:
            case "a referral comes in":
                await world.open_case(2)
            case "the sender says more":
                await world.supplement(edition=3)
            case "a clock sounds":
                world.clock.advance(timedelta(hours=40))
                await world.sound()
            case _:
                await world.get(case, "worker")  # its news is seen
        await reader.until(lambda one: bool(one.changed))


async def test_a_feed_ends_with_the_token(world: World, servers: list[Server], signer: Signer) -> None:
    soon = int(signer.clock.now().timestamp()) + 2

    async with watching(servers[0], signer, "officer", exp=soon) as reader:
        await reader.until(lambda one: one.said[-1][0] == "end")


async def test_a_server_that_ends_lets_everybody_go_in_time(
    world: World, servers: list[Server], signer: Signer
) -> None:
    async with watching(servers[0], signer, "officer") as reader:
        servers[0].app.state.health.draining = True
        await reader.until(lambda one: one.said[-1][0] == "end")


async def test_who_leaves_gives_the_place_back(world: World, servers: list[Server], signer: Signer) -> None:
    watchers = servers[0].app.state.feed._watchers
    async with watching(servers[0], signer, "officer"):
        assert len(watchers) == 1

    await until(lambda: not watchers)


async def test_one_person_watches_in_so_many_windows_and_others_still_can(
    world: World, servers: list[Server], signer: Signer
) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(feed.MOST_OF_ONE):
            await stack.enter_async_context(watching(servers[0], signer, "officer"))
        async with httpx2.AsyncClient(base_url=servers[0].base, timeout=BOUND_SECONDS) as http:
            refused = await http.get(PATH, headers=signer.bearer(**PEOPLE["officer"]))
        await stack.enter_async_context(watching(servers[0], signer, "worker"))

    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (429, "too-many-watching")
    assert refused.headers["Retry-After"] == "30"


@pytest.mark.parametrize(("who", "status"), [("police", 403), ("team", 403), ("auditor", 403)])
async def test_only_triages_staff_watch(world: World, who: str, status: int) -> None:
    assert (await world.get(PATH, who, purpose=None)).status_code == status


async def test_nobody_watches_by_head(world: World) -> None:
    answer = await world.http.head(PATH, headers=world.signer.bearer(**PEOPLE["officer"]))

    assert answer.status_code == 405


def payload(case: str, partnership: str = "wandsworth") -> str:
    return json.dumps({"partnership": partnership, "case_id": case, "version": 1})


def test_a_slow_reader_costs_a_bounded_memory_and_is_asked_to_read_again(world: World) -> None:
    watched = Feed(world.http)  # type: ignore[arg-type]  # it is never listened with
    with watched.watched_by("officer", "wandsworth") as watcher:
        watcher.drain()
        for number in range(feed.MOST_WAITING + 1):
            watched.hear(payload(str(number)))

        assert watcher.changes == {}
        assert watcher.drain() is None
        watched.hear(payload("later"))
        assert [change["case_id"] for change in watcher.drain() or []] == ["later"]


def test_a_case_that_changes_again_and_again_is_said_once() -> None:
    watcher = Watcher("officer", "wandsworth", reads_again=False)

    for version in (1, 2, 3):
        watcher.add({"case_id": "c", "version": version})

    assert watcher.drain() == [{"case_id": "c", "version": 3}]


def test_all_places_together_are_bounded(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setattr(feed, "MOST_IN_ALL", 2)
    watched = Feed(world.http)  # type: ignore[arg-type]  # it is never listened with

    with watched.watched_by("one", "w"), watched.watched_by("two", "w"), pytest.raises(TooManyWatching):
        watched.watched_by("three", "w").__enter__()
    with watched.watched_by("three", "w"):
        pass
