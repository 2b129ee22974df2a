"""Referring by form: kept raw from the first post on, sent once, and refused with everything still there."""

import asyncio
import json
import re
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import select
from ui_answers import MANAGER, REFERENCE, REFERRAL_ID, own_line, receipt
from ui_world import SignedInBrowser, World, problem

from triage_ui.drafts.tables import draft

REFERRALS: Final = "/v1/referrals"
WORDS: Final = "Because of <b>this</b> \N{CHILD} अनुष्का \N{RIGHT-TO-LEFT OVERRIDE}x"
SHOWN: Final = "Because of &lt;b&gt;this&lt;/b&gt; \N{CHILD} अनुष्का \N{RIGHT-TO-LEFT OVERRIDE}x"
FORM_KEY: Final = re.compile(r'name="form_key" value="([0-9a-f-]{36})"')


@pytest.fixture
async def lead(world: World) -> SignedInBrowser:
    world.services.answers["GET", REFERRALS] = {"referrals": [own_line()], "next": None}
    world.services.answers["POST", REFERRALS] = lambda _: httpx2.Response(202, json=receipt())
    return await world.sign_in_lead()


async def _begun(person: SignedInBrowser) -> str:
    """A referral that was begun: its address."""
    found = FORM_KEY.search((await person.get("/refer")).text)
    assert found is not None
    answer = await person.post("/refer", form_key=found[1])
    assert answer.headers["location"] == f"/refer/{found[1]}/first/danger"
    return f"/refer/{found[1]}"


async def _written(person: SignedInBrowser) -> str:
    """One with a child and a worry."""
    home = await _begun(person)
    added = await person.post(f"{home}/children/add")
    assert added.headers["location"] == f"{home}/children/1/name"
    await person.post(f"{home}/children/1/name", then="next", first_name="Rowan", last_name="Testerley")
    await _save(person, f"{home}/concern/facts", {"concern-facts": WORDS}, then="all")
    return home


async def _save(person: SignedInBrowser, path: str, fields: dict[str, Any], *, then: str = "next") -> httpx2.Response:
    return await person.post(path, then=then, **fields)


async def _send(person: SignedInBrowser, home: str, *, key: str | None = None) -> httpx2.Response:
    return await person.post(f"{home}/check", form_key=home.rpartition("/")[2] if key is None else key)


def _sent(world: World) -> list[dict[str, Any]]:
    return [json.loads(one.content) for one in world.services.sent(REFERRALS)]


async def test_the_first_page_says_to_call_999_first_and_shows_what_was_sent_and_begun(lead: SignedInBrowser) -> None:
    home = await _begun(lead)

    page = (await lead.get("/refer")).text

    assert "call 999 first" in page
    assert "come back to them for 34 hours" in page
    assert "Ashcroft Primary School" in page
    assert f'href="/referrals/{REFERRAL_ID}"' in page
    assert f'href="{home}"' in page


async def test_nothing_is_chosen_for_anybody_and_danger_and_safe_contact_come_first(lead: SignedInBrowser) -> None:
    home = await _begun(lead)

    pages = [
        (await lead.get(f"{home}/{path}")).text for path in ("first/danger", "first/safe-contact", "concern/types")
    ]
    tasks = (await lead.get(home)).text

    assert not [page for page in pages if "checked" in page or "selected" in page]
    assert "call 999 first" in pages[0]
    order = [tasks.index(path) for path in ("first/danger", "first/safe-contact", "you/you", "concern/facts")]
    assert order == sorted(order)


async def test_what_is_sent_is_what_was_checked_under_the_forms_key_and_the_agency_is_not_in_it(
    world: World, lead: SignedInBrowser
) -> None:
    home = await _written(lead)
    checked = await lead.get(f"{home}/check")

    answer = await _send(lead, home)

    assert SHOWN in checked.text
    assert (answer.status_code, answer.headers["location"]) == (303, f"{home}/sent")
    (command,) = world.services.sent(REFERRALS)
    assert command.headers["idempotency-key"] == home.rpartition("/")[2]
    assert _sent(world) == [
        {
            "referrer": {"name": "Ama O'Brien"},
            "children": [{"first_name": "Rowan", "last_name": "Testerley"}],
            "concern": {"facts": WORDS},
        }
    ]


async def test_the_page_after_sending_says_what_happens_next_and_the_answers_are_erased(
    world: World, lead: SignedInBrowser
) -> None:
    home = await _written(lead)
    await _send(lead, home)

    page = (await lead.get(f"{home}/sent")).text
    back = await lead.get(f"{home}/children/1/name")

    for said in (REFERENCE, "reads every referral", "report it to the police first", "NHS number"):
        assert said in page
    assert f'href="/referrals/{REFERRAL_ID}/receipt"' in page
    assert (back.status_code, back.headers["location"]) == (303, f"{home}/sent")
    assert "Rowan" not in await _kept(world)
    assert (await lead.get("/drafts")).text.count("Refer a child</a></p>") == 0


async def _kept(world: World) -> str:
    """Everything that stands in drafts now, opened."""
    store, found = world.dependencies.drafts, []
    async with world.dependencies.db.transaction() as tx:
        for row in await tx.execute(select(draft)):
            one = await store.find(tx, row.subject, row.form_key, now=world.clock.now())
            found.append(one.fields if one else {})
    return json.dumps(found)


async def test_answers_are_kept_raw_also_when_they_are_wrong(lead: SignedInBrowser) -> None:
    home = await _written(lead)

    await _save(lead, f"{home}/children/1/birth", {"date_of_birth-day": "yesterday", "date_of_birth-year": "??"})
    page = (await lead.get(f"{home}/children/1/birth")).text

    assert 'value="yesterday"' in page
    assert 'value="??"' in page


async def test_two_tabs_that_are_saved_at_once_both_count(lead: SignedInBrowser) -> None:
    home = await _written(lead)

    await asyncio.gather(
        *(
            _save(lead, f"{home}/you/you", {"referrer-name": "Kit", "referrer-phone": "020 7946 0199"})
            for _ in range(2)
        ),
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


async def test_a_double_click_a_reload_and_back_send_one_referral(world: World, lead: SignedInBrowser) -> None:
    home = await _written(lead)

    answers = await asyncio.gather(*(_send(lead, home) for _ in range(3)))
    again = await _send(lead, home)
    back = await lead.get(f"{home}/check")

    assert {one.headers["location"] for one in (*answers, again, back)} == {f"{home}/sent"}
    assert len(world.services.sent(REFERRALS)) == 1


@pytest.mark.parametrize("key", ["", "no key", "5f0c5d3e-7b52-4f0e-9c59-0d7c2a1f4e6b", "0" * 5000])
async def test_a_forged_key_sends_nothing(world: World, lead: SignedInBrowser, key: str) -> None:
    home = await _written(lead)

    answer = await _send(lead, home, key=key)

    assert (answer.status_code, world.services.sent(REFERRALS)) == (410, [])


async def test_the_key_of_another_draft_sends_neither(world: World, lead: SignedInBrowser) -> None:
    home, other = await _written(lead), await _written(lead)

    answer = await _send(lead, home, key=other.rpartition("/")[2])

    assert (answer.status_code, world.services.sent(REFERRALS)) == (410, [])


async def test_somebody_elses_draft_is_neither_read_changed_removed_nor_sent(
    world: World, lead: SignedInBrowser
) -> None:
    home = await _written(lead)
    before = await _kept(world)
    thief = await world.sign_in_lead(subject=MANAGER)
    await thief.post("/refer", form_key=home.rpartition("/")[2])

    seen = [await thief.get(f"{home}{path}") for path in ("", "/check", "/sent", "/children/1/name", "/concern/facts")]
    saved = await _save(thief, f"{home}/concern/facts", {"concern-facts": "Mine"})
    added = await thief.post(f"{home}/children/add")
    removed = await thief.post(f"{home}/children/1/remove")
    sent = await _send(thief, home)

    assert {one.status_code for one in seen} == {410}
    assert not [one for one in seen if "Rowan" in one.text]
    assert (saved.status_code, sent.status_code) == (410, 410)
    assert added.status_code == removed.status_code == 303
    assert await _kept(world) == before
    assert world.services.sent(REFERRALS) == []


async def test_an_expired_draft_is_gone(world: World, lead: SignedInBrowser) -> None:
    home = await _written(lead)
    world.clock.advance(timedelta(hours=40))
    person = await world.sign_in_lead()

    assert (await person.get(home)).status_code == 410
    assert (await _send(person, home)).status_code == 410


async def test_what_intake_refuses_is_shown_at_its_question_until_that_is_written_again(
    world: World, lead: SignedInBrowser
) -> None:
    home = await _written(lead)
    errors = [
        {"pointer": "/referrer/phone", "detail": "Give a phone number or an e-mail address."},
        {"pointer": "/children/0/date_of_birth", "detail": "Send a date."},
    ]
    world.services.answers["POST", REFERRALS] = lambda _: problem(
        422, "not-enough", "Tell us a little more", detail="If a child is in danger now, call 999.", errors=errors
    )

    refused = await _send(lead, home)
    question = (await lead.get(f"{home}/children/1/birth")).text
    tasks = (await lead.get(home)).text
    await _save(lead, f"{home}/you/you", {"referrer-phone": "020 7946 0199"})
    left = (await lead.get(home)).text

    assert refused.status_code == 422
    assert "<title>Error: " in refused.text
    for said in ("Tell us a little more", "call 999", SHOWN, f'href="{home}/you/you#referrer-phone"'):
        assert said in refused.text
    assert f'href="{home}/children/1/birth#date_of_birth-day"' in refused.text
    assert 'id="date_of_birth-error"' in question
    assert tasks.count("There is a problem</strong>") == 2
    assert left.count("There is a problem</strong>") == 1


async def test_a_referral_without_a_child_leads_to_adding_one(world: World, lead: SignedInBrowser) -> None:
    home = await _begun(lead)
    errors = [{"pointer": "/children", "detail": "Add at least one child."}]
    world.services.answers["POST", REFERRALS] = lambda _: problem(422, "not-enough", "Tell us more", errors=errors)

    refused = await _send(lead, home)

    assert f'<a href="{home}#children">Add at least one child.</a>' in refused.text
    assert 'id="children"' in (await lead.get(home)).text


async def test_what_may_have_arrived_goes_again_as_it_was_and_what_was_changed_since_is_kept_to_be_added(
    world: World, lead: SignedInBrowser
) -> None:
    home = await _written(lead)
    world.services.answers["POST", REFERRALS] = lambda _: problem(503, "not-confirmed", "We cannot confirm yet")
    away = await _send(lead, home)
    await lead.post(f"{home}/family/family", strengths=WORDS)
    world.services.answers["POST", REFERRALS] = lambda _: httpx2.Response(202, json=receipt())

    await _send(lead, home)
    page = (await lead.get(f"{home}/sent")).text
    kept = (await lead.get(f"/referrals/{REFERRAL_ID}/add")).status_code

    assert (away.status_code, "Nothing is lost" in away.text) == (503, True)
    first, second = _sent(world)
    assert first == second
    assert {one.headers["idempotency-key"] for one in world.services.sent(REFERRALS)} == {home.rpartition("/")[2]}
    assert "You changed something after it had left" in page
    assert kept == 404  # the fake intake knows no referral
    assert "What goes well?" in await _kept(world)


async def test_what_did_not_arrive_after_all_goes_as_it_stands_now(world: World, lead: SignedInBrowser) -> None:
    home = await _written(lead)
    world.services.away = {"referral-intake"}
    await _send(lead, home)
    world.services.away = set()
    await _save(lead, f"{home}/you/you", {"referrer-phone": "020 7946 0199"})

    def answered(request: httpx2.Request) -> httpx2.Response:
        reachable = "phone" in json.loads(request.content).get("referrer", {})
        return httpx2.Response(202, json=receipt()) if reachable else problem(422, "not-enough", "Tell us more")

    world.services.answers["POST", REFERRALS] = answered
    answer = await _send(lead, home)

    assert answer.headers["location"] == f"{home}/sent"
    assert [one.get("referrer", {}).get("phone") for one in _sent(world)] == [None, "020 7946 0199"]
    assert "You changed something" not in (await lead.get(f"{home}/sent")).text


async def test_a_page_that_is_saved_after_the_referral_had_left_is_kept_to_be_added(
    world: World, lead: SignedInBrowser
) -> None:
    home = await _written(lead)
    await _send(lead, home)

    answer = await _save(lead, f"{home}/children/1/voice", {"voice-words": WORDS})

    assert answer.headers["location"] == f"/referrals/{REFERRAL_ID}/add"
    assert "What the child said or showed, in their own words" in await _kept(world)


async def test_a_session_that_ended_while_somebody_wrote_keeps_the_text_and_leads_back_to_it(
    world: World, lead: SignedInBrowser
) -> None:
    home = await _written(lead)
    world.clock.advance(timedelta(minutes=21))

    late = await lead.post(f"{home}/family/family", then="next", strengths=WORDS)
    again = await world.sign_in_lead()

    assert late.headers["location"] == f"/sign-in?to={home}/family/family"
    assert SHOWN in (await again.get(f"{home}/family/family")).text


async def test_an_entry_is_removed_only_after_asking(lead: SignedInBrowser) -> None:
    home = await _written(lead)
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
    home = await _begun(lead)

    answer = await lead.get(f"{home}{path}")

    assert answer.status_code == 404
    assert "Page not found" in answer.text


async def test_too_much_is_refused_for_one_page_and_for_all_together_and_nothing_before_is_lost(
    lead: SignedInBrowser,
) -> None:
    home = await _written(lead)

    one = await lead.post(f"{home}/family/family", strengths="x" * 1_100_000)
    fits = [
        await _save(lead, f"{home}/family/family", {name: "x" * 900_000}) for name in ("strengths", "family-network")
    ]
    more = await _save(lead, f"{home}/concern/meaning", {"concern-opinion": "x" * 1_000_000})
    other = await _save(lead, f"{home}/agreement/lawful-basis", {"consent-lawful_basis-explanation": "x" * 1_000_000})

    assert (one.status_code, "This is too long" in one.text) == (413, True)
    assert [answer.status_code for answer in fits] == [303, 303]
    assert {more.status_code, other.status_code} == {303, 413}
    assert "Testerley" in (await lead.get(f"{home}/children/1/name")).text


async def test_nul_is_shown_as_a_mark(world: World, lead: SignedInBrowser) -> None:
    home = await _written(lead)

    await lead.post(f"{home}/children/1/name", first_name="Ro\0wan")
    await _send(lead, home)

    assert _sent(world)[0]["children"] == [{"first_name": "Ro\N{SYMBOL FOR NULL}wan"}]


async def test_no_address_and_no_title_says_a_name(lead: SignedInBrowser) -> None:
    home = await _written(lead)

    for path in ("", "/check", "/children/1/name", "/children/1/remove", "/concern/facts"):
        page = (await lead.get(f"{home}{path}")).text
        title = page.partition("<title>")[2].partition("</title>")[0]
        links = re.findall(r'(?:href|action)="([^"]*)"', page)
        assert "Rowan" not in title + " ".join(links)


async def test_a_form_from_another_site_or_session_changes_nothing(world: World, lead: SignedInBrowser) -> None:
    home = await _written(lead)

    forged = await lead.post(f"{home}/family/family", csrf="0" * 64, strengths="Mine")
    abroad = await lead.post(f"{home}/family/family", site={"sec-fetch-site": "cross-site"}, strengths="Mine")

    assert (forged.status_code, abroad.status_code) == (403, 403)
    assert "Mine" not in await _kept(world)


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
