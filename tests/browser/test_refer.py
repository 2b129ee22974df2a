"""A school without a system of its own refers by form, and stays in touch, with scripts and without."""

from datetime import datetime

import pytest

from frontdoor.demo.waiting import until
from policy.local_time import moment
from tests.browser import referring, work
from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.referring import FIRST_NAME, LEAD
from tests.browser.work import Words
from tests.e2e.people import People
from tests.e2e.steps import done, find_in_queue

pytestmark = pytest.mark.timeout(600)


async def _case_of(people: People, reference: str) -> str:
    worker = people.staff("wandsworth-social-worker-1")
    line = await until(f"a case for {reference}", lambda: find_in_queue(worker, reference))
    return f"/cases/{line['case_id']}"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_school_refers_by_form_is_asked_answers_and_adds(
    people: People, new_reader: NewReader, scripts: bool
) -> None:
    words = Words.new()
    lead = await new_reader(LEAD, scripts=scripts)
    worker = await new_reader("wandsworth-social-worker-1", scripts=scripts)

    reference, own = await referring.refer(lead, words)
    await _reads_it_in_the_list_and_prints_it(lead, reference, own)
    case = await _case_of(people, reference)
    await _staff_read_it_and_ask(worker, case, words)
    await referring.find_question(lead, own)
    assert words.of("Who collects him?") in await lead.text()
    await lead.write("Your answer", words.of("His aunt does"))
    await lead.press("Continue")
    await lead.finds_nothing_wrong()
    await lead.press("Send the answer")
    assert "Your answer is with the front door team." in await lead.text()
    await lead.follow("Add to it")
    await lead.finds_nothing_wrong()
    await lead.write("What is new?", words.of("A stranger at the gate"))
    await lead.press("Continue")
    await lead.press("Add this to the referral")
    await lead.finds_nothing_wrong()
    assert "Your agency added: new information" in await lead.text()
    await _staff_see_what_was_added(worker, case, words)
    for reader in (lead, worker):
        assert not [one for one in (*reader.addresses, *reader.titles) if words.mark in one or FIRST_NAME in one]


async def _reads_it_in_the_list_and_prints_it(lead: Reader, reference: str, own: str) -> None:
    await lead.follow("Your referrals")
    await lead.finds_nothing_wrong()
    assert await lead.page.get_by_role("link", name=reference).count() == 1
    await lead.follow(reference)
    assert await lead.path() == own
    await lead.finds_nothing_wrong()
    await lead.follow("Print the receipt")
    await lead.finds_nothing_wrong()
    assert await lead.heading() == f"Receipt for referral {reference}"
    assert FIRST_NAME not in await lead.page.content()


async def _staff_read_it_and_ask(worker: Reader, case: str, words: Words) -> None:
    await worker.open(f"{case}/document")
    shown = await worker.text()
    for written in ("Testerley", "No coat all week", "Ring the aunt", "Jo Testerley"):
        assert words.of(written) in shown
    await worker.open(f"{case}/ask-sender")
    await worker.write("What do you want to know?", words.of("Who collects him?"))
    await worker.press("Continue")
    await worker.press("Ask the sender")


async def _staff_see_what_was_added(worker: Reader, case: str, words: Words) -> None:
    async def added() -> bool | None:
        await worker.open(f"{case}/document")
        shown = await worker.text()
        return (words.of("A stranger at the gate") in shown and words.of("His aunt does") in shown) or None

    await until("what the school added", added)


async def test_a_question_waits_on_the_first_page_and_a_referral_is_withdrawn(
    people: People, new_reader: NewReader
) -> None:
    words = Words.new()
    lead = await new_reader(LEAD)
    worker = await new_reader("wandsworth-social-worker-1")
    reference, own = await referring.refer_shortly(lead, words)
    case = await _case_of(people, reference)
    await work.rate_by_api(people, case, "red", words.of("Rated"))
    await worker.open(f"{case}/ask-sender")
    await worker.write("What do you want to know?", words.of("Since when?"))
    await worker.press("Continue")
    await worker.press("Ask the sender")

    async def waits() -> bool | None:
        await lead.open("/")
        questions = lead.page.locator("section", has_text="Questions about your referrals")
        return await questions.get_by_role("link", name=reference).count() > 0 or None

    await until(f"a question about {reference} on the first page", waits)
    await lead.finds_nothing_wrong()
    await lead.open(own)
    await lead.follow("Withdraw it")
    await lead.finds_nothing_wrong()
    await lead.choose("It is about the wrong child")
    await lead.press("Continue")
    await lead.finds_nothing_wrong()
    await lead.press("Withdraw the referral")

    assert "Your referral is withdrawn." in await lead.text()
    await lead.finds_nothing_wrong()
    assert await lead.page.get_by_role("link", name="Withdraw it").count() == 0


@pytest.mark.timeout(1200)  # some forty pages, each at two widths
async def test_every_page_of_the_form_is_accessible(new_reader: NewReader) -> None:
    lead = await new_reader(LEAD)
    home = await referring.begin(lead)
    await lead.open(home)
    for button in ("child", "statement", "person", "professional", "paper"):
        await lead.press(f"Add a {button}")
        await lead.open(home)
    links = lead.page.locator(".govuk-task-list__link")
    paths = [str(await one.get_attribute("href")) for one in await links.all()]

    assert len(paths) > 30
    for path in paths:
        assert await lead.open(path) == 200
        await lead.finds_nothing_wrong()
    await lead.open(f"{home}/check")
    await lead.finds_nothing_wrong()


@pytest.mark.parametrize(
    "name", ["wandsworth-social-worker-1", "wandsworth-macpt-member", "wandsworth-records-officer"]
)
async def test_a_person_who_represents_no_agency_finds_no_way_to_refer(new_reader: NewReader, name: str) -> None:
    stranger = await new_reader(name)

    assert [await stranger.open(path) for path in ("/refer", "/referrals")] == [403, 403]
    await stranger.finds_nothing_wrong()
    assert await stranger.page.get_by_role("link", name="Refer a child").count() == 0


async def test_a_colleague_of_another_agency_sees_nothing_of_it(new_reader: NewReader) -> None:
    words = Words.new()
    lead, stranger = await new_reader(LEAD), await new_reader("wandsworth-police-officer")
    reference, own = await referring.refer_shortly(lead, words)

    for page in ("", "/add", "/add-child", "/withdraw", "/receipt"):
        assert await stranger.open(f"{own}{page}") == 404
        assert reference not in await stranger.page.content()
    assert await stranger.open("/referrals") == 200
    assert reference not in await stranger.page.content()


async def test_each_missing_item_leads_to_where_it_is_added(new_reader: NewReader) -> None:
    lead = await new_reader(LEAD)
    _, own = await referring.refer_shortly(lead, Words.new())

    for opened in (None, own):
        if opened is not None:
            await lead.open(opened)
        missing = lead.page.get_by_role("link", name="Add: ")
        assert await missing.count() > 0
        assert {await one.get_attribute("href") for one in await missing.all()} == {f"{own}/add#words"}
        await lead.finds_nothing_wrong()
    await missing.first.click()
    await lead.page.wait_for_url(f"**{own}/add#words")
    assert await lead.page.locator("#words").is_visible()


async def _received(people: People, own: str) -> datetime:
    """When intake took the referral at an address of the lead's."""
    answer = await people.staff(LEAD).ask("GET", "referral-intake", f"/v1{own}")
    return datetime.fromisoformat(done(answer)["received_at"])


async def test_a_printed_receipt_has_its_mark_its_reference_its_time_and_every_missing_item(
    people: People, new_reader: NewReader
) -> None:
    lead = await new_reader(LEAD)
    reference, own = await referring.refer_shortly(lead, Words.new())
    links = await lead.page.get_by_role("link", name="Add: ").all_text_contents()
    missing = sorted(one.removeprefix("Add: ").strip() for one in links)
    received = await _received(people, own)

    await lead.open(f"{own}/receipt")
    mark = lead.page.get_by_text("Official \N{EN DASH} sensitive. From Frontdoor.", exact=True)
    assert not await mark.is_visible(), "the mark is for paper"
    await lead.page.emulate_media(media="print")
    printed = " ".join((await lead.page.locator("body").inner_text()).split())

    assert await mark.is_visible()
    assert reference in printed
    assert f"Received {moment(received)} " in printed
    assert missing
    assert sorted(await lead.page.get_by_role("listitem").all_inner_texts()) == missing
    assert "Back to this referral" not in printed
    assert FIRST_NAME not in printed, "a receipt names nobody, so that it can be kept in any file"


async def test_a_receipt_leads_back_to_its_referral_and_to_all_of_them(new_reader: NewReader) -> None:
    lead = await new_reader(LEAD)
    reference, own = await referring.refer_shortly(lead, Words.new())
    await lead.finds_nothing_wrong()

    await lead.open(f"{own}/receipt")
    await lead.finds_nothing_wrong()
    await lead.follow("Back to this referral")
    assert await lead.path() == own
    await lead.follow("Print the receipt")
    await lead.follow("All your referrals")

    assert await lead.path() == "/referrals"
    assert await lead.page.get_by_role("link", name=reference, exact=True).count() == 1


async def test_the_printed_status_of_a_referral_has_its_mark_and_its_reader(new_reader: NewReader) -> None:
    lead = await new_reader(LEAD)
    _, own = await referring.refer_shortly(lead, Words.new())

    await lead.open(own)
    await lead.page.emulate_media(media="print")

    name = await lead.page.locator(".fd-header__person span").first.text_content()
    mark = " ".join((await lead.page.locator(".fd-print-only").inner_text()).split())
    assert mark.startswith(f"Official \N{EN DASH} sensitive. From Frontdoor, as {name} read it on ")
    assert not await lead.page.locator(".fd-acts").first.is_visible()
