"""From the queue to the accepted handover without a pointer: the focus is seen at every stop, and follows every act."""

import pytest

from frontdoor.demo.waiting import until
from tests.browser import work
from tests.browser.conftest import NewReader
from tests.browser.keyboard import Keyboard
from tests.browser.reader import Reader
from tests.browser.work import AGENCY, CHILD, Words
from tests.e2e.people import People

pytestmark = pytest.mark.timeout(600)

TEAM = "Wandsworth multi-agency child protection team"
OUTCOME = "Strategy discussion and child protection enquiry"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_case_goes_from_the_queue_to_the_accepted_handover_by_keyboard(
    people: People, new_reader: NewReader, scripts: bool
) -> None:
    words = Words.new()
    reference, case = await work.refer(people)
    worker = Keyboard(await new_reader("wandsworth-social-worker-1", to="/queue?all=yes", scripts=scripts))
    manager = Keyboard(await new_reader("wandsworth-manager", scripts=scripts))
    agency = Keyboard(await new_reader("wandsworth-health-visitor", scripts=scripts))
    team = Keyboard(await new_reader("wandsworth-macpt-member", scripts=scripts))

    await _claim_and_open(worker, reference)
    await _rate(worker, case, words)
    await _ask(worker, words)
    await _answer(agency, reference, words)
    await _recommend(worker, case, words)
    await _authorise(manager, case, words)
    await _offer(worker, case, words)
    await _accept(team, reference)

    assert "Your team has accepted." in await team.reader.text()


async def _claim_and_open(worker: Keyboard, reference: str) -> None:
    while not await worker.reader.page.get_by_role("link", name=reference, exact=True).count():
        await worker.follow("Next page")
    await worker.tab_to("Skip to main content")
    await worker.reader.page.keyboard.press("Enter")
    await worker.follow(f"Claim {reference}")
    if worker.reader.scripts:
        row = await worker.here()
        assert row is not None
        assert (row["tag"], reference in row["name"]) == ("tr", True), "the row that was acted on has the focus"
    assert worker.reader.page.url.endswith(f"#case-{reference}")
    await worker.follow(reference)


async def _rate(worker: Keyboard, case: str, words: Words) -> None:
    await worker.follow("Rate the case")
    await worker.choose("rating", "Red")
    await worker.write("Why", words.of("Rated"))
    await worker.follow("Continue")
    await worker.follow("Rate the case")
    assert await worker.reader.path() == case
    await _heading_has_the_focus(worker)


async def _ask(worker: Keyboard, words: Words) -> None:
    await worker.follow("Ask an agency")
    await worker.choose("agency", AGENCY)
    await worker.choose("lawful_basis", "Children Act 2004 section 11")
    await worker.tick(await _child_of(worker.reader))
    await worker.write("What do you want to know?", words.of("What do you know of Rowan?"))
    await worker.follow("Continue")
    await worker.follow("Ask this agency")
    await _heading_has_the_focus(worker)


async def _answer(agency: Keyboard, reference: str, words: Words) -> None:
    await _open_in_inbox(agency, reference)
    await agency.follow("Answer")
    await agency.choose("answer", "We share what we hold")
    await agency.write("What do you know?", words.of("Two appointments were missed"))
    await agency.follow("Continue")
    await agency.follow("Send the answer")
    await _heading_has_the_focus(agency)


async def _recommend(worker: Keyboard, case: str, words: Words) -> None:
    await worker.reader.open(case)
    await worker.follow("Recommend an outcome for a child")
    await worker.choose("child_id", await _child_of(worker.reader))
    await worker.choose("outcome", OUTCOME)
    await worker.choose("level", "Level 4: Children in acute need")
    await worker.write("Why", words.of("Significant harm"))
    await worker.follow("Continue")
    await worker.follow("Send the recommendation")
    await _heading_has_the_focus(worker)


async def _authorise(manager: Keyboard, case: str, words: Words) -> None:
    await manager.reader.open(case)
    await manager.follow(f"Authorise or turn down: {OUTCOME[0].lower()}{OUTCOME[1:]}")
    await manager.choose("agree", "Yes, authorise it")
    await manager.write("Why", words.of("Agreed"))
    await manager.follow("Continue")
    assert await manager.reader.heading() == "Before you go on"
    await manager.follow("Continue")
    await manager.follow("Record the decision")
    await _heading_has_the_focus(manager)


async def _offer(worker: Keyboard, case: str, words: Words) -> None:
    await worker.reader.open(case)
    await worker.follow("Offer a handover")
    await worker.choose("team", TEAM)
    await worker.tick(await _child_of(worker.reader))
    await worker.write("What must the team know first?", words.of("Please read the answers"))
    await worker.follow("Continue")
    await worker.follow("Offer the handover")
    await _heading_has_the_focus(worker)


async def _accept(team: Keyboard, reference: str) -> None:
    await _open_in_inbox(team, f"Handover offered about {reference}")
    await team.follow("Read what your team is offered")
    await team.follow("Accept these children")
    await team.follow("Continue")
    await team.follow("Accept")
    await _heading_has_the_focus(team)


async def _open_in_inbox(keyboard: Keyboard, name: str) -> None:
    """Look until it is there, as the reader presses reload."""
    link = keyboard.reader.page.get_by_role("link", name=name).first

    async def there() -> bool | None:
        await keyboard.reader.open("/inbox")
        return await link.count() > 0 or None

    await until(f"{name} in the inbox", there)
    await keyboard.follow(" ".join((await link.inner_text()).split()))


async def _child_of(reader: Reader) -> str:
    """The child as the form names it, with the age that it has today."""
    return " ".join((await reader.page.locator("label", has_text=CHILD).first.inner_text()).split())


async def _heading_has_the_focus(keyboard: Keyboard) -> None:
    """Without scripts the browser begins at the top of the new page."""
    at = await keyboard.here()
    assert (at is None) is not keyboard.reader.scripts
    if at is not None:
        assert (at["tag"], at["name"]) == ("h1", await keyboard.reader.heading())
