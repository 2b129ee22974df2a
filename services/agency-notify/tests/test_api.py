"""The HTTP edge on a real database, as partner systems, staff and operators use it."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from notify_examples import (
    NOW,
    OTHER_SECRET,
    REFERENCE,
    SECRET,
    case_decided,
    case_opened,
    handover_offered,
    information_requested,
    question_asked,
    referral_received,
)
from notify_service import MAILBOX, OPERATOR, WEBHOOK, form
from notify_world import (
    ALL_PACKS,
    KEYS,
    SEALER,
    Script,
    deliverer,
    deliveries,
    escalator,
    events_of,
    queue,
    read,
    set_endpoint,
)

from agency_notify.sealing import Place
from agency_notify.store import endpoints
from agency_notify.store.endpoints import Health
from chassis.db import Database
from chassis.run.service import Service
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from contracts.codes import Channel, DenialReason, Purpose
from contracts.events import AccessDenied, Event, NoticeAcknowledged, NoticeOpened, RecordAccessed

POLICE = {"agency": "metropolitan-police", "subject": "police-system"}


async def looks(db: Database) -> list[Event]:
    return await events_of(db, "access/%")


# -- inbox ------------------------------------------------------------------------------------------------------------


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
async def test_whoever_is_not_entitled_gets_the_answer_for_a_missing_notice_and_it_is_written_down(
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


async def test_without_a_token_only_the_public_keys_are_there(http: httpx2.AsyncClient) -> None:
    keys = await http.get("/v1/webhook-keys")

    assert keys.json() == {"keys": list(KEYS.public_keys)}
    for path in ("/v1/notices", "/v1/endpoints", "/v1/escalated-notices"):
        assert (await http.get(path)).status_code == 401


# -- endpoints --------------------------------------------------------------------------------------------------------


async def test_an_operator_sets_endpoints_and_the_next_notice_is_queued_for_them(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    answer = await http.put(
        "/v1/endpoints/metropolitan-police", json=form(WEBHOOK, MAILBOX), headers=signer.bearer(**OPERATOR)
    )

    await queue(db, information_requested())
    assert answer.status_code == 200
    assert {each["channel"]: each["signing"] for each in answer.json()["endpoints"]} == {
        "webhook": "v1a",
        "e-mail": None,
    }
    assert [row.channel for row in await deliveries(db)] == ["e-mail", "webhook"]


async def test_secrets_go_in_and_never_come_out_and_the_old_one_signs_for_a_day(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    answers = []
    for secret in (SECRET, OTHER_SECRET):
        body = form(WEBHOOK | {"signing": "v1", "secret": secret})
        answers.append(
            await http.put("/v1/endpoints/metropolitan-police", json=body, headers=signer.bearer(**OPERATOR))
        )
    answers.append(await http.get("/v1/endpoints", headers=signer.bearer(**OPERATOR)))

    assert [answer.status_code for answer in answers] == [200] * 3
    assert not any("whsec_" in answer.text for answer in answers)
    async with db.transaction() as tx:
        (stored,) = await endpoints.list_endpoints(tx)
    assert stored.secret is not None
    assert stored.secret.previous is not None
    assert SEALER.open(stored.secret.current, place=Place.current(stored.endpoint_id)) == OTHER_SECRET
    assert SEALER.open(stored.secret.previous, place=Place.previous(stored.endpoint_id)) == SECRET
    assert stored.secret.previous_until == NOW + timedelta(days=1)


async def test_a_channel_left_out_is_switched_off_and_set_again_it_is_on(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    headers = signer.bearer(**OPERATOR)
    await http.put("/v1/endpoints/metropolitan-police", json=form(WEBHOOK, MAILBOX), headers=headers)

    await http.put("/v1/endpoints/metropolitan-police", json=form(MAILBOX), headers=headers)

    listed = (await http.get("/v1/endpoints", headers=headers)).json()["endpoints"]
    assert {each["channel"]: each["disabled_reason"] for each in listed} == {"webhook": "removed", "e-mail": None}
    again = await http.put("/v1/endpoints/metropolitan-police", json=form(WEBHOOK, MAILBOX), headers=headers)
    assert {each["disabled_at"] for each in again.json()["endpoints"]} == {None}


@pytest.mark.parametrize(
    "address",
    [
        "http://hooks.example.org/in",
        "https://10.0.0.1/in",
        "https://[::1]/in",
        "https://169.254.169.254/",
        "http://127.0.0.2/in",
        "http://8.8.8.8/in",
        "ftp://hooks.example.org/in",
        "https://user:pass@hooks.example.org/in",
        "https://hooks.example.org/in#part",
        "https://hooks.example.org:99999/in",
        "https://hooks.example.org:0/in",
        "https:///in-in",
        "https://hooks.example.org/in in",
        "https://hooks.example.org\\@10.0.0.1/",
        "https://h\u00f6oks.example.org/in",
        "https://[::1/in",
    ],
)
async def test_an_address_that_must_not_be_sent_to_is_refused_with_what_to_do(
    http: httpx2.AsyncClient, signer: Signer, address: str
) -> None:
    body = form(MAILBOX, WEBHOOK | {"address": address})

    answer = await http.put("/v1/endpoints/metropolitan-police", json=body, headers=signer.bearer(**OPERATOR))

    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/endpoints/1/address"
    assert error["detail"].startswith("Use a")
    assert address not in answer.text


async def test_a_private_address_the_operator_of_the_service_opened_may_be_set(
    http: httpx2.AsyncClient, signer: Signer
) -> None:
    body = form(WEBHOOK | {"address": "http://127.0.0.1:8099/in"})

    answer = await http.put("/v1/endpoints/metropolitan-police", json=body, headers=signer.bearer(**OPERATOR))

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "wanted",
    [
        (WEBHOOK, WEBHOOK),
        (WEBHOOK | {"signing": "v1"},),
        (WEBHOOK | {"secret": SECRET},),
        (WEBHOOK | {"signing": "v1", "secret": "whsec_c2hvcnQ="},),
        (WEBHOOK | {"signing": "v2"},),
        (WEBHOOK | {"more": 1},),
        ({"channel": "inbox", "address": "x"},),
        (MAILBOX | {"address": "a@b.example.org\r\nBcc: c@d.example.org"},),
        (MAILBOX | {"address": "nobody"},),
    ],
)
async def test_a_form_that_does_not_fit_is_refused_without_repeating_it(
    http: httpx2.AsyncClient, signer: Signer, wanted: tuple[dict[str, Any], ...]
) -> None:
    answer = await http.put("/v1/endpoints/metropolitan-police", json=form(*wanted), headers=signer.bearer(**OPERATOR))

    assert answer.status_code == 422
    assert "whsec_c2hv" not in answer.text
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("agency", "partnership", "slug"),
    [("somebody-else", "wandsworth", "unknown-agency"), ("metropolitan-police", "nowhere", "unknown-partnership")],
)
async def test_endpoints_are_only_set_for_whoever_a_pack_names(
    http: httpx2.AsyncClient, signer: Signer, agency: str, partnership: str, slug: str
) -> None:
    answer = await http.put(
        f"/v1/endpoints/{agency}", json=form(WEBHOOK, partnership=partnership), headers=signer.bearer(**OPERATOR)
    )

    assert answer.status_code == 422
    assert answer.json()["type"].endswith(slug)


@pytest.mark.parametrize("roles", [["partner"], ["mash-manager"], ["auditor"], ["service"]])
async def test_only_operators_set_and_see_endpoints(http: httpx2.AsyncClient, signer: Signer, roles: list[str]) -> None:
    headers = signer.bearer(agency="metropolitan-police", roles=roles)

    put = await http.put("/v1/endpoints/metropolitan-police", json=form(WEBHOOK), headers=headers)
    get = await http.get("/v1/endpoints", headers=headers)

    assert (put.status_code, get.status_code) == (403, 403)


async def test_setting_an_endpoint_that_was_gone_lets_it_be_used_again(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    gone = await set_endpoint(db)
    async with db.transaction() as tx:
        await endpoints.record_health(tx, {gone.endpoint_id: Health(gone=True)}, now=NOW)

    await http.put("/v1/endpoints/metropolitan-police", json=form(WEBHOOK), headers=signer.bearer(**OPERATOR))

    await queue(db, information_requested())
    assert len(await deliveries(db)) == 1


# -- the whole --------------------------------------------------------------------------------------------------------


def test_the_worker_runs_delivery_and_both_loops(service: Service) -> None:
    assert {"relay", "consumer", "deliverer", "escalator", "plain-secrets", "standings"} <= service.workers.keys()
    assert "database" in service.readiness


async def test_the_api_describes_itself_as_openapi_3_1(http: httpx2.AsyncClient) -> None:
    described = (await http.get("/openapi.json")).json()

    assert described["openapi"].startswith("3.1")
    assert {"/v1/notices", "/v1/notices/{notice_id}", "/v1/endpoints/{agency}"} <= described["paths"].keys()


async def test_a_referrals_notices_reach_the_inbox_of_the_sender(
    db: Database, http: httpx2.AsyncClient, signer: Signer
) -> None:
    await read(db, referral_received())

    (item,) = (await http.get("/v1/notices", headers=signer.bearer())).json()["notices"]

    assert item["title"] == "Referral received"
