"""Disposal runs on a real database: who decides, and what may be decided."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from intake_records import OFFICER, OTHER_OFFICER, Office
from sqlalchemy import text

CANARY = "Testerley"


async def test_a_review_is_told_and_somebody_else_approves_it(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.opened()

    reviewed = await office.review(run_id, receipt["referral_id"])
    approved = await office.approve(run_id, receipt["referral_id"])

    assert (reviewed.status_code, approved.status_code) == (200, 200)
    assert approved.json() == {"approved": 1}
    [event] = await office.events("referral.reviewed.v1")
    assert (event["decision"], event["reviewed_by"], event["run_id"]) == ("destroy", "officer-1", run_id)
    assert await office.counts(run_id) == {"approved": 1}


async def test_nobody_approves_what_they_reviewed_even_before_changing_their_mind(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.opened()
    await office.review(run_id, receipt["referral_id"])
    await office.review(run_id, receipt["referral_id"], who=OTHER_OFFICER)

    refusals = [await office.approve(run_id, receipt["referral_id"], who=who) for who in (OFFICER, OTHER_OFFICER)]

    assert [refusal.status_code for refusal in refusals] == [409, 409]
    assert {refusal.json()["errors"][0]["pointer"] for refusal in refusals} == {"/referral_ids/0"}
    assert await office.counts(run_id) == {"to-approve": 1}


async def test_all_that_is_named_is_approved_or_none(office: Office) -> None:
    reviewed, other = await office.closed(key="key-1"), await office.closed(key="key-2")
    await office.later()
    run_id = await office.opened()
    await office.review(run_id, reviewed["referral_id"])

    refused = await office.approve(run_id, reviewed["referral_id"], other["referral_id"], str(uuid4()))

    assert [error["pointer"] for error in refused.json()["errors"]] == ["/referral_ids/1", "/referral_ids/2"]
    assert await office.counts(run_id) == {"to-approve": 1, "to-review": 1}


async def test_what_is_kept_for_longer_comes_up_again_after_that_day(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.opened()
    until = office.clock.now().date() + timedelta(days=400)

    kept = await office.review(
        run_id, receipt["referral_id"], decision="keep", keep_until=until.isoformat(), reason="A sibling came up."
    )
    await office.later(timedelta(days=399))
    before = await office.listed(await office.opened())
    await office.later(timedelta(days=3))
    after = await office.listed(await office.opened())

    assert kept.status_code == 200
    assert (len(before), len(after)) == (0, 1)
    assert await office.counts(run_id) == {"kept": 1}
    assert (await office.events("referral.reviewed.v1"))[0]["keep_until"] is not None


@pytest.mark.parametrize(
    ("said", "pointers"),
    [
        ({}, {"/keep_until", "/reason"}),
        ({"keep_until": "2033-01-01", "reason": "A sibling came up."}, {"/keep_until"}),
        ({"keep_until": "9999-12-31", "reason": "A sibling came up."}, {"/keep_until"}),
        ({"keep_until": "2040-01-01"}, {"/reason"}),
    ],
)
async def test_keeping_needs_a_day_to_come_and_a_reason(office: Office, said: Any, pointers: set[str]) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.opened()

    refused = await office.review(run_id, receipt["referral_id"], decision="keep", **said)

    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json()["errors"]} == pointers


async def test_a_review_must_be_about_the_newest_edition(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.opened()

    refused = await office.review(run_id, receipt["referral_id"], edition=2)

    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "newer-edition")


async def test_the_run_lets_go_of_a_referral_that_was_opened_again(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.opened()
    async with office.caller.db.transaction() as tx:
        await tx.execute(text("UPDATE referral SET closed_at = NULL"))

    refused = await office.review(run_id, receipt["referral_id"])

    assert refused.status_code == 409
    assert await office.counts(run_id) == {"not-due": 1}


@pytest.mark.parametrize("role", ["partner", "social-worker", "mash-manager", "auditor", "operator", "service"])
async def test_only_records_officers_open_runs_and_review(office: Office, role: str) -> None:
    somebody = {**OFFICER, "roles": [role]}

    opened = await office.as_(somebody, "POST", "/v1/disposal-runs")
    reviewed = await office.review(str(uuid4()), str(uuid4()), who=somebody)

    assert (opened.status_code, reviewed.status_code) == (403, 403)


async def test_another_partnerships_run_is_none(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.opened()
    stranger = {**OFFICER, "partnership": "warwickshire"}

    answers = [
        await office.as_(stranger, "GET", f"/v1/disposal-runs/{run_id}"),
        await office.as_(stranger, "GET", f"/v1/disposal-runs/{run_id}/referrals"),
        await office.review(run_id, receipt["referral_id"], who=stranger),
        await office.approve(run_id, receipt["referral_id"], who=stranger),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert (await office.as_(stranger, "GET", "/v1/disposal-runs")).json()["runs"] == []


async def test_the_document_is_read_for_the_review_and_the_look_is_written_down(office: Office) -> None:
    receipt = await office.closed()

    read = await office.caller.document(receipt["links"]["self"], purpose="records", **OFFICER)

    assert read.status_code == 200
    assert CANARY in read.text
    assert [look["purpose"] for look in await office.caller.looks()] == ["records"]


async def test_today_is_a_day_that_can_be_kept_until(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.opened()
    today = office.clock.now().date()

    kept = await office.review(
        run_id, receipt["referral_id"], decision="keep", keep_until=today.isoformat(), reason="Until tonight."
    )

    assert kept.status_code == 200
