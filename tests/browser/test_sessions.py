"""Signing in and out, and the time-out, with a real issuer and a real browser."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Page
from sqlalchemy.engine import make_url

from chassis.run.provision import dsn
from frontdoor.demo.waiting import until
from local_stack.stack import Stack
from tests.browser import work
from tests.browser.conftest import NewReader, launched
from tests.browser.reader import Reader
from tests.browser.replicas import served, triage_with_short_sign_in, web_client
from tests.browser.work import Words
from tests.e2e.people import People
from tests.e2e.steps import CaseWork, done

pytestmark = pytest.mark.timeout(300)

MANAGER = "wandsworth-manager"
NAME = "warwickshire-social-worker-2"
"""Nobody else signs in as this person, so that their sessions are this test's alone."""


async def _leave_unused(stack: Stack, reader: Reader, by: timedelta) -> None:
    """As if the reader's session had been used last so long ago."""
    await _change(
        stack,
        "UPDATE session SET seen_at = now() - $1::interval WHERE session_key = "
        "(SELECT session_key FROM session WHERE ended_at IS NULL AND partnership = 'warwickshire' "
        "ORDER BY began_at DESC LIMIT 1)",
        by,
    )


async def _change(stack: Stack, statement: str, *values: object) -> None:
    """As the owner of the web client's database, which nobody is but a test."""
    admin = make_url(stack.addresses()["database_url"]).set(database="triage_ui")
    connection = await asyncpg.connect(dsn(admin))
    try:
        await connection.execute(statement, *values)
    finally:
        await connection.close()


@pytest_asyncio.fixture(scope="module", autouse=True)
async def signed_in_early(stack: Stack) -> AsyncIterator[Reader]:
    """A manager whose sign-in is old when the last test here needs it, before a triage that wants a fresh one.

    The browser takes another replica of the web client for the one that it names, as behind a balancer.
    """
    async with AsyncExitStack() as until_the_end:
        stricter = await until_the_end.enter_async_context(served(triage_with_short_sign_in(stack)))
        replica = await until_the_end.enter_async_context(served(web_client(stack, {"triage": stricter})))
        home = urlsplit(stack.addresses()["web_client"]).netloc
        mapped = f"--host-resolver-rules=MAP {home} {urlsplit(replica).netloc}"
        browser = await until_the_end.enter_async_context(launched(mapped))
        reader = await Reader.at(browser, stack)
        await reader.sign_in(MANAGER, "/drafts")
        yield reader


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
    await reader.prove(NAME)

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

    await _sign_out_at_the_issuer(reader.page, reader.stack)

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


async def _rating(people: People, new_reader: NewReader, why: str) -> tuple[Reader, str]:
    """Somebody in the middle of rating a case of their own, and the case's address."""
    _, case = await work.refer(people)
    reader = await new_reader("wandsworth-social-worker-2", to=f"{case}/rate")
    await reader.choose("Amber")
    await reader.write("Why", why)
    return reader, case


async def test_a_rationale_that_came_after_the_time_out_is_there_after_signing_in(
    stack: Stack, people: People, new_reader: NewReader
) -> None:
    words = Words.new()
    reader, case = await _rating(people, new_reader, words.of("Half a thought"))
    await _change(stack, "UPDATE session SET seen_at = now() - interval '21 minutes' WHERE partnership = 'wandsworth'")

    await reader.press("Continue")

    if await reader.page.locator("#password").count():
        await reader.prove("wandsworth-social-worker-2")
    assert await reader.path() == f"{case}/rate"
    assert words.of("Half a thought") in await reader.page.get_by_label("Why", exact=True).input_value()


async def test_a_cookie_that_somebody_put_there_before_the_sign_in_proves_nothing(
    new_reader: NewReader, http: httpx2.AsyncClient
) -> None:
    planted = "a-secret-that-somebody-else-knows-too-0123456789"
    reader = await new_reader()
    setting = {"set-cookie": f"__Host-frontdoor={planted}; Path=/; Secure; HttpOnly"}
    await reader.page.route("**/planted", lambda route: route.fulfill(headers=setting, body=""))
    await reader.page.goto(f"{reader.home}/planted")
    assert await _cookie(reader) == planted

    await reader.sign_in(NAME)

    assert await _cookie(reader) != planted
    assert await _seconds_left(http, reader.home, planted) == 0


async def test_both_replicas_know_a_session_and_neither_after_the_issuer_ended_it(
    stack: Stack, new_reader: NewReader, http: httpx2.AsyncClient
) -> None:
    reader = await new_reader(NAME)
    cookie = await _cookie(reader)

    async with served(web_client(stack)) as replica:
        known = [await _seconds_left(http, where, cookie) for where in (reader.home, replica)]
        page = await http.get(f"{replica}/queue?all=yes", headers={"cookie": f"__Host-frontdoor={cookie}"})
        await _sign_out_at_the_issuer(await reader.context.new_page(), stack)

        async def ended() -> bool | None:
            left = [await _seconds_left(http, where, cookie) for where in (reader.home, replica)]
            return left == [0, 0] or None

        assert await until("the session ended at both", ended)

    assert min(known) > 1100
    assert "Queue: what needs you next" in page.text


async def test_a_token_that_ran_out_while_somebody_wrote_is_renewed_and_the_act_is_done_once(
    stack: Stack, people: People, new_reader: NewReader
) -> None:
    words = Words.new()
    reader, case = await _rating(people, new_reader, words.of("Slowly"))
    await _change(
        stack, "UPDATE session SET tokens_end_at = now() - interval '1 minute' WHERE partnership = 'wandsworth'"
    )

    await reader.press("Continue")
    await reader.press("Rate the case")

    assert "The case is rated." in await reader.text()
    assert await work.ratings(people, case) == [words.of("Slowly")]


async def test_signing_out_elsewhere_while_somebody_checks_keeps_the_text_and_sends_it_once(
    stack: Stack, people: People, new_reader: NewReader
) -> None:
    words = Words.new()
    reader, case = await _rating(people, new_reader, words.of("Checked"))
    await reader.press("Continue")
    await _sign_out_at_the_issuer(await reader.context.new_page(), stack)

    async def ended() -> bool | None:
        answer = await reader.page.request.get(f"{reader.home}/session")
        return (await answer.json())["seconds_left"] == 0 or None

    await until("the session ended", ended)
    await reader.press("Rate the case")
    assert await work.ratings(people, case) == []
    await reader.prove("wandsworth-social-worker-2")

    assert await reader.path() == f"{case}/rate/check"
    assert words.of("Checked") in await reader.text()
    await reader.press("Rate the case")
    assert await work.ratings(people, case) == [words.of("Checked")]


async def test_authorising_with_an_old_sign_in_asks_for_a_fresh_one_and_comes_back_to_the_same_form(
    people: People, signed_in_early: Reader
) -> None:
    manager, words = signed_in_early, Words.new()
    reference, case = await work.refer(people)
    casework = await CaseWork(people, reference).opened()
    recommendation = await casework.recommend(casework.worker)

    async def too_old() -> bool | None:
        await manager.open(case)
        return "You will be asked to sign in again." in await manager.text() or None

    await until("the sign-in to be too old for authorising", too_old)
    form = f"{case}/authorise/{recommendation}"
    await manager.open(form)
    await manager.choose("Yes, authorise it")
    await manager.write("Why", words.of("Agreed"))
    await manager.press("Continue")
    await manager.page.get_by_role("button", name="Continue").click()
    await manager.press("Record the decision")

    asked = [urlsplit(address).query for address in manager.addresses if "/openid-connect/auth" in address]
    assert parse_qs(asked[-1])["max_age"] == ["1"]
    assert done(await casework.read())["decisions"] == [], "triage refused by itself"
    await manager.prove(MANAGER)
    assert await manager.path() == f"{form}/check"
    assert words.of("Agreed") in await manager.text()
    await manager.press("Record the decision")
    assert "Your decision is recorded." in await manager.text()
    (decision,) = done(await casework.read())["decisions"]
    assert decision["rationale"] == words.of("Agreed")


async def _seconds_left(http: httpx2.AsyncClient, where: str, cookie: str) -> int:
    answer = await http.get(f"{where}/session", headers={"cookie": f"__Host-frontdoor={cookie}"})
    return int(answer.json()["seconds_left"])


async def _sign_out_at_the_issuer(page: Page, stack: Stack) -> None:
    await page.goto(f"{stack.addresses()['oidc_issuer']}/protocol/openid-connect/logout?client_id=frontdoor-ui")
    await page.click("#kc-logout")
    await page.wait_for_load_state()
