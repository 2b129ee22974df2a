"""Commands of records officers with a key: done once, and answered the same when they come again."""

from intake_records import MANAGER, OFFICER, Office

KEY = {"Idempotency-Key": "one-press-of-a-button"}


async def test_a_run_that_is_opened_twice_with_one_key_is_one_run(office: Office) -> None:
    answers = [await office.as_(OFFICER, "POST", "/v1/disposal-runs", headers=KEY) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert len((await office.as_(OFFICER, "GET", "/v1/disposal-runs")).json()["runs"]) == 1


async def test_a_hold_that_is_placed_and_lifted_twice_with_one_key_is_placed_and_lifted_once(office: Office) -> None:
    receipt = await office.closed()
    body = {"reason": "public-inquiry", "references": [receipt["reference"]]}

    placed = [await office.as_(OFFICER, "POST", "/v1/holds", json=body, headers=KEY) for _ in range(2)]
    path = f"/v1/holds/{placed[0].json()['hold_id']}/release"
    lifted = [await office.as_(OFFICER, "POST", path, headers={"Idempotency-Key": "another"}) for _ in range(2)]

    assert placed[0].json() == placed[1].json()
    assert [answer.json() for answer in lifted] == [{"referrals": 1}] * 2
    assert len(await office.events("referral.held.v1")) == 1


async def test_a_review_and_an_approval_that_come_again_are_answered_as_the_first_time(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.opened()
    review = f"/v1/disposal-runs/{run_id}/referrals/{receipt['referral_id']}/review"
    approval = f"/v1/disposal-runs/{run_id}/approval"
    destroy, named = {"decision": "destroy", "edition": 1}, {"referral_ids": [receipt["referral_id"]]}

    reviewed = [await office.as_(OFFICER, "POST", review, json=destroy, headers=KEY) for _ in range(2)]
    approved = [await office.as_(MANAGER, "POST", approval, json=named, headers=KEY) for _ in range(2)]

    assert reviewed[0].json() == reviewed[1].json()
    assert [answer.json() for answer in approved] == [{"approved": 1}] * 2


async def test_a_key_that_was_used_for_another_hold_is_refused(office: Office) -> None:
    receipt = await office.closed()
    said = [{"reason": reason, "references": [receipt["reference"]]} for reason in ("public-inquiry", "complaint")]

    first, second = [await office.as_(OFFICER, "POST", "/v1/holds", json=body, headers=KEY) for body in said]

    assert first.status_code == 201
    assert second.status_code == 422
    assert second.json()["type"].endswith("/idempotency-key-reused")
