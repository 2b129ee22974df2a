"""Disposal runs on a real database: what comes up, when, and what a list tells."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from intake_examples import NOW, form
from intake_records import MANAGER, OFFICER, Office

from contracts.codes import Outcome
from contracts.events import CaseReopened

CANARY = "Testerley"


@pytest.mark.parametrize(
    ("at", "listed"),
    [("2032-12-31T23:59:59+00:00", 0), ("2033-01-01T00:00:00+00:00", 1)],
)
async def test_a_referral_comes_up_from_the_first_moment_after_its_time(office: Office, at: str, listed: int) -> None:
    receipt = await office.closed(Outcome.NO_FURTHER_ACTION)
    office.clock.set(datetime.fromisoformat(at))

    found = await office.listed(await office.opened())

    assert [item["referral_id"] for item in found] == [receipt["referral_id"]] * listed


async def test_the_list_says_why_and_when_without_describing_anybody(office: Office) -> None:
    receipt = await office.closed(Outcome.NO_FURTHER_ACTION)
    await office.later()

    [item] = await office.listed(await office.opened())

    assert item["reference"] == receipt["reference"]
    assert item["record_class"] == "referral-without-further-action"
    assert (item["counted_from"], item["kept_through"]) == ("2026-12-31", "2032-12-31")
    assert (item["state"], item["held"], item["edition"]) == ("to-review", False, 1)
    assert CANARY not in json.dumps(item)


async def test_an_open_referral_never_comes_up(office: Office) -> None:
    await office.send()
    await office.later(timedelta(days=100 * 366))

    assert await office.listed(await office.opened()) == []


async def test_a_referral_that_was_opened_again_does_not_come_up(office: Office) -> None:
    receipt = await office.closed()
    reopened = CaseReopened(
        case_id=uuid4(),
        referral_id=UUID(receipt["referral_id"]),
        reopened_at=NOW + timedelta(days=1),
        immediate_danger=False,
        decision_due_at=NOW + timedelta(days=2),
        policy_version="wandsworth-0123456789ab",
    )
    await office.tell(reopened)
    await office.later()

    assert await office.listed(await office.opened()) == []


async def test_the_most_serious_outcome_of_any_child_decides_how_long_it_is_kept(office: Office) -> None:
    two = form(children=[form()["children"][0], {**form()["children"][0], "first_name": "Ash"}])
    await office.closed(Outcome.NO_FURTHER_ACTION, Outcome.STRATEGY_DISCUSSION, document=two)
    await office.later()
    before = await office.listed(await office.opened())
    await office.later(timedelta(days=30 * 366))

    after = await office.listed(await office.opened())

    assert before == []
    assert [item["record_class"] for item in after] == ["child-protection"]


async def test_a_birthday_is_looked_up_in_the_document_and_told_by_no_list_and_no_table(office: Office) -> None:
    await office.closed(Outcome.ASSESSMENT)  # born on 4 May 2017: eighteen in 2035
    office.clock.set(datetime.fromisoformat("2038-05-04T22:59:59+00:00"))  # still the fourth, in summer
    before = await office.listed(await office.opened())
    office.clock.set(datetime.fromisoformat("2038-05-04T23:00:00+00:00"))
    run_id = await office.opened()

    [item] = await office.listed(run_id)

    assert before == []
    assert item["counted_from_kind"] == "eighteenth-birthday"
    assert (item["counted_from"], item["kept_through"]) == (None, None)
    [row] = await office.caller.rows("SELECT counted_from, kept_through FROM disposal_item")
    assert tuple(row) == (None, None)


async def test_anyone_who_sees_the_birthday_of_one_referral_is_written_down(office: Office) -> None:
    receipt = await office.closed(Outcome.ASSESSMENT)
    await office.later(timedelta(days=20 * 366))
    run_id = await office.opened()

    seen = await office.as_(MANAGER, "GET", f"/v1/disposal-runs/{run_id}/referrals/{receipt['referral_id']}")

    assert (seen.json()["counted_from"], seen.json()["kept_through"]) == ("2035-05-04", "2038-05-04")
    [look] = await office.caller.looks()
    assert (look["record"], look["purpose"], look["actor"]) == ("referral-document", "records", "manager-1")


@pytest.mark.parametrize(
    ("who", "status", "reason"),
    [
        ({**MANAGER, "roles": ["social-worker"]}, 403, "role"),
        ({**MANAGER, "partnership": "warwickshire"}, 404, "partnership"),
        (MANAGER, 404, "not-found"),
    ],
)
async def test_anyone_who_tries_to_see_it_in_vain_is_written_down_too(
    office: Office, who: dict[str, Any], status: int, reason: str
) -> None:
    await office.closed(Outcome.ASSESSMENT)
    await office.later(timedelta(days=20 * 366))
    run_id = await office.opened()
    other = await office.send(key="open")

    refused = await office.as_(who, "GET", f"/v1/disposal-runs/{run_id}/referrals/{other['referral_id']}")

    assert refused.status_code == status
    [look] = await office.caller.looks()
    assert (look["type"], look["reason"]) == ("access.denied.v1", reason)


@pytest.mark.parametrize(
    "child",
    [
        {"first_name": "Rowan", "location_now": "The library"},
        {"first_name": "Rowan", "location_now": "The library", "date_of_birth": "2031-05-04"},
    ],
)
async def test_an_unknown_birthday_is_listed_apart_and_never_due_by_itself(office: Office, child: Any) -> None:
    await office.closed(Outcome.ASSESSMENT, document=form(children=[child]))
    await office.later(timedelta(days=100 * 366))
    run_id = await office.opened()

    [item] = await office.listed(run_id, undated=True)

    assert item["undated"]
    assert await office.listed(run_id) == []


async def test_an_unborn_child_is_counted_from_the_expected_date(office: Office) -> None:
    unborn = {"first_name": "Baby", "expected_date_of_birth": "2027-02-26", "location_now": "Wandsworth"}
    await office.closed(Outcome.ASSESSMENT, document=form(children=[unborn]))
    office.clock.set(datetime.fromisoformat("2048-02-26T23:59:00+00:00"))
    before = await office.listed(await office.opened())
    office.clock.set(datetime.fromisoformat("2048-02-27T00:00:00+00:00"))

    after = await office.listed(await office.opened())

    assert (len(before), len(after)) == (0, 1)


async def test_a_long_list_is_made_piece_by_piece_and_read_page_by_page(office: Office) -> None:
    for number in range(7):
        await office.closed(key=f"key-{number}")
    await office.later()
    run_id = await office.opened()

    first = (await office.as_(OFFICER, "GET", f"/v1/disposal-runs/{run_id}/referrals?limit=4")).json()
    rest = (
        await office.as_(OFFICER, "GET", f"/v1/disposal-runs/{run_id}/referrals?limit=4&after={first['next']}")
    ).json()

    seen = [item["referral_id"] for item in first["referrals"] + rest["referrals"]]
    assert len(seen) == len(set(seen)) == 7
    assert rest["next"] is None
    assert (await office.as_(OFFICER, "GET", f"/v1/disposal-runs/{run_id}")).json()["listed_at"] is not None


async def test_what_one_run_has_not_settled_is_not_listed_by_another(office: Office) -> None:
    await office.closed()
    await office.later()
    await office.opened()

    assert await office.listed(await office.opened()) == []
