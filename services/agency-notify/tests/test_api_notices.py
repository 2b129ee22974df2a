"""The inbox over HTTP: an agency lists, opens and acknowledges its own notices, and each look is written down."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from notify_examples import (
    NOW,
    REFERENCE,
    case_decided,
    case_opened,
    handover_offered,
    information_requested,
    question_asked,
    referral_received,
)
from notify_service import OPERATOR
from notify_world import ALL_PACKS, Script, deliverer, escalator, events_of, queue, read, set_endpoint

from chassis.db import Database
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from contracts.codes import Channel, DenialReason, Purpose
from contracts.events import AccessDenied, Event, NoticeAcknowledged, NoticeOpened, RecordAccessed

POLICE = {"agency": "metropolitan-police", "subject": "police-system"}


async def looks(db: Database) -> list[Event]:
    return await events_of(db, "access/%")


async def test_an_agency_lists_its_own_notices_newest_first_and_nobody_elses(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    await read(db, case_opened(), information_requested(), handover_offered(), information_requested())

    answer = await http.get("/v1/notices", headers=signer.bearer(**POLICE))

    listed = answer.json()["notices"]
    assert answer.status_code == 200
    assert [(item["agency"], item["kind"], item["reference"]) for item in listed] == [
        ("metropolitan-police", "information-requested", REFERENCE)
    ] * 2
    assert listed[0]["links"]["self"] == f"https://notify.example.org/v1/notices/{listed[0]['notice_id']}"


async def test_listing_opens_nothing_and_shows_nothing_about_the_child(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    await queue(db, information_requested())

    (item,) = (await http.get("/v1/notices?unopened=true", headers=signer.bearer(**POLICE))).json()["notices"]

    assert item["opened_at"] is None
    assert item.keys().isdisjoint({"referral_id", "about_id", "about_url", "text"})


async def test_pages_follow_one_another_without_gap_or_repeat(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    await read(db, case_opened(), *[information_requested() for _ in range(7)])
    seen: list[str] = []
    cursor = ""

    while True:
        page = (await http.get(f"/v1/notices?limit=3{cursor}", headers=signer.bearer(**POLICE))).json()
        seen += [item["notice_id"] for item in page["notices"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"

    assert len(seen) == len(set(seen)) == 7


@pytest.mark.parametrize("path", ["notices", "escalated-notices"])
async def test_a_cursor_beyond_every_number_is_refused(http: httpx2.AsyncClient, signer: Signer, path: str) -> None:
    answer = await http.get(f"/v1/{path}?cursor={2**63}", headers=signer.bearer(**POLICE))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "query:cursor"


async def test_reading_a_notice_opens_it_once_and_each_look_is_written_down(
    db: Database, http: httpx2.AsyncClient, signer: Signer, clock: SettableClock
) -> None:
    notice = await queue(db, information_requested())

    first = await http.get(f"/v1/notices/{notice.notice_id}", headers=signer.bearer(**POLICE))
    clock.advance(timedelta(minutes=1))
    second = await http.get(f"/v1/notices/{notice.notice_id}", headers=signer.bearer(**POLICE))

    assert first.status_code == 200
    assert first.json() == second.json()
    assert first.json()["about_url"] == "https://triage.example.org/v1/information-requests/4"
    assert "answer it" in first.json()["text"]
    opened = [event for event in await events_of(db) if isinstance(event, NoticeOpened)]
    assert [(event.opened_by, event.opened_at) for event in opened] == [("police-system", NOW)]
    seen = await looks(db)
    assert [type(event) for event in seen] == [RecordAccessed, RecordAccessed]
    assert isinstance(seen[0], RecordAccessed)
    assert (seen[0].record_id, seen[0].purpose) == (notice.notice_id, Purpose.ANSWER_REQUEST)


async def test_the_sender_opens_a_question_as_something_about_its_own_referral(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    notice = await queue(db, question_asked())

    body = (await http.get(f"/v1/notices/{notice.notice_id}", headers=signer.bearer())).json()

    assert body["about_url"] == "https://triage.example.org/v1/questions/4"
    assert "answer it by adding to your referral" in body["text"]
    [seen] = await looks(db)
    assert isinstance(seen, RecordAccessed)
    assert seen.purpose is Purpose.OWN_REFERRAL


async def test_an_outcome_is_told_in_the_packs_safe_sentence_with_the_way_to_the_referral(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    notice = await queue(db, case_decided())

    body = (await http.get(f"/v1/notices/{notice.notice_id}", headers=signer.bearer())).json()

    assert body["text"] == ALL_PACKS.newest("wandsworth", at=NOW).feedback_text(notice.feedback or "")
    assert body["about_url"] == f"https://intake.example.org/v1/referrals/{notice.referral_id}"


async def test_an_opened_notice_can_be_acknowledged_and_again_with_the_same_answer(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    notice = await queue(db, information_requested())
    url, headers = f"/v1/notices/{notice.notice_id}", signer.bearer(**POLICE)

    too_early = await http.post(f"{url}/acknowledgement", headers=headers)
    await http.get(url, headers=headers)
    first = await http.post(f"{url}/acknowledgement", headers=headers)
    second = await http.post(f"{url}/acknowledgement", headers=headers)

    assert (too_early.status_code, too_early.json()["type"].rpartition("/")[2]) == (409, "not-opened")
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert sum(isinstance(event, NoticeAcknowledged) for event in await events_of(db)) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"agency": "ashcroft-primary"}, DenialReason.RELATIONSHIP),
        ({"agency": "wandsworth-mash", "roles": ["mash-manager"]}, DenialReason.RELATIONSHIP),
        ({"agency": "metropolitan-police", "partnership": "warwickshire"}, DenialReason.PARTNERSHIP),
        ({"agency": "metropolitan-police", "partnership": "nowhere"}, DenialReason.PARTNERSHIP),
        ({"agency": "metropolitan-police", "roles": ["auditor"]}, DenialReason.ROLE),
        ({"agency": "metropolitan-police", "roles": []}, DenialReason.ROLE),
        (OPERATOR, DenialReason.PARTNERSHIP),
    ],
)
async def test_anyone_who_is_not_entitled_gets_the_answer_for_a_missing_notice_and_it_is_written_down(
    db: Database, http: httpx2.AsyncClient, signer: Signer, method: str, claims: dict[str, Any], reason: DenialReason
) -> None:
    notice = await queue(db, information_requested())
    ending = "/acknowledgement" if method == "POST" else ""
    missing = await http.request(method, f"/v1/notices/{notice.referral_id}{ending}", headers=signer.bearer(**claims))

    answer = await http.request(method, f"/v1/notices/{notice.notice_id}{ending}", headers=signer.bearer(**claims))

    assert answer.status_code == missing.status_code == 404
    assert answer.json() == missing.json()
    (denied,) = await looks(db)
    assert isinstance(denied, AccessDenied)
    assert denied.reason is reason
    assert not any(isinstance(event, NoticeOpened) for event in await events_of(db))


async def test_a_withheld_notice_is_not_there_even_for_the_agency_it_was_withheld_from(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    notice = await queue(db, case_decided(referrer_feedback=None))

    listed = await http.get("/v1/notices", headers=signer.bearer())
    answer = await http.get(f"/v1/notices/{notice.notice_id}", headers=signer.bearer())

    assert listed.json() == {"notices": [], "next": None}
    assert answer.status_code == 404


async def test_a_look_that_cannot_be_written_down_is_not_given(
    db: Database, http: httpx2.AsyncClient, signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = await queue(db, information_requested())

    async def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("agency_notify.handlers.inbox.allow", fails)

    answer = await http.get(f"/v1/notices/{notice.notice_id}", headers=signer.bearer(**POLICE))

    assert answer.status_code == 500
    assert REFERENCE not in answer.text
    assert not any(isinstance(event, NoticeOpened) for event in await events_of(db))


async def test_staff_see_what_was_escalated_to_their_role_in_their_partnership(
    db: Database, http: httpx2.AsyncClient, signer: Signer, clock: SettableClock
) -> None:
    await set_endpoint(db)
    notice = await queue(db, information_requested(due_at=NOW + timedelta(hours=1)))
    clock.advance(timedelta(hours=1))
    await escalator(db, clock).escalate_due()
    staff = {"agency": "wandsworth-mash", "subject": "manager-1"}

    manager = await http.get("/v1/escalated-notices", headers=signer.bearer(**staff, roles=["mash-manager"]))
    worker = await http.get("/v1/escalated-notices", headers=signer.bearer(**staff, roles=["social-worker"]))
    elsewhere = await http.get(
        "/v1/escalated-notices",
        headers=signer.bearer(agency="warwickshire-mash", partnership="warwickshire", roles=["mash-manager"]),
    )
    partner = await http.get("/v1/escalated-notices", headers=signer.bearer(**POLICE))

    assert [item["notice_id"] for item in manager.json()["notices"]] == [str(notice.notice_id)]
    assert worker.json()["notices"] == elsewhere.json()["notices"] == []
    assert partner.status_code == 403


async def test_an_operator_sees_every_attempt_and_nobody_else_does(
    db: Database, http: httpx2.AsyncClient, signer: Signer, clock: SettableClock
) -> None:
    notice = await queue(db, information_requested(), channel=Channel.WEBHOOK)
    await deliverer(db, clock, Script()).deliver_due()
    url = f"/v1/notices/{notice.notice_id}/attempts"

    answer = await http.get(url, headers=signer.bearer(**OPERATOR))
    partner = await http.get(url, headers=signer.bearer(**POLICE))

    (attempt,) = answer.json()["attempts"]
    assert (attempt["channel"], attempt["number"], attempt["status"], attempt["failure"]) == ("webhook", 1, 200, None)
    assert [type(event) for event in await looks(db)] == [RecordAccessed]
    assert partner.status_code == 403


async def test_a_referrals_notices_reach_the_inbox_of_the_sender(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    await read(db, referral_received())

    (item,) = (await http.get("/v1/notices", headers=signer.bearer())).json()["notices"]

    assert item["title"] == "Referral received"
