"""Destruction and what senders add: every edition goes, and nothing that was accepted is lost."""

import asyncio
from typing import Any

import httpx2
from intake_records import Office
from supplement_examples import news, withdrawal

from contracts.codes import Outcome

CANARY = "Testerley"


async def test_every_edition_is_destroyed_and_certified(office: Office) -> None:
    receipt = await office.send()
    added = await add(office, receipt, "supplements", news(), key="key-2")
    await add(office, receipt, "withdrawal", withdrawal(), key="key-3")
    await office.close(receipt["referral_id"], Outcome.NO_FURTHER_ACTION)
    await office.later()
    run_id = await office.opened()
    await office.review(run_id, receipt["referral_id"], edition=3)
    await office.approve(run_id, receipt["referral_id"])

    await office.work()

    told = [
        (await office.events(kind))[0]["content_commitment"]
        for kind in ("referral.received.v1", "referral.supplemented.v1", "referral.withdrawn.v1")
    ]
    assert added.status_code == 202
    assert (await office.events("referral.disposed.v1"))[0]["commitments"] == told
    assert await office.caller.count("document") == await office.caller.count("idempotency") == 0


async def test_nothing_is_added_to_a_destroyed_referral_and_nothing_taken_back(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    await office.destroyed(receipt["referral_id"])

    answers = [
        await add(office, receipt, "supplements", news(), key="key-2"),
        await add(office, receipt, "withdrawal", withdrawal(), key="key-3"),
    ]

    assert [answer.status_code for answer in answers] == [410, 410]
    assert all("send a new referral" in answer.json()["detail"] for answer in answers)


async def test_a_supplement_after_the_approval_stops_it(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.approved(receipt["referral_id"])
    await add(office, receipt, "supplements", news(), key="key-2")

    await office.work()

    assert await office.counts(run_id) == {"changed": 1}
    assert await office.caller.count("document") == 2


async def test_supplements_and_destructions_at_once_lose_nothing_that_was_accepted(office: Office) -> None:
    receipts, _ = await office.several_approved(12)

    adding = [add(office, each, "supplements", news(), key=f"more-{place}") for place, each in enumerate(receipts)]
    working = asyncio.create_task(office.work())
    added = await asyncio.gather(*adding)
    await working
    await office.work()

    assert {answer.status_code for answer in added} <= {202, 410}
    kept = await office.caller.rows("SELECT referral_id, count(*) AS editions FROM document GROUP BY referral_id")
    taken = {
        receipt["referral_id"] for receipt, answer in zip(receipts, added, strict=True) if answer.status_code == 202
    }
    assert {str(row.referral_id): row.editions for row in kept} == dict.fromkeys(taken, 2)


async def add(office: Office, receipt: Any, what: str, said: Any, *, key: str) -> httpx2.Response:
    """Something the sender adds or takes back."""
    sender = {"roles": ["partner"], "agency": "ashcroft-primary"}
    path = f"{receipt['links']['self']}/{what}"
    return await office.as_(sender, "POST", path, json=said, headers={"Idempotency-Key": key})
