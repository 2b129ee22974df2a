"""Parts that go away while somebody writes: the page says why and that nothing is lost, and the act is done once."""

import pytest

from frontdoor.demo.waiting import until
from local_stack.stack import Stack
from tests.browser import referring, work
from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.work import Words
from tests.e2e.outages import away, killed
from tests.e2e.people import People
from tests.e2e.steps import done

pytestmark = pytest.mark.timeout(300)

WORKER = "wandsworth-social-worker-1"
AGENCY = "wandsworth-health-visitor"


async def _writing(people: People, new_reader: NewReader, words: Words, *, scripts: bool = True) -> tuple[Reader, str]:
    """Somebody who has rated a case and written why, and not pressed anything yet."""
    _, case = await work.refer(people)
    reader = await new_reader(WORKER, to=f"{case}/rate", scripts=scripts)
    await reader.choose("Red")
    await reader.write("Why", words.of("Typed"))
    return reader, case


async def test_triage_that_is_killed_before_the_button_is_pressed(
    stack: Stack, people: People, new_reader: NewReader
) -> None:
    words = Words.new()
    reader, case = await _writing(people, new_reader, words)
    await reader.press("Continue")

    async with killed(stack, "triage-api"):
        await reader.press("Rate the case")
        said, heading = await reader.text(), await reader.heading()

    assert heading == "We could not send this now"
    assert "Nothing is lost: what you wrote is saved as a draft" in " ".join(said.split())
    await reader.finds_nothing_wrong()
    await reader.page.get_by_role("button", name="Try again").click()
    await reader.page.wait_for_load_state()
    assert words.of("Typed") in await reader.text()
    await reader.press("Rate the case")
    assert "The case is rated." in await reader.text()
    assert await work.ratings(people, case) == [words.of("Typed")]


async def test_a_page_of_a_case_says_why_it_cannot_be_shown(
    stack: Stack, people: People, new_reader: NewReader
) -> None:
    reader, case = await _writing(people, new_reader, Words.new())

    async with killed(stack, "triage-api"):
        status = await reader.open(case)
        await reader.finds_nothing_wrong()
        said = await reader.text()

    assert status == 503
    assert "A part of Frontdoor does not answer. Nothing is lost" in said
    assert await reader.open(case) == 200


async def test_the_web_client_that_is_killed_while_somebody_types(
    stack: Stack, people: People, new_reader: NewReader
) -> None:
    words = Words.new()
    reader, case = await _writing(people, new_reader, words)
    said = reader.page.get_by_role("alert", name="We could not send this now")

    async with killed(stack, "web-client"):
        await reader.page.get_by_role("button", name="Continue").click()
        await said.wait_for()
        typed = await reader.page.get_by_label("Why", exact=True).input_value()

    assert typed == words.of("Typed")
    assert "Nothing is lost: your text is still on this page" in " ".join((await said.inner_text()).split())
    await reader.finds_nothing_wrong()
    await reader.press("Continue")
    await reader.page.wait_for_url("**/check")
    await reader.press("Rate the case")
    assert await work.ratings(people, case) == [words.of("Typed")]


async def test_without_scripts_the_browser_sends_the_text_again_to_a_web_client_that_was_killed(
    stack: Stack, people: People, new_reader: NewReader
) -> None:
    words = Words.new()
    reader, case = await _writing(people, new_reader, words, scripts=False)

    async with killed(stack, "web-client"):
        await reader.page.get_by_role("button", name="Continue").click()
        await reader.page.wait_for_url("chrome-error://**")
    await reader.page.reload()

    assert await reader.path() == f"{case}/rate/check"
    assert words.of("Typed") in await reader.text()
    await reader.press("Rate the case")
    assert await work.ratings(people, case) == [words.of("Typed")]


async def test_the_database_that_is_stopped_while_somebody_types(
    stack: Stack, people: People, new_reader: NewReader
) -> None:
    words = Words.new()
    reader, case = await _writing(people, new_reader, words)

    async with away(stack, "postgres"):
        async with reader.page.expect_response(lambda answer: answer.request.method == "POST") as answered:
            await reader.page.get_by_role("button", name="Continue").click()
        status = (await answered.value).status
        await reader.page.wait_for_load_state()
        await reader.finds_nothing_wrong()
        said = " ".join((await reader.text()).split())
        opened = await reader.context.new_page()
        unsaved = await opened.goto(f"{reader.home}/drafts")
        await opened.close()

    assert (status, unsaved.status if unsaved else 0) == (503, 503)
    assert "Nothing is lost: what you wrote is on this page" in said
    assert words.of("Typed") in said
    await reader.press("Try again")
    assert words.of("Typed") in await reader.text()
    await reader.press("Rate the case")

    async def rated() -> list[str] | None:
        return await work.ratings(people, case) or None

    assert await until("the rating", rated) == [words.of("Typed")]


async def _referred(people: People) -> set[str]:
    """References of the newest referrals of the lead's agency, as intake has them."""
    answer = await people.staff(referring.LEAD).ask("GET", "referral-intake", "/v1/referrals", params={"limit": 50})
    return {one["reference"] for one in done(answer)["referrals"]}


async def test_intake_that_is_killed_before_a_referral_is_sent(
    stack: Stack, people: People, new_reader: NewReader
) -> None:
    lead = await new_reader(referring.LEAD)
    before = await _referred(people)
    await referring.write_shortly(lead, Words.new())

    async with killed(stack, "referral-intake-api"):
        await lead.press("Send the referral")
        heading, said = await lead.heading(), " ".join((await lead.text()).split())
    await lead.finds_nothing_wrong()
    await lead.page.get_by_role("button", name="Try again").click()
    await lead.page.wait_for_load_state()
    await lead.press("Send the referral")
    reference, _ = await referring.read_receipt(lead)

    assert heading == "We could not send this now"
    assert "Nothing is lost: what you wrote is saved as a draft" in said
    assert await _referred(people) - before == {reference}


async def _noticed(agency: Reader, reference: str) -> None:
    """Wait for the notice of a request about the referral, and open it."""
    waiting = agency.page.get_by_role("region", name="Notices that nobody has dealt with")
    link = waiting.get_by_role("link", name=reference)

    async def listed() -> bool | None:
        await agency.open("/inbox")
        return await link.count() > 0 or None

    await until(f"a notice about {reference}", listed)
    await link.first.click()
    await agency.page.wait_for_load_state()


async def test_agency_notify_that_is_killed_while_an_agency_deals_with_a_notice(
    stack: Stack, people: People, new_reader: NewReader
) -> None:
    reference, case = await work.refer(people)
    worker, agency = await new_reader(WORKER), await new_reader(AGENCY)
    await work.ask(worker, case, Words.new())
    await _noticed(agency, reference)

    async with killed(stack, "agency-notify-api"):
        await agency.press("This is dealt with")
        heading, said = await agency.heading(), " ".join((await agency.text()).split())
        opened = await agency.context.new_page()
        inbox = await opened.goto(f"{agency.home}/inbox")
        await opened.close()
    await agency.finds_nothing_wrong()
    await agency.press("Try again")

    assert heading == "We cannot do this now"
    assert "A part of Frontdoor does not answer. Nothing is lost" in said
    assert inbox is not None
    assert inbox.status == 503
    assert "The notice is dealt with." in await agency.text()
    waiting = agency.page.get_by_role("region", name="Notices that nobody has dealt with")
    assert await waiting.get_by_role("link", name=reference).count() == 0


async def test_an_agency_answers_a_request_while_agency_notify_is_killed(
    stack: Stack, people: People, new_reader: NewReader
) -> None:
    words = Words.new()
    reference, case = await work.refer(people)
    worker, agency = await new_reader(WORKER), await new_reader(AGENCY)
    await work.ask(worker, case, words)
    await _noticed(agency, reference)
    await agency.press("Read what your agency is asked")
    await agency.follow("Answer")
    await agency.choose("We share what we hold")
    await agency.write("What do you know?", words.of("Two appointments were missed"))
    await agency.press("Continue")

    async with killed(stack, "agency-notify-api"):
        await agency.press("Send the answer")
        said = await agency.text()

    assert words.of("Two appointments were missed") in said, "an answer does not wait for notices"
    assert await work.answers(people, case) == ["supplied"]
