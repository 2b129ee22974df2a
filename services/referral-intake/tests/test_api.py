"""The HTTP edge on a real database: receipts, repeats, races, faults, looks and who sees what."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
import pytest
from intake_examples import NOW, form, planted
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db import Database
from chassis.provision import DatabaseUrls
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from referral_intake.main import Service, build
from referral_intake.settings import Settings

PACKS = Path(__file__).parents[3] / "partnerships"
ADDRESS = "https://intake.example.org"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


def settings(database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        kafka_bootstrap_servers="127.0.0.1:1",  # nobody listens there: accepting must not care
        oidc_issuer="https://issuer.example.org/realms/frontdoor",
        public_url=ADDRESS,
        partnerships_folder=PACKS,
    )


@dataclass
class Caller:
    """Calls the service as whoever ``signer`` says."""

    http: httpx2.AsyncClient
    signer: Signer
    db: Database

    async def post(self, document: Any, *, key: str = "key-1", **claims: Any) -> httpx2.Response:
        headers = {"Idempotency-Key": key, **self.signer.bearer(**claims)}
        return await self.http.post("/v1/referrals", json=document, headers=headers)

    async def get(self, path: str, *, headers: dict[str, str] | None = None, **claims: Any) -> httpx2.Response:
        return await self.http.get(path, headers={**(headers or {}), **self.signer.bearer(**claims)})

    async def document(self, path: str, *, purpose: str | None = "triage", **claims: Any) -> httpx2.Response:
        named = {"Access-Purpose": purpose} if purpose else {}
        who = {"roles": ["social-worker"], "agency": "wandsworth-mash", "subject": "worker-1", **claims}
        return await self.get(f"{path}/document", headers=named, **who)

    async def rows(self, query: str) -> Sequence[Any]:
        async with self.db.transaction() as tx:
            return (await tx.execute(text(query))).all()

    async def count(self, table: str) -> int:
        return int((await self.rows(f"SELECT count(*) FROM {table}"))[0][0])

    async def looks(self) -> list[dict[str, Any]]:
        found = await self.rows("SELECT headers, data FROM event WHERE topic = 'access.v1' ORDER BY id")
        return [{"type": row.headers["ce_type"], **json.loads(row.data)} for row in found]


@pytest.fixture
async def service(urls: DatabaseUrls, signer: Signer) -> AsyncIterator[Service]:
    built = build(settings(urls.app_url), clock=SettableClock(NOW), verifier=signer.verifier())
    yield built
    await built.close()


@pytest.fixture
async def caller(service: Service, signer: Signer, db: Database) -> AsyncIterator[Caller]:
    transport = httpx2.ASGITransport(app=service.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, timeout=60) as http:
        yield Caller(http, signer, db)


# -- receipts -------------------------------------------------------------------------------------------------------


async def test_a_referral_is_answered_with_a_receipt_and_where_to_follow_it(caller: Caller) -> None:
    answer = await caller.post(form())

    receipt = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/referrals/{receipt['referral_id']}" == receipt["links"]["self"]
    assert receipt["reference"].startswith("WAN-")
    assert receipt["status"] == "received"
    assert receipt["received_at"] == "2026-11-23T09:30:00Z"
    assert receipt["decision_expected_by"] == "2026-11-24T17:00:00Z"
    assert "17:00 on Tuesday 24 November 2026" in receipt["what_happens_next"]
    assert receipt["missing_information"] == []
    assert "emergency_advice" not in receipt


async def test_the_event_says_what_the_pack_and_the_token_say_and_nothing_about_a_person(caller: Caller) -> None:
    receipt = (await caller.post(form())).json()

    [row] = await caller.rows("SELECT headers, data FROM event")
    event = json.loads(row.data)
    assert row.headers["ce_type"] == "referral.received.v1"
    assert (event["agency"], event["source"]) == ("ashcroft-primary", "2A")
    assert event["policy_version"].startswith("wandsworth-")
    assert event["detail_url"] == f"{ADDRESS}/v1/referrals/{receipt['referral_id']}/document"
    for secret in ("Rowan", "Testerley", "2017-05-04", "9990000018", "Invented Street", "Adeyemi", "coat"):
        assert secret not in row.data.decode() + json.dumps(row.headers)


async def test_an_agency_the_pack_does_not_name_may_refer_too(caller: Caller) -> None:
    answer = await caller.post(form(), agency="riverside-youth-club")

    [row] = await caller.rows("SELECT data FROM event")
    assert answer.status_code == 202
    assert json.loads(row.data)["source"] == "10"


async def test_immediate_danger_is_answered_with_999_and_accepted(caller: Caller) -> None:
    answer = await caller.post(form(immediate_danger=True))

    assert answer.status_code == 202
    assert answer.json()["emergency_advice"].startswith("Call 999 now")
    assert await caller.count("referral") == 1


async def test_what_is_missing_is_listed_in_plain_words(caller: Caller) -> None:
    child = {"first_name": "Rowan", "school": "Ashcroft Primary School", "nhs_number": "9990000019"}

    answer = await caller.post(form(children=[child]))

    assert answer.status_code == 202
    assert {"item": "address", "label": "Where the child lives"} in answer.json()["missing_information"]
    assert "invalid-nhs-number" in [missing["item"] for missing in answer.json()["missing_information"]]


async def test_the_trace_of_the_request_goes_on_with_the_event(caller: Caller) -> None:
    headers = {"Idempotency-Key": "key-1", "traceparent": f"00-{TRACE_ID}-b7ad6b7169203331-01"}

    await caller.http.post("/v1/referrals", json=form(), headers={**headers, **caller.signer.bearer()})

    [row] = await caller.rows("SELECT headers FROM event")
    assert row.headers["traceparent"].split("-")[1] == TRACE_ID


# -- refusals -------------------------------------------------------------------------------------------------------


async def test_a_refusal_names_each_place_and_what_to_do_and_never_the_value(caller: Caller) -> None:
    secret = "Zebediah-Quince"
    document = form(referrer={"name": secret}, children=[{"first_name": secret}], concern={"opinion": " "})

    answer = await caller.post(document)

    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"].endswith("/not-enough")
    assert [error["pointer"] for error in problem["errors"]] == [
        "/referrer/phone",
        "/children/0/addresses",
        "/concern/facts",
    ]
    assert "999" in problem["detail"]
    assert secret not in answer.text
    assert await caller.count("referral") == 0


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (form(children=[{"nickname": "x"}]), "/children/0"),
        (form(concern={"facts": "x" * 20_001}), "/concern/facts"),
        (form(children=[{"sex": "female"}]), "/children/0/sex"),
    ],
)
async def test_a_field_that_does_not_fit_is_refused_by_its_json_pointer(
    caller: Caller, document: Any, pointer: str
) -> None:
    answer = await caller.post(document)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_nul_is_refused(caller: Caller) -> None:
    answer = await caller.post(form(strengths="a\0b"))

    assert answer.status_code == 422
    assert await caller.count("referral") == 0


async def test_half_a_surrogate_pair_is_refused(caller: Caller) -> None:
    headers = {"Idempotency-Key": "key-1", "Content-Type": "application/json", **caller.signer.bearer()}

    answer = await caller.http.post("/v1/referrals", content=b'{"strengths": "\\ud800"}', headers=headers)

    assert answer.status_code in (400, 422)


@pytest.mark.parametrize("key", [None, "", "two words", "k" * 256])
async def test_a_key_is_needed(caller: Caller, key: str | None) -> None:
    headers = caller.signer.bearer() | ({"Idempotency-Key": key} if key is not None else {})

    answer = await caller.http.post("/v1/referrals", json=form(), headers=headers)

    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/idempotency-key-missing")


async def test_without_a_token_nothing_is_taken(caller: Caller) -> None:
    answer = await caller.http.post("/v1/referrals", json=form(), headers={"Idempotency-Key": "key-1"})

    assert answer.status_code == 401
    assert await caller.count("referral") == 0


@pytest.mark.parametrize("role", ["social-worker", "operator", "service", "auditor"])
async def test_only_partner_systems_send_referrals(caller: Caller, role: str) -> None:
    assert (await caller.post(form(), roles=[role])).status_code == 403


async def test_a_partnership_without_a_pack_is_told_so(caller: Caller) -> None:
    answer = await caller.post(form(), partnership="nowhere")

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/partnership-not-served")


# -- repeats and races ----------------------------------------------------------------------------------------------


async def test_the_same_key_and_referral_get_the_very_same_answer(caller: Caller) -> None:
    first = await caller.post(form())

    reordered = dict(reversed(form().items()))
    again = await caller.post(reordered)

    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["location"] == first.headers["location"]
    assert await caller.count("referral") == await caller.count("event") == 1


async def test_the_same_key_for_another_referral_is_refused(caller: Caller) -> None:
    await caller.post(form())

    answer = await caller.post(form(strengths="another"))

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/idempotency-key-reused")


async def test_two_clients_may_choose_the_same_key(caller: Caller) -> None:
    mine = await caller.post(form())
    theirs = await caller.post(form(), azp="wandsworth-police", agency="metropolitan-police")

    assert mine.json()["referral_id"] != theirs.json()["referral_id"]


async def test_fifty_posts_of_one_key_at_once_make_one_referral(caller: Caller) -> None:
    answers = await asyncio.gather(*(caller.post(form()) for _ in range(50)))

    taken = [answer for answer in answers if answer.status_code == 202]
    running = [answer for answer in answers if answer.status_code == 409]
    assert len(taken) + len(running) == 50
    assert len({answer.content for answer in taken}) == 1
    assert all(answer.headers["retry-after"] == "1" for answer in running)
    assert (await caller.post(form())).content == taken[0].content
    assert await caller.count("referral") == await caller.count("event") == 1


async def test_two_services_given_one_key_at_once_make_one_referral(
    caller: Caller, urls: DatabaseUrls, signer: Signer
) -> None:
    second = build(settings(urls.app_url), clock=SettableClock(NOW), verifier=signer.verifier())
    transport = httpx2.ASGITransport(app=second.app)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, timeout=60) as http:
        callers = [caller, Caller(http, signer, caller.db)] * 20
        answers = await asyncio.gather(*(each.post(form()) for each in callers))
    await second.close()

    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.content for answer in answers if answer.status_code == 202}) == 1
    assert await caller.count("referral") == 1


async def test_five_hundred_different_referrals_at_once_are_all_durable(caller: Caller) -> None:
    answers = await asyncio.gather(*(caller.post(form(), key=f"key-{number}") for number in range(500)))

    assert {answer.status_code for answer in answers} == {202}
    told = {answer.json()["referral_id"] for answer in answers}
    kept = {str(row.referral_id) for row in await caller.rows("SELECT referral_id FROM document")}
    assert told == kept
    assert len(told) == await caller.count("event") == 500


async def test_a_referral_the_database_refuses_does_not_fail_its_neighbours(caller: Caller, owner: AsyncEngine) -> None:
    async with planted(owner, "referral", "CHECK (agency <> 'poison')"):
        answers = await asyncio.gather(
            *(
                caller.post(form(), key=f"key-{number}", agency="poison" if number == 7 else "ashcroft-primary")
                for number in range(40)
            )
        )

    assert [number for number, answer in enumerate(answers) if answer.status_code != 202] == [7]
    assert answers[7].status_code == 500
    assert await caller.count("referral") == 39


async def test_callers_that_hang_up_lose_nothing_and_disturb_nobody(caller: Caller, service: Service) -> None:
    calls = [asyncio.create_task(caller.post(form(), key=f"key-{number}")) for number in range(60)]
    async with asyncio.timeout(10):
        while not await caller.count("referral"):
            pass
    for leaving in calls[::3]:
        leaving.cancel()

    answers = await asyncio.gather(*calls, return_exceptions=True)

    stayed = [answer for answer in answers if isinstance(answer, httpx2.Response)]
    assert {answer.status_code for answer in stayed} == {202}
    kept = {str(row.referral_id) for row in await caller.rows("SELECT referral_id FROM referral")}
    assert {answer.json()["referral_id"] for answer in stayed} <= kept


# -- faults ---------------------------------------------------------------------------------------------------------


async def kill_connections(owner: AsyncEngine) -> None:
    async with owner.begin() as tx:
        await tx.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


async def test_without_a_database_nothing_is_promised(signer: Signer) -> None:
    away = build(settings("postgresql://nobody@127.0.0.1:1/nothing"), verifier=signer.verifier())
    transport = httpx2.ASGITransport(app=away.app)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, timeout=60) as http:
        headers = {"Idempotency-Key": "key-1", **signer.bearer()}
        answer = await http.post("/v1/referrals", json=form(), headers=headers)
        ready = await http.get("/health/ready")
    await away.close()

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert ready.status_code == 503


async def test_connections_killed_midway_never_make_a_promise_that_is_not_kept(
    caller: Caller, postgres_superuser: AsyncEngine
) -> None:
    calls = [asyncio.create_task(caller.post(form(), key=f"key-{number}")) for number in range(300)]
    async with asyncio.timeout(10):
        while not await caller.count("referral"):
            pass
    await kill_connections(postgres_superuser)

    answers = await asyncio.gather(*calls)

    assert {answer.status_code for answer in answers} <= {202, 503}
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 503)
    promised = {answer.json()["referral_id"] for answer in answers if answer.status_code == 202}
    assert promised <= {str(row.referral_id) for row in await caller.rows("SELECT referral_id FROM referral")}
    again = await asyncio.gather(*(caller.post(form(), key=f"key-{number}") for number in range(300)))
    assert {answer.status_code for answer in again} == {202}
    assert await caller.count("referral") == await caller.count("event") == 300


# -- following ------------------------------------------------------------------------------------------------------


async def test_an_agency_follows_its_own_referral_and_the_look_is_written_down(caller: Caller) -> None:
    path = (await caller.post(form())).headers["location"]

    answer = await caller.get(path)

    assert answer.status_code == 200
    assert answer.json()["status"] == "received"
    assert answer.json()["status_text"] == "We have your referral. Nobody has opened it yet."
    assert answer.json()["looked_at"] is None
    assert [look["type"] for look in await caller.looks()] == ["record.accessed.v1"]


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"agency": "metropolitan-police"}, "relationship"),
        ({"partnership": "warwickshire"}, "partnership"),
        ({"roles": ["social-worker"]}, "role"),
    ],
)
async def test_for_anybody_else_there_is_no_such_referral(caller: Caller, claims: Any, reason: str) -> None:
    path = (await caller.post(form())).headers["location"]

    refused = await caller.get(path, **claims)
    absent = await caller.get("/v1/referrals/00000000-0000-4000-8000-000000000404")

    assert refused.status_code == absent.status_code == 404
    assert refused.content == absent.content
    assert [look["reason"] for look in await caller.looks()] == [reason, "not-found"]


async def test_an_agency_lists_its_own_referrals_newest_first_page_by_page(caller: Caller) -> None:
    for number in range(5):
        await caller.post(form(), key=f"key-{number}")
    await caller.post(form(), key="other", agency="metropolitan-police")

    first = (await caller.get("/v1/referrals?limit=3")).json()
    second = (await caller.get(f"/v1/referrals?limit=3&cursor={first['next']}")).json()

    seen = [item["referral_id"] for item in first["referrals"] + second["referrals"]]
    assert len(seen) == len(set(seen)) == 5
    assert second["next"] is None
    times = [datetime.fromisoformat(item["received_at"]) for item in first["referrals"] + second["referrals"]]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize("cursor", ["x", "AAAA", "////", "MjAyNi0xMS0yMyAx"])
async def test_a_cursor_that_was_never_given_is_refused(caller: Caller, cursor: str) -> None:
    answer = await caller.get(f"/v1/referrals?cursor={cursor}")

    assert answer.status_code == 400


# -- documents ------------------------------------------------------------------------------------------------------


async def test_staff_read_the_stored_bytes_and_can_check_them_against_the_published_commitment(
    caller: Caller,
) -> None:
    path = (await caller.post(form())).headers["location"]
    [row] = await caller.rows("SELECT data FROM event")

    answer = await caller.document(path)

    assert answer.status_code == 200
    assert answer.json()["children"][0]["last_name"] == "Testerley"
    salt = bytes.fromhex(answer.headers["content-salt"])
    published = json.loads(row.data)
    assert sha256(salt + answer.content).hexdigest() == published["content_commitment"]
    assert answer.json()["children"][0]["child_id"] == published["children"][0]["child_id"]
    [look] = await caller.looks()
    assert (look["type"], look["purpose"], look["actor"]) == ("record.accessed.v1", "triage", "worker-1")


@pytest.mark.parametrize(
    ("claims", "status", "reason"),
    [
        ({"roles": ["partner"], "agency": "ashcroft-primary"}, 403, "role"),
        ({"roles": ["auditor"]}, 403, "role"),
        ({"roles": ["service"]}, 403, "role"),
        ({"roles": ["macpt-member"]}, 403, "purpose"),
        ({"roles": ["mash-manager"], "partnership": "warwickshire"}, 404, "partnership"),
    ],
)
async def test_nobody_else_reads_documents_and_the_attempt_is_written_down(
    caller: Caller, claims: Any, status: int, reason: str
) -> None:
    path = (await caller.post(form())).headers["location"]

    answer = await caller.document(path, **claims)

    assert answer.status_code == status
    assert "Testerley" not in answer.text
    assert [(look["type"], look["reason"]) for look in await caller.looks()] == [("access.denied.v1", reason)]


async def test_the_child_protection_team_reads_for_child_protection(caller: Caller) -> None:
    path = (await caller.post(form())).headers["location"]

    answer = await caller.document(path, purpose="child-protection", roles=["macpt-member"], agency="wandsworth-macpt")

    assert answer.status_code == 200


@pytest.mark.parametrize("purpose", [None, "curiosity"])
async def test_a_purpose_must_be_named(caller: Caller, purpose: str | None) -> None:
    path = (await caller.post(form())).headers["location"]

    answer = await caller.document(path, purpose=purpose)

    assert answer.status_code == 422
    assert "triage" in answer.json()["errors"][0]["detail"]


# -- description ----------------------------------------------------------------------------------------------------


async def test_the_openapi_document_describes_every_route_with_an_example(caller: Caller) -> None:
    described = (await caller.http.get("/openapi.json")).json()

    assert described["openapi"].startswith("3.1")
    assert {"/v1/referrals", "/v1/referrals/{referral_id}", "/v1/referrals/{referral_id}/document"} <= set(
        described["paths"]
    )
    assert described["components"]["schemas"]["ReferralForm"]["examples"]
    assert {"202", "400", "409", "413", "422", "503"} <= set(described["paths"]["/v1/referrals"]["post"]["responses"])
