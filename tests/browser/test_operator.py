"""What operators do in the web client: a dry run, a reason, one act for one form, a fresh look at what came of it."""

import re
from collections.abc import AsyncIterator
from typing import Final
from uuid import uuid4

import httpx2
import pytest
import pytest_asyncio

from frontdoor.demo.waiting import until
from local_stack.stack import Stack
from tests.browser import parked, work
from tests.browser.conftest import NewReader
from tests.browser.keyboard import Keyboard
from tests.browser.parked import OPERATOR, REASON
from tests.browser.reader import Reader
from tests.e2e.people import People
from tests.e2e.steps import done

pytestmark = pytest.mark.timeout(600)

SCRIPTS: Final = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
WHY_DISCARDED: Final = "Why it is given up"
WHY_RELEASED: Final = "Why it is tried again"


@pytest_asyncio.fixture
async def message(people: People) -> AsyncIterator[str]:
    """The address of a message that triage parked; nothing is left parked afterwards."""
    yield f"/operator/parked/triage/{(await parked.park(people))['triage']}"
    await parked.discard_all(people)


async def _looks_again_until(reader: Reader, said: str) -> None:
    async def there() -> bool | None:
        await reader.follow("Look again")
        return said in await reader.text() or None

    await until(f"{said!r} on {await reader.path()}", there)


@SCRIPTS
async def test_a_message_is_released_stays_wrong_and_is_discarded(
    message: str, new_reader: NewReader, scripts: bool
) -> None:
    operator = await new_reader(OPERATOR, to="/operator", scripts=scripts)
    await operator.follow(f"Message {message.rpartition('/')[2]}")
    assert await operator.path() == message
    await operator.finds_nothing_wrong()

    await operator.page.get_by_role("button", name="Release the message").click()
    await operator.page.wait_for_load_state()
    await operator.finds_nothing_wrong()
    await operator.press("Continue")
    assert "Write why, in at least 5 characters" in await operator.text()
    await operator.finds_nothing_wrong()
    await operator.write(WHY_RELEASED, REASON)
    await operator.press("Continue")
    assert "Everything is checked again" in await operator.text()
    await operator.finds_nothing_wrong()
    await operator.press("Release the message")
    assert "Release is asked." in await operator.text()
    await operator.finds_nothing_wrong()
    await _looks_again_until(operator, "2 times")
    assert "Parked: a rule or its form is wrong" in await operator.text()

    await _discard(operator, message)
    await _looks_again_until(operator, "Resolved: discarded")
    assert "There is nothing left to do with it." in await operator.text()
    await operator.finds_nothing_wrong()


async def _discard(operator: Reader, message: str) -> None:
    await operator.open(f"{message}/discard")
    await operator.finds_nothing_wrong()
    await operator.write(WHY_DISCARDED, REASON)
    await operator.press("Continue")
    assert await operator.heading() == "Before you go on"
    await operator.finds_nothing_wrong()
    await operator.page.get_by_role("button", name="Continue").click()
    await operator.page.wait_for_load_state()
    assert f"given up for good: message {message.rpartition('/')[2]}" in await operator.text()
    await operator.finds_nothing_wrong()
    await operator.press("Discard it for good")


async def test_of_two_operators_at_once_the_second_is_told_and_nothing_is_done_twice(
    message: str, people: People, new_reader: NewReader
) -> None:
    first = await new_reader(OPERATOR, to=f"{message}/discard")
    await first.write(WHY_DISCARDED, REASON)
    await first.press("Continue")
    await first.page.get_by_role("button", name="Continue").click()
    await first.page.wait_for_load_state()
    other = people.client("frontdoor-operator")
    path = f"/operator/parked/{message.rpartition('/')[2]}"
    done(await other.ask("POST", "triage", f"{path}/discard", json={"reason": REASON}), 202)

    await first.press("Discard it for good")

    said = await first.text()
    assert "Somebody asked for this" in said or "This message is already resolved" in said
    await first.finds_nothing_wrong()
    await first.open(f"{message}/release")
    await first.finds_nothing_wrong()

    async def settled() -> bool | None:
        return done(await other.ask("GET", "triage", path))["settled_as"] == "discarded" or None

    await until("the discard", settled)
    await first.open(f"{message}/release")
    assert "This message is already resolved" in await first.text()
    await first.open(message)
    assert "Resolved: discarded" in await first.text()


async def test_a_form_with_a_forged_key_does_nothing(message: str, people: People, new_reader: NewReader) -> None:
    operator = await new_reader(OPERATOR, to=f"{message}/release")
    csrf = await operator.page.locator("main input[name=csrf]").first.input_value()
    headers = {"Origin": operator.home}
    address = f"{operator.home}{message}/release/check"

    invented = await operator.page.request.post(address, form={"csrf": csrf, "form_key": str(uuid4())}, headers=headers)
    forged = await operator.page.request.post(address, form={"csrf": "0" * 64, "form_key": "x"}, headers=headers)

    assert (invented.status, forged.status) == (410, 403)
    path = f"/operator/parked/{message.rpartition('/')[2]}"
    shown = done(await people.staff(OPERATOR).ask("GET", "triage", path))
    assert (shown["asked"], shown["attempts"]) == (None, 1)


@SCRIPTS
async def test_all_with_one_error_are_discarded_by_keyboard(message: str, new_reader: NewReader, scripts: bool) -> None:
    operator = Keyboard(await new_reader(OPERATOR, to="/operator", scripts=scripts))
    await operator.follow("discard all of triage")
    await operator.reader.finds_nothing_wrong()
    await operator.write("Why", REASON)
    await operator.follow("Continue")
    assert "Choose which messages" in await operator.reader.text()
    await operator.reader.finds_nothing_wrong()
    error = await operator.reader.page.locator("main input[type=radio]").first.get_attribute("value")
    await operator.choose("error_class", str(error))
    await operator.follow("Continue")
    await operator.follow("Continue")
    assert "These are given up for good: message" in await operator.reader.text()
    await operator.reader.finds_nothing_wrong()
    await operator.follow("Discard them for good")

    assert "Discard is asked for 1 message." in await operator.reader.text()
    await operator.reader.open(message)
    await _looks_again_until(operator.reader, "Resolved: discarded")


async def test_a_service_that_reads_on_is_not_resumed(new_reader: NewReader) -> None:
    operator = await new_reader(OPERATOR, to="/operator/reading/triage/resume")
    assert "reads on already" in await operator.text()
    await operator.finds_nothing_wrong()
    await operator.write("Why it may read on", REASON)
    await operator.press("Continue")

    assert "There is nothing to resume" in await operator.text()
    await operator.finds_nothing_wrong()


@SCRIPTS
async def test_a_test_notice_is_sent_and_its_answer_is_shown(
    stack: Stack, people: People, new_reader: NewReader, scripts: bool
) -> None:
    agency = "wandsworth-health-visiting" if scripts else "metropolitan-police"
    operator = await new_reader(OPERATOR, to="/operator/endpoints", scripts=scripts)
    await operator.finds_nothing_wrong()
    await operator.follow(f"Send test to {agency} by webhook")
    await operator.finds_nothing_wrong()
    await operator.press("Continue")
    assert "One message is sent that says it is a test" in await operator.text()
    await operator.finds_nothing_wrong()
    await operator.press("Send the test notice")
    assert "The test notice is being sent." in await operator.text()
    await operator.finds_nothing_wrong()
    await _looks_again_until(operator, "test notice, taken (204)")
    await operator.finds_nothing_wrong()

    taken = httpx2.get(f"{stack.addresses()['agencies']}/deliveries", params={"agency": agency}, trust_env=False).json()
    (test,) = [one["body"] for one in taken if one.get("body", {}).get("type") == "endpoint.test"]
    assert set(test["data"]) == {"test_id", "agency"}


@SCRIPTS
async def test_flow_lag_and_the_picture_of_a_journey_are_shown_to_everybody(
    people: People, new_reader: NewReader, scripts: bool
) -> None:
    reference, _ = await work.refer(people)
    operator = await new_reader(OPERATOR, to="/operator/lag", scripts=scripts)
    assert await operator.page.locator("tbody tr").count() == 4
    await operator.finds_nothing_wrong()
    await operator.follow("Flow")
    stages = await operator.page.locator(".fd-flow li").all_inner_texts()
    assert [stage.split("\n")[0] for stage in stages] == ["Accepted", "In triage", "Notices", "Logged"]
    accepted = re.search(r"(\d+) accepted in 24 hours", stages[0])
    assert accepted
    assert int(accepted[1]) > 0
    assert "The oldest for" in stages[1]
    await operator.finds_nothing_wrong()

    async def drawn() -> bool | None:
        await operator.open("/operator")
        await operator.write("Reference of the referral", reference)
        await operator.press("Show its journey")
        return await operator.page.locator("svg circle").count() >= 2 or None

    await until("the journey in the log", drawn)
    steps = await operator.page.locator(".fd-timeline li").count()
    assert await operator.page.locator("svg circle").count() == steps
    await operator.finds_nothing_wrong()
