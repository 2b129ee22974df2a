"""Destruction on a real database: what goes, what stays, and who is notified."""

from hashlib import sha256
from typing import Any

import pytest
from intake_records import OFFICER, Office

CANARY = "Testerley"


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
    assert shown["event_id"] == str(event.event_id)
    assert shown["proof"].endswith(f"/v1/receipts/{receipt['referral_id']}")
