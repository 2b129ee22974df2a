"""Test notices and the health of endpoints: asked over HTTP, sent to real receivers, recorded, and bounded."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from notify_examples import NOW, information_requested
from notify_receivers import answer, postbox, receiver
from notify_service import OPERATOR
from notify_world import SIGNER, Script, deliverer, events_of, queue, set_endpoint

from agency_notify.addresses import SystemResolver
from agency_notify.channels import WebhookSender
from agency_notify.endpoint_tests.worker import EndpointTester, SendsTests
from agency_notify.mail import EmailSender
from agency_notify.mail_server import Mailbox
from agency_notify.model import Receipt
from agency_notify.store import endpoints
from chassis.db import Database
from chassis.tasks import Hint
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from contracts.codes import Channel, DeliveryFailure
from contracts.events import EndpointTested

PUBLIC_URL = "https://notify.example.org"
Http = httpx2.AsyncClient


def worker(db: Database, clock: SettableClock, *, smtp_port: int = 1) -> EndpointTester:
    webhook = WebhookSender(SIGNER, SystemResolver(2), allowed=("127.0.0.1/32",), public_url=PUBLIC_URL)
    mailbox = Mailbox("127.0.0.1", smtp_port, "notices@frontdoor.example.org")
    email = EmailSender(mailbox, public_url=PUBLIC_URL)
    senders: dict[Channel, SendsTests] = {Channel.WEBHOOK: webhook, Channel.EMAIL: email}
    return EndpointTester(db, senders, clock, Hint())


async def ask(http: Http, signer: Signer, endpoint_id: UUID, **headers: str) -> httpx2.Response:
    asker = {**signer.bearer(**OPERATOR), **headers}
    return await http.post(f"/v1/endpoints/{endpoint_id}/tests", headers=asker)


async def health(http: Http, signer: Signer) -> list[dict[str, Any]]:
    found = await http.get("/v1/endpoint-health", headers=signer.bearer(**OPERATOR))
    assert found.status_code == 200
    listed: list[dict[str, Any]] = found.json()["endpoints"]
    return listed


async def test_a_test_arrives_signed_names_no_referral_and_its_answer_is_shown(
    db: Database, http: Http, signer: Signer, clock: SettableClock
) -> None:
    async with receiver() as agency:
        endpoint = await set_endpoint(db, address=agency.url)
        asked = await ask(http, signer, endpoint.endpoint_id)
        assert await worker(db, clock).make_asked() == 1

    (arrived,) = agency.posts
    test_id = asked.json()["test_id"]
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert arrived.headers["webhook-id"] == test_id
    assert arrived.headers["webhook-signature"].startswith("v1a,")
    assert json.loads(arrived.body) == {
        "type": "endpoint.test",
        "timestamp": NOW.isoformat(),
        "data": {"test_id": test_id, "agency": endpoint.agency},
    }
    found = await http.get(f"/v1/endpoints/{endpoint.endpoint_id}/tests/{test_id}", headers=signer.bearer(**OPERATOR))
    assert (found.json()["state"], found.json()["status"]) == ("answered", 200)
    (shown,) = await health(http, signer)
    assert [(each["is_test"], each["status"]) for each in shown["answers"]] == [(True, 200)]


async def test_a_test_of_a_mailbox_is_a_message_that_says_it_is_one(
    db: Database, http: Http, signer: Signer, clock: SettableClock
) -> None:
    async with postbox() as box:
        endpoint = await set_endpoint(db, channel=Channel.EMAIL, address="duty@police.example.org", signing=None)
        await ask(http, signer, endpoint.endpoint_id)
        await worker(db, clock, smtp_port=box.port).make_asked()

    assert b"This is a test. It is about no child and no referral" in box.messages[0]


async def test_what_an_endpoint_says_to_a_test_changes_nothing_for_notices(
    db: Database, http: Http, signer: Signer, clock: SettableClock
) -> None:
    async with receiver(answer(410)) as agency:
        endpoint = await set_endpoint(db, address=agency.url)
        await ask(http, signer, endpoint.endpoint_id)
        await worker(db, clock).make_asked()

    (shown,) = await health(http, signer)
    assert (shown["test"]["state"], shown["test"]["failure"]) == ("failed", "gone")
    assert (shown["disabled_at"], shown["failures"]) == (None, 0)


async def test_that_a_test_was_asked_for_is_an_event_before_anything_leaves(
    db: Database, http: Http, signer: Signer
) -> None:
    endpoint = await set_endpoint(db)

    asked = await ask(http, signer, endpoint.endpoint_id)

    (event,) = await events_of(db, "endpoint/%")
    assert event == EndpointTested(
        test_id=UUID(asked.json()["test_id"]),
        endpoint_id=endpoint.endpoint_id,
        agency=endpoint.agency,
        channel=endpoint.channel,
        tested_by="op-1",
        tested_at=NOW,
    )


async def test_an_endpoint_is_tested_once_in_half_a_minute_and_one_key_makes_one_test(
    db: Database, http: Http, signer: Signer, clock: SettableClock
) -> None:
    endpoint = await set_endpoint(db)
    first = await ask(http, signer, endpoint.endpoint_id, **{"idempotency-key": "k-1"})

    same = await ask(http, signer, endpoint.endpoint_id, **{"idempotency-key": "k-1"})
    another = await ask(http, signer, endpoint.endpoint_id)
    clock.advance(timedelta(seconds=30))
    later = await ask(http, signer, endpoint.endpoint_id)

    assert (same.status_code, same.json()) == (202, first.json())
    assert (another.status_code, another.headers["retry-after"]) == (429, "31")
    assert "Test it again in 31 seconds" in another.json()["detail"]
    assert later.status_code == 202


async def test_all_endpoints_together_are_tested_sixty_times_in_an_hour(
    db: Database, http: Http, signer: Signer, clock: SettableClock
) -> None:
    several = [await set_endpoint(db, agency=f"agency-{number}") for number in range(61)]

    statuses = [(await ask(http, signer, endpoint.endpoint_id)).status_code for endpoint in several]
    clock.advance(timedelta(hours=1))

    assert statuses == [202] * 60 + [429]
    assert (await ask(http, signer, several[0].endpoint_id)).status_code == 202


async def test_what_nobody_can_test_is_refused(db: Database, http: Http, signer: Signer) -> None:
    off = await set_endpoint(db)
    async with db.transaction() as tx:
        await endpoints.record_health(tx, {off.endpoint_id: endpoints.Health(gone=True)}, now=NOW)

    answers = [await ask(http, signer, off.endpoint_id), await ask(http, signer, uuid4())]

    assert [one.json()["type"].rpartition("/")[2] for one in answers] == ["endpoint-off", "no-such-endpoint"]
    assert await events_of(db, "endpoint/%") == []


@pytest.mark.parametrize("roles", [["mash-manager"], ["partner"], ["service"], ["auditor"]])
async def test_only_operators_see_health_and_send_tests(
    db: Database, http: Http, signer: Signer, roles: list[str]
) -> None:
    endpoint = await set_endpoint(db)
    somebody = signer.bearer(roles=roles)

    statuses = [
        (await http.get("/v1/endpoint-health", headers=somebody)).status_code,
        (await http.post(f"/v1/endpoints/{endpoint.endpoint_id}/tests", headers=somebody)).status_code,
        (await http.get(f"/v1/endpoints/{endpoint.endpoint_id}/tests/{uuid4()}", headers=somebody)).status_code,
    ]

    assert statuses == [403] * 3


async def test_a_test_that_no_worker_made_in_time_is_not_made_later(
    db: Database, http: Http, signer: Signer, clock: SettableClock
) -> None:
    async with receiver() as agency:
        endpoint = await set_endpoint(db, address=agency.url)
        await ask(http, signer, endpoint.endpoint_id)
        clock.advance(timedelta(minutes=5))

        assert await worker(db, clock).make_asked() == 0

    (shown,) = await health(http, signer)
    assert shown["test"]["state"] == "unfinished"
    assert agency.posts == []


async def test_health_shows_failures_what_waits_and_the_last_three_answers_of_notices(
    db: Database, http: Http, signer: Signer, clock: SettableClock
) -> None:
    await set_endpoint(db, agency="metropolitan-police")
    await queue(db, information_requested())
    broken = Script([Receipt(DeliveryFailure.SERVER_ERROR, 500)])
    for _ in range(4):
        await deliverer(db, clock, broken).deliver_due()
        clock.advance(timedelta(hours=1))

    (shown,) = await health(http, signer)

    assert (shown["failures"], shown["waiting"], shown["waiting_since"]) == (4, 1, "2026-11-23T10:00:00Z")
    assert [each["failure"] for each in shown["answers"]] == ["server-error"] * 3
    assert shown["answers"][0]["at"] > shown["answers"][2]["at"]
