"""One set of databases and what is done to it, operation by operation, as the services do it."""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import md5
from typing import Any, Final
from uuid import UUID, uuid4

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

import referral_intake.main
import referral_intake.settings
import triage.main
import triage.settings
from agency_notify.store import notices
from audit import store
from audit.checkpoint import CheckpointSigner
from audit.handlers import on_events
from audit.proofs import prove_inclusion
from audit.sequencer import Sequencer
from bench.accept.request import body, pupil_number, surname
from bench.growth.seed import Size
from bench.processes import ROOT
from chassis.clock import SystemClock
from chassis.db import Database
from chassis.delivery.applying import Batch
from chassis.delivery.attempts import Attempts
from chassis.delivery.events import Context, record
from chassis.delivery.messages import Subscriptions
from chassis.delivery.relay import Relay
from chassis.run.provision import DatabaseUrls
from chassis.run.service import Service
from chassis.settings import GivenSettings
from chassis.tasks import Hint, Stop
from chassis.testing.delivery import TOPIC, closed, message
from chassis.testing.signer import Signer
from chassis.web import operator_routes
from chassis.web.app import create_app
from chassis.web.operated import Operated
from contracts.topics import TOPICS

EVENTS_AT_ONCE: Final = 100
_LOG_KEY: Final = bytes(32)
"""The same in every run: the log goes on only from a checkpoint that its own key has signed."""
_PEOPLE: Final = 26**7 // 2
"""So many surnames there are to begin at: two runs over the same databases do not refer the same children."""
_OFFSET: Final = text("SELECT next_offset FROM position WHERE topic = :topic AND partition = 0")


class Acknowledging:
    """Takes every message at once: what is measured is the relay's own work in its database."""

    async def send(self, *_: object, **__: object) -> "asyncio.Future[Any]":
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    async def stop(self) -> None:
        """Nothing is open."""


Act = Callable[[], Awaitable[object]]


@dataclass
class Side:
    """``size`` is what is stored; the operations are the methods that ``OPERATIONS`` names."""

    size: Size
    databases: Mapping[str, Database]
    intake: Service
    triage: Service
    signer: Signer
    settings: GivenSettings
    log_key: Ed25519PrivateKey = field(default_factory=lambda: Ed25519PrivateKey.from_private_bytes(_LOG_KEY))
    chance: random.Random = field(default_factory=lambda: random.Random(1))
    operator_apps: dict[str, Any] = field(default_factory=dict)
    made: int = field(default_factory=lambda: secrets.randbelow(_PEOPLE))
    offset: int | None = None

    @classmethod
    def of(cls, urls: Mapping[str, DatabaseUrls], size: Size) -> "Side":
        """Services and databases; nothing is contacted yet."""
        signer = Signer(clock=SystemClock())
        shared: dict[str, Any] = {
            "kafka_bootstrap_servers": "127.0.0.1:1",
            "oidc_issuer": "https://issuer.example.org/realms/frontdoor",
            "public_url": "http://test",
            "partnerships_folder": ROOT / "partnerships",
        }
        intake = referral_intake.settings.Settings(
            **shared, database_url=urls["referral_intake"].app_url, partner_referrals_per_minute=1_000_000
        )
        triages = triage.settings.Settings(**shared, database_url=urls["triage"].app_url)
        databases = {package: Database.connect(each.app_url, pool_size=3) for package, each in urls.items()}
        return cls(
            size,
            databases,
            referral_intake.main.build(intake, verifier=signer.verifier()),
            triage.main.build(triages, verifier=signer.verifier()),
            signer,
            triages,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self.intake.close()
        await self.triage.close()
        for db in self.databases.values():
            await db.close()

    async def _ask(self, app: Any, method: str, path: str, *, claims: Mapping[str, Any], **options: Any) -> Any:
        headers = {**self.signer.bearer(**claims), **options.pop("headers", {})}
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as http:
            return (await http.request(method, path, **options)).raise_for_status().json()

    def _operator(self, package: str) -> Any:
        if package not in self.operator_apps:
            routers = [operator_routes.ROUTER]
            app = create_app(title="T", version="1", routers=routers, verifier=self.signer.verifier(), readiness={})
            name = package.replace("_", "-")
            app.state.operated = Operated(self.databases[package], SystemClock(), self.settings, name)
            self.operator_apps[package] = app
        return self.operator_apps[package]

    def _case(self) -> UUID:
        number = self.chance.randrange(self.size.cases) + 1
        return UUID(bytes=md5(f"case{number}".encode(), usedforsecurity=False).digest())

    async def accept(self) -> Act:
        """``POST /v1/referrals``."""
        self.made += 1
        number = self.made
        filled = body().replace(b"Aaaaaaaa", surname(number))
        for child in range(2):
            filled = filled.replace(b"A00000000000%d" % (child + 1), pupil_number(2 * number + child))
        headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
        return lambda: self._ask(
            self.intake.app, "POST", "/v1/referrals", claims={"roles": ["partner"]}, content=filled, headers=headers
        )

    async def queue_page(self) -> Act:
        """``GET /v1/cases``."""
        return lambda: self._ask(self.triage.app, "GET", "/v1/cases", claims=MANAGER, headers=PURPOSE)

    async def case_page(self) -> Act:
        """``GET /v1/cases/{id}`` of any case."""
        path = f"/v1/cases/{self._case()}"
        return lambda: self._ask(self.triage.app, "GET", path, claims=MANAGER, headers=PURPOSE)

    async def inbox_page(self) -> Act:
        """The newest notices of one agency."""

        async def read() -> object:
            async with self.databases["agency_notify"].transaction() as tx:
                whose = ("wandsworth", f"agency-{self.chance.randrange(20)}")
                return await notices.list_inbox(tx, whose=whose, unopened=False, roles=None, page=(None, 50))

        return read

    async def relay(self) -> Act:
        """100 events that were just recorded, read and marked."""
        db, clock = self.databases["triage"], SystemClock()
        async with db.transaction() as tx:
            context = Context("triage", "wandsworth", clock.now())
            await record(tx, [closed(uuid4(), uuid4()) for _ in range(EVENTS_AT_ONCE)], context=context)

        async def send() -> object:
            async def producer() -> Acknowledging:
                return Acknowledging()

            async with db.engine.connect() as connection:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                return await Relay(db, producer, clock, hint=Hint()).send_batch(connection, Acknowledging())

        return send

    async def consume(self) -> Act:
        """100 messages of new cases, read by the audit log."""
        records = [message(uuid4(), 1, referral_id=uuid4()) for _ in range(EVENTS_AT_ONCE)]
        start = await self._stored_offset() if self.offset is None else self.offset
        self.offset = start + EVENTS_AT_ONCE
        placed = [replace(each, offset=start + nth) for nth, each in enumerate(records)]
        moves = ({(TOPIC, 0): start}, {(TOPIC, 0): self.offset})
        attempts = Attempts(
            self.databases["audit"], Subscriptions(TOPICS, every=on_events), SystemClock(), wait=asyncio.sleep
        )
        return lambda: attempts.apply(Batch(placed, *moves), Stop())

    async def _stored_offset(self) -> int:
        async with self.databases["audit"].transaction() as tx:
            return int(await tx.scalar(_OFFSET, {"topic": TOPIC}) or 0)

    async def append(self) -> Act:
        """100 entries given their places, the tree grown, the checkpoint signed."""
        db = self.databases["audit"]
        await (await self.consume())()
        signer = CheckpointSigner("bench.example.org/log", self.log_key)
        sequencer = Sequencer(db, signer, SystemClock(), hint=Hint())

        async def place() -> object:
            async with db.engine.connect() as connection:
                return await sequencer.advance(connection)

        return place

    async def inclusion_proof(self) -> Act:
        """That any entry is in the signed tree."""

        async def prove() -> object:
            async with self.databases["audit"].transaction() as tx:
                size = await store.find_signed_size(tx)
                return await prove_inclusion(tx, self.chance.randrange(size), size=size)

        return prove

    async def lag(self) -> Act:
        """What ``frontdoor lag`` asks, of three services one after another."""
        apps = [self._operator(package) for package in ("triage", "referral_intake", "audit")]

        async def ask() -> object:
            for app in apps:
                for path in ("/operator/totals", "/operator/delivery"):
                    await self._ask(app, "GET", path, claims=OPERATOR)
            return None

        return ask

    async def republish_page(self) -> Act:
        """One page of ``republish --dry-run``: a thousand aggregates of triage, compared with one reader."""
        owner, reader = self._operator("triage"), self._operator("audit")
        after = f"case/{self.chance.randrange(0x6000):04x}"

        async def compare() -> object:
            heads = await self._ask(owner, "GET", f"/operator/heads?after={after}", claims=OPERATOR)
            return await self._ask(
                reader, "POST", "/operator/applied", claims=OPERATOR, json={"aggregates": list(heads)}
            )

        return compare


MANAGER: Final = {"subject": "manager", "roles": ["mash-manager"], "agency": "wandsworth-mash"}
OPERATOR: Final = {"roles": ["operator"], "agency": None, "partnership": None}
PURPOSE: Final = {"Access-Purpose": "triage"}
Prepare = Callable[[Side], Awaitable[Callable[[], Awaitable[object]]]]
OPERATIONS: Final[Sequence[tuple[str, Prepare]]] = (
    ("accept", Side.accept),
    ("queue page", Side.queue_page),
    ("case page", Side.case_page),
    ("inbox page", Side.inbox_page),
    ("relay 100", Side.relay),
    ("consume 100", Side.consume),
    ("append 100", Side.append),
    ("inclusion proof", Side.inclusion_proof),
    ("lag", Side.lag),
    ("republish, a page", Side.republish_page),
)
"""Each prepares one turn, and gives back what is measured."""
