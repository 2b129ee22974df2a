"""A referral that is sent by form: once, as it was checked, and refused with everything still there."""

import asyncio
import json

import httpx2
import pytest
from referring_by_form import REFERRALS, SHOWN, WORDS, begun, kept_in, save, send, sent_of, written
from sender_answers import receipt
from ui_answers import MANAGER, REFERENCE, REFERRAL_ID
from ui_world import SignedInBrowser, World, problem


async def test_what_is_sent_is_what_was_checked_under_the_forms_key_and_the_agency_is_not_in_it(
    world: World, lead: SignedInBrowser
) -> None:
    home = await written(lead)
    checked = await lead.get(f"{home}/check")

    answer = await send(lead, home)

    assert SHOWN in checked.text
    assert (answer.status_code, answer.headers["location"]) == (303, f"{home}/sent")
    (command,) = world.services.sent(REFERRALS)
    assert command.headers["idempotency-key"] == home.rpartition("/")[2]
    assert sent_of(world) == [
        {
            "referrer": {"name": "Ama O'Brien"},
            "children": [{"first_name": "Rowan", "last_name": "Testerley"}],
            "concern": {"facts": WORDS},
        }
    ]


async def test_the_page_after_sending_says_what_happens_next_and_the_answers_are_erased(
    world: World, lead: SignedInBrowser
) -> None:
    home = await written(lead)
    await send(lead, home)

    page = (await lead.get(f"{home}/sent")).text
    back = await lead.get(f"{home}/children/1/name")

    for said in (REFERENCE, "reads every referral", "report it to the police first", "NHS number"):
        assert said in page
    assert f'href="/referrals/{REFERRAL_ID}/receipt"' in page
    assert (back.status_code, back.headers["location"]) == (303, f"{home}/sent")
    assert "Rowan" not in await kept_in(world)
    assert (await lead.get("/drafts")).text.count("Refer a child</a></p>") == 0


async def test_the_page_after_sending_says_what_is_wrong_with_a_number_beside_what_is_asked_for(
    world: World, lead: SignedInBrowser
) -> None:
    wrong = {
        "item": "invalid-nhs-number",
        "label": "An NHS number whose check digit is right",
        "pointers": ["/children/0/nhs_number", "/children/1/nhs_number"],
        "details": ["This has 9 digits. An NHS number has 10.", "Character 3 is <b>. Write a digit."],
    }
    world.services.answers["POST", REFERRALS] = lambda _: httpx2.Response(
        202, json=receipt(missing_information=[wrong])
    )
    home = await written(lead)
    await send(lead, home)

    page = (await lead.get(f"{home}/sent")).text

    details = page.partition("An NHS number whose check digit is right</a>")[2].partition("</ul>")[0]
    assert details == (
        '<ul class="govuk-list"><li>This has 9 digits. An NHS number has 10.</li>'
        "<li>Character 3 is &lt;b&gt;. Write a digit.</li>"
    )


async def test_a_double_click_a_reload_and_back_send_one_referral(world: World, lead: SignedInBrowser) -> None:
    home = await written(lead)

    answers = await asyncio.gather(*(send(lead, home) for _ in range(3)))
    again = await send(lead, home)
    back = await lead.get(f"{home}/check")

    assert {one.headers["location"] for one in (*answers, again, back)} == {f"{home}/sent"}
    assert len(world.services.sent(REFERRALS)) == 1


@pytest.mark.parametrize("key", ["", "no key", "5f0c5d3e-7b52-4f0e-9c59-0d7c2a1f4e6b", "0" * 5000])
async def test_a_forged_key_sends_nothing(world: World, lead: SignedInBrowser, key: str) -> None:
    home = await written(lead)

    answer = await send(lead, home, key=key)

    assert (answer.status_code, world.services.sent(REFERRALS)) == (410, [])


async def test_the_key_of_another_draft_sends_neither(world: World, lead: SignedInBrowser) -> None:
    home, other = await written(lead), await written(lead)

    answer = await send(lead, home, key=other.rpartition("/")[2])

    assert (answer.status_code, world.services.sent(REFERRALS)) == (410, [])


async def test_somebody_elses_draft_is_neither_read_changed_removed_norsent_of(
    world: World, lead: SignedInBrowser
) -> None:
    home = await written(lead)
    before = await kept_in(world)
    thief = await world.sign_in_lead(subject=MANAGER)
    await thief.post("/refer", form_key=home.rpartition("/")[2])

    seen = [await thief.get(f"{home}{path}") for path in ("", "/check", "/sent", "/children/1/name", "/concern/facts")]
    saved = await save(thief, f"{home}/concern/facts", {"concern-facts": "Mine"})
    added = await thief.post(f"{home}/children/add")
    removed = await thief.post(f"{home}/children/1/remove")
    sent = await send(thief, home)

    assert {one.status_code for one in seen} == {410}
    assert not [one for one in seen if "Rowan" in one.text]
    assert (saved.status_code, sent.status_code) == (410, 410)
    assert added.status_code == removed.status_code == 303
    assert await kept_in(world) == before
    assert world.services.sent(REFERRALS) == []


async def test_what_intake_refuses_is_shown_at_its_question_until_that_is_written_again(
    world: World, lead: SignedInBrowser
) -> None:
    home = await written(lead)
    errors = [
        {"pointer": "/referrer/phone", "detail": "Give a phone number or an e-mail address."},
        {"pointer": "/children/0/date_of_birth", "detail": "Send a date."},
    ]
    world.services.answers["POST", REFERRALS] = lambda _: problem(
        422, "not-enough", "Tell us a little more", detail="If a child is in danger now, call 999.", errors=errors
    )

    refused = await send(lead, home)
    question = (await lead.get(f"{home}/children/1/birth")).text
    tasks = (await lead.get(home)).text
    await save(lead, f"{home}/you/you", {"referrer-phone": "020 7946 0199"})
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
    home = await begun(lead)
    errors = [{"pointer": "/children", "detail": "Add at least one child."}]
    world.services.answers["POST", REFERRALS] = lambda _: problem(422, "not-enough", "Tell us more", errors=errors)

    refused = await send(lead, home)

    assert f'<a href="{home}#children">Add at least one child.</a>' in refused.text
    assert 'id="children"' in (await lead.get(home)).text


async def test_what_may_have_arrived_goes_again_as_it_was_and_what_was_changed_since_is_kept_to_be_added(
    world: World, lead: SignedInBrowser
) -> None:
    home = await written(lead)
    world.services.answers["POST", REFERRALS] = lambda _: problem(503, "not-confirmed", "We cannot confirm yet")
    away = await send(lead, home)
    await lead.post(f"{home}/family/family", strengths=WORDS)
    world.services.answers["POST", REFERRALS] = lambda _: httpx2.Response(202, json=receipt())

    await send(lead, home)
    page = (await lead.get(f"{home}/sent")).text
    kept = (await lead.get(f"/referrals/{REFERRAL_ID}/add")).status_code

    assert (away.status_code, "Nothing is lost" in away.text) == (503, True)
    first, second = sent_of(world)
    assert first == second
    assert {one.headers["idempotency-key"] for one in world.services.sent(REFERRALS)} == {home.rpartition("/")[2]}
    assert "You changed something after it had left" in page
    assert kept == 404  # the fake intake knows no referral
    assert "What goes well?" in await kept_in(world)


async def test_what_did_not_arrive_after_all_goes_as_it_stands_now(world: World, lead: SignedInBrowser) -> None:
    home = await written(lead)
    world.services.away = {"referral-intake"}
    await send(lead, home)
    world.services.away = set()
    await save(lead, f"{home}/you/you", {"referrer-phone": "020 7946 0199"})

    def answered(request: httpx2.Request) -> httpx2.Response:
        reachable = "phone" in json.loads(request.content).get("referrer", {})
        return httpx2.Response(202, json=receipt()) if reachable else problem(422, "not-enough", "Tell us more")

    world.services.answers["POST", REFERRALS] = answered
    answer = await send(lead, home)

    assert answer.headers["location"] == f"{home}/sent"
    assert [one.get("referrer", {}).get("phone") for one in sent_of(world)] == [None, "020 7946 0199"]
    assert "You changed something" not in (await lead.get(f"{home}/sent")).text


async def test_a_page_that_is_saved_after_the_referral_had_left_is_kept_to_be_added(
    world: World, lead: SignedInBrowser
) -> None:
    home = await written(lead)
    await send(lead, home)

    answer = await save(lead, f"{home}/children/1/voice", {"voice-words": WORDS})

    assert answer.headers["location"] == f"/referrals/{REFERRAL_ID}/add"
    assert "What the child said or showed, in their own words" in await kept_in(world)


async def test_nul_is_shown_as_a_mark(world: World, lead: SignedInBrowser) -> None:
    home = await written(lead)

    await lead.post(f"{home}/children/1/name", first_name="Ro\0wan")
    await send(lead, home)

    assert sent_of(world)[0]["children"] == [{"first_name": "Ro\N{SYMBOL FOR NULL}wan"}]
