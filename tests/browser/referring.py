"""What a school's safeguarding lead does: refers by form, follows, answers, adds and withdraws, page by page."""

from typing import Final

from frontdoor.demo.waiting import until
from tests.browser.reader import Reader
from tests.browser.work import Words

LEAD: Final = "wandsworth-safeguarding-lead"
FIRST_NAME: Final = "Rowan"
PHONE: Final = "020 7946 0199"
SAVE: Final = "Save and continue"


async def begin(lead: Reader) -> str:
    """Start a referral from the menu: its address."""
    await lead.follow("Refer a child")
    await lead.press("Start a new referral")
    return (await lead.path()).removesuffix("/first/danger")


async def write_first_pages(lead: Reader, words: Words) -> None:
    """Danger and safe contact, which come first."""
    assert await lead.heading() == "Immediate danger"
    await lead.finds_nothing_wrong()
    await lead.choose("No")
    await lead.press(SAVE)
    assert await lead.heading() == "Safe contact"
    await lead.finds_nothing_wrong()
    await lead.page.locator("#concern-domestic_abuse-safe_contact").fill(words.of("Ring the aunt"))
    await lead.press("Save and go to all questions")


async def add_child(lead: Reader, words: Words) -> None:
    """The first child, with what is asked on three of its pages."""
    await lead.finds_nothing_wrong()
    await lead.press("Add a child")
    await lead.finds_nothing_wrong()
    await lead.write("First name", FIRST_NAME)
    await lead.write("Last name", words.of("Testerley"))
    await lead.press(SAVE)
    assert await lead.heading() == "Where is the child now, and how can we reach them safely?"
    await lead.finds_nothing_wrong()
    await lead.press(SAVE)
    await lead.finds_nothing_wrong()
    for part, value in (("day", "31"), ("month", "2"), ("year", "2017")):
        await lead.page.locator(f"#date_of_birth-{part}").fill(value)
    await lead.press("Save and go to all questions")


async def add_and_remove_person(lead: Reader, words: Words) -> None:
    """Two other people, of whom one goes again."""
    await lead.press("Add a person")
    await lead.page.locator("#name").fill(words.of("Jo Testerley"))
    await lead.page.locator("#role").select_option("mother")
    await lead.press("Save and go to all questions")
    await lead.press("Add another person")
    await lead.page.locator("#name").fill("Nobody in particular")
    await lead.press("Save and go to all questions")
    await lead.follow("Remove person 2")
    await lead.finds_nothing_wrong()
    await lead.press("Remove")
    assert "Nobody in particular" not in await lead.text()


async def write_worry(lead: Reader, words: Words, home: str) -> None:
    """What the worry is; who is worried is left for later."""
    await lead.open(f"{home}/concern/facts")
    await lead.page.locator("#concern-facts").fill(words.of("No coat all week"))
    await lead.choose("Seen or heard by the referrer")
    await lead.press("Save and go to all questions")


async def put_right(lead: Reader) -> None:
    """What intake refuses, at the questions it belongs to: first the date, which is no day, then how to be reached."""
    await lead.press("Send the referral")
    await lead.finds_nothing_wrong()
    assert "Everything that you wrote is kept." in await lead.text()
    await lead.page.locator("#error-summary a").first.click()
    await lead.page.wait_for_load_state()
    assert await lead.heading() == "When was the child born?"
    await lead.finds_nothing_wrong()
    assert await lead.page.locator("#date_of_birth-day").input_value() == "31"
    await lead.page.locator("#date_of_birth-day").fill("4")
    await lead.press("Save and go to all questions")
    await lead.press("Check your answers and send")
    await lead.press("Send the referral")
    await lead.page.locator("#error-summary a").first.click()
    await lead.page.wait_for_load_state()
    assert await lead.heading() == "Who are you, and how can we reach you?"
    await lead.finds_nothing_wrong()
    await lead.page.locator("#referrer-phone").fill(PHONE)
    await lead.press("Save and go to all questions")
    await lead.finds_nothing_wrong()


async def refer(lead: Reader, words: Words) -> tuple[str, str]:
    """A referral from the first page to its receipt: its reference, and its address among one's own."""
    await lead.follow("Refer a child")
    await lead.finds_nothing_wrong()
    home = await begin(lead)
    await write_first_pages(lead, words)
    await add_child(lead, words)
    await add_and_remove_person(lead, words)
    await lead.open(f"{home}/concern/facts")
    await lead.finds_nothing_wrong()
    await write_worry(lead, words, home)
    await lead.press("Check your answers and send")
    await lead.finds_nothing_wrong()
    await put_right(lead)
    await lead.press("Check your answers and send")
    await _send_twice(lead)
    await lead.finds_nothing_wrong()
    return await read_receipt(lead)


async def _send_twice(lead: Reader) -> None:
    """Press the button twice, go back and press it again: all lead to the same receipt."""
    check = lead.page.url
    button = lead.page.locator("form[action$='/check'] button")
    await button.dblclick(no_wait_after=True)
    await lead.page.wait_for_url("**/sent")
    sent = lead.page.url
    await lead.page.goto(check)
    assert lead.page.url == sent
    lead.titles.append(await lead.page.title())


async def write_shortly(lead: Reader, words: Words) -> None:
    """Only what intake needs, up to the page on which the answers are checked."""
    home = await begin(lead)
    await lead.open(home)
    await lead.press("Add a child")
    await lead.write("First name", FIRST_NAME)
    await lead.write("Last name", words.of("Testerley"))
    await lead.press("Save and go to all questions")
    await lead.open(f"{home}/children/1/services")
    await lead.page.locator("#school-name").fill("Ashcroft Primary School")
    await lead.press(SAVE)
    await lead.open(f"{home}/you/you")
    await lead.page.locator("#referrer-phone").fill(PHONE)
    await lead.press(SAVE)
    await write_worry(lead, words, home)
    await lead.press("Check your answers and send")


async def refer_shortly(lead: Reader, words: Words) -> tuple[str, str]:
    """Send only what intake needs: its reference, and its address among one's own."""
    await write_shortly(lead, words)
    await lead.press("Send the referral")
    return await read_receipt(lead)


async def read_receipt(lead: Reader) -> tuple[str, str]:
    """The reference of what was sent, and its address among one's own."""
    reference = (await lead.page.locator(".govuk-panel__body strong").inner_text()).strip()
    own = await lead.page.get_by_role("link", name="Follow this referral, or add to it").get_attribute("href")
    return reference, str(own)


async def find_question(lead: Reader, own: str) -> None:
    """Wait for the question at the referral, and open it."""

    async def asked() -> bool | None:
        await lead.open(own)
        return await lead.page.get_by_role("link", name="Read and answer the question").count() > 0 or None

    await until(f"a question at {own}", asked)
    await lead.finds_nothing_wrong()
    await lead.follow("Read and answer the question")
    await lead.finds_nothing_wrong()
