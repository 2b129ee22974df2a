"""Fixtures of this service's tests: a migrated database, emptied for each test."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from chassis.db import Database
from chassis.run.provision import DatabaseUrls
from chassis.run.service import Service
from chassis.testing.clock import SettableClock
from chassis.testing.kept import KeptDatabases
from chassis.testing.postgres import emptying
from chassis.testing.signer import Signer
from referral_intake.main import build

sys.path.insert(0, str(Path(__file__).parent))  # so that the tests here can share their builders

from intake_caller import ADDRESS, Caller, settings
from intake_examples import NOW
from intake_records import Office, opened_office
from partner_office import PartnerOffice, opened_partner_office

MakeDatabase = Callable[[str], Awaitable[DatabaseUrls]]
_EMPTY = emptying(
    (
        *("disposal_review", "disposal_item", "disposal_run", "held_referral", "legal_hold"),
        *("milestone", "withdrawal", "supplement", "question", "child_decision", "child", "document", "repeat_mark"),
        *("referral", "partner_key", "partner", "partner_limited", "command", "idempotency"),
        *("event", "position", "applied", "parked"),
    )
)


@pytest.fixture(scope="session")
async def urls(migrated_database: MakeDatabase) -> DatabaseUrls:
    return await migrated_database("referral_intake")


@pytest.fixture
async def owner(urls: DatabaseUrls) -> AsyncIterator[AsyncEngine]:
    """The owner's connection, for what the serving role may not do."""
    engine = create_async_engine(make_url(urls.owner_url).set(drivername="postgresql+asyncpg"), poolclass=NullPool)
    yield engine
    await engine.dispose()


@pytest.fixture
async def db(urls: DatabaseUrls, kept: KeptDatabases) -> Database:
    async with kept.of(urls.owner_url, "owner").statement() as tx:
        await tx.execute(text(_EMPTY))
    return kept.of(urls.app_url, "test")


@pytest.fixture
def service_db(urls: DatabaseUrls, kept: KeptDatabases) -> Database:
    """What a service of a test works on."""
    return kept.of(urls.app_url, "service")


@pytest.fixture
async def postgres_superuser(postgres: str, urls: DatabaseUrls) -> AsyncIterator[AsyncEngine]:
    """The administrator's connection to the same database, for faults that the owner may not cause."""
    address = make_url(postgres).set(drivername="postgresql+asyncpg", database=make_url(urls.app_url).database)
    engine = create_async_engine(address, poolclass=NullPool)
    yield engine
    await engine.dispose()


@pytest.fixture
async def service(urls: DatabaseUrls, service_db: Database, signer: Signer) -> AsyncIterator[Service]:
    built = build(settings(urls.app_url), db=service_db, clock=SettableClock(NOW), verifier=signer.verifier())
    yield built
    await built.close()


@pytest.fixture
def clock(service: Service) -> SettableClock:
    """The service's time, which the test sets."""
    found = service.app.state.dependencies.clock
    assert isinstance(found, SettableClock)
    return found


@pytest.fixture
async def caller(service: Service, signer: Signer, db: Database) -> AsyncIterator[Caller]:
    transport = httpx2.ASGITransport(app=service.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, timeout=60) as http:
        yield Caller(http, signer, db)


@pytest.fixture
async def office(urls: DatabaseUrls, service_db: Database, signer: Signer, db: Database) -> AsyncIterator[Office]:
    async with opened_office(urls.app_url, signer, db, service_db=service_db) as opened:
        yield opened


@pytest.fixture
async def partner_office(urls: DatabaseUrls, service_db: Database, db: Database) -> AsyncIterator[PartnerOffice]:
    async with opened_partner_office(urls.app_url, db, service_db=service_db) as opened:
        yield opened
