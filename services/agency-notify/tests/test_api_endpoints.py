"""Endpoints over HTTP: operators set where each agency is notified, safely, and secrets never come out."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from notify_examples import NOW, OTHER_SECRET, SECRET, information_requested
from notify_service import MAILBOX, OPERATOR, WEBHOOK, form
from notify_world import SEALER, deliveries, queue, set_endpoint

from agency_notify.sealing import Place
from agency_notify.store import endpoints
from agency_notify.store.endpoints import Health
from chassis.db import Database
from chassis.testing.signer import Signer


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
async def test_endpoints_are_only_set_for_anyone_whom_a_pack_names(
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
