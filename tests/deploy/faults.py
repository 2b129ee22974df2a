"""One fault for each alert: what has to be broken on a running stack for it to fire, and what ends it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any, Final
from uuid import UUID

import yaml
from aiokafka import AIOKafkaProducer

from chassis.clock import SystemClock
from frontdoor.demo.waiting import until
from local_stack.probes import http_answers
from tests.conftest import register_endpoints
from tests.deploy.clocks import triages_clock_is_ahead
from tests.deploy.scene import HUB_STAFF, Fault, Scene, asking, behave
from tests.deploy.witness_faults import the_witness_has_seen_more
from tests.e2e.steps import PARTNERSHIP, done, open_notice, post

POLICE: Final = "metropolitan-police"
SERVICES: Final = ("referral-intake", "triage", "agency-notify", "audit")
REASON: Final = "Rehearsal: a stranger wrote to the topic"
ENOUGH_TO_HALT: Final = 60
ENOUGH_TO_BE_BEHIND: Final = 200
KILLS: Final = 5
_DANGER: Final = {
    "kind": "new-information",
    "immediate_danger": True,
    "referrer": {"name": "Morgan Adeyemi-Clarke", "phone": "020 7946 0199"},
    "words": "Rowan has just been taken to hospital.",
}


@asynccontextmanager
async def triages_worker_hangs(scene: Scene) -> AsyncIterator[None]:
    """Referrals are accepted, and nobody reads them."""
    with scene.paused("triage-worker"):
        await scene.refer()
        yield


@asynccontextmanager
async def triages_api_hangs(scene: Scene) -> AsyncIterator[None]:
    """Nobody can look at a case."""
    with scene.paused("triage-api"):
        yield


@asynccontextmanager
async def triages_database_refuses(scene: Scene) -> AsyncIterator[None]:
    """No connection to one database, while people work on."""
    async with scene.database("postgres") as server, asking(scene.people.staff(HUB_STAFF)):
        await server.execute("ALTER DATABASE triage ALLOW_CONNECTIONS false")
        await server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'triage'")
        try:
            yield
        finally:
            await server.execute("ALTER DATABASE triage ALLOW_CONNECTIONS true")


@asynccontextmanager
async def kafka_hangs(scene: Scene) -> AsyncIterator[None]:
    """The broker takes nothing."""
    with scene.paused("kafka"):
        await scene.refer()
        yield


@asynccontextmanager
async def our_code_fails_on_one_referral(scene: Scene) -> AsyncIterator[None]:
    """The database of triage refuses one new case, as a fault of ours makes it do; mended, it heals by itself."""
    async with scene.database("triage") as database:
        await database.execute(
            """CREATE FUNCTION rehearsal() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN RAISE EXCEPTION 'rehearsal'; END $$"""
        )
        await database.execute('CREATE TRIGGER rehearsal BEFORE INSERT ON "case" EXECUTE FUNCTION rehearsal()')
        try:
            await scene.refer()
            yield
        finally:
            await database.execute("DROP FUNCTION rehearsal() CASCADE")


@asynccontextmanager
async def a_stranger_writes_once(scene: Scene) -> AsyncIterator[None]:
    """One record that nobody can read; an operator gives it up afterwards."""
    await _write_nonsense(scene, 1)
    yield
    await _discard_everything(scene)


@asynccontextmanager
async def a_stranger_writes_without_end(scene: Scene) -> AsyncIterator[None]:
    """So many that reading halts, and more; an operator resumes, and gives them up."""
    await _write_nonsense(scene, ENOUGH_TO_HALT)
    for reader in ("triage", "audit"):  # one that is slow would halt after an operator has looked
        await until(f"reading of {reader} to halt", partial(_halted, scene, reader))
    await _write_nonsense(scene, ENOUGH_TO_BE_BEHIND)
    yield
    operator = scene.people.client("frontdoor-operator")
    for service in SERVICES:
        if await _halted(scene, service):
            body = {"reason": REASON, "tolerate": 20_000}
            done(await operator.ask("POST", service, "/operator/consumer/resume", json=body), 202)
    await _discard_everything(scene)


@asynccontextmanager
async def an_event_is_lost_and_its_owner_away(scene: Scene) -> AsyncIterator[None]:
    """The first event of a referral never reaches the topic, and the owner cannot be asked to send it again."""
    with scene.paused("referral-intake-worker"):
        receipt = await scene.refer()
        added = {**_DANGER, "immediate_danger": False}
        path = f"/v1/referrals/{receipt['referral_id']}/supplements"
        key = {"Idempotency-Key": str(UUID(int=Random().getrandbits(128), version=4))}
        done(await scene.school.ask("POST", "referral-intake", path, json=added, headers=key), 202)
        async with scene.database("referral_intake") as database:
            lost = "UPDATE event SET published_at = now() WHERE aggregate = $1 AND version = 1"
            await database.execute(lost, f"referral/{receipt['referral_id']}")
    with scene.paused("referral-intake-api"):
        yield


@asynccontextmanager
async def nobody_opens_a_notice_of_danger(scene: Scene) -> AsyncIterator[None]:
    """A sender adds that a child is in danger now; the hub opens its notice afterwards."""
    receipt = await scene.refer()
    path = f"/v1/referrals/{receipt['referral_id']}/supplements"
    key = {"Idempotency-Key": receipt["referral_id"]}
    done(await scene.school.ask("POST", "referral-intake", path, json=_DANGER, headers=key), 202)
    yield
    await open_notice(scene.people.staff(HUB_STAFF), "referral-supplemented", receipt["reference"])


@asynccontextmanager
async def somebody_holds_a_case_whose_time_has_come(scene: Scene) -> AsyncIterator[None]:
    """A transaction that does not end holds a case, so that its alarm cannot sound."""
    receipt = await scene.refer()
    referral_id = UUID(receipt["referral_id"])
    async with scene.database("triage") as holder, scene.database("triage") as database:
        find = 'SELECT case_id FROM "case" WHERE referral_id = $1'

        async def case() -> Any:
            return await database.fetchval(find, referral_id)

        case_id = await until("the case", case)
        async with holder.transaction():
            await holder.execute('SELECT FROM "case" WHERE case_id = $1 FOR UPDATE', case_id)
            await database.execute(
                """UPDATE alarm SET at = now() WHERE case_id = $1 AND sounded_at IS NULL AND share = (
                       SELECT min(share) FROM alarm WHERE case_id = $1)""",
                case_id,
            )
            yield


@asynccontextmanager
async def nothing_can_be_claimed(scene: Scene) -> AsyncIterator[None]:
    """A transaction that does not end keeps every attempt from being written."""
    async with scene.database("agency_notify") as holder, holder.transaction():
        await holder.execute("LOCK TABLE attempt IN EXCLUSIVE MODE")
        await scene.refer()
        yield


@asynccontextmanager
async def an_agencys_endpoint_fails(scene: Scene) -> AsyncIterator[None]:
    """The police answer 500; afterwards an operator sets their endpoint again."""
    await behave(scene, POLICE, "500")
    done(await post(scene.people.client("wandsworth-police")), 202)
    yield
    await behave(scene, POLICE, "ok")
    await register_endpoints(scene.stack)


@asynccontextmanager
async def audits_worker_hangs(scene: Scene) -> AsyncIterator[None]:
    """Nobody signs the log."""
    with scene.paused("audit-worker"):
        yield


@asynccontextmanager
async def the_witness_hangs(scene: Scene) -> AsyncIterator[None]:
    """The log grows, and nobody else vouches for it."""
    with scene.paused("witness"):
        await scene.refer()
        yield


@asynccontextmanager
async def packs_end(scene: Scene) -> AsyncIterator[None]:
    """One ends in twenty days, one ended yesterday; afterwards they have no end again."""
    today = SystemClock().now().date()
    before = {path: path.read_text() for path in scene.packs.glob("*.yaml")}
    for path, text in before.items():
        path.write_text(_until(text, today + timedelta(days=20 if path.stem == PARTNERSHIP else -1)))
    await _started_again(scene, "triage", signal.SIGTERM)
    try:
        yield
    finally:
        for path, text in before.items():
            path.write_text(text)
        await _started_again(scene, "triage", signal.SIGTERM)


@asynccontextmanager
async def an_api_is_killed_again_and_again(scene: Scene) -> AsyncIterator[None]:
    """Its supervisor starts it again each time."""
    for _ in range(KILLS):
        await _started_again(scene, "agency-notify", signal.SIGKILL)
        await asyncio.sleep(2)  # the scraper has to see each of them
    yield


FAULTS: Final[Mapping[Fault, tuple[str, ...]]] = {
    nobody_opens_a_notice_of_danger: ("DangerNoticeUnopened",),
    triages_worker_hangs: ("ReferralsDoNotReachTriage", "WorkerNotReady"),
    triages_api_hangs: ("ApiDown",),
    triages_database_refuses: ("ApiNotReady", "RequestsFail"),
    our_code_fails_on_one_referral: ("KeyHeldBack",),
    a_stranger_writes_once: ("MessagesParked",),
    a_stranger_writes_without_end: ("ReadingHalted", "ReaderBehind"),
    an_event_is_lost_and_its_owner_away: ("GapStays",),
    somebody_holds_a_case_whose_time_has_come: ("AlarmsDoNotSound",),
    nothing_can_be_claimed: ("NoticesAreNotSent",),
    audits_worker_hangs: ("LogNotSigned",),
    the_witness_hangs: ("LogNotWitnessed",),
    the_witness_has_seen_more: ("LogHistoryRefused",),
    triages_clock_is_ahead: ("ClockWrong", "TokensRefused"),
    packs_end: ("PackEnds", "PackEnded"),
    an_api_is_killed_again_and_again: ("ProcessRestarts",),
    an_agencys_endpoint_fails: ("AgencyNotReachable",),
    kafka_hangs: ("EventsDoNotLeave",),
}
"""The alerts that each fault has to raise, and that have to end with it."""


def _until(pack: str, last: date) -> str:
    found = yaml.safe_load(pack)
    found["effective_until"] = last
    return yaml.safe_dump(found, allow_unicode=True, sort_keys=False)


async def _started_again(scene: Scene, service: str, ending: signal.Signals) -> None:
    """End an API; its supervisor starts another process, which answers when this returns."""
    supervisor, url = scene.stack.supervisor, f"{scene.stack.services[service].url}/health/live"
    pid = supervisor.pid(f"{service}-api")
    os.kill(pid, ending)

    async def ask() -> bool | None:
        another = supervisor.pid(f"{service}-api") != pid
        return (another and await asyncio.to_thread(http_answers, url)) or None

    await until(f"another API of {service}", ask)


async def _write_nonsense(scene: Scene, count: int) -> None:
    """Records to the topic of agency-notify, each under a key of its own."""
    producer = AIOKafkaProducer(bootstrap_servers=scene.stack.parts["kafka"].address, acks="all")
    await producer.start()
    try:
        for _ in range(count):
            await producer.send_and_wait("agency-notify.v1", value=b"not ours", key=Random().randbytes(16))
    finally:
        await producer.stop()


async def _halted(scene: Scene, service: str) -> bool | None:
    operator = scene.people.client("frontdoor-operator")
    return done(await operator.ask("GET", service, "/operator/consumer"))["halted"] or None


async def _discard_everything(scene: Scene) -> None:
    """Until nothing is parked that is wrong: what was still to be read comes after what was."""

    async def clear() -> bool | None:
        left = [await _discard(scene, service) for service in SERVICES]
        return not any(left) or None

    await until("every record of the stranger to be given up", clear)


async def _discard(scene: Scene, service: str) -> int:
    operator = scene.people.client("frontdoor-operator")
    parked = done(await operator.ask("GET", service, "/operator/parked?state=parked"))["parked"]
    for reason in {message["error_class"] for message in parked if message["asked"] is None}:
        body = {"reason": REASON, "all_of_reason": reason}
        done(await operator.ask("POST", service, "/operator/parked/discard", json=body), 202)
    return len(parked)
