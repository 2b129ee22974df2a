"""Emergencies skip limits and not bounds: what each door says when there is no place, and who gets in all the same."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import pytest
from fhir_messages import issues, message, send
from intake_caller import ADDRESS, Caller, sent, settings
from intake_examples import NOW, form
from starlette.types import ASGIApp, Receive, Send
from supplement_examples import news, withdrawal

from chassis.db import Database
from chassis.run.provision import DatabaseUrls
from chassis.run.service import Service
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from chassis.web import middleware
from chassis.web.leaving import GONE
from referral_intake.accepting.model import Acceptance
from referral_intake.handlers import Dependencies
from referral_intake.main import build

BOUND_SECONDS = 30
OTHERS: dict[str, Any] = {"azp": "metropolitan-police", "agency": "metropolitan-police"}
EMERGENCY = form(immediate_danger=True)
PER_PARTNER, ALL, RESERVED = 2, 4, 1


class Gate:
    """Holds back every batch until it is opened, and tells how many have come to it."""

    def __init__(self, dependencies: Dependencies) -> None:
        self._commit = dependencies.accepting.commits._commit
        self.opened = asyncio.Event()
        self.came: asyncio.Queue[int] = asyncio.Queue()
        dependencies.accepting.commits._commit = self

    async def __call__(self, batch: Sequence[Acceptance]) -> Any:
        self.came.put_nowait(len(batch))
        await self.opened.wait()
        return await self._commit(batch)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "PAUSE_SECONDS", 0.0)


@pytest.fixture
async def service(urls: DatabaseUrls, signer: Signer) -> AsyncIterator[Service]:
    few = {
        "group_commit_size": 1,
        "emergencies_waiting_per_partner": PER_PARTNER,
        "emergencies_waiting": ALL,
        "emergencies_reserved": RESERVED,
    }
    configured = settings(urls.app_url).model_copy(update=few)
    built = build(configured, clock=SettableClock(NOW), verifier=signer.verifier())
    yield built
    await built.close()


def dependencies_of(service: Service) -> Dependencies:
    found: Dependencies = service.app.state.dependencies
    return found


@pytest.fixture
async def gate(service: Service) -> AsyncIterator[Gate]:
    gate = Gate(dependencies_of(service))
    yield gate
    gate.opened.set()


async def until(holds: Callable[[], bool]) -> None:
    """Requests are on their way, and nothing tells when they are there."""
    async with asyncio.timeout(BOUND_SECONDS):
        for _ in iter(holds, True):
            await asyncio.sleep(0)


async def full(caller: Caller, service: Service, gate: Gate, **claims: Any) -> list["asyncio.Task[httpx2.Response]"]:
    """As many emergencies of one partner as may wait, behind two that are under way."""
    sending = []
    for number in range(2):
        sending.append(asyncio.create_task(caller.post(EMERGENCY, key=f"under-way-{number}", **claims)))
        await asyncio.wait_for(gate.came.get(), BOUND_SECONDS)
    for number in range(PER_PARTNER):
        sending.append(asyncio.create_task(caller.post(EMERGENCY, key=f"waits-{number}", **claims)))
    waiting = dependencies_of(service).accepting.commits._urgent
    await until(lambda: len(waiting) == PER_PARTNER)
    return sending


def turned_away(answer: httpx2.Response) -> None:
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["type"].endswith("/too-busy")
    assert answer.json()["detail"].startswith("If a child is in danger now, call 999.")


async def test_a_partner_has_only_so_many_emergencies_waiting_and_is_told_to_call_999(
    caller: Caller, service: Service, gate: Gate
) -> None:
    sending = await full(caller, service, gate)

    turned_away(await caller.post(EMERGENCY, key="one-too-many"))
    through_fhir = await send(caller, message(request={"priority": "stat"}))
    gate.opened.set()

    assert through_fhir.status_code == 503
    assert "call 999" in issues(through_fhir)[0]["diagnostics"]
    assert {(await each).status_code for each in sending} == {202}
    assert await caller.count("referral") == len(sending)
    again = await caller.post(EMERGENCY, key="one-too-many")
    assert again.status_code == 202


async def test_another_partners_emergency_has_a_place_and_goes_in_turn(
    caller: Caller, service: Service, gate: Gate
) -> None:
    sending = await full(caller, service, gate)
    sending.append(asyncio.create_task(caller.post(EMERGENCY, key="theirs", **OTHERS)))
    sending.append(asyncio.create_task(caller.post(EMERGENCY, key="nobodys", azp="third", agency="third")))
    await until(lambda: len(dependencies_of(service).accepting.commits._urgent) == ALL)

    turned_away(await caller.post(EMERGENCY, key="fourth", azp="fourth", agency="fourth"))
    gate.opened.set()

    assert {(await each).status_code for each in sending} == {202}


async def test_what_can_wait_is_not_counted_with_emergencies(caller: Caller, service: Service, gate: Gate) -> None:
    sending = await full(caller, service, gate)

    ordinary = asyncio.create_task(caller.post(form(), key="ordinary"))
    gate.opened.set()

    assert (await ordinary).status_code == 202
    await asyncio.gather(*sending)


async def test_anyone_who_goes_away_while_waiting_is_not_written_and_leaves_its_place(
    caller: Caller, service: Service, gate: Gate
) -> None:
    sending = await full(caller, service, gate)
    leaving = sending.pop()

    leaving.cancel()
    with suppress(asyncio.CancelledError):
        await leaving
    place_free = asyncio.create_task(caller.post(EMERGENCY, key="comes-instead"))
    gate.opened.set()

    assert (await place_free).status_code == 202
    assert {(await each).status_code for each in sending} == {202}
    await dependencies_of(service).accepting.commits.drain()
    assert await caller.count("referral") == len(sending) + 1
    assert service.app.state.room._total == 0


async def test_anyone_who_goes_away_while_it_is_written_is_accepted_once_however_often_it_is_sent(
    caller: Caller, service: Service, gate: Gate
) -> None:
    leaving = asyncio.create_task(caller.post(EMERGENCY, key="sent-again"))
    await asyncio.wait_for(gate.came.get(), BOUND_SECONDS)

    leaving.cancel()
    with suppress(asyncio.CancelledError):
        await leaving
    gate.opened.set()
    again = await caller.post(EMERGENCY, key="sent-again")

    await dependencies_of(service).accepting.commits.drain()
    assert again.status_code == 202
    assert await caller.count("referral") == 1


# -- connections that are lost --------------------------------------------------------------------------------------


@dataclass
class Line:
    """What the connection of one request knows, and can lose."""

    app: ASGIApp
    scope: dict[str, Any] = field(default_factory=dict)

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        self.scope = scope
        await self.app(scope, receive, send)

    async def lost_by(self, sending: Callable[[Caller], Awaitable[httpx2.Response]], caller: Caller) -> int:
        """The status of a request whose connection is lost while it waits."""
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(self), base_url=ADDRESS, timeout=60) as http:
            request = asyncio.ensure_future(sending(replace(caller, http=http)))
            await until(lambda: GONE in self.scope)
            self.scope[GONE]()
            return (await asyncio.wait_for(request, BOUND_SECONDS)).status_code


async def test_a_referral_whose_connection_is_lost_leaves_the_queue(
    caller: Caller, service: Service, gate: Gate
) -> None:
    sending = await full(caller, service, gate)
    urgent = message(request={"priority": "stat"})

    statuses = [
        await Line(service.app).lost_by(lambda those: those.post(EMERGENCY, key="lost", **OTHERS), caller),
        await Line(service.app).lost_by(lambda those: send(those, urgent, **OTHERS), caller),
    ]
    gate.opened.set()

    assert statuses == [499, 499]
    assert {(await each).status_code for each in sending} == {202}
    await dependencies_of(service).accepting.commits.drain()
    assert await caller.count("referral") == len(sending)


async def test_a_change_whose_connection_is_lost_leaves_the_queue(caller: Caller, service: Service) -> None:
    path = await sent(caller)
    await held_places(service, "test-client", 3)

    statuses = [
        await Line(service.app).lost_by(lambda those: those.add(path, news(immediate_danger=True)), caller),
        await Line(service.app).lost_by(lambda those: those.withdraw(path, withdrawal()), caller),
    ]

    changes = dependencies_of(service).changes
    assert statuses == [499, 499]
    assert (len(changes._urgent), len(changes._others)) == (0, 0)
    for _ in range(3):
        changes.leave("test-client")
    assert (await caller.add(path, news(), key="after")).status_code == 202
    assert await caller.count("supplement") == 1


# -- supplements ----------------------------------------------------------------------------------------------------


async def held_places(service: Service, owner: str, count: int) -> None:
    """Somebody is long in changing referrals."""
    for _ in range(count):
        await asyncio.wait_for(dependencies_of(service).changes.enter(owner), BOUND_SECONDS)


async def test_news_of_danger_waits_behind_nobody_elses(caller: Caller, service: Service) -> None:
    theirs = (await caller.post(form(), key="theirs", **OTHERS)).headers["location"]
    await held_places(service, "test-client", 3)

    added = await caller.add(theirs, news(immediate_danger=True), **OTHERS)

    assert added.status_code == 202


async def test_only_so_much_news_of_danger_waits_for_one_partner(caller: Caller, service: Service) -> None:
    path = await sent(caller)
    await held_places(service, "test-client", 3)
    waiting = [
        asyncio.create_task(caller.add(path, news(immediate_danger=True), key=f"add-{number}"))
        for number in range(PER_PARTNER)
    ]
    changes = dependencies_of(service).changes
    await until(lambda: len(changes._urgent) == PER_PARTNER)

    turned_away(await caller.add(path, news(immediate_danger=True), key="one-too-many"))
    for _ in range(3):
        changes.leave("test-client")

    assert {(await each).status_code for each in waiting} == {202}


# -- bytes ----------------------------------------------------------------------------------------------------------


async def test_bodies_of_one_partner_take_only_so_much_room(urls: DatabaseUrls, signer: Signer, db: Database) -> None:
    small = {"body_bytes": 2**21, "body_bytes_per_sender": 2**20, "body_bytes_reserved": 2**20}
    service = build(
        settings(urls.app_url).model_copy(update=small), clock=SettableClock(NOW), verifier=signer.verifier()
    )
    gate = Gate(dependencies_of(service))
    long = form(immediate_danger=True, concern={"facts": "x", "incidents": [{"what": "a" * 19_000}] * 40})
    transport = httpx2.ASGITransport(app=service.app)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, timeout=60) as http:
        caller = Caller(http, signer, db)
        first = asyncio.create_task(caller.post(long, key="first"))
        await asyncio.wait_for(gate.came.get(), BOUND_SECONDS)

        turned_away(await caller.post(long, key="second"))
        theirs = asyncio.create_task(caller.post(long, key="theirs", **OTHERS))
        gate.opened.set()

        assert [(await each).status_code for each in (first, theirs)] == [202, 202]
    await service.close()
    assert service.app.state.room._total == 0


async def test_what_can_wait_is_turned_out_of_the_room_that_is_kept_for_emergencies(
    urls: DatabaseUrls, signer: Signer, db: Database
) -> None:
    small = {"body_bytes": 2**21, "body_bytes_per_sender": 2**20, "body_bytes_reserved": 2**21 - 2**19}
    service = build(
        settings(urls.app_url).model_copy(update=small), clock=SettableClock(NOW), verifier=signer.verifier()
    )
    long: dict[str, Any] = {"concern": {"facts": "x", "incidents": [{"what": "a" * 19_000}] * 40}}
    transport = httpx2.ASGITransport(app=service.app)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, timeout=60) as http:
        caller = Caller(http, signer, db)

        turned_away(await caller.post(form(**long), key="can-wait"))
        cannot = await caller.post(form(immediate_danger=True, **long), key="cannot")

    await service.close()
    assert cannot.status_code == 202
