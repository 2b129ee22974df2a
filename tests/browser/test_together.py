"""Several people at once: nobody overwrites anybody, and everybody sees what changed."""

import pytest

from frontdoor.demo.waiting import until
from tests.browser import work
from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.work import Words
from tests.e2e.people import People
from tests.e2e.steps import FOR_TRIAGE, done

pytestmark = pytest.mark.timeout(300)


async def test_anyone_who_comes_second_sees_both_texts_and_goes_on_with_one_button(
    people: People, new_reader: NewReader
) -> None:
    words = Words.new()
    _, case = await work.refer(people)
    reader = await new_reader("wandsworth-social-worker-1", to=f"{case}/rate")
    await reader.choose("Red")
    await reader.write("Why", words.of("Mine"))
    await reader.press("Continue")
    await work.rate_by_api(people, case, "green", f"Theirs {words.mark}")

    await reader.press("Rate the case")

    assert await reader.heading() == "The case changed while you were writing"
    assert words.of("Mine") in await reader.text()
    assert f"Theirs {words.mark}" in await reader.text()
    await reader.finds_nothing_wrong()
    await reader.press("Go on with what I wrote")
    await reader.press("Rate the case")
    assert "The case is rated." in await reader.text()


async def test_a_second_click_and_the_way_back_do_it_once(people: People, new_reader: NewReader) -> None:
    words = Words.new()
    _, case = await work.refer(people)
    reader = await new_reader("wandsworth-social-worker-1", to=f"{case}/rate", scripts=False)
    await reader.choose("Red")
    await reader.write("Why", words.of("Once"))
    await reader.press("Continue")

    await reader.page.get_by_role("button", name="Rate the case").dblclick()
    await reader.page.wait_for_url(f"**{case}?done=rate")
    await reader.page.go_back()

    assert await reader.path() == f"{case}/rate", "what was sent is no form any more"
    seen = done(await people.staff("wandsworth-manager").ask("GET", "triage", f"/v1{case}", headers=FOR_TRIAGE))
    assert len(seen["ratings"]) == 1


async def test_a_case_is_claimed_by_one_and_seen_as_theirs_by_the_other(people: People, new_reader: NewReader) -> None:
    reference, _ = await work.refer(people)
    first = await new_reader("wandsworth-social-worker-1")
    second = await new_reader("wandsworth-social-worker-2")
    for reader in (first, second):
        await reader.open("/queue?all=yes")
        await work.turn_to(reader, reference)

    await first.press(f"Claim {reference}")
    await second.press(f"Claim {reference}")

    assert "The case is yours." in await first.text()
    assert await second.heading() == "What became of each case"
    assert f"{reference}: not changed." in await second.text()
    await second.finds_nothing_wrong()
    await first.open("/queue?assigned=me")
    await work.turn_to(first, reference)
    await first.finds_nothing_wrong()


async def two_on_a_page(people: People, reader: Reader, queue: str) -> list[str]:
    """New cases that one page shows, which the reader has open: what is chosen on a page is not chosen on the next.

    Of two that come one after the other a page may end between them; then there are more.
    """
    references: list[str] = []
    here: list[str] = []
    while len(here) < 2:
        references.append((await work.refer(people))[0])
        await reader.open(queue)
        await work.turn_to(reader, references[-1])
        shown = await reader.text()
        here = [reference for reference in references if reference in shown]
    return here[:2]


async def test_cases_that_are_given_at_once_have_a_result_each_and_nobody_loses_a_case(
    people: People, new_reader: NewReader
) -> None:
    manager = await new_reader("wandsworth-manager")
    references = await two_on_a_page(people, manager, "/queue?assigned=nobody")
    quicker = await new_reader("wandsworth-social-worker-2", to="/queue?assigned=nobody")
    for reference in references:
        await manager.choose(f"Choose {reference}")
    await work.turn_to(quicker, references[0])
    await quicker.press(f"Claim {references[0]}")

    person = manager.page.get_by_label("Give the chosen cases to")
    await person.select_option(index=1)
    await manager.press("Give")

    assert await manager.heading() == "What became of each case"
    rows = [" ".join(row.split()) for row in await manager.page.locator("main li").all_inner_texts()]
    became = dict(row.split(": ", 1) for row in rows)  # those that are due at the same moment stand in any order
    assert became[references[0]].startswith("not changed.")
    assert became[references[1]] == "given"
    await manager.finds_nothing_wrong()
    await quicker.open("/queue?assigned=me")
    await work.turn_to(quicker, references[0])


async def test_the_queue_says_that_something_changed_and_stays_as_it_is(people: People, new_reader: NewReader) -> None:
    _, case = await work.refer(people)
    reader = await new_reader("wandsworth-social-worker-1")
    await reader.open("/queue?all=yes")
    before = await reader.page.locator("tbody th a").all_inner_texts()

    async def changed() -> bool | None:
        if not await _rated(people, case):
            await work.rate_by_api(people, case, "red", "A first look.")
        return await reader.page.locator("#changes a").count() > 0 or None

    await until("the word that something changed", changed)

    said = await reader.page.locator("#changes").inner_text()
    assert said.endswith("changed: refresh")
    assert await reader.page.locator("#status").inner_text() != ""
    assert await reader.page.locator("tbody th a").all_inner_texts() == before
    await reader.finds_nothing_wrong()


async def _rated(people: People, case: str) -> bool:
    seen = done(await people.staff("wandsworth-manager").ask("GET", "triage", f"/v1{case}", headers=FOR_TRIAGE))
    return bool(seen["ratings"])
