"""Fixtures of the tests that drive the whole stack."""

from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from frontdoor.demo.waiting import until
from local_stack.stack import Stack
from tests.chaos.checker import Checker
from tests.chaos.databases import Databases
from tests.chaos.local import LocalStack
from tests.e2e.journey import Journey, walk
from tests.e2e.people import People
from tests.e2e.sinks import Sinks

CALL_SECONDS = 15.0


@pytest_asyncio.fixture(scope="session")
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    """Connections of this run."""
    async with httpx2.AsyncClient(timeout=CALL_SECONDS, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def people(stack: Stack, http: httpx2.AsyncClient) -> People:
    """Everybody who can sign in."""
    return People(stack, http)


@pytest.fixture(scope="session")
def sinks(stack: Stack, http: httpx2.AsyncClient) -> Sinks:
    """What left the system."""
    return Sinks(stack, http)


@pytest.fixture(scope="session")
def checker(stack: Stack) -> Checker:
    """Reads every database and the log."""
    return Checker(Databases(stack.addresses()["database_url"]), stack.services["audit"].url)


@pytest_asyncio.fixture(scope="module")
async def journey(people: People) -> Journey:
    """A referral that was walked to its end."""
    return await walk(people)


async def settled(checker: Checker) -> None:
    """Wait until nothing is on its way any more."""

    async def ask() -> bool | None:
        return await checker.settled() or None

    await until("every event in effect at every reader", ask)


async def steady(stack: Stack) -> None:
    """Wait until every part answers and every process says that it is ready."""

    async def ask() -> bool | None:
        return await LocalStack(stack).steady() or None

    await until("every part and process steady", ask)
