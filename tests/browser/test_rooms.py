"""The journeys of auditors, records officers and operators, and of somebody who works for two partnerships."""

import json
from typing import Final

import httpx2
import pytest

from frontdoor.demo.waiting import until
from tests.browser import work
from tests.browser.conftest import NewReader
from tests.browser.reader import Reader
from tests.browser.work import CHILD, Words
from tests.e2e.people import People
from tests.e2e.steps import done

pytestmark = pytest.mark.timeout(600)

OUT_OF_HOURS: Final = "out-of-hours-social-worker"
ELSEWHERE: Final = "Warwickshire Children and Families Front Door"
SCRIPTS: Final = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])


async def _find(auditor: Reader, reference: str) -> None:
    await auditor.open("/audit")
    await auditor.choose("Audit or assurance")
    await auditor.write("Reference of the referral", reference)
    await auditor.press("Show who looked")


@SCRIPTS
async def test_an_auditor_finds_who_looked_and_what_that_reader_looked_at_besides(
    people: People, new_reader: NewReader, scripts: bool
) -> None:
    reference, case = await work.refer(people)
    worker = await new_reader("wandsworth-social-worker-2")
    await worker.open(case)
    auditor = await new_reader("wandsworth-auditor", scripts=scripts)
    assert await auditor.heading() == "What must I do next?"
    await auditor.finds_nothing_wrong()
    await auditor.follow("Find who looked at a referral")
    await auditor.finds_nothing_wrong()
    await auditor.press("Show who looked")
    assert "Choose why you look" in await auditor.text()
    await auditor.finds_nothing_wrong()

    async def in_the_log() -> bool | None:
        await _find(auditor, reference)
        return "Second Social Worker" in await auditor.text() or None

    await until("the look in the log", in_the_log)
    assert await auditor.heading() == f"Who looked at {reference}"
    assert "Complete to checkpoint" in await auditor.text()
    assert CHILD not in await auditor.page.content()
    await auditor.finds_nothing_wrong()
    row = auditor.page.get_by_role("row").filter(has_text="Second Social Worker").first
    await row.get_by_role("button").click()
    await auditor.page.wait_for_load_state()
    assert await auditor.heading() == "What Second Social Worker looked at"
    assert "Case" in await auditor.text()
    await auditor.finds_nothing_wrong()
    said = [*auditor.addresses, *auditor.titles]
    assert not [one for one in auditor.addresses if reference in one]
    assert not [one for one in said if "Second" in one or CHILD.split()[0] in one]


async def test_an_auditors_own_look_is_found_by_the_next_one(people: People, new_reader: NewReader) -> None:
    reference, _ = await work.refer(people)
    auditor = await new_reader("wandsworth-auditor")

    async def own_look() -> bool | None:
        await _find(auditor, reference)
        return "Records Auditor" in await auditor.text() or None

    await until("the auditor's own look in the log", own_look)


async def _receipt(people: People, reference: str) -> str:
    """A disclosure receipt of a referral, as an auditor is given it."""
    auditor = people.staff("wandsworth-auditor")
    found = done(await auditor.ask("GET", "referral-intake", f"/v1/references/{reference}"))
    path, headers = f"/v1/receipts/{found['referral_id']}", {"Access-Purpose": "audit"}

    async def made() -> str | None:
        answer = await auditor.ask("GET", "audit", path, headers=headers)
        return answer.text if answer.status_code == httpx2.codes.OK and answer.json()["entries"] else None

    return str(await until("a receipt", made))


@SCRIPTS
async def test_a_receipt_that_is_brought_holds_and_one_that_was_altered_does_not(
    people: People, new_reader: NewReader, scripts: bool
) -> None:
    reference, _ = await work.refer(people)
    receipt = await _receipt(people, reference)
    altered = json.loads(receipt)
    altered["entries"][0]["entry"] = altered["entries"][0]["entry"].replace("wandsworth", "wandswort1")
    officer = await new_reader("wandsworth-data-protection-officer", scripts=scripts)
    await officer.follow("Check a receipt or a proof")
    await officer.finds_nothing_wrong()

    for pasted, verdict in ((receipt, "It holds"), (json.dumps(altered), "It does not hold")):
        await officer.write("Paste a disclosure receipt or an inclusion proof", pasted)
        await officer.press("Check it")
        assert verdict in await officer.text()
        assert "python -m audit.verify receipt FILE --key" in await officer.text()
        await officer.finds_nothing_wrong()


@SCRIPTS
async def test_a_records_officer_opens_a_run_places_a_hold_and_lifts_it(
    people: People, new_reader: NewReader, scripts: bool
) -> None:
    words = Words.new()
    reference, _ = await work.refer(people)
    officer = await new_reader("wandsworth-records-officer", scripts=scripts)
    await officer.finds_nothing_wrong()
    await officer.follow("All disposal runs")
    await officer.finds_nothing_wrong()
    await officer.page.get_by_role("button", name="Open a disposal run").click()
    await officer.press("Continue")
    await officer.finds_nothing_wrong()
    await officer.press("Open the run")
    assert "The run is opened." in await officer.text()
    await officer.page.locator("tbody a").first.click()
    await officer.page.wait_for_load_state()
    assert await officer.heading() == "Disposal run: review and approve"
    await officer.finds_nothing_wrong()

    await officer.open("/records/hold")
    await officer.choose("A public inquiry")
    await officer.write("On whose order, and where that is written", words.of("Letter"))
    await officer.write("References of the referrals", f"{reference}\nWAN-7K3M-Q9TR")
    await officer.press("Continue")
    await officer.finds_nothing_wrong()
    await officer.press("Place the hold")
    shown = await officer.text()
    assert "The hold stands on 1 referral." in shown
    assert "line 2 of your list" in shown
    assert words.of("Letter") in shown
    await officer.finds_nothing_wrong()
    row = officer.page.get_by_role("row").filter(has_text=words.mark)
    await row.get_by_role("link", name="Lift").click()
    await officer.finds_nothing_wrong()
    await officer.press("Continue")
    await officer.press("Lift the hold")
    assert words.mark not in await officer.text()
    assert not [one for one in officer.addresses if reference in one or words.mark in one]


async def test_a_manager_sees_runs_and_is_told_by_the_service_who_opens_them(new_reader: NewReader) -> None:
    manager = await new_reader("wandsworth-manager", to="/records/open-run")
    await manager.press("Continue")

    await manager.press("Open the run")

    assert "Your role does not allow this" in await manager.text()
    await manager.finds_nothing_wrong()


@SCRIPTS
async def test_an_operator_signs_in_as_a_person_and_follows_a_referral_without_its_content(
    people: People, new_reader: NewReader, scripts: bool
) -> None:
    reference, case = await work.refer(people)
    operator = await new_reader("platform-operator", scripts=scripts)
    await operator.finds_nothing_wrong()
    await operator.follow("All services")
    for service in ("referral-intake", "triage", "agency-notify", "audit"):
        assert service in await operator.text()
    await operator.finds_nothing_wrong()

    async def followed() -> bool | None:
        await operator.open("/operator")
        await operator.write("Reference of the referral", reference)
        await operator.press("Show its journey")
        return "Case opened" in await operator.text() or None

    await until("the journey in the log", followed)
    shown = await operator.page.content()
    assert "Referral received" in shown
    assert not [said for said in (CHILD, "ashcroft-primary", "Ashcroft", "physical-abuse") if said in shown]
    await operator.finds_nothing_wrong()
    assert not [one for one in operator.addresses if reference in one]
    assert await operator.open(case) == 404
    await operator.finds_nothing_wrong()


@SCRIPTS
async def test_somebody_who_works_for_two_partnerships_changes_between_them_without_signing_in_again(
    people: People, new_reader: NewReader, scripts: bool
) -> None:
    reference, case = await work.refer(people)
    reader = await new_reader(OUT_OF_HOURS, scripts=scripts)
    assert await reader.open(case) == 200
    await reader.finds_nothing_wrong()
    before = len([one for one in reader.addresses if "/realms/" in one])

    await reader.press(f"Work for {ELSEWHERE}")

    assert "as MASH manager" in await reader.text()
    await reader.finds_nothing_wrong()
    assert await reader.open(case) == 404, "the service decides: the case is of the other partnership"
    assert await reader.open("/queue?all=yes") == 200
    assert reference not in await reader.page.content()
    await reader.press("Work for Wandsworth multi-agency safeguarding hub")
    assert await reader.open(case) == 200
    assert len([one for one in reader.addresses if "/realms/" in one]) == before


async def test_a_service_believes_the_token_and_not_the_place_that_is_named(people: People) -> None:
    named = {"Acting-For": "warwickshire/warwickshire-mash"}
    both, one = people.staff(OUT_OF_HOURS), people.staff("wandsworth-manager")

    answers = [await person.ask("GET", "triage", "/v1/cases", headers=named) for person in (both, one)]

    assert [answer.status_code for answer in answers] == [200, 403]


@pytest.mark.parametrize(
    ("name", "sections"),
    [
        ("wandsworth-contact-officer", ["Cases in the queue", "Notices that nobody has dealt with"]),
        (
            "wandsworth-manager",
            [
                "Recommendations to authorise",
                "Cases in the queue",
                "Records whose time is over",
                "Notices that nobody has dealt with",
            ],
        ),
        (
            "wandsworth-health-visitor",
            [
                "Questions about your referrals",
                "Requests that wait for your answer",
                "Notices that nobody has dealt with",
            ],
        ),
        ("wandsworth-macpt-member", ["Handovers offered to your team", "Notices that nobody has dealt with"]),
        ("wandsworth-auditor", ["The log"]),
        ("wandsworth-records-officer", ["Records whose time is over", "Holds"]),
        ("wandsworth-data-protection-officer", ["Disclosure"]),
        ("platform-operator", ["The services"]),
    ],
)
async def test_the_first_page_answers_what_to_do_next_and_every_link_of_it_leads_somewhere(
    new_reader: NewReader, name: str, sections: list[str]
) -> None:
    reader = await new_reader(name)

    assert await reader.page.locator(".fd-sections h2").all_inner_texts() == sections
    assert "cannot be shown now" not in await reader.text()
    links = await reader.page.locator("a[href^='/']").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    for path in dict.fromkeys(links):
        assert await reader.open(path) == 200, path
        assert await reader.page.locator("h1").count() == 1, path
