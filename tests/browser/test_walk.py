"""One case from the queue to the accepted handover, page by page, with scripts and without."""

import pytest

from frontdoor.demo.waiting import until
from tests.browser import work
from tests.browser.conftest import NewReader
from tests.browser.work import CHILD, Words
from tests.e2e.people import People

pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_case_goes_from_the_queue_to_the_accepted_handover(
    people: People, new_reader: NewReader, scripts: bool
) -> None:
    words = Words.new()
    reference, case = await work.refer(people)
    worker = await new_reader("wandsworth-social-worker-1", scripts=scripts)
    manager = await new_reader("wandsworth-manager", scripts=scripts)
    agency = await new_reader("wandsworth-health-visitor", scripts=scripts)
    team = await new_reader("wandsworth-macpt-member", scripts=scripts)

    assert await worker.heading() == "What must I do next?"
    await worker.finds_nothing_wrong()
    await worker.open("/queue?all=yes")
    await worker.finds_nothing_wrong()
    await work.turn_to(worker, reference)
    await worker.follow(reference)
    await worker.finds_nothing_wrong()
    assert CHILD in await worker.page.locator(".fd-identity").inner_text()
    await work.rate(worker, case, words)
    assert "The case is rated." in await worker.text()
    await work.ask(worker, case, words)
    await work.answer(agency, reference, words)
    assert "Your answer is with the front door team." in await agency.text()
    await work.recommend(worker, case, words)
    assert "Who can: MASH manager." in await worker.text()
    await work.authorise(manager, case, words)
    assert "Your decision is recorded." in await manager.text()
    await work.offer(worker, case, words)
    await work.open_offer(team, reference)
    await team.follow("Return the handover")
    await team.finds_nothing_wrong()
    await team.choose("The team needs to know more before it can accept")
    await team.write("What should the front door team know?", words.of("Who lives there?"))
    await team.press("Continue")
    await team.press("Return the handover")
    assert "returned to the front door team" in (await team.text()).lower()
    await work.offer(worker, case, words)
    await work.open_offer(team, reference)
    await team.follow("Accept these children")
    await team.press("Continue")
    await team.press("Accept")
    assert "Your team has accepted." in await team.text()
    await worker.open(case)
    await worker.finds_nothing_wrong()
    shown = await worker.text()
    assert words.of("Rated") in shown
    assert "accepted" in shown
    await worker.follow("Read the whole referral")
    await worker.finds_nothing_wrong()
    for reader in (worker, manager, agency, team):
        said = [*reader.addresses, *reader.titles]
        assert not [one for one in said if words.mark in one or CHILD.split()[0] in one]
        assert all(
            one.startswith((reader.home, people.stack.addresses()["keycloak_console"][:21])) for one in reader.addresses
        )


async def test_the_recommender_is_told_who_can_authorise_and_is_refused_by_address(
    people: People, new_reader: NewReader
) -> None:
    words = Words.new()
    _, case = await work.refer(people)
    manager = await new_reader("wandsworth-manager")
    await work.rate_by_api(people, case, "red", words.of("Rated"))
    await work.recommend(manager, case, words)

    assert "You recommended this, so another person has to authorise it" in await manager.text()
    recommendation = await _open_recommendation(people, case)
    await manager.open(f"{case}/authorise/{recommendation}")
    await manager.choose("Yes, authorise it")
    await manager.write("Why", words.of("I agree with myself"))
    await manager.press("Continue")
    await manager.page.get_by_role("button", name="Continue").click()
    await manager.press("Record the decision")

    assert "You recommended this, so another person has to authorise it" in await manager.text()
    assert words.of("I agree with myself") in await manager.text()
    await manager.finds_nothing_wrong()


async def _open_recommendation(people: People, case: str) -> str:
    async def ask() -> str | None:
        answer = await people.staff("wandsworth-manager").ask(
            "GET", "triage", f"/v1{case}", headers={"Access-Purpose": "triage"}
        )
        found = [one for one in answer.json()["recommendations"] if not one["settled"]]
        return str(found[0]["recommendation_id"]) if found else None

    return str(await until("an open recommendation", ask))
