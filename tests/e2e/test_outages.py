"""What a sender is told while something is away, and that nothing accepted is lost by it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from local_stack.stack import Stack
from tests.e2e.conftest import steady
from tests.e2e.people import People
from tests.e2e.steps import Desk, done, post


async def test_without_its_database_intake_accepts_nothing_and_says_when_to_try_again(
    stack: Stack, people: People
) -> None:
    school, key = people.client("wandsworth-school"), str(uuid4())
    done(await post(school), 202)

    async with away(stack, "postgres"):
        refused = await post(school, key=key)

    assert done(refused, 503)["status"] == 503
    assert int(refused.headers["Retry-After"]) > 0
    accepted = done(await post(school, key=key), 202)
    assert (await Desk(people, accepted["reference"]).opened()).case_id


async def test_without_kafka_a_referral_is_accepted_and_arrives_when_kafka_is_back(
    stack: Stack, people: People
) -> None:
    async with away(stack, "kafka"):
        accepted = done(await post(people.client("wandsworth-school")), 202)

    assert (await Desk(people, accepted["reference"]).opened()).case_id


@asynccontextmanager
async def away(stack: Stack, name: str) -> AsyncIterator[None]:
    """A part that has ended; afterwards it runs again on the same data, and everything is steady."""
    part = stack.parts[name]
    await asyncio.to_thread(part.stop)
    try:
        yield
    finally:
        await asyncio.to_thread(part.start)
        await steady(stack)
