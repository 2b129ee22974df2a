"""Signing in and out, and the time-out, with a real issuer and a real browser."""

from datetime import timedelta

import asyncpg
import httpx2
import pytest
from sqlalchemy.engine import make_url

from chassis.run.provision import dsn
from frontdoor.demo.waiting import until
from local_stack.stack import Stack
from tests.browser import work
from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.work import Words
from tests.e2e.people import People

pytestmark = pytest.mark.timeout(300)

NAME = "warwickshire-social-worker-2"
"""Nobody else signs in as this person, so that their sessions are this test's alone."""


async def _leave_unused(stack: Stack, reader: Reader, by: timedelta) -> None:
    """As if the reader's session had been used last so long ago."""
    admin = make_url(stack.addresses()["database_url"]).set(database="triage_ui")
    connection = await asyncpg.connect(dsn(admin))
    try:
        await connection.execute(
            "UPDATE session SET seen_at = now() - $1::interval WHERE session_key = "
            "(SELECT session_key FROM session WHERE ended_at IS NULL AND partnership = 'warwickshire' "
            "ORDER BY began_at DESC LIMIT 1)",
            by,
        )
    finally:
        await connection.close()


async def _is_asked_to_sign_in(reader: Reader) -> bool:
    await reader.page.goto(f"{reader.home}/queue?all=yes")
    return await reader.page.locator("#password").count() > 0


async def test_no_token_and_no_readable_cookie_is_in_the_browser(new_reader: NewReader) -> None:
    reader = await new_reader(NAME)

    (ours,) = [one for one in await reader.context.cookies(reader.home) if one["name"].startswith("__Host-")]
    stored = await reader.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")

    assert (ours["name"], ours["secure"], ours["httpOnly"], ours["sameSite"]) == ("__Host-frontdoor", True, True, "Lax")
    assert len(ours["value"]) >= 43, "256 random bits"
    assert "ey" not in stored.replace("keys", "")


async def test_a_link_from_an_email_leads_to_its_page_after_signing_in(people: People, new_reader: NewReader) -> None:
    _, case = await work.refer(people)

    reader = await new_reader("wandsworth-social-worker-2", to=f"{case}/document")

    assert await reader.path() == f"{case}/document"


async def test_a_fresh_sign_in_gives_another_cookie_and_ends_the_former_session(
    new_reader: NewReader, http: httpx2.AsyncClient
) -> None:
    reader = await new_reader(NAME)

    async def asked_freshly() -> str | None:
        """The cookie from before the issuer asks for the password again, as it does a second after the last time."""
        before = await _cookie(reader)
        await reader.page.goto(f"{reader.home}/sign-in?max_age=1")
        return before if await reader.page.locator("#password").count() else None

    before = await until("the issuer to ask again", asked_freshly)
    await reader.page.fill("#password", str(reader.stack.sign_ins["staff"][NAME]["password"]))
    await reader.page.click("[type=submit]")
    await reader.page.wait_for_load_state()

    assert await _cookie(reader) != before
    former = await http.get(f"{reader.home}/session", headers={"cookie": f"__Host-frontdoor={before}"})
    assert former.json() == {"seconds_left": 0}


async def _cookie(reader: Reader) -> str:
    cookies = await reader.context.cookies(reader.home)
    return next(str(one["value"]) for one in cookies if one["name"] == "__Host-frontdoor")


async def test_signing_out_ends_the_sign_in_at_the_issuer_too(new_reader: NewReader) -> None:
    reader = await new_reader(NAME)

    await reader.press("Sign out")

    assert await reader.heading() == "You are signed out"
    await reader.finds_nothing_wrong()
    assert await _is_asked_to_sign_in(reader)


async def test_signing_out_at_the_issuer_ends_the_session_here(new_reader: NewReader) -> None:
    reader = await new_reader(NAME)
    issuer = reader.stack.addresses()["oidc_issuer"]

    await reader.page.goto(f"{issuer}/protocol/openid-connect/logout?client_id=frontdoor-ui")
    await reader.page.click("#kc-logout")

    async def ended() -> bool | None:
        answer = await reader.page.request.get(f"{reader.home}/session")
        return (await answer.json())["seconds_left"] == 0 or None

    assert await until("the session ended by the back channel", ended)


async def test_the_time_out_warns_can_be_put_off_and_then_signs_out(stack: Stack, new_reader: NewReader) -> None:
    reader = await new_reader(NAME)
    await reader.page.clock.install()
    await reader.open("/queue?all=yes")
    dialog = reader.page.get_by_role("dialog", name="You will be signed out soon")

    await _leave_unused(stack, reader, timedelta(minutes=18, seconds=30))
    await reader.page.clock.fast_forward("18:30")
    await dialog.wait_for()
    await reader.finds_nothing_wrong()
    await reader.page.get_by_role("button", name="Stay signed in").click()
    await dialog.wait_for(state="hidden")
    left = (await (await reader.page.request.get(f"{reader.home}/session")).json())["seconds_left"]
    assert left > 1100

    await _leave_unused(stack, reader, timedelta(minutes=20, seconds=1))
    await reader.page.clock.fast_forward("20:01")
    await reader.page.wait_for_url("**/signed-out?timed-out")
    assert "You did not use Frontdoor for a while" in await reader.text()


async def test_a_rationale_that_came_after_the_time_out_is_there_after_signing_in(
    stack: Stack, people: People, new_reader: NewReader
) -> None:
    words = Words.new()
    _, case = await work.refer(people)
    reader = await new_reader("wandsworth-social-worker-2", to=f"{case}/rate")
    await reader.choose("Amber")
    await reader.write("Why", words.of("Half a thought"))
    admin = make_url(stack.addresses()["database_url"]).set(database="triage_ui")
    connection = await asyncpg.connect(dsn(admin))
    await connection.execute("UPDATE session SET seen_at = now() - interval '21 minutes'")
    await connection.close()

    await reader.press("Continue")

    if await reader.page.locator("#password").count():
        await reader.page.fill("#password", str(stack.sign_ins["staff"]["wandsworth-social-worker-2"]["password"]))
        await reader.page.click("[type=submit]")
        await reader.page.wait_for_load_state()
    assert await reader.path() == f"{case}/rate"
    assert words.of("Half a thought") in await reader.page.get_by_label("Why", exact=True).input_value()
