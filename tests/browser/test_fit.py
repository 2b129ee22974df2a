"""Every page in every state, at 400 % and on paper: nothing is out of sight, and axe finds nothing."""

from datetime import UTC, datetime
from typing import Final

import pytest
import pytest_asyncio

from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.worked_case import UNBROKEN, WorkedCase, worked_case
from tests.e2e.people import People
from triage_ui.acts.act import Act
from triage_ui.pages.all_acts import ACTS
from triage_ui.shell.formats import moment

pytestmark = pytest.mark.timeout(300)

WORKER, MANAGER = "wandsworth-social-worker-1", "wandsworth-manager"
AGENCY, TEAM = "wandsworth-health-visitor", "wandsworth-macpt-member"
READERS: Final = {"/cases/": WORKER, "/requests/": AGENCY, "/handovers/": TEAM}
"""Who acts, by where the act is; what senders and records officers do is tried where they are walked with."""
FORMS: Final = [act for act in ACTS if act.path.startswith(tuple(READERS))]
PAGES: Final = (
    (MANAGER, "/queue?all=yes"),
    (MANAGER, "/cases/{case_id}"),
    (MANAGER, "/cases/{case_id}/document"),
    (MANAGER, "/cases/{case_id}/requests/{request_id}"),
    (AGENCY, "/inbox"),
    (AGENCY, "/requests/{request_id}"),
    (TEAM, "/handovers/{handover_id}"),
)


@pytest_asyncio.fixture(scope="module")
async def case(people: People) -> WorkedCase:
    """Read by every test here, changed by none."""
    return await worked_case(people)


@pytest.mark.parametrize(("name", "path"), PAGES, ids=[path for _, path in PAGES])
async def test_every_page_fits(case: WorkedCase, new_reader: NewReader, name: str, path: str) -> None:
    reader = await new_reader(name, to=case.fill(path))

    assert await reader.page.locator("h1").count() == 1
    await reader.finds_nothing_wrong()


@pytest.mark.parametrize("act", FORMS, ids=[act.name for act in FORMS])
async def test_every_form_fits_when_it_is_empty_wrong_full_and_checked(
    case: WorkedCase, new_reader: NewReader, act: Act
) -> None:
    who = next(name for start, name in READERS.items() if act.path.startswith(start))
    reader = await new_reader(who, to=case.fill(act.path))
    assert await reader.heading() == act.title
    await reader.finds_nothing_wrong()

    if act.name != "accept":  # which has nothing to fill in
        await reader.press("Continue")
        if await reader.page.locator("#error-summary").count():
            await reader.finds_nothing_wrong()
            await reader.page.go_back()
        else:
            await reader.open(case.fill(act.path))
    await _fill(reader)
    await reader.press("Continue")
    if await reader.heading() == "Before you go on":
        await reader.finds_nothing_wrong()
        await reader.page.get_by_role("button", name="Continue").click()
        await reader.page.wait_for_load_state()

    assert await reader.heading() == f"Check before you send: {act.title.lower()}"
    await reader.finds_nothing_wrong()


async def _fill(reader: Reader) -> None:
    """The first of every choice, and in every box more than fits on a line."""
    names = await reader.page.locator("main input[type=radio]").evaluate_all("all => all.map((one) => one.name)")
    for name in dict.fromkeys(names):
        first = reader.page.locator(f"main input[type=radio][name={name}]:not([value=''])").first
        if await first.locator("xpath=ancestor::*[@hidden]").count() == 0:
            await first.check()
    for box in await reader.page.locator("main input[type=checkbox]").all():
        await box.check()
    for box in await reader.page.locator("main textarea:visible").all():
        await box.fill(f"A line.\n{UNBROKEN} {UNBROKEN}\nThe last line.")


async def test_a_list_of_drafts_fits(case: WorkedCase, new_reader: NewReader) -> None:
    reader = await new_reader(WORKER, to=case.fill("/cases/{case_id}/rate"))
    await _fill(reader)
    await reader.press("Save and come back later")

    assert await reader.page.locator("main section").count() > 0
    await reader.finds_nothing_wrong()


async def test_paper_shows_everything_with_its_mark_its_reader_and_its_time(
    case: WorkedCase, new_reader: NewReader
) -> None:
    reader = await new_reader(MANAGER, to=case.fill("/cases/{case_id}"))
    before = datetime.now(UTC)
    folded = reader.page.locator("details li").first
    assert not await folded.is_visible()

    paper = await reader.page.pdf(format="A4")
    await reader.page.emulate_media(media="print")

    assert paper.startswith(b"%PDF-")
    mark = " ".join((await reader.page.locator(".fd-print-only").inner_text()).split())
    name = await reader.page.locator(".fd-header__person span").first.text_content()
    assert f"sensitive. From Frontdoor, as {name} read it on " in mark
    assert mark.endswith(".")
    printed = mark.rpartition("Printed on ")[2].removesuffix(".")
    assert printed in (moment(before), moment(datetime.now(UTC))), "when it was printed, in London"
    assert await folded.is_visible(), "what was folded is open on paper"
    for gone in (".fd-header", ".fd-menu", ".fd-acts", ".fd-footer"):
        assert not await reader.page.locator(gone).first.is_visible()
    assert await reader.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_message_that_nobody_answers_is_accessible(case: WorkedCase, new_reader: NewReader) -> None:
    reader = await new_reader(WORKER, to=case.fill("/cases/{case_id}/rate"))
    await reader.page.route("**/health/live", lambda route: route.abort())

    await reader.page.get_by_role("button", name="Continue").click()
    await reader.page.get_by_role("alert", name="We could not send this now").wait_for()

    assert await reader.page.evaluate("document.activeElement.id") == "away"
    await reader.finds_nothing_wrong()
