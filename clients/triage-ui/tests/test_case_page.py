"""The page of a case: what could do harm first, each look recorded, and what is withheld said to be."""

from typing import Final

import httpx2
import pytest
from ui_answers import CASE_ID, REFERRAL_ID, case, document
from ui_world import TOKEN, World, problem

CASE: Final = f"/cases/{CASE_ID}"


async def test_a_case_says_what_could_do_harm_before_anything_else(world: World) -> None:
    page = (await (await world.sign_in()).get(CASE)).text

    said = ("A child may be in danger now", "Before you contact anybody", "<h1", "Who has answered", "newest first")
    order = [page.index(one) for one in said]
    assert order == sorted(order)
    assert "He reads the post." in page
    assert "Late: no answer yet" in page
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    ("states", "warns"),
    [("stated", True), ("none-known", False), ("not-stated", False), ("what-is-new-here", True), (None, True)],
)
async def test_a_risk_to_staff_is_warned_of_unless_intake_says_that_there_is_none(
    world: World, states: str | None, warns: bool
) -> None:
    headers = {"Content-Staff-Risk": states} if states else {}
    world.services.answers["GET", f"/v1/referrals/{REFERRAL_ID}/document"] = lambda _: httpx2.Response(
        200, json=document(), headers=headers
    )

    page = (await (await world.sign_in()).get(CASE)).text

    assert ("Risk to staff" in page) is warns
    assert "Before you contact anybody" in page


async def test_no_title_and_no_address_names_a_child(world: World) -> None:
    page = (await (await world.sign_in()).get(CASE)).text

    title = page.partition("<title>")[2].partition("</title>")[0]
    assert "Rowan" not in title
    assert all("Rowan" not in part.partition('"')[0] for part in page.split('href="')[1:])


async def test_every_look_says_what_for_and_under_whose_token(world: World) -> None:
    await (await world.sign_in()).get(CASE)

    said = [(one.url.path, one.headers["access-purpose"]) for one in world.services.asked]
    assert said == [(f"/v1/cases/{CASE_ID}", "triage"), (f"/v1/referrals/{REFERRAL_ID}/document", "triage")]
    assert {one.headers["authorization"] for one in world.services.asked} == {f"Bearer {TOKEN}"}


async def test_a_referral_that_is_withheld_is_said_to_be_and_why(world: World) -> None:
    world.services.answers["GET", f"/v1/referrals/{REFERRAL_ID}/document"] = lambda _: problem(
        403, "wrong-purpose", "Your role may not open this record for that purpose"
    )

    page = await (await world.sign_in()).get(CASE)

    assert page.status_code == 200
    assert "The referral itself is not shown here." in page.text
    assert "Your role may not open this record for that purpose" in page.text


async def test_a_case_can_be_worked_on_while_intake_is_away(world: World) -> None:
    world.services.away = {"referral-intake"}

    page = await (await world.sign_in()).get(CASE)

    assert page.status_code == 200
    assert "The referral cannot be read now." in page.text


@pytest.mark.parametrize("said", [False, None])
async def test_danger_that_the_sender_does_not_say_is_not_said_by_the_page(world: World, said: bool | None) -> None:
    world.services.answers["GET", f"/v1/referrals/{REFERRAL_ID}/document"] = document(immediate_danger=said)

    page = (await (await world.sign_in()).get(CASE)).text

    assert "A child may be in danger now" not in page
    assert "What the sender says about immediate safety" in page
    assert "He is at the door." in page


async def test_a_closed_case_says_so(world: World) -> None:
    closed = case(state="closed", closed_at="2026-11-28T09:30:00Z", closed_reason="decided")
    world.services.answers["GET", f"/v1/cases/{CASE_ID}"] = closed

    page = await (await world.sign_in()).get(CASE)

    assert "This case was closed Saturday 28 November 2026 at 9:30am" in page.text
    assert f'href="{CASE}/close"' not in page.text


async def test_a_case_shows_the_plans_that_the_referral_tells_of(world: World) -> None:
    known = case()
    plan = {"code": "child-protection-ended", "label": "Child protection plan that has ended"}
    known["children"] = [known["children"][0] | {"plans": [plan]}]
    world.services.answers["GET", f"/v1/cases/{CASE_ID}"] = known

    page = (await (await world.sign_in()).get(CASE)).text

    assert "Plans, as the referral says:</strong> Child protection plan that has ended" in page
