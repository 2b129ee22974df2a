"""A referral outlives its pack: nothing new begins without one in force, and whatever has begun goes on."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fhir_messages import issues, message, send
from intake_caller import PACKS, Caller
from intake_examples import NOW, form
from intake_records import OFFICER, Office, opened_office
from partner_examples import form as registration
from supplement_examples import case_decided, case_opened, id_of, new_child, news, told, withdrawal

from chassis.db import Database
from chassis.run.provision import DatabaseUrls
from chassis.testing.signer import Signer
from contracts.codes import Outcome
from policy import testing

LAST_DAY = date(2026, 11, 30)
LATER = NOW + timedelta(days=14)
"""A week after the pack's last day."""
OPERATOR: dict[str, Any] = {"roles": ["operator"], "subject": "operator-1"}


@pytest.fixture(params=["ended", "replaced"])
def how(request: pytest.FixtureRequest) -> str:
    """What became of the pack that referrals were received under."""
    return str(request.param)


@pytest.fixture
async def office(
    how: str, urls: DatabaseUrls, signer: Signer, db: Database, service_db: Database, tmp_path: Path
) -> AsyncIterator[Office]:
    folder = testing.WRITERS[how](PACKS, tmp_path, last_day=LAST_DAY)
    async with opened_office(urls.app_url, signer, db, service_db=service_db, partnerships_folder=folder) as opened:
        yield opened


@pytest.fixture
def caller(office: Office) -> Caller:
    return office.caller


async def versions(office: Office, kind: str) -> list[str]:
    return [event["policy_version"] for event in await office.events(kind)]


# -- what begins now ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("danger", [False, True])
async def test_a_new_referral_needs_a_pack_in_force(office: Office, caller: Caller, how: str, danger: bool) -> None:
    await office.send()
    office.clock.set(LATER)

    answer = await caller.post(form(immediate_danger=danger), key="new")

    if how == "replaced":
        assert answer.status_code == 202
        first, second = await versions(office, "referral.received.v1")
        assert first != second
        return
    problem = answer.json()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "300")
    assert problem["type"].endswith("/no-pack-in-force")
    assert problem["detail"].startswith("If a child is in danger now, call 999. To tell us about a child, phone")
    assert await caller.count("referral") == 1


async def test_a_pack_that_has_not_begun_is_not_in_force_either(office: Office, caller: Caller) -> None:
    office.clock.set(datetime.fromisoformat("2026-10-31T12:00:00Z"))

    answer = await caller.post(form())

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]) == (503, "no-pack-in-force")


async def test_the_fhir_door_says_the_same(office: Office, caller: Caller, how: str) -> None:
    office.clock.set(LATER)

    answer = await send(caller, message())

    assert answer.status_code == {"ended": 503, "replaced": 200}[how]
    if how == "ended":
        assert "call 999" in issues(answer)[0]["diagnostics"]


async def test_a_referral_that_was_accepted_before_is_answered_again(office: Office, caller: Caller) -> None:
    """The answer was lost in the pack's last minute, and the sender sends again in the first one after it."""
    before = await caller.post(form())
    office.clock.set(LATER)

    again = await caller.post(form())
    other = await caller.post(form(strengths="Something else."))

    assert (again.status_code, again.json()) == (202, before.json())
    assert other.json()["type"].endswith("/idempotency-key-reused")


# -- what has begun -------------------------------------------------------------------------------------------------


async def test_a_referral_is_followed_printed_and_read(office: Office, caller: Caller) -> None:
    path = (await office.send())["links"]["self"]
    office.clock.set(LATER)

    answers = [
        await caller.get(path),
        await caller.get("/v1/referrals"),
        await caller.get(f"{path}/receipt"),
        await caller.get(f"{path}/receipt", headers={"Accept": "text/html"}),
        await caller.document(path),
        await caller.document(path, part="/editions"),
    ]

    assert [answer.status_code for answer in answers] == [200] * 6
    assert answers[0].json()["late"]


async def test_feedback_is_in_the_words_of_the_version_that_decided(office: Office, caller: Caller) -> None:
    path = (await office.send())["links"]["self"]
    [child] = (await caller.get(path)).json()["children"]
    decided = case_decided(id_of(path), UUID(child["child_id"]), feedback="being-acted-on")
    await told(caller.db, case_opened(id_of(path)), decided)
    office.clock.set(LATER)

    [child] = (await caller.get(path)).json()["children"]

    assert "Please do not speak to the family" in child["feedback"]


async def test_a_referral_is_added_to_and_taken_back_under_the_version_it_was_received_under(
    office: Office, caller: Caller
) -> None:
    path = (await office.send())["links"]["self"]
    office.clock.set(LATER)

    added = await caller.add(path, news())
    withdrawn = await caller.withdraw(path, withdrawal())

    assert (added.status_code, withdrawn.status_code) == (202, 202)
    assert await versions(office, "referral.supplemented.v1") == await versions(office, "referral.received.v1")


async def test_a_child_that_is_added_to_a_decided_referral_gets_a_promise_by_the_same_clock(
    office: Office, caller: Caller
) -> None:
    receipt = await office.send()
    await office.close(receipt["referral_id"], Outcome.NO_FURTHER_ACTION)
    office.clock.set(LATER)

    await caller.add(receipt["links"]["self"], new_child())

    promised = (await caller.get(receipt["links"]["self"])).json()["decision_expected_by"]
    assert datetime.fromisoformat(promised) - LATER < timedelta(days=2)


async def test_what_was_kept_for_its_time_is_reviewed_and_destroyed(office: Office) -> None:
    receipt = await office.closed()
    await office.later()

    run_id = await office.destroyed(receipt["referral_id"])

    assert await office.counts(run_id) == {"destroyed": 1}
    certificate = await office.as_(OFFICER, "GET", f"{receipt['links']['self']}/disposal")
    assert certificate.status_code == 200


async def test_referrals_are_held(office: Office) -> None:
    receipt = await office.closed()
    office.clock.set(LATER)

    held = await office.hold(receipt["reference"])

    assert held.status_code == 201


# -- partners and operators -----------------------------------------------------------------------------------------


async def test_partners_are_registered_and_a_suspended_one_is_told_whom_to_phone(office: Office) -> None:
    office.clock.set(LATER)

    added = await office.as_(OPERATOR, "POST", "/operator/partners", json=registration())
    suspended = await office.as_(
        OPERATOR, "POST", f"/operator/partners/{registration()['client_id']}/suspension", json={"reason": "misuse"}
    )
    claims = {"azp": registration()["client_id"], "agency": "lantern-youth-club"}
    refused = await office.caller.post(form(), **claims)

    assert (added.status_code, suspended.status_code, refused.status_code) == (201, 200, 403)
    assert "phone the front door team" in refused.json()["detail"]


async def test_readiness_warns_a_month_early_and_is_red_only_when_no_pack_is_in_force(
    office: Office, caller: Caller, how: str
) -> None:
    async def ready(at: datetime) -> httpx2.Response:
        office.clock.set(at)
        return await caller.http.get("/health/ready")

    begins = datetime.fromisoformat("2026-11-01T12:00:00Z")
    early, late = await ready(begins), await ready(LATER)

    if how == "replaced":
        assert [(answer.status_code, answer.json()["warnings"]) for answer in (early, late)] == [(200, [])] * 2
        return
    assert (early.status_code, early.json()["failing"]) == (200, [])
    assert "ends on 2026-11-30" in early.json()["warnings"][0]
    assert "wandsworth.2026-12-01.yaml" in early.json()["warnings"][0]
    assert (late.status_code, late.json()["failing"]) == (503, ["packs"])
    assert "No pack of wandsworth is in force after 2026-11-30" in late.json()["warnings"][0]
    metrics = (await caller.http.get("/metrics")).text
    assert 'frontdoor_days_left{of="pack:wandsworth"} -7.0' in metrics


async def test_one_partnership_without_a_pack_does_not_make_the_others_red(
    urls: DatabaseUrls, signer: Signer, db: Database, service_db: Database, tmp_path: Path
) -> None:
    folder = testing.write_ended(PACKS, tmp_path, last_day=LAST_DAY)
    (folder / "warwickshire.yaml").write_bytes((PACKS / "warwickshire.yaml").read_bytes())
    async with opened_office(urls.app_url, signer, db, service_db=service_db, partnerships_folder=folder) as office:
        office.clock.set(LATER)

        answer = await office.caller.http.get("/health/ready")

    assert (answer.status_code, len(answer.json()["warnings"])) == (200, 1)
