"""Escalation as people meet it: the inbox of their role, opening, acknowledging, and channels that operators set."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from escalation_world import HUB, calls, chains, queued, stages
from notify_examples import (
    NOW,
    case_decided,
    case_opened,
    case_rated,
    clock_breached,
    handover_offered,
    referral_received,
)
from notify_service import OPERATOR
from notify_world import Script, all_notices, deliverer, escalator, events_of, read, set_endpoint

from chassis.db import Database
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from contracts.codes import DenialReason, Purpose, Rating
from contracts.events import AccessDenied, NoticeOpened, RecordAccessed

MAILBOX = {"channel": "e-mail", "address": "head@example.org"}


def person(signer: Signer, *roles: str, agency: str = HUB) -> dict[str, str]:
    return signer.bearer(agency=agency, roles=list(roles), subject=f"{roles[0]}-1")


async def climbed(db: Database, clock: SettableClock, *, steps: int = 1) -> None:
    """A notice in a red case that nobody opened, so many stages up."""
    await set_endpoint(db)
    await queued(db, rating=Rating.RED)
    for _ in range(steps):
        clock.advance(timedelta(hours=2))
        await escalator(db, clock).escalate_due()


async def test_people_find_what_is_for_their_role_in_the_inbox_of_the_hub(
    db: Database, http: httpx2.AsyncClient, signer: Signer, clock: SettableClock
) -> None:
    await climbed(db, clock, steps=2)

    async def found(*roles: str, mine: bool) -> list[list[str]]:
        query = "mine=true" if mine else "mine=false"
        page = (await http.get(f"/v1/notices?unopened=true&{query}", headers=person(signer, *roles))).json()
        return [item["roles"] for item in page["notices"]]

    assert await found("mash-manager", mine=True) == [["mash-manager"]]
    assert await found("head-of-service", "mash-manager", mine=True) == [["head-of-service"], ["mash-manager"]]
    assert await found("social-worker", mine=True) == []
    assert await found("social-worker", mine=False) == [["head-of-service"], ["mash-manager"]]


async def test_an_escalation_notice_says_what_is_late_and_opening_it_is_a_recorded_look(
    db: Database, http: httpx2.AsyncClient, signer: Signer, clock: SettableClock
) -> None:
    await climbed(db, clock)
    late = (await all_notices(db))[0]
    (call,) = await calls(db)

    read_it = (await http.get(f"/v1/notices/{call.notice_id}", headers=person(signer, "mash-manager"))).json()

    assert read_it["opened_at"] is not None
    assert {name: read_it["late"][name] for name in ("notice_id", "kind", "agency", "name", "reason", "opened_at")} == {
        "notice_id": str(late.notice_id),
        "kind": "information-requested",
        "agency": "metropolitan-police",
        "name": "Metropolitan Police Service",
        "reason": "unopened",
        "opened_at": None,
    }
    assert "Metropolitan Police Service" in read_it["text"]
    assert read_it["about_url"] == late.about_url
    (seen,) = await events_of(db, "access/%")
    assert isinstance(seen, RecordAccessed)
    assert (seen.record_id, seen.purpose) == (call.notice_id, Purpose.TRIAGE)


async def test_acknowledging_it_ends_the_climb_for_everybody(
    db: Database, http: httpx2.AsyncClient, signer: Signer, clock: SettableClock
) -> None:
    await climbed(db, clock)
    (call,) = await calls(db)
    headers = person(signer, "mash-manager")
    await http.get(f"/v1/notices/{call.notice_id}", headers=headers)

    answer = await http.post(f"/v1/notices/{call.notice_id}/acknowledgement", headers=headers)

    assert answer.status_code == 200
    assert answer.json()["late"]["ended_at"] is not None
    assert [chain.ended_because for chain in await chains(db)] == ["acknowledged"]
    escalated = (await http.get("/v1/escalated-notices", headers=headers)).json()["notices"]
    assert [item["opened_at"] for item in escalated] == [None]  # the agency still has not opened it


@pytest.mark.parametrize("roles", [["social-worker"], ["partner"]])
async def test_somebody_of_another_role_may_read_it_but_neither_opens_nor_acknowledges_it(
    db: Database, http: httpx2.AsyncClient, signer: Signer, clock: SettableClock, roles: list[str]
) -> None:
    await climbed(db, clock)
    (call,) = await calls(db)
    headers = person(signer, *roles)

    read_it = await http.get(f"/v1/notices/{call.notice_id}", headers=headers)
    refused = await http.post(f"/v1/notices/{call.notice_id}/acknowledgement", headers=headers)

    assert (read_it.status_code, read_it.json()["opened_at"]) == (200, None)
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (403, "not-meant")
    assert not any(isinstance(event, NoticeOpened) for event in await events_of(db))
    looks = await events_of(db, "access/%")
    assert [type(look) for look in looks] == [RecordAccessed, AccessDenied]
    assert isinstance(looks[1], AccessDenied)
    assert looks[1].reason is DenialReason.ROLE


async def test_a_breach_is_opened_by_one_of_the_roles_it_is_for(
    db: Database, http: httpx2.AsyncClient, signer: Signer, clock: SettableClock
) -> None:
    breach = await queued(db, clock_breached())

    seen_by_all = await http.get(f"/v1/notices/{breach.notice_id}", headers=person(signer, "contact-officer"))
    opened = await http.get(f"/v1/notices/{breach.notice_id}", headers=person(signer, "head-of-service"))

    assert seen_by_all.json()["opened_at"] is None
    assert opened.json()["opened_at"] is not None
    assert (opened.json()["step"], opened.json()["due_at"]) == ("decision", "2026-11-23T10:00:00Z")


async def test_every_role_that_was_notified_sees_what_is_late(
    db: Database, http: httpx2.AsyncClient, signer: Signer, clock: SettableClock
) -> None:
    await climbed(db, clock, steps=2)
    late = (await all_notices(db))[0]

    for role, expected in (("mash-manager", 1), ("head-of-service", 1), ("safeguarding-partner", 0)):
        page = (await http.get("/v1/escalated-notices", headers=person(signer, role))).json()
        assert [item["notice_id"] for item in page["notices"]] == [str(late.notice_id)] * expected


async def test_a_reader_is_not_shown_what_a_later_decision_replaced(
    db: Database, http: httpx2.AsyncClient, signer: Signer, clock: SettableClock
) -> None:
    await set_endpoint(db, agency="ashcroft-primary")
    await read(db, case_opened(), case_decided())
    await deliverer(db, clock, Script()).deliver_due()
    older = (await all_notices(db))[-1]
    later = case_decided(decided_at=NOW + timedelta(hours=1), referrer_feedback=None)
    await read(db, later)

    shown = (await http.get(f"/v1/notices/{older.notice_id}", headers=signer.bearer())).json()

    assert shown["superseded_by"] is not None
    assert shown["text"] == "What this notice said no longer holds. Read the newer notice, or ask the front door team."


# -- channels of roles ------------------------------------------------------------------------------------------------


async def put(http: httpx2.AsyncClient, signer: Signer, path: str, *endpoints: dict[str, Any]) -> httpx2.Response:
    body = {"partnership": "wandsworth", "endpoints": list(endpoints)}
    return await http.put(f"/v1/endpoints/{path}", json=body, headers=signer.bearer(**OPERATOR))


async def test_an_operator_sets_the_channels_of_a_role_beside_those_of_the_hub(
    db: Database, http: httpx2.AsyncClient, signer: Signer, clock: SettableClock
) -> None:
    of_hub = await put(http, signer, HUB, MAILBOX | {"address": "hub@example.org"})
    of_role = await put(http, signer, f"{HUB}/roles/mash-manager", MAILBOX)
    await climbed(db, clock)
    sender = Script()
    await deliverer(db, clock, sender).deliver_due()

    listed = (await http.get("/v1/endpoints", headers=signer.bearer(**OPERATOR))).json()["endpoints"]
    assert [(each["role"], each["address"]) for each in of_hub.json()["endpoints"]] == [(None, "hub@example.org")]
    assert [(each["role"], each["address"]) for each in of_role.json()["endpoints"]] == [
        ("mash-manager", "head@example.org")
    ]
    assert [(each["agency"], each["role"]) for each in listed if each["agency"] == HUB] == [
        (HUB, None),
        (HUB, "mash-manager"),
    ]
    assert "head@example.org" in [each.endpoint.address for each in sender.sent]


async def test_channels_of_a_role_are_switched_off_without_touching_those_of_the_hub(
    db: Database, http: httpx2.AsyncClient, signer: Signer, clock: SettableClock
) -> None:
    await put(http, signer, HUB, MAILBOX | {"address": "hub@example.org"})
    await put(http, signer, f"{HUB}/roles/mash-manager", MAILBOX)
    await put(http, signer, f"{HUB}/roles/mash-manager")
    await climbed(db, clock)
    sender = Script()
    await deliverer(db, clock, sender).deliver_due()

    assert [each.endpoint.address for each in sender.sent if each.notice.roles] == ["hub@example.org"]


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        (f"{HUB}/roles/nobody", "unknown-role"),
        ("metropolitan-police/roles/mash-manager", "unknown-role"),
        (f"{HUB}/roles/macpt-member", "unknown-role"),
        ("nowhere/roles/mash-manager", "unknown-agency"),
    ],
)
async def test_channels_of_a_role_are_set_only_where_its_people_are(
    http: httpx2.AsyncClient, signer: Signer, path: str, slug: str
) -> None:
    refused = await put(http, signer, path, MAILBOX)
    accepted = await put(http, signer, "wandsworth-macpt/roles/macpt-member", MAILBOX)

    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, slug)
    assert accepted.status_code == 200


async def test_only_operators_set_them(http: httpx2.AsyncClient, signer: Signer) -> None:
    body = {"partnership": "wandsworth", "endpoints": []}

    answer = await http.put(
        f"/v1/endpoints/{HUB}/roles/mash-manager", json=body, headers=person(signer, "mash-manager")
    )

    assert answer.status_code == 403


async def test_what_nobody_has_to_open_climbs_for_nobody(db: Database, clock: SettableClock) -> None:
    await set_endpoint(db, agency="ashcroft-primary")
    await read(db, referral_received(), case_opened(), case_rated(), case_decided())
    clock.advance(timedelta(days=30))

    await escalator(db, clock).escalate_due()

    assert await stages(db) == []


async def test_a_handover_nobody_opens_is_called_out_to_the_hub(db: Database, clock: SettableClock) -> None:
    await set_endpoint(db, agency="wandsworth-macpt")
    await queued(db, handover_offered())
    clock.advance(timedelta(hours=2))

    await escalator(db, clock).escalate_due()

    assert [(call.agency, call.roles) for call in await calls(db)] == [(HUB, ("mash-manager",))]
