"""The records officer's pages and acts: what is shown, what is sent, and what is said of what was not done."""

import json
from typing import Any, Final

import httpx2
import pytest
from office_answers import HOLD_ID, RUN_ID, counted_run, full_item, hold, hold_here, item, run
from ui_answers import REFERENCE, REFERRAL_ID, document
from ui_world import SignedInBrowser, World, problem

RUN: Final = f"/v1/disposal-runs/{RUN_ID}"
ITEM: Final = f"{RUN}/referrals/{REFERRAL_ID}"
PAGE: Final = f"/records/runs/{RUN_ID}/referrals/{REFERRAL_ID}"
LAST_DAY: Final = {"keep_until-day": "31", "keep_until-month": "12", "keep_until-year": "2035"}


async def officer(world: World) -> SignedInBrowser:
    """Before one run with one referral, on which no hold stands."""
    world.services.answers |= {
        ("GET", "/v1/disposal-runs"): {"runs": [run()], "next": "a.cursor"},
        ("GET", RUN): counted_run(to_approve=1),
        ("GET", f"{RUN}/referrals"): {"referrals": [item()], "next": 7},
        ("GET", ITEM): full_item(),
        ("GET", "/v1/holds"): {"holds": [hold()], "next": None},
        ("GET", f"/v1/referrals/{REFERRAL_ID}/document"): document(),
        ("GET", f"/v1/referrals/{REFERRAL_ID}/holds"): lambda _: problem(500, "x", "x"),
    }
    return await world.sign_in(roles=("records-officer",))


async def send(person: SignedInBrowser, path: str, **fields: Any) -> Any:
    """Write a form and send it past its check page."""
    await person.post(path, then="check", **fields)
    page = (await person.get(f"{path}/check?sure=yes")).text
    key = page.partition('name="form_key" value="')[2].partition('"')[0]
    assert key, page
    return await person.post(f"{path}/check", form_key=key)


async def test_runs_their_referrals_and_one_of_them_are_shown_and_paged(world: World) -> None:
    person = await officer(world)

    runs, of_run, one = [(await person.get(path)).text for path in ("/records", f"/records/runs/{RUN_ID}", PAGE)]

    assert f'href="/records/runs/{RUN_ID}"' in runs
    assert 'href="/records?cursor=a.cursor"' in runs
    assert "To be approved by somebody who did not review it: <strong>1</strong>" in of_run
    assert f'href="/records/runs/{RUN_ID}?after=7"' in of_run
    assert "A child&#39;s eighteenth birthday, 4 May 2023" in one
    assert "Read whole; nothing speaks for keeping it." in one
    assert f'href="{PAGE}/approve"' in one


async def test_the_referral_is_read_for_records_before_it_is_reviewed(world: World) -> None:
    page = (await (await officer(world)).get(f"{PAGE}/document")).text

    assert "12 Made-up Street" in page
    [read] = [one for one in world.services.asked if one.url.path.endswith("/document")]
    assert read.headers["access-purpose"] == "records"


async def test_a_review_is_about_the_edition_that_was_seen(world: World) -> None:
    person = await officer(world)
    world.services.answers["POST", f"{ITEM}/review"] = {}
    seen = {"seen_version": '"2"', "reference": REFERENCE}

    kept = await send(person, f"{PAGE}/review", decision="keep", **LAST_DAY, reason=" A sibling. ", **seen)

    assert kept.headers["location"] == f"{PAGE}?done=review-record"
    [sent] = world.services.sent(f"{ITEM}/review")
    assert json.loads(sent.content) == {
        "decision": "keep",
        "edition": 2,
        "keep_until": "2035-12-31",
        "reason": "A sibling.",
    }
    assert sent.headers["idempotency-key"]
    assert "Your review is recorded." in (await person.get(f"{PAGE}?done=review-record")).text


@pytest.mark.parametrize(
    ("fields", "advice"),
    [
        ({}, "Choose what happens to the record"),
        ({"decision": "keep", "reason": "Why"}, "Enter the last day"),
        ({"decision": "keep", **LAST_DAY, "keep_until-month": "13", "reason": "Why"}, "Enter the last day"),
        ({"decision": "keep", **LAST_DAY}, "Write why it is kept"),
    ],
)
async def test_a_review_that_is_not_filled_in_is_asked_for_again(
    world: World, fields: dict[str, Any], advice: str
) -> None:
    person = await officer(world)
    await person.post(f"{PAGE}/review", then="check", **fields)

    assert advice in (await person.get(f"{PAGE}/review/check")).text


async def test_a_destruction_that_is_reviewed_leaves_the_day_out(world: World) -> None:
    person = await officer(world)
    world.services.answers["POST", f"{ITEM}/review"] = {}

    await send(person, f"{PAGE}/review", decision="destroy", **LAST_DAY, reason="", seen_version='"2"')

    [sent] = world.services.sent(f"{ITEM}/review")
    assert json.loads(sent.content) == {"decision": "destroy", "edition": 2, "keep_until": None, "reason": None}


async def test_an_approval_pauses_first_and_one_that_is_refused_says_why(world: World) -> None:
    person = await officer(world)
    world.services.answers["POST", f"{RUN}/approval"] = lambda _: problem(
        409, "not-approvable", "You reviewed it", detail="Somebody else has to approve it."
    )
    await person.post(f"{PAGE}/approve", then="check", seen_version='"2"')

    paused = await person.get(f"{PAGE}/approve/check")
    refused = await send(person, f"{PAGE}/approve")

    assert "will be gone for good" in paused.text
    assert refused.status_code == 409
    assert "Somebody else has to approve it." in refused.text
    [sent] = world.services.sent(f"{RUN}/approval")
    assert json.loads(sent.content) == {"referral_ids": [REFERRAL_ID]}


async def test_a_hold_says_by_line_what_it_was_not_placed_on(world: World) -> None:
    person = await officer(world)
    world.services.answers["POST", "/v1/holds"] = {
        "hold_id": HOLD_ID,
        "placed_at": "2026-11-29T12:00:00Z",
        "referral_ids": [REFERRAL_ID],
        "not_found": ["/references/1", "/references/2"],
        "destroyed": ["/references/3"],
    }
    listed = "\n".join([REFERENCE] * 4)

    placed = await send(person, "/records/hold", reason="complaint", note="", references=f"\n{listed}\n\n")
    told = (await person.get(placed.headers["location"])).text

    [sent] = world.services.sent("/v1/holds")
    assert json.loads(sent.content) == {"reason": "complaint", "note": None, "references": [REFERENCE] * 4}
    assert REFERENCE not in placed.headers["location"]
    assert "The hold stands on 1 referral." in told
    assert "no referral of yours has that reference: lines 2, 3 of your list" in told
    assert "its content is destroyed: line 4 of your list" in told


@pytest.mark.parametrize(
    ("fields", "advice"),
    [
        ({"references": REFERENCE}, "Choose why they are held"),
        ({"reason": "complaint", "references": " \n"}, "Enter the reference of each referral"),
        (
            {"reason": "complaint", "references": f"{REFERENCE}\nWAN-7K3M-Q9TE"},
            "Check line 2: a reference looks like WAN-7K3M-Q9TR",
        ),
    ],
)
async def test_a_hold_that_is_not_filled_in_is_asked_for_again(
    world: World, fields: dict[str, Any], advice: str
) -> None:
    person = await officer(world)
    await person.post("/records/hold", then="check", **fields)

    assert advice in (await person.get("/records/hold/check")).text


async def test_a_hold_is_lifted_from_all_its_referrals_or_from_one(world: World) -> None:
    person = await officer(world)
    world.services.answers |= {
        ("GET", ITEM): full_item(held=True),
        ("GET", f"/v1/referrals/{REFERRAL_ID}/holds"): _listed(hold_here()),
        ("POST", f"/v1/holds/{HOLD_ID}/release"): {"referrals": 2},
        ("POST", f"/v1/referrals/{REFERRAL_ID}/holds/{HOLD_ID}/release"): {"referrals": 1},
    }

    shown = (await person.get(PAGE)).text
    everywhere = await send(person, f"/records/holds/{HOLD_ID}/lift")
    here = await send(person, f"{PAGE}/lift/{HOLD_ID}")

    assert f'href="{PAGE}/lift/{HOLD_ID}"' in shown
    assert everywhere.headers["location"] == "/records/holds?done=lift-hold"
    assert here.headers["location"] == f"{PAGE}?done=lift-hold-here"


async def test_a_hold_that_does_not_stand_leads_nowhere(world: World) -> None:
    person = await officer(world)
    lifted = hold_here(lifted_at="2026-11-28T12:00:00Z")
    world.services.answers["GET", f"/v1/referrals/{REFERRAL_ID}/holds"] = _listed(lifted)

    assert (await person.get(f"/records/holds/{RUN_ID}/lift")).status_code == 404
    assert (await person.get(f"{PAGE}/lift/{HOLD_ID}")).status_code == 404


async def test_what_somebody_wrote_into_a_hold_is_shown_as_text(world: World) -> None:
    page = (await (await officer(world)).get("/records/holds")).text

    assert "Letter of 3 March &lt;b&gt;bold&lt;/b&gt;" in page


async def test_a_manager_reviews_no_holds_and_is_offered_none(world: World) -> None:
    await officer(world)
    manager = await world.sign_in(subject="manager", roles=("mash-manager",))

    page = (await manager.get("/records")).text

    assert "/records/holds" not in page
    assert "/records/open-run" not in page


def _listed(*holds: dict[str, Any]) -> Any:
    return lambda _: httpx2.Response(200, json=list(holds))
