"""Legal holds on a real database: placed on one or many, several at once, lifted one by one."""

from typing import Any
from uuid import uuid4

import pytest
from intake_records import MANAGER, OFFICER, Office

STRANGER = {**OFFICER, "partnership": "warwickshire"}


async def test_a_hold_is_told_and_shown(office: Office) -> None:
    receipt = await office.closed()

    placed = await office.hold(receipt["reference"], reason="legal-proceedings", note="Court order of 3 March")

    assert placed.status_code == 201
    assert placed.json()["referral_ids"] == [receipt["referral_id"]]
    [event] = await office.events("referral.held.v1")
    assert (event["reason"], event["held_by"]) == ("legal-proceedings", "officer-1")
    assert "note" not in event
    [hold] = (await office.as_(OFFICER, "GET", "/v1/holds")).json()["holds"]
    assert (hold["note"], hold["referrals"]) == ("Court order of 3 March", 1)


async def test_an_inquiry_holds_everything_it_names_and_is_told_what_it_named_in_vain(office: Office) -> None:
    receipts = [await office.send(key=f"key-{number}") for number in range(3)]
    references = [receipt["reference"] for receipt in receipts]
    misread = references[2].lower().replace("0", "o").replace("1", "l")

    placed = (await office.hold(references[0], "WAN-0000-0000", references[1], "nonsense", misread)).json()

    assert sorted(placed["referral_ids"]) == sorted(receipt["referral_id"] for receipt in receipts)
    assert placed["not_found"] == ["/references/1", "/references/3"]
    assert len(await office.events("referral.held.v1")) == 3


async def test_a_hold_on_nothing_is_refused_without_repeating_what_was_named(office: Office) -> None:
    refused = await office.hold("WAN-ZZZZ-ZZZZ")

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/references/0"
    assert "ZZZZ" not in refused.text


async def test_a_destroyed_referral_cannot_be_held(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    await office.destroyed(receipt["referral_id"])

    refused = await office.hold(receipt["reference"])

    assert refused.status_code == 422
    assert "destroyed" in refused.json()["errors"][0]["detail"]


async def test_a_held_referral_is_listed_as_held_and_its_destruction_not_even_reviewed(office: Office) -> None:
    receipt = await office.closed()
    await office.hold(receipt["reference"])
    await office.later()
    run_id = await office.opened()

    refused = await office.review(run_id, receipt["referral_id"])

    assert [item["held"] for item in await office.listed(run_id)] == [True]
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "held")


async def test_a_referral_is_held_until_the_last_hold_is_lifted(office: Office) -> None:
    receipt = await office.closed()
    holds = [(await office.hold(receipt["reference"])).json()["hold_id"] for _ in range(2)]
    await office.later()
    run_id = await office.opened()

    held = []
    for hold_id in holds:
        lifted = await office.as_(OFFICER, "POST", f"/v1/holds/{hold_id}/release")
        assert lifted.json() == {"referrals": 1}
        held += [item["held"] for item in await office.listed(run_id)]

    assert held == [True, False]
    assert len(await office.events("referral.released.v1")) == 2
    await office.review(run_id, receipt["referral_id"])
    await office.approve(run_id, receipt["referral_id"])
    await office.work()
    assert await office.counts(run_id) == {"destroyed": 1}


async def test_a_hold_may_be_lifted_from_one_referral_and_stand_on_the_others(office: Office) -> None:
    one, other = await office.send(key="key-1"), await office.send(key="key-2")
    hold_id = (await office.hold(one["reference"], other["reference"])).json()["hold_id"]
    path = f"{one['links']['self']}/holds"

    lifted = await office.as_(OFFICER, "POST", f"{path}/{hold_id}/release")
    again = await office.as_(OFFICER, "POST", f"{path}/{hold_id}/release")

    assert (lifted.json(), again.status_code) == ({"referrals": 1}, 404)
    [on_one] = (await office.as_(OFFICER, "GET", path)).json()
    [on_other] = (await office.as_(OFFICER, "GET", f"{other['links']['self']}/holds")).json()
    assert (on_one["lifted_by"], on_other["lifted_by"]) == ("officer-1", None)
    assert [look["purpose"] for look in await office.caller.looks()] == ["records", "records"]


async def test_holds_are_listed_newest_first_page_by_page(office: Office) -> None:
    receipt = await office.send()
    for _ in range(5):
        await office.hold(receipt["reference"])

    first = (await office.as_(OFFICER, "GET", "/v1/holds?limit=3")).json()
    second = (await office.as_(OFFICER, "GET", f"/v1/holds?limit=3&cursor={first['next']}")).json()

    seen = [hold["hold_id"] for hold in first["holds"] + second["holds"]]
    assert len(seen) == len(set(seen)) == 5
    assert second["next"] is None


async def test_another_partnership_neither_sees_nor_places_nor_lifts(office: Office) -> None:
    receipt = await office.send()
    hold_id = (await office.hold(receipt["reference"])).json()["hold_id"]
    body = {"reason": "complaint", "references": [receipt["reference"]]}

    answers = [
        await office.as_(STRANGER, "POST", "/v1/holds", json=body),
        await office.as_(STRANGER, "POST", f"/v1/holds/{hold_id}/release"),
        await office.as_(STRANGER, "GET", f"{receipt['links']['self']}/holds"),
    ]

    assert [answer.status_code for answer in answers] == [422, 404, 404]
    assert (await office.as_(STRANGER, "GET", "/v1/holds")).json()["holds"] == []
    assert [look["reason"] for look in await office.caller.looks()] == ["partnership"]


async def test_anyone_who_tries_to_see_the_holds_on_a_referral_without_the_role_is_written_down(office: Office) -> None:
    receipt = await office.send()

    refused = await office.as_(MANAGER, "GET", f"{receipt['links']['self']}/holds")
    absent = await office.as_(MANAGER, "GET", f"/v1/referrals/{uuid4()}/holds")

    assert refused.status_code == absent.status_code == 403
    assert refused.content == absent.content
    assert [look["reason"] for look in await office.caller.looks()] == ["role", "role"]


@pytest.mark.parametrize("who", [MANAGER, {**OFFICER, "roles": ["operator"]}, {**OFFICER, "roles": ["partner"]}])
async def test_only_records_officers_place_and_lift(office: Office, who: dict[str, Any]) -> None:
    body = {"reason": "complaint", "references": ["WAN-0000-0000"]}

    answers = [
        await office.as_(who, "POST", "/v1/holds", json=body),
        await office.as_(who, "POST", f"/v1/holds/{uuid4()}/release"),
        await office.as_(who, "GET", "/v1/holds"),
    ]

    assert {answer.status_code for answer in answers} == {403}
