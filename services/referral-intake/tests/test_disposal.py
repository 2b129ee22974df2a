"""Disposal runs on a real database: what comes up, who decides, what is destroyed, and what is left of it."""

import asyncio
import json
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from intake_examples import NOW, form, planted
from intake_records import MANAGER, OFFICER, OTHER_OFFICER, Office
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from supplement_examples import news, withdrawal

from chassis.process import Stop
from contracts.codes import Outcome
from contracts.events import CaseReopened

CANARY = "Testerley"


# -- what comes up --------------------------------------------------------------------------------------------------


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


async def test_whoever_sees_the_birthday_of_one_referral_is_written_down(office: Office) -> None:
    receipt = await office.closed(Outcome.ASSESSMENT)
    await office.later(timedelta(days=20 * 366))
    run_id = await office.opened()

    seen = await office.as_(MANAGER, "GET", f"/v1/disposal-runs/{run_id}/referrals/{receipt['referral_id']}")

    assert (seen.json()["counted_from"], seen.json()["kept_through"]) == ("2035-05-04", "2038-05-04")
    [look] = await office.caller.looks()
    assert (look["record"], look["purpose"], look["actor"]) == ("referral-document", "records", "manager-1")


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


# -- who decides ----------------------------------------------------------------------------------------------------


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


# -- what is destroyed, and what is left -----------------------------------------------------------------------------


async def test_documents_salts_and_answers_are_gone_and_the_commitment_stays(office: Office) -> None:
    receipt = await office.closed()
    [published] = await office.events("referral.received.v1")
    await office.later()

    run_id = await office.destroyed(receipt["referral_id"])

    assert await office.caller.count("document") == await office.caller.count("idempotency") == 0
    [disposed] = await office.events("referral.disposed.v1")
    assert disposed["commitments"] == [published["content_commitment"]]
    assert (disposed["reviewed_by"], disposed["approved_by"]) == ("officer-1", "manager-1")
    assert (disposed["run_id"], disposed["record_class"]) == (run_id, "referral-without-further-action")
    assert (await office.events("referral.received.v1"))[0] == published
    assert await office.counts(run_id) == {"destroyed": 1}


async def test_a_kept_copy_with_its_salt_still_proves_what_was_destroyed(office: Office) -> None:
    receipt = await office.closed()
    read = await office.caller.document(receipt["links"]["self"], purpose="records", **OFFICER)
    await office.later()

    await office.destroyed(receipt["referral_id"])

    [disposed] = await office.events("referral.disposed.v1")
    copy = bytes.fromhex(read.headers["content-salt"]) + read.content
    assert sha256(copy).hexdigest() == disposed["commitments"][0]


async def test_nothing_the_referral_said_is_left_in_any_table(office: Office) -> None:
    receipt = await office.closed()
    await office.hold(receipt["reference"], note=f"Mr {CANARY} complained")
    [hold] = (await office.as_(OFFICER, "GET", "/v1/holds")).json()["holds"]
    await office.later()
    run_id = await office.opened()
    await office.as_(OFFICER, "POST", f"/v1/holds/{hold['hold_id']}/release")
    await office.review(run_id, receipt["referral_id"], reason=f"{CANARY} grew up well")
    await office.approve(run_id, receipt["referral_id"])

    await office.work()

    tables = await office.caller.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    for table in (row.tablename for row in tables if row.tablename != "alembic_version"):
        left = await office.caller.rows(
            f"SELECT count(*) FROM {table} t WHERE t::text ~ 'Testerley|5465737465726c6579'"
        )
        assert left[0][0] == 0, table


async def test_the_others_keep_theirs(office: Office) -> None:
    gone, other = await office.closed(key="key-1"), await office.closed(key="key-2")
    await office.later()

    await office.destroyed(gone["referral_id"])

    assert (await office.caller.document(other["links"]["self"])).status_code == 200
    assert await office.caller.count("document") == await office.caller.count("idempotency") == 1


async def test_those_who_may_know_are_told_that_it_is_gone_and_nobody_else_anything(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    await office.destroyed(receipt["referral_id"])

    gone = await office.caller.document(receipt["links"]["self"], purpose="records", **OFFICER)
    hidden = await office.caller.document(
        receipt["links"]["self"], purpose="records", **{**OFFICER, "partnership": "warwickshire"}
    )

    assert (gone.status_code, hidden.status_code) == (410, 404)
    assert "certificate" in gone.json()["detail"]
    assert "28 November 2033" in gone.json()["detail"]


async def test_the_sender_still_sees_reference_and_times_and_that_the_content_is_gone(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    await office.destroyed(receipt["referral_id"])

    status = await office.caller.get(receipt["links"]["self"])

    assert status.status_code == 200
    assert status.json()["reference"] == receipt["reference"]
    assert status.json()["content_destroyed_at"] is not None


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (OFFICER, 200),
        ({"roles": ["auditor"], "agency": "wandsworth-mash"}, 200),
        ({"roles": ["caldicott-guardian"], "agency": "wandsworth-mash"}, 200),
        ({"roles": ["partner"], "agency": "ashcroft-primary"}, 200),
        ({"roles": ["partner"], "agency": "metropolitan-police"}, 404),
        ({"roles": ["social-worker"], "agency": "wandsworth-mash"}, 404),
        ({**OFFICER, "partnership": "warwickshire"}, 404),
    ],
)
async def test_the_certificate_is_for_records_staff_auditors_and_the_sender(
    office: Office, who: dict[str, Any], status: int
) -> None:
    receipt = await office.closed()
    await office.later()
    await office.destroyed(receipt["referral_id"])

    shown = await office.as_(who, "GET", f"{receipt['links']['self']}/disposal")

    assert shown.status_code == status
    [look] = await office.caller.looks()
    assert look["type"] == ("record.accessed.v1" if status == 200 else "access.denied.v1")


async def test_the_certificate_says_what_the_event_says_and_where_the_log_proves_it(office: Office) -> None:
    receipt = await office.closed()
    before = await office.as_(OFFICER, "GET", f"{receipt['links']['self']}/disposal")
    await office.later()
    await office.destroyed(receipt["referral_id"])

    shown = (await office.as_(OFFICER, "GET", f"{receipt['links']['self']}/disposal")).json()

    [disposed] = await office.events("referral.disposed.v1")
    [event] = await office.caller.rows(
        "SELECT event_id FROM event WHERE headers ->> 'ce_type' = 'referral.disposed.v1'"
    )
    assert before.status_code == 404
    assert {name: shown[name] for name in disposed} == disposed
    assert shown["proof"].endswith(f"/v1/proofs/inclusion?event_id={event.event_id}")


# -- what stops it at the last moment --------------------------------------------------------------------------------


async def test_a_hold_placed_after_the_approval_stops_it(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.approved(receipt["referral_id"])
    await office.hold(receipt["reference"])

    await office.work()

    assert await office.counts(run_id) == {"held": 1}
    assert await office.caller.count("document") == 1
    assert await office.events("referral.disposed.v1") == []


async def test_what_came_in_since_the_review_voids_it(office: Office, owner: AsyncEngine) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.approved(receipt["referral_id"])
    async with owner.begin() as tx:
        await tx.execute(text("UPDATE referral SET edition = 2"))

    await office.work()

    assert await office.counts(run_id) == {"changed": 1}
    assert await office.caller.count("document") == 1


async def test_a_case_that_was_opened_again_since_stops_it(office: Office, owner: AsyncEngine) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.approved(receipt["referral_id"])
    async with owner.begin() as tx:
        await tx.execute(text("UPDATE referral SET closed_at = NULL"))

    await office.work()

    assert await office.counts(run_id) == {"not-due": 1}
    assert await office.caller.count("document") == 1


async def test_a_document_that_is_not_what_was_published_is_left_for_people_to_look(
    office: Office, owner: AsyncEngine
) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.approved(receipt["referral_id"])
    async with owner.begin() as tx:
        await tx.execute(text("UPDATE document SET content = content || ' '"))

    await office.work()

    assert await office.counts(run_id) == {"altered": 1}
    assert await office.caller.count("document") == 1


async def test_a_crash_in_the_middle_leaves_a_run_that_goes_on(office: Office) -> None:
    receipts = [await office.closed(key=f"key-{number}") for number in range(8)]
    await office.later()
    run_id = await office.opened()
    for receipt in receipts:
        await office.review(run_id, receipt["referral_id"])
    await office.approve(run_id, *(receipt["referral_id"] for receipt in receipts))
    working = asyncio.create_task(office.work())
    async with asyncio.timeout(10):
        while not await office.events("referral.disposed.v1"):
            pass
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    left = await office.caller.count("document")
    told = len(await office.events("referral.disposed.v1"))

    await office.work()

    assert left + told == 8
    assert await office.counts(run_id) == {"destroyed": 8}
    assert len(await office.events("referral.disposed.v1")) == 8


async def test_a_worker_that_is_told_to_stop_begins_no_further_destruction(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    await office.approved(receipt["referral_id"])
    stop = Stop()
    stop.set()

    await office.disposal.work(stop)
    await office.disposal.run(stop)

    assert await office.caller.count("document") == 1


async def test_a_destruction_that_cannot_be_told_is_not_done_and_left_for_people(
    office: Office, owner: AsyncEngine
) -> None:
    receipts = [await office.closed(key=f"key-{number}") for number in range(3)]
    await office.later()
    run_id = await office.opened()
    for receipt in receipts:
        await office.review(run_id, receipt["referral_id"])
    await office.approve(run_id, *(receipt["referral_id"] for receipt in receipts))
    doomed = receipts[1]["referral_id"]
    guard = f"CHECK (aggregate <> 'referral/{doomed}' OR headers ->> 'ce_type' <> 'referral.disposed.v1')"

    async with planted(owner, "event", guard):
        await office.work()

    assert await office.counts(run_id) == {"destroyed": 2, "refused": 1}
    left = await office.caller.rows("SELECT referral_id FROM document")
    assert [str(row.referral_id) for row in left] == [doomed]  # no certificate, so nothing was destroyed
    assert len(await office.events("referral.disposed.v1")) == 2


async def test_two_workers_destroy_everything_once(office: Office) -> None:
    receipts = [await office.closed(key=f"key-{number}") for number in range(12)]
    await office.later()
    run_id = await office.opened()
    for receipt in receipts:
        await office.review(run_id, receipt["referral_id"])
    await office.approve(run_id, *(receipt["referral_id"] for receipt in receipts))

    await asyncio.gather(office.work(), office.work(), office.work())
    await office.work()

    assert await office.counts(run_id) == {"destroyed": 12}
    disposed = await office.events("referral.disposed.v1")
    assert sorted(event["referral_id"] for event in disposed) == sorted(r["referral_id"] for r in receipts)


async def test_a_hold_and_a_destruction_at_once_leave_a_held_referral_whole_or_a_destroyed_one_unheld(
    office: Office,
) -> None:
    receipts = [await office.closed(key=f"key-{number}") for number in range(12)]
    await office.later()
    run_id = await office.opened()
    for receipt in receipts:
        await office.review(run_id, receipt["referral_id"])
    await office.approve(run_id, *(receipt["referral_id"] for receipt in receipts))

    await asyncio.gather(office.work(), *(office.hold(receipt["reference"]) for receipt in receipts))
    await office.work()

    held = await office.caller.rows("SELECT referral_id FROM held_referral WHERE lifted_at IS NULL")
    kept = await office.caller.rows("SELECT referral_id FROM document")
    assert {row.referral_id for row in held} == {row.referral_id for row in kept}
    assert sum((await office.counts(run_id)).values()) == 12


async def test_today_is_a_day_that_can_be_kept_until(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.opened()
    today: date = office.clock.now().date()

    kept = await office.review(
        run_id, receipt["referral_id"], decision="keep", keep_until=today.isoformat(), reason="Until tonight."
    )

    assert kept.status_code == 200


# -- editions --------------------------------------------------------------------------------------------------------


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
    receipts = [await office.closed(key=f"key-{number}") for number in range(12)]
    await office.later()
    run_id = await office.opened()
    for receipt in receipts:
        await office.review(run_id, receipt["referral_id"])
    await office.approve(run_id, *(receipt["referral_id"] for receipt in receipts))

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
