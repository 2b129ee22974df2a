"""From a reference to its case: from a notice, and from the box in the queue; what is typed is in no address."""

from typing import Final

import pytest

from frontdoor.demo.waiting import until
from tests.browser import work
from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.work import CHILD
from tests.e2e.people import People
from tests.e2e.steps import HEALTH, REFERRAL, CaseWork, done, open_notice

pytestmark = pytest.mark.timeout(300)

WORKER: Final = "wandsworth-social-worker-1"
BOX: Final = "Find a case by its reference, open or closed"


async def _answered(people: People, reference: str) -> None:
    """The worker asks the health visitors, who hold nothing."""
    case = await CaseWork(people, reference).opened()
    asked = {"agency": HEALTH, "lawful_basis": "children-act-2004-s11", "question": "What do you know of Rowan?"}
    done(await case.act(case.worker, "information-requests", asked), 201)
    health = people.client(HEALTH)
    notice = await open_notice(health, "information-requested", reference)
    done(await health.follow("POST", f"{notice['about_url']}/answer", json={"answer": "nothing-held"}))


async def _open_notice(worker: Reader, reference: str) -> None:
    """Open the notice of the answer in the inbox of the front door team."""
    name = f"An agency answered about {reference}"

    async def there() -> bool | None:
        await worker.open("/inbox")
        return await worker.page.get_by_role("link", name=name).count() > 0 or None

    await until(f"{name} in the inbox", there)
    await worker.follow(name)


async def test_a_notice_of_an_answer_leads_to_the_case_itself(people: People, new_reader: NewReader) -> None:
    reference, case = await work.refer(people)
    await _answered(people, reference)
    worker = await new_reader(WORKER)
    await _open_notice(worker, reference)
    await worker.finds_nothing_wrong()

    await worker.press("Open the case")

    assert await worker.path() == case
    assert CHILD in await worker.page.locator(".fd-identity").inner_text()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_the_queue_finds_a_case_by_its_reference_as_it_is_typed(
    people: People, new_reader: NewReader, scripts: bool
) -> None:
    reference, case = await work.refer(people)
    worker = await new_reader(WORKER, to="/queue?all=yes", scripts=scripts)
    await worker.finds_nothing_wrong()

    await worker.write(BOX, CHILD)
    await worker.press("Find the case")
    assert await worker.heading() == "Find a case by its reference"
    assert "Enter the whole reference" in await worker.text()
    await worker.finds_nothing_wrong()
    await worker.page.locator("#reference").fill(f" {reference.lower().replace('-', '')} ")
    await worker.press("Find the case")

    assert await worker.path() == case
    assert not [one for one in [*worker.addresses, *worker.titles] if CHILD.split()[0] in one]


async def test_a_case_of_another_partnership_is_not_found_and_not_said_to_be_one(
    people: People, new_reader: NewReader
) -> None:
    reference, _ = await work.refer(people)
    stranger = await new_reader("warwickshire-manager", to="/queue?all=yes")

    await stranger.write(BOX, reference)
    await stranger.press("Find the case")

    assert await stranger.heading() == "No case has this reference"
    await stranger.finds_nothing_wrong()


@pytest.mark.parametrize(("risk", "warned"), [("None known.", False), ("A dog that bites.", True)])
async def test_a_risk_to_staff_is_warned_of_when_one_is_stated(
    people: People, new_reader: NewReader, risk: str, warned: bool
) -> None:
    _, case = await work.refer(people, {**REFERRAL, "risks_to_staff": risk})
    worker = await new_reader(WORKER, to=case)

    assert ("Risk to staff" in await worker.text()) is warned
    await worker.open(f"{case}/document")
    assert risk in await worker.text()
