"""Referring by form: kept raw from the first post on, whatever is written."""

import asyncio
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from referring_by_form import REFERRALS, SHOWN, WORDS, begun, kept_in, save, send, written
from ui_answers import REFERRAL_ID
from ui_world import SignedInBrowser, World, problem


async def test_the_first_page_says_to_call_999_first_and_shows_what_was_sent_andbegun(lead: SignedInBrowser) -> None:
    home = await begun(lead)

    page = (await lead.get("/refer")).text

    assert "call 999 first" in page
    assert "come back to them for 34 hours" in page
    assert "Ashcroft Primary School" in page
    assert f'href="/referrals/{REFERRAL_ID}"' in page
    assert f'href="{home}"' in page


async def test_nothing_is_chosen_for_anybody_and_danger_and_safe_contact_come_first(lead: SignedInBrowser) -> None:
    home = await begun(lead)

    pages = [
        (await lead.get(f"{home}/{path}")).text for path in ("first/danger", "first/safe-contact", "concern/types")
    ]
    tasks = (await lead.get(home)).text

    assert not [page for page in pages if "checked" in page or "selected" in page]
    assert "call 999 first" in pages[0]
    order = [tasks.index(path) for path in ("first/danger", "first/safe-contact", "you/you", "concern/facts")]
    assert order == sorted(order)


async def test_answers_are_kept_raw_also_when_they_are_wrong(lead: SignedInBrowser) -> None:
    home = await written(lead)

    await save(lead, f"{home}/children/1/birth", {"date_of_birth-day": "yesterday", "date_of_birth-year": "??"})
    page = (await lead.get(f"{home}/children/1/birth")).text

    assert 'value="yesterday"' in page
    assert 'value="??"' in page


async def test_two_tabs_that_are_saved_at_once_both_count(lead: SignedInBrowser) -> None:
    home = await written(lead)

    await asyncio.gather(
        *(save(lead, f"{home}/you/you", {"referrer-name": "Kit", "referrer-phone": "020 7946 0199"}) for _ in range(2)),
        lead.post(f"{home}/family/family", strengths=WORDS),
        lead.post(f"{home}/family/risks-to-staff", risks_to_staff="None known."),
    )
    page = (await lead.get(f"{home}/check")).text

    assert all(said in page for said in ("020 7946 0199", SHOWN, "None known.", "Testerley"))


async def test_a_double_start_begins_one(lead: SignedInBrowser) -> None:
    key = str(uuid4())

    answers = await asyncio.gather(*(lead.post("/refer", form_key=key) for _ in range(3)))

    assert {answer.headers["location"] for answer in answers} == {f"/refer/{key}/first/danger"}
    assert (await lead.get("/drafts")).text.count(f'href="/refer/{key}"') == 1


async def test_an_expired_draft_is_gone(world: World, lead: SignedInBrowser) -> None:
    home = await written(lead)
    world.clock.advance(timedelta(hours=40))
    person = await world.sign_in_lead()

    assert (await person.get(home)).status_code == 410
    assert (await send(person, home)).status_code == 410


async def test_a_session_that_ended_while_somebody_wrote_keeps_the_text_and_leads_back_to_it(
    world: World, lead: SignedInBrowser
) -> None:
    home = await written(lead)
    world.clock.advance(timedelta(minutes=21))

    late = await lead.post(f"{home}/family/family", then="next", strengths=WORDS)
    again = await world.sign_in_lead()

    assert late.headers["location"] == f"/sign-in?to={home}/family/family"
    assert SHOWN in (await again.get(f"{home}/family/family")).text


async def test_an_entry_is_removed_only_after_asking(lead: SignedInBrowser) -> None:
    home = await written(lead)
    await lead.post(f"{home}/people/add")

    asked = await lead.get(f"{home}/children/1/remove")
    removed = await lead.post(f"{home}/children/1/remove")
    page = (await lead.get(home)).text

    assert "Remove child 1: <bdi>Rowan Testerley</bdi>?" in asked.text
    assert removed.headers["location"] == f"{home}#children"
    assert "Rowan" not in page
    assert "Person 1" in page
    assert (await lead.get(f"{home}/children/1/name")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/nothing/nothing",
        "/children/name",
        "/children/7/name",
        "/children/0/name",
        "/first/1/danger",
        "/children/1/remove",
        "/children/99999999999999999999/name",
    ],
)
async def test_a_page_that_there_is_not_is_not_found(lead: SignedInBrowser, path: str) -> None:
    home = await begun(lead)

    answer = await lead.get(f"{home}{path}")

    assert answer.status_code == 404
    assert "Page not found" in answer.text


async def test_too_much_is_refused_for_one_page_and_for_all_together_and_nothing_before_is_lost(
    lead: SignedInBrowser,
) -> None:
    home = await written(lead)

    one = await lead.post(f"{home}/family/family", strengths="x" * 1_100_000)
    fits = [
        await save(lead, f"{home}/family/family", {name: "x" * 900_000}) for name in ("strengths", "family-network")
    ]
    more = await save(lead, f"{home}/concern/meaning", {"concern-opinion": "x" * 1_000_000})
    other = await save(lead, f"{home}/agreement/lawful-basis", {"consent-lawful_basis-explanation": "x" * 1_000_000})

    assert (one.status_code, "This is too long" in one.text) == (413, True)
    assert [answer.status_code for answer in fits] == [303, 303]
    assert {more.status_code, other.status_code} == {303, 413}
    assert "Testerley" in (await lead.get(f"{home}/children/1/name")).text


async def test_no_address_and_no_title_says_a_name(lead: SignedInBrowser) -> None:
    home = await written(lead)

    for path in ("", "/check", "/children/1/name", "/children/1/remove", "/concern/facts"):
        page = (await lead.get(f"{home}{path}")).text
        title = page.partition("<title>")[2].partition("</title>")[0]
        links = re.findall(r'(?:href|action)="([^"]*)"', page)
        assert "Rowan" not in title + " ".join(links)


async def test_a_form_from_another_site_or_session_changes_nothing(world: World, lead: SignedInBrowser) -> None:
    home = await written(lead)

    forged = await lead.post(f"{home}/family/family", csrf="0" * 64, strengths="Mine")
    abroad = await lead.post(f"{home}/family/family", site={"sec-fetch-site": "cross-site"}, strengths="Mine")

    assert (forged.status_code, abroad.status_code) == (403, 403)
    assert "Mine" not in await kept_in(world)


async def test_whom_intake_does_not_let_refer_is_told_so_before_writing_anything(world: World) -> None:
    world.services.answers["GET", REFERRALS] = lambda _: problem(403, "forbidden", "Your role does not allow this")

    answer = await (await world.sign_in()).get("/refer")

    assert answer.status_code == 403
    assert "You cannot do this" in answer.text


async def test_the_menu_leads_agencies_to_these_pages_and_nobody_else(world: World, lead: SignedInBrowser) -> None:
    theirs = (await lead.get("/drafts")).text
    ours = (await (await world.sign_in()).get("/drafts")).text

    for path in ("/refer", "/referrals"):
        assert f'href="{path}"' in theirs
        assert f'href="{path}"' not in ours
