"""What the demonstration sees of the web client is what a manager sees."""

import asyncio

import pytest

from frontdoor.demo.web_pages import MANAGER, read_pages
from frontdoor.errors import Wrong
from local_stack.stack import Stack
from tests.e2e.people import People
from tests.e2e.steps import CaseWork, done, post


async def test_the_demonstration_reads_the_queue_and_a_case(stack: Stack, people: People) -> None:
    reference = done(await post(people.client("wandsworth-school")), 202)["reference"]
    casework = await CaseWork(people, reference).opened()
    await casework.close_without_action(done(await casework.read())["children"][0])

    seen = await asyncio.to_thread(read_pages, stack.addresses()["web_client"], stack.sign_ins["staff"])

    assert seen.startswith("WAN-")


async def test_the_demonstration_fails_when_nobody_can_sign_in(stack: Stack) -> None:
    with pytest.raises(Wrong, match="instead of"):
        await asyncio.to_thread(read_pages, stack.addresses()["web_client"], {MANAGER: {"password": "wrong"}})
