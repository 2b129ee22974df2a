"""A suspended client is refused in time, whatever its token says; what is too old lets nobody in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, cast

import httpx2
import pytest

from chassis.db import Database, DatabaseUnavailable
from chassis.testing.signer import Signer
from chassis.web import admission as admission_module
from chassis.web.admission import OLDEST_SECONDS, REFRESH_SECONDS, Admission
from chassis.web.app import create_app
from chassis.web.auth import Principal, SignedIn
from chassis.web.service_router import ServiceRouter
from contracts.codes import ActorKind
from contracts.problems import Suspended


class Table:
    """A database that says who is suspended, or is away."""

    def __init__(self, *suspended: str) -> None:
        self.suspended = set(suspended)
        self.away = False
        self.readings = 0
        self.read = asyncio.Event()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        self.readings += 1
        self.read.set()
        if self.away:
            raise DatabaseUnavailable
        await asyncio.sleep(0)
        yield self

    async def scalars(self, _: object) -> list[str]:
        return sorted(self.suspended)


def admission_of(table: Table) -> Admission:
    return Admission(cast(Database, table), lambda principal: Suspended(f"phone {principal.partnership}"))


def principal(client: str = "club", kind: ActorKind = ActorKind.PARTNER) -> Principal:
    return Principal("sub-1", kind, "lantern", "wandsworth", frozenset(), client)


async def test_a_suspended_system_is_refused_and_a_person_of_its_agency_is_not() -> None:
    admission = admission_of(Table("club"))

    with pytest.raises(Suspended, match="phone wandsworth"):
        await admission.admit(principal())
    await admission.admit(principal("other"))
    for kind in (ActorKind.PERSON, ActorKind.OPERATOR, ActorKind.SERVICE):
        await admission.admit(principal(kind=kind))


async def test_a_system_without_a_client_id_is_known_by_its_subject() -> None:
    admission = admission_of(Table("sub-1"))

    with pytest.raises(Suspended):
        await admission.admit(principal(""))


async def test_it_is_known_before_the_first_request_and_costs_no_request_anything() -> None:
    table = Table("club")
    admission = admission_of(table)

    async with admission.kept_fresh():
        before = table.readings
        for _ in range(100):
            with pytest.raises(Suspended):
                await admission.admit(principal())

        assert (before, table.readings) == (1, 1)


async def test_a_suspension_by_another_process_is_known_soon_and_a_restoration_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission_module, "REFRESH_SECONDS", 0.0)
    table = Table()
    admission = admission_of(table)

    async with admission.kept_fresh(), asyncio.timeout(10):
        await admission.admit(principal())
        table.suspended = {"club"}
        await read_again(table, admission)
        with pytest.raises(Suspended):
            await admission.admit(principal())
        table.away = True
        await read_again(table, admission)
        table.away, table.suspended = False, set()
        await read_again(table, admission)
        await admission.admit(principal())


def test_both_times_together_leave_half_a_second_of_the_two_for_everything_else() -> None:
    assert REFRESH_SECONDS < OLDEST_SECONDS <= 1.5


async def test_when_nothing_was_read_in_time_the_request_reads_first_and_one_for_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = Table()
    admission = admission_of(table)
    await admission.admit(principal())
    table.suspended = {"club"}
    monkeypatch.setattr(admission, "_read_at", float("-inf"))  # as if nothing had been read for long

    answers = await asyncio.gather(*(admission.admit(principal()) for _ in range(20)), return_exceptions=True)

    assert {type(answer) for answer in answers} == {Suspended}
    assert table.readings == 2


async def test_when_nobody_can_say_systems_are_not_let_in_and_people_are() -> None:
    table = Table()
    table.away = True
    admission = admission_of(table)

    async with admission.kept_fresh():
        with pytest.raises(DatabaseUnavailable):
            await admission.admit(principal())
        await admission.admit(principal(kind=ActorKind.PERSON))
        table.away = False
        await admission.admit(principal())


async def test_at_rest_nothing_is_read_and_the_first_request_after_it_knows_what_is_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admission_module, "REFRESH_SECONDS", 0.0)
    table = Table()
    admission = admission_of(table)

    async with admission.kept_fresh():
        for _ in range(100):
            await asyncio.sleep(0)
        at_rest = table.readings
        table.suspended = {"club"}
        monkeypatch.setattr(admission, "_read_at", float("-inf"))  # as if an hour had passed
        with pytest.raises(Suspended):
            await admission.admit(principal())

    assert (at_rest, table.readings) == (1, 2)


async def read_again(table: Table, admission: Admission) -> None:
    """Wait until two more readings have begun while people and systems ask: by then one has ended that began later."""
    for _ in range(2):
        table.read.clear()
        with suppress(Suspended, DatabaseUnavailable):
            await admission.admit(principal())
        await table.read.wait()


# -- at the edge ------------------------------------------------------------------------------------------------------

router = ServiceRouter()


@router.get("/me")
async def me(principal: SignedIn) -> str:
    return principal.subject


@pytest.fixture
async def client(signer: Signer) -> AsyncIterator[httpx2.AsyncClient]:
    admit = admission_of(Table("club")).admit
    app = create_app(title="T", version="1", routers=[router], verifier=signer.verifier(), readiness={}, admit=admit)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_the_answer_is_a_problem_that_says_whom_to_call(client: httpx2.AsyncClient, signer: Signer) -> None:
    refused = await client.get("/me", headers=signer.bearer(azp="club"))
    other = await client.get("/me", headers=signer.bearer(azp="school"))
    forged = await client.get("/me", headers={"Authorization": "Bearer forged.for-ged.forged"})

    assert (refused.status_code, other.status_code, forged.status_code) == (403, 200, 401)
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"].endswith("/partner-suspended")
    assert "call 999" in refused.json()["detail"]
    assert "phone wandsworth" in refused.json()["detail"]
