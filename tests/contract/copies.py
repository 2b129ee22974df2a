"""Intake, triage and agency-notify in this process, and all that they hold of one referral beside its documents."""

import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from uuid import UUID

import httpx2
from sqlalchemy import MetaData, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

import agency_notify.subscriptions
import agency_notify.tables
import referral_intake.main
import referral_intake.settings
import referral_intake.subscriptions
import referral_intake.tables
import triage.handlers
import triage.subscriptions
import triage.tables
from chassis.db import Database
from chassis.delivery import messages
from chassis.delivery.messages import Record, Subscriptions
from chassis.delivery.relay import headers_of
from chassis.delivery.tables import metadata as delivery_tables
from chassis.ids import RandomIds
from chassis.run.provision import DatabaseUrls
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from chassis.web.sign_in import FreshSignIn
from local_stack.checkout import PARTNERSHIPS_FOLDER
from policy.load import load_packs
from referral_intake import decide, edition

NOW: Final = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
"""A Monday morning."""
_URL: Final = "https://frontdoor.example.org"
_SETTINGS: Final[dict[str, Any]] = {
    "kafka_bootstrap_servers": "127.0.0.1:1",
    "oidc_issuer": "https://issuer.example.org/realms/frontdoor",
    "public_url": _URL,
    "partnerships_folder": PARTNERSHIPS_FOLDER,
}
_DELIVERY: Final = dict.fromkeys(delivery_tables.tables)

NOT_COPIED: Final[Mapping[str, Mapping[str, frozenset[str] | None]]] = {
    "referral_intake": {
        **_DELIVERY,
        "document": None,  # the editions themselves: the newest is compared by its content
        "supplement": None,  # that each edition was made, when and by whom
        "withdrawal": None,
        "milestone": None,
        "idempotency": None,  # what was answered at the time
        "repeat_key": None,
        "repeat_mark": frozenset({"received_at"}),  # an added child came in later
        "referral": frozenset({"reference", "content_commitment", "edition"}),
    },
    "triage": {
        **_DELIVERY,
        "news": None,  # that each edition came
        "notice": None,  # how far notices have come
        "case": frozenset(
            {"reference", "document_url", "version", "changed_version"}
            | {"news_at", "unseen", "unseen_news", "unseen_danger"}  # what the queue shows of news
        ),
    },
    "agency_notify": {
        **_DELIVERY,
        "notice": None,  # what was said when
        "escalation": None,
        "referral": frozenset({"reference"}),
    },
}
"""What says something of the editions themselves, or of other things than a document: whole tables, or columns.

Every other column of every table, also one that is made tomorrow, is compared.
"""

Rows = list[tuple[tuple[str, Any], ...]]


@dataclass
class Holder:
    """One service: its database, and how it reads messages."""

    name: str
    db: Database
    owner: AsyncEngine
    metadata: MetaData
    subscriptions: Subscriptions
    sent: int = 0

    async def clear(self) -> None:
        async with self.owner.begin() as tx:
            for table in reversed(self.metadata.sorted_tables):
                if table.name != "repeat_key":
                    await tx.execute(text(f'DELETE FROM "{table.name}"'))

    async def news(self) -> list[Record]:
        """What it recorded since it was asked last."""
        async with self.db.transaction() as tx:
            query = text("SELECT * FROM event WHERE id > :sent ORDER BY id")
            rows = (await tx.execute(query, {"sent": self.sent})).all()
        self.sent = max([self.sent, *(row.id for row in rows)])
        return [Record(row.topic, 0, row.id, row.key, tuple(headers_of(row)), row.data) for row in rows]

    async def read(self, record: Record, *, now: datetime) -> None:
        """Let a message take effect, if it is for this service."""
        message = messages.read(record)
        event = self.subscriptions.event_of(message.envelope.type)
        if event is None or record.topic not in {topic.name for topic in self.subscriptions.topics}:
            return
        async with self.db.transaction() as tx:
            await self.subscriptions.handlers[event](tx, messages.parsed(message, event), now)

    async def held(self) -> dict[str, Rows]:
        """All that is compared, by table."""
        without = NOT_COPIED[self.name]
        found: dict[str, Rows] = {}
        async with self.db.transaction() as tx:
            for table in self.metadata.sorted_tables:
                left_out = without.get(table.name, frozenset[str]())
                if left_out is not None:
                    rows = await tx.execute(table.select())
                    found[f"{self.name}.{table.name}"] = [
                        tuple((name, value) for name, value in row._mapping.items() if name not in left_out)
                        for row in rows
                    ]
        return found


@dataclass
class Copies:
    """The three services, and one referral after the other that goes through them."""

    intake: Holder
    triage: Holder
    notify: Holder
    http: httpx2.AsyncClient
    signer: Signer
    clock: SettableClock
    earlier: UUID | None = None
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @cached_property
    def holders(self) -> tuple[Holder, ...]:
        return self.intake, self.triage, self.notify

    async def begin(self, earlier: Mapping[str, Any]) -> None:
        """Forget everything, and go back to the beginning: the day after a referral of the same agency."""
        for holder in self.holders:
            await holder.clear()
        self.clock.set(NOW)
        self.earlier = await self.send(earlier)
        self.clock.advance(timedelta(hours=24))

    async def send(self, referral: Mapping[str, Any], *, agency: str = "ashcroft-primary") -> UUID:
        """A referral comes in, and reaches everybody."""
        answer = await self._post("/v1/referrals", referral, agency)
        assert answer.status_code == 202, answer.text
        return UUID(answer.json()["referral_id"])

    async def send_message(self, message: Mapping[str, Any]) -> None:
        """A referral comes in as a FHIR message, and reaches everybody."""
        headers = {"Content-Type": "application/fhir+json", **self.signer.bearer(agency="ashcroft-primary")}
        answer = await self.http.post("/fhir/R4/$process-message", content=json.dumps(message), headers=headers)
        assert answer.status_code == 200, answer.text
        await self._spread()

    async def add(self, referral_id: UUID, supplement: Mapping[str, Any]) -> httpx2.Response:
        """Its sender adds to it, or puts something right, and that reaches everybody."""
        said = {"referrer": {"name": "Morgan Adeyemi-Clarke"}, **supplement}
        return await self._post(f"/v1/referrals/{referral_id}/supplements", said, "ashcroft-primary")

    async def correct(self, referral_id: UUID, *corrections: tuple[str, Any]) -> httpx2.Response:
        """Facts are put right, each at its pointer."""
        made = [{"pointer": pointer, "value": value} for pointer, value in corrections]
        return await self.add(referral_id, {"kind": "correction", "corrections": made})

    async def withdraw(self, referral_id: UUID) -> httpx2.Response:
        """Its sender takes it back, and that reaches everybody."""
        said = {"reason": "no-longer-concerned", "referrer": {"name": "Morgan Adeyemi-Clarke"}}
        return await self._post(f"/v1/referrals/{referral_id}/withdrawal", said, "ashcroft-primary")

    async def content(self, referral_id: UUID) -> dict[str, Any]:
        """What the form of the newest edition would say."""
        return dict((await self._newest(referral_id)).content)

    async def held(self, referral_id: UUID) -> dict[str, Any]:
        """Everything that is held of a referral, with names in place of ids that are made by chance."""
        newest = await self._newest(referral_id)
        [case] = await self.rows(self.triage, f"""SELECT case_id FROM "case" WHERE referral_id = '{referral_id}'""")
        names = {referral_id: "the referral", case.case_id: "the case", self.earlier: "the earlier referral"}
        names |= {child_id: f"child {place}" for place, child_id in enumerate(newest.child_ids)}
        tables = {name: rows for holder in self.holders for name, rows in (await holder.held()).items()}
        held: dict[str, Any] = {name: sorted(_named(rows, names), key=repr) for name, rows in tables.items()}
        content = json.dumps({"children": newest.content["children"]}).encode()
        held["births for retention"] = decide.births_in(content, last_activity=NOW)
        return {**held, "what is missing": (await self._status(referral_id))["missing_information"]}

    async def rows(self, holder: Holder, query: str) -> Any:
        async with holder.db.transaction() as tx:
            return (await tx.execute(text(query))).all()

    async def _newest(self, referral_id: UUID) -> edition.Unsealed:
        query = f"SELECT content FROM document WHERE referral_id = '{referral_id}' ORDER BY edition DESC LIMIT 1"
        [row] = await self.rows(self.intake, query)
        return edition.unsealed(row.content)

    async def _status(self, referral_id: UUID) -> dict[str, Any]:
        headers = self.signer.bearer(agency="ashcroft-primary")
        return dict((await self.http.get(f"/v1/referrals/{referral_id}", headers=headers)).json())

    async def _post(self, path: str, body: Mapping[str, Any], agency: str) -> httpx2.Response:
        headers = {"Idempotency-Key": f"key-{next(self.numbers)}", **self.signer.bearer(agency=agency)}
        answer = await self.http.post(path, json=body, headers=headers)
        await self._spread()
        return answer

    async def _spread(self) -> None:
        """Every message reaches every service, until nobody has more to say."""
        while said := [record for holder in self.holders for record in await holder.news()]:
            for record in said:
                for holder in self.holders:
                    await holder.read(record, now=self.clock.now())


def _named(rows: Rows, names: Mapping[UUID | None, str]) -> Rows:
    return [tuple((name, _plain(value, names)) for name, value in row) for row in rows]


def _plain(value: Any, names: Mapping[UUID | None, str]) -> Any:
    if isinstance(value, UUID):
        return names.get(value, "another")
    return [_plain(one, names) for one in value] if isinstance(value, list) else value


@asynccontextmanager
async def opened_copies(
    make_database: Callable[[str], Awaitable[DatabaseUrls]], signer: Signer
) -> AsyncIterator[Copies]:
    """The services on databases of their own."""
    urls = {name: await make_database(name) for name in NOT_COPIED}
    clock, packs, ids = SettableClock(NOW), load_packs(PARTNERSHIPS_FOLDER), RandomIds()
    settings = referral_intake.settings.Settings(database_url=urls["referral_intake"].app_url, **_SETTINGS)
    service = referral_intake.main.build(settings, clock=clock, verifier=signer.verifier())
    databases = {name: Database.connect(found.app_url) for name, found in urls.items()}
    dependencies = triage.handlers.Dependencies(
        databases["triage"], clock, ids, packs, _URL, FreshSignIn(timedelta(minutes=15))
    )
    reading = {
        "referral_intake": (referral_intake.tables.metadata, referral_intake.subscriptions.SUBSCRIPTIONS),
        "triage": (triage.tables.metadata, triage.subscriptions.subscriptions(dependencies)),
        "agency_notify": (agency_notify.tables.metadata, agency_notify.subscriptions.subscriptions(packs, ids)),
    }
    holders = [
        Holder(name, databases[name], _owner(urls[name]), metadata, subscriptions)
        for name, (metadata, subscriptions) in reading.items()
    ]
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(service.app), base_url=_URL, timeout=60) as http:
        intake, triaging, notifying = holders
        yield Copies(intake, triaging, notifying, http, signer, clock)
    await service.close()
    for holder in holders:
        await holder.db.close()
        await holder.owner.dispose()


def _owner(urls: DatabaseUrls) -> AsyncEngine:
    return create_async_engine(make_url(urls.owner_url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
