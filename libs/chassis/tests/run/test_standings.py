"""Asking the owner who is suspended: at once, again and again, and without ending anything when it cannot."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest

from chassis.clock import SystemClock
from chassis.db import Database, DatabaseUnavailable
from chassis.http_client import HttpClient, NoAnswer
from chassis.ids import RandomIds
from chassis.run import standings as module
from chassis.run.standings import asking, asking_for_standings, keep_asking
from chassis.settings import ServiceSettings
from chassis.tasks import Stop
from chassis.testing.clock import START
from chassis.web.suspension import Standing

CLUB = Standing("club", 2, START)
SAID = {"standings": [{"client_id": "club", "version": 2, "suspended_at": START.isoformat()}]}


class Kept:
    """A database that keeps what is written, or is away."""

    def __init__(self) -> None:
        self.rows: list[Mapping[str, Any]] = []
        self.away = False
        self.kept_twice = asyncio.Event()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        if self.away:
            raise DatabaseUnavailable
        yield self

    async def execute(self, _: object, values: Mapping[str, Any]) -> None:
        self.rows.append(values)
        if len(self.rows) > 1:
            self.kept_twice.set()


async def bearer() -> Mapping[str, str]:
    return {"Authorization": "Bearer a.b.c"}


def owner(answer: Callable[[httpx2.Request], httpx2.Response]) -> HttpClient:
    return HttpClient(httpx2.AsyncClient(transport=httpx2.MockTransport(answer)))


async def test_the_owner_is_asked_with_a_token_and_its_answer_is_read() -> None:
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, json=SAID)

    found = await asking("https://owner.example.org", owner(answer), bearer)()

    assert found == [CLUB]
    assert str(asked[0].url) == "https://owner.example.org/operator/standings"
    assert asked[0].headers["authorization"] == "Bearer a.b.c"


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(403, json={}),
        httpx2.Response(200, text="<html>"),
        httpx2.Response(200, json=[]),
        httpx2.Response(200, json={"standings": [{"client_id": "club", "version": 2**40, "suspended_at": None}]}),
        httpx2.Response(200, json={"standings": [{"client_id": "club", "version": 1}]}),
    ],
    ids=["forbidden", "not-json", "not-an-object", "out-of-range", "incomplete"],
)
async def test_any_other_answer_is_none(answer: httpx2.Response) -> None:
    with pytest.raises(NoAnswer):
        await asking("https://owner.example.org", owner(lambda _: answer), bearer)()


async def test_it_goes_on_asking_whatever_goes_wrong_and_keeps_what_it_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY_SECONDS", 0.0)
    monkeypatch.setattr(module, "AGAIN_SECONDS", 0.0)
    kept, stop = Kept(), Stop()
    troubles: list[Exception] = [NoAnswer(), KeyError("issuer"), OSError()]

    async def ask() -> Sequence[Standing]:
        if troubles:
            raise troubles.pop()
        kept.away = not kept.away
        return [CLUB]

    running = asyncio.create_task(keep_asking(cast(Database, kept), ask, stop))
    await asyncio.wait_for(kept.kept_twice.wait(), 10)
    stop.set()
    await running

    assert kept.rows[0] == {"clients": ["club"], "versions": [2], "times": [START]}


@pytest.mark.parametrize("named", [{}, {"service_urls": {"owner": "https://owner.example.org"}}])
async def test_without_an_owner_or_a_key_the_task_waits_and_ends_when_asked(
    named: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    settings = ServiceSettings(
        database_url="postgresql://x/y", kafka_bootstrap_servers="x:1", oidc_issuer="https://i.example.org",
        public_url="https://p.example.org", **named,
    )  # fmt: skip
    stop = Stop()
    task = asking_for_standings(cast(Database, Kept()), settings, owner="owner", clock=SystemClock(), ids=RandomIds())
    running = asyncio.create_task(task(stop))
    await asyncio.sleep(0)

    assert not running.done()
    stop.set()
    await asyncio.wait_for(running, 10)
    assert "nobody is named who could be asked" in capsys.readouterr().out


async def test_a_key_that_cannot_be_read_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "AGAIN_SECONDS", 0.0)
    settings = ServiceSettings(
        database_url="postgresql://x/y", kafka_bootstrap_servers="x:1", oidc_issuer="https://i.example.org",
        public_url="https://p.example.org", service_urls={"owner": "http://127.0.0.1:1"},
        client_id="frontdoor-service", client_key_file=tmp_path / "none.pem",
    )  # fmt: skip
    stop = Stop()
    task = asking_for_standings(cast(Database, Kept()), settings, owner="owner", clock=SystemClock(), ids=RandomIds())
    running = asyncio.create_task(task(stop))
    for _ in range(20):
        await asyncio.sleep(0)

    assert not running.done()
    stop.set()
    await asyncio.wait_for(running, 10)
    assert "suspensions could not be asked for" in capsys.readouterr().out
