"""Referrals are acknowledged, and then the power goes: what was acknowledged must still be there."""

import asyncio
import sys
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from bench.issuer import issuing
from local_stack import probes
from local_stack.checkout import ROOT
from local_stack.children import Command
from local_stack.ports import Ports
from local_stack.services import Service, Surroundings, environment
from local_stack.stack import Stack
from tests.chaos.campaign import SENDER, bodies
from tests.chaos.checker import Checker
from tests.chaos.databases import Databases
from tests.chaos.journal import Journal, Poster
from tests.chaos.local import LocalStack
from tests.chaos.nemesis import Fault
from tests.chaos.planted import Bug
from tests.chaos.rig import Finding, eventually, made, rows

SERVICE: Final = "referral-intake"
API: Final = f"{SERVICE}-api"
DATABASE: Final = "referral_intake"
PER_SECOND: Final = 20.0
ANSWERS_BETWEEN_FAULTS: Final = 20
MOST_SECONDS: Final = 120.0
NOWHERE: Final = "127.0.0.1:1"  # accepting needs neither Kafka nor mail

_OPEN_TRANSACTIONS: Final = f"""
    SELECT FROM pg_stat_activity WHERE datname = '{DATABASE}' AND state <> 'idle' AND pid <> pg_backend_pid()
"""


async def run(stack: Stack, bug: Bug | None) -> Finding:
    """PostgreSQL, then the api, are killed under load; afterwards every acknowledged referral is looked for."""
    admin_url = stack.parts["postgres"].address
    async with issuing() as issuer:
        url = await _serve(stack, issuer.address, bug)
        journal = await _post_through_faults(stack, url, {"Authorization": f"Bearer {issuer.token()}"})

    async def quiet() -> bool:
        return not await rows(admin_url, DATABASE, _OPEN_TRANSACTIONS)

    await eventually("the last transaction to end", quiet)
    violations = await Checker(Databases(admin_url, services=(DATABASE,))).lost_or_doubled(journal)
    return Finding(violations, f"{len(journal.answers)} acknowledged, {journal.unknown_attempts} cut off")


async def _serve(stack: Stack, issuer: str, bug: Bug | None) -> str:
    """Start the api, kept running by the stack's supervisor; its address once it is ready."""
    ports, database_url = Ports(), await made(stack.parts["postgres"].address, DATABASE, stack.keys)
    service = Service(SERVICE, ports.take(), ports.take(), owner_url="", app_url=database_url)
    surroundings = Surroundings(NOWHERE, issuer, f"smtp://{NOWHERE}", zipkin_url=None, keys=stack.keys)
    program = [service.package] if bug is None else ["tests.chaos.planted", bug, service.package]
    given = environment(service, surroundings, {SERVICE: service})
    stack.supervisor.start({API: Command([sys.executable, "-m", *program, "api"], given, folder=ROOT)})
    health = f"{service.url}/health/ready"
    await eventually("referral-intake to serve", lambda: asyncio.to_thread(probes.http_answers, health))
    return service.url


async def _post_through_faults(stack: Stack, url: str, bearer: Mapping[str, str]) -> Journal:
    async def signed_in() -> Mapping[str, str]:
        return bearer

    journal, enough = WatchedJournal(stack.folder / "journal.jsonl"), asyncio.Event()
    poster = Poster(url, signed_in, bodies(SENDER), journal, PER_SECOND)
    async with asyncio.TaskGroup() as group:
        group.create_task(poster.run(enough))
        for target in ("postgres", API):
            await journal.until_more()
            await LocalStack(stack).hurt(Fault(target))  # at once: the worst moment is right after an answer
        await journal.until_more()
        enough.set()
    journal.close()
    return journal


class WatchedJournal(Journal):
    """Wakes what waits for it at the very moment of an answer."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._missing = 0
        self._enough = asyncio.Event()

    async def until_more(self) -> None:
        """Wait until ``ANSWERS_BETWEEN_FAULTS`` more have been written down. Raises ``TimeoutError``."""
        self._missing = ANSWERS_BETWEEN_FAULTS
        self._enough.clear()
        await asyncio.wait_for(self._enough.wait(), MOST_SECONDS)

    def note(self, key: str, outcome: str, referral_id: UUID | None = None) -> None:
        """As any journal."""
        super().note(key, outcome, referral_id)
        if referral_id is not None:
            self._missing -= 1
            if self._missing <= 0:
                self._enough.set()
