"""Clients of the apps that these tests share, tokens whose time stands still, and a parked message."""

import uuid
from collections.abc import AsyncIterator

import httpx2
import pytest
from edge_app import Parts, app_of
from operator_app import app_on
from token_examples import NOW

from chassis.db import Database
from chassis.delivery import requests
from chassis.testing import SettableClock
from chassis.testing.delivery import Reader, message
from chassis.testing.signer import Signer
from chassis.web.auth import Verifier


@pytest.fixture(scope="module")
def stamp() -> Signer:
    """A signer whose time stands still."""
    return Signer(SettableClock(NOW))


@pytest.fixture(scope="module")
def verifier(stamp: Signer) -> Verifier:
    return stamp.verifier()


@pytest.fixture
def parts() -> Parts:
    return Parts()


@pytest.fixture
async def client(signer: Signer, parts: Parts) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody's client of the app at the edge."""
    transport = httpx2.ASGITransport(app_of(signer.verifier(), parts))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
async def operator(db: Database, signer: Signer) -> AsyncIterator[httpx2.AsyncClient]:
    """An operator's client of the routes for operators."""
    headers = signer.bearer(subject="operator-1", roles=["operator"])
    transport = httpx2.ASGITransport(app_on(db, signer))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


@pytest.fixture
async def parked(reader: Reader) -> int:
    """The number of a parked message."""
    case_id = uuid.uuid4()
    reader.wrong.add((f"case/{case_id}", 1))
    await reader.apply(message(case_id, 1, referral_id=case_id))
    async with reader.db.transaction() as tx:
        (row,) = await requests.list_parked(tx)
    number: int = row["id"]
    return number
