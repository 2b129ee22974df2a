"""The second wall: what the database itself refuses, whatever the service that asks believes."""

from typing import Any
from uuid import uuid4

import pytest
from intake_records import OFFICER, Office
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.codes import Outcome

DESTROY = text("SELECT destroy_documents(CAST(:referral_id AS uuid), CAST(:run_id AS uuid), now())")


async def ask_the_database(office: Office, referral_id: str, run_id: str) -> None:
    async with office.caller.db.transaction() as tx:
        await tx.execute(DESTROY, {"referral_id": referral_id, "run_id": run_id})


async def reviewed(office: Office) -> tuple[str, str]:
    receipt = await office.closed(Outcome.NO_FURTHER_ACTION)
    await office.later()
    run_id = await office.opened()
    await office.review(run_id, receipt["referral_id"])
    return receipt["referral_id"], run_id


@pytest.mark.parametrize(
    "forbidden",
    [
        "DELETE FROM document",
        "UPDATE document SET content = ''",
        "UPDATE document SET salt = salt",
        "TRUNCATE document",
        "DELETE FROM idempotency",
        "UPDATE referral SET disposed_at = now()",
        "DELETE FROM legal_hold",
        "DELETE FROM held_referral",
        "DELETE FROM disposal_item",
        "UPDATE disposal_review SET decision = 'destroy'",
        "DELETE FROM disposal_review",
        "DELETE FROM event",
        "ALTER FUNCTION destroy_documents SET search_path = public",
        "CREATE TABLE public.document_copy AS SELECT 1",
        "CREATE TEMPORARY TABLE disposal_review AS SELECT 1",
    ],
)
async def test_the_serving_role_may_not(office: Office, forbidden: str) -> None:
    await office.send()

    with pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
        await office.caller.rows(forbidden)

    assert await office.caller.count("document") == 1


async def test_the_function_destroys_what_was_reviewed_and_approved_by_two_people(office: Office) -> None:
    referral_id, run_id = await reviewed(office)
    await office.approve(run_id, referral_id)

    await ask_the_database(office, referral_id, run_id)

    assert await office.caller.count("document") == 0


async def test_it_refuses_without_a_review(office: Office) -> None:
    receipt = await office.closed()
    await office.later()
    run_id = await office.opened()

    with pytest.raises(DBAPIError, match="no review that stands was approved"):
        await ask_the_database(office, receipt["referral_id"], run_id)


async def test_it_refuses_without_an_approval(office: Office) -> None:
    referral_id, run_id = await reviewed(office)

    with pytest.raises(DBAPIError, match="no review that stands was approved"):
        await ask_the_database(office, referral_id, run_id)


async def test_it_refuses_an_approval_by_somebody_who_reviewed(office: Office) -> None:
    referral_id, run_id = await reviewed(office)
    async with office.caller.db.transaction() as tx:
        await tx.execute(
            text(
                "UPDATE disposal_item SET approved_by = 'officer-1', approved_at = now(), "
                "approved_review = (SELECT max(review_id) FROM disposal_review)"
            )
        )

    with pytest.raises(DBAPIError, match="no review that stands was approved"):
        await ask_the_database(office, referral_id, run_id)


async def test_it_refuses_while_any_hold_stands(office: Office) -> None:
    referral_id, run_id = await reviewed(office)
    await office.approve(run_id, referral_id)
    [row] = await office.caller.rows("SELECT reference FROM referral")
    holds = [(await office.hold(row.reference)).json()["hold_id"] for _ in range(2)]
    await office.as_(OFFICER, "POST", f"/v1/holds/{holds[0]}/release")

    with pytest.raises(DBAPIError, match="a legal hold stands"):
        await ask_the_database(office, referral_id, run_id)

    assert await office.caller.count("document") == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE referral SET edition = 2",
        "UPDATE disposal_item SET settled_at = now(), settled_as = 'changed'",
        "INSERT INTO disposal_review (run_id, referral_id, edition, decision, reviewed_by, reviewed_at) "
        "SELECT run_id, referral_id, 1, 'keep', 'officer-2', now() FROM disposal_item",
    ],
)
async def test_it_refuses_when_the_approved_review_stands_no_longer(office: Office, change: str) -> None:
    referral_id, run_id = await reviewed(office)
    await office.approve(run_id, referral_id)
    async with office.caller.db.transaction() as tx:
        await tx.execute(text(change))

    with pytest.raises(DBAPIError, match="no review that stands was approved"):
        await ask_the_database(office, referral_id, run_id)


@pytest.mark.parametrize("change", ["UPDATE referral SET closed_at = NULL", "UPDATE referral SET disposed_at = now()"])
async def test_it_refuses_an_open_referral_and_a_destroyed_one(office: Office, owner: AsyncEngine, change: str) -> None:
    referral_id, run_id = await reviewed(office)
    await office.approve(run_id, referral_id)
    async with owner.begin() as tx:
        await tx.execute(text(change))

    with pytest.raises(DBAPIError, match="not closed, or destroyed already"):
        await ask_the_database(office, referral_id, run_id)


async def test_another_runs_approval_is_none(office: Office) -> None:
    referral_id, run_id = await reviewed(office)
    await office.approve(run_id, referral_id)

    with pytest.raises(DBAPIError, match="no review that stands was approved"):
        await ask_the_database(office, referral_id, str(uuid4()))


async def test_nobody_else_may_run_it_and_it_belongs_to_the_owner(office: Office, urls: Any) -> None:
    [found] = await office.caller.rows(
        """SELECT p.prosecdef, p.proconfig, pg_get_userbyid(p.proowner) AS owner,
                  array_agg(DISTINCT a.grantee::regrole::text ORDER BY a.grantee::regrole::text) AS may
           FROM pg_proc p, aclexplode(p.proacl) a WHERE p.proname = 'destroy_documents' GROUP BY 1, 2, 3"""
    )

    name = str(urls.app_url).rpartition("/")[2].partition("?")[0]
    assert found.prosecdef
    assert found.proconfig == ["search_path=pg_catalog, pg_temp"]
    assert found.owner == f"{name}_owner"
    assert found.may == [f"{name}_app", f"{name}_owner"]


async def test_a_vacuum_in_full_leaves_nothing_in_the_tables_file(
    office: Office, owner: AsyncEngine, postgres_superuser: AsyncEngine
) -> None:
    referral_id, run_id = await reviewed(office)
    await office.approve(run_id, referral_id)
    before = await bytes_on_disk(postgres_superuser)
    await office.work()

    async with owner.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM (FULL) document"))

    assert b"Testerley" in before
    assert b"Testerley" not in await bytes_on_disk(postgres_superuser)


async def bytes_on_disk(superuser: AsyncEngine) -> bytes:
    """The table's file as the server's disk has it."""
    async with superuser.connect() as connection:
        await connection.execute(text("CHECKPOINT"))
        found: bytes = await connection.scalar(text("SELECT pg_read_binary_file(pg_relation_filepath('document'))"))
        return found


async def test_what_was_deleted_is_vacuumed_however_little_it_is(office: Office) -> None:
    found = await office.caller.rows(
        """SELECT t.reloptions, toast.reloptions AS toast FROM pg_class t
           JOIN pg_class toast ON toast.oid = t.reltoastrelid WHERE t.relname IN ('document', 'idempotency')"""
    )

    at_once = {"autovacuum_vacuum_scale_factor=0", "autovacuum_vacuum_threshold=0"}
    assert len(found) == 2
    assert all(at_once <= set(row.reloptions) and at_once <= set(row.toast) for row in found)
