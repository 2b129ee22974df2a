"""What holds for reading any record: signed in, written down before it is shown, complete to a checkpoint."""

import uuid

import httpx2
import pytest
from audit_readers import AUDITOR, DatabaseLog, fill, read_access_log

from chassis.testing.signer import Signer


@pytest.mark.parametrize(
    "path",
    [
        "/v1/journeys/{id}",
        "/v1/access-log?referral_id={id}",
        "/v1/entries/0",
        "/v1/receipts/{id}",
        "/v1/receipts/{id}?for=court",
        "/v1/former-log/checkpoint",
        "/v1/former-log/tile/0/000",
    ],
)
async def test_nobody_reads_records_without_signing_in(http: httpx2.AsyncClient, path: str) -> None:
    answer = await http.get(path.format(id=uuid.uuid4()))

    assert answer.status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/v1/journeys/{id}",
        "/v1/access-log?referral_id={id}",
        "/v1/entries/0",
        "/v1/receipts/{id}",
    ],
)
async def test_when_the_look_cannot_be_written_down_nothing_is_shown(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer, path: str
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "referral.received.v1")
    await database_log.as_owner("REVOKE INSERT ON event FROM PUBLIC, " + database_log.app_role)

    headers = {**signer.bearer(**AUDITOR), "Access-Purpose": "audit"}
    answer = await http.get(path.format(id=referral_id), headers=headers)

    assert answer.status_code == 500
    assert "ashcroft-primary" not in answer.text


async def test_what_is_shown_says_up_to_which_checkpoint_it_is_complete(
    database_log: DatabaseLog, http: httpx2.AsyncClient, signer: Signer
) -> None:
    referral_id = uuid.uuid4()
    await fill(database_log, referral_id, "referral.received.v1", "record.accessed.v1")

    journey = await http.get(f"/v1/journeys/{referral_id}", headers=signer.bearer(**AUDITOR))
    access_log = await read_access_log(http, signer, referral_id)

    assert journey.json()["complete_to"] == access_log.json()["complete_to"] == 2
