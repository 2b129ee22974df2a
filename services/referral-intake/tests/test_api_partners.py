"""The registry over HTTP, on a real database: what operators do, what partners are answered, what the issuer reads."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from intake_caller import ADDRESS, Caller, settings
from intake_examples import NOW
from intake_examples import form as referral
from joserfc.jwk import ECKey
from partner_examples import CLIENT, form, public_jwk

from chassis.db import Database
from chassis.run.provision import DatabaseUrls
from chassis.testing.clock import SettableClock
from chassis.testing.signer import Signer
from referral_intake.main import build

PARTNERS = "/operator/partners"
CLUB: Mapping[str, Any] = {"azp": CLIENT, "agency": "lantern-youth-club"}


@dataclass
class Office:
    """An operator at work, and the partners who feel it, at one settable time."""

    http: httpx2.AsyncClient
    caller: Caller
    clock: SettableClock

    async def ask(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        who = self.caller.signer.bearer(roles=["operator"], agency=None, partnership=None, subject="operator-1")
        return await self.http.request(method, path, json=body, headers=who)

    async def add(self, **changes: Any) -> httpx2.Response:
        return await self.ask("POST", PARTNERS, form(**changes))

    async def keys(self) -> list[str]:
        answer = await self.http.get(f"/partners/{CLIENT}/jwks.json")
        return [key["kid"] for key in answer.json()["keys"]]

    async def events(self) -> list[tuple[str, str, dict[str, Any]]]:
        rows = await self.caller.rows("SELECT aggregate, headers, data FROM event WHERE aggregate LIKE 'partner/%'")
        return [(row.aggregate, row.headers["ce_type"], json.loads(row.data)) for row in rows]


@pytest.fixture
async def office(urls: DatabaseUrls, db: Database) -> AsyncIterator[Office]:
    clock = SettableClock(NOW)
    signer = Signer(clock)
    few = settings(urls.app_url).model_copy(update={"partner_referrals_per_minute": 3, "partner_reads_per_minute": 4})
    service = build(few, clock=clock, verifier=signer.verifier())
    transport = httpx2.ASGITransport(app=service.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS, timeout=60) as http:
        yield Office(http, Caller(http, signer, db), clock)
    await service.close()


# -- registering ----------------------------------------------------------------------------------------------------


async def test_a_partner_is_registered_with_its_keys_and_that_is_an_event(office: Office) -> None:
    answer = await office.add(name="Lantern Youth Club", referrals_per_minute=50)

    partner = answer.json()
    assert answer.status_code == 201
    assert (partner["source"], partner["scopes"]) == ("8", ["referrals:send", "referrals:read"])
    assert (partner["referrals_per_minute"], partner["reads_per_minute"]) == (50, 4)
    assert partner["jwks_url"] == f"{ADDRESS}/partners/{CLIENT}/jwks.json"
    assert [(key["kid"], key["alg"], key["until"]) for key in partner["keys"]] == [("first", "ES256", None)]
    [(aggregate, kind, data)] = await office.events()
    assert (aggregate, kind) == (f"partner/{CLIENT}", "partner.registered.v1")
    assert (data["source"], data["registered_by"]) == ("8", "operator-1")


@pytest.mark.parametrize(("agency", "in_pack"), [("ashcroft-primary", True), ("ashcroft-primry", False)])
async def test_it_is_said_whether_the_pack_names_the_agency(office: Office, agency: str, in_pack: bool) -> None:
    assert (await office.add(agency=agency)).json()["in_pack"] is in_pack


async def test_registering_the_same_again_is_answered_like_the_first_time_and_is_no_event(office: Office) -> None:
    same = form()

    first = await office.ask("POST", PARTNERS, same)
    again = await office.ask("POST", PARTNERS, same)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert len(await office.events()) == 1


async def test_other_details_are_refused_by_their_names_and_change_nothing(office: Office) -> None:
    await office.add()

    answer = await office.add(source="6", agency="metropolitan-police")

    assert answer.status_code == 409
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/agency", "/source", "/jwks"]
    assert (await office.ask("GET", f"{PARTNERS}/{CLIENT}")).json()["agency"] == "lantern-youth-club"


async def test_what_was_agreed_is_changed_when_an_operator_says_so(office: Office) -> None:
    keys = {"keys": [public_jwk(kid="first")]}
    await office.add(jwks=keys)

    answer = await office.add(jwks=keys, scopes=["referrals:read"], reads_per_minute=9, change=True)

    assert answer.status_code == 200
    assert (answer.json()["scopes"], answer.json()["reads_per_minute"]) == (["referrals:read"], 9)
    assert [kind for _, kind, _ in await office.events()] == ["partner.registered.v1"] * 2


async def test_a_private_key_is_refused_loudly_and_kept_nowhere(office: Office) -> None:
    private = ECKey.generate_key("P-256").as_dict(private=True)

    answer = await office.add(jwks={"keys": [private]})

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/private-key-sent")
    assert str(private["d"]) not in answer.text
    assert await office.caller.count("partner_key") == 0


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"partnership": "elsewhere"}, "/partnership"),
        ({"source": "99"}, "/source"),
        ({"scopes": ["referrals:delete"]}, "/scopes/0"),
        ({"scopes": []}, "/scopes"),
        ({"client_id": "frontdoor-operator"}, ""),
        ({"client_id": "Lantern Youth Club"}, "/client_id"),
        ({"referrals_per_minute": 0}, "/referrals_per_minute"),
        ({"reads_per_minute": "9"}, "/reads_per_minute"),
        ({"change": "yes"}, "/change"),
        ({"jwks": None}, ""),
        ({"jwks_url": "https://lantern.example.org/jwks.json"}, ""),
        ({"jwks": None, "jwks_url": "http://lantern.example.org/jwks.json"}, "/jwks_url"),
        ({"jwks": {"keys": [{"kty": "EC"}]}}, "/jwks/keys/0"),
        ({"password": "x"}, ""),
    ],
)
async def test_what_does_not_fit_is_refused_by_its_place(office: Office, changes: Any, pointer: str) -> None:
    answer = await office.add(**changes)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("role", ["partner", "mash-manager", "service", "auditor"])
async def test_nobody_but_operators_comes_near_the_registry(office: Office, role: str) -> None:
    await office.add()
    who = office.caller.signer.bearer(roles=[role])
    writes: list[tuple[str, Any]] = [("", form()), (f"/{CLIENT}/rotation", {"jwks": {"keys": [public_jwk()]}})]
    writes += [(f"/{CLIENT}/suspension", {"reason": "misuse"}), (f"/{CLIENT}/restoration", None)]

    answers = [await office.http.post(PARTNERS + path, json=body, headers=who) for path, body in writes]
    answers += [await office.http.get(PARTNERS + path, headers=who) for path in ("", "/limits", f"/{CLIENT}")]

    assert [answer.status_code for answer in answers] == [403] * 7


# -- what was agreed counts -----------------------------------------------------------------------------------------


async def test_the_agreed_source_counts_before_the_packs(office: Office) -> None:
    await office.add(client_id="wandsworth-school", agency="ashcroft-primary", source="2B")

    await office.caller.post(referral(), azp="wandsworth-school", agency="ashcroft-primary")

    [row] = await office.caller.rows("SELECT data FROM event WHERE aggregate LIKE 'referral/%'")
    assert json.loads(row.data)["source"] == "2B"


async def test_a_partner_without_the_scope_is_told_its_name(office: Office) -> None:
    await office.add(scopes=["referrals:send"])

    answer = await office.caller.get("/v1/referrals", **CLUB)

    assert answer.status_code == 403
    assert answer.json()["type"].endswith("/scope-missing")
    assert "referrals:read" in answer.json()["detail"]


# -- rotating -------------------------------------------------------------------------------------------------------


async def test_both_keys_are_believed_until_the_overlap_ends(office: Office) -> None:
    await office.add()
    rotation = {"jwks": {"keys": [public_jwk("RSA", kid="second")]}, "overlap_seconds": 7 * 86_400}

    answer = await office.ask("POST", f"{PARTNERS}/{CLIENT}/rotation", rotation)

    assert [(key["kid"], key["until"]) for key in answer.json()["keys"]] == [
        ("first", "2026-11-30T09:30:00Z"),
        ("second", None),
    ]
    assert await office.keys() == ["first", "second"]
    office.clock.advance(timedelta(days=7, seconds=-1))
    assert await office.keys() == ["first", "second"]
    office.clock.advance(timedelta(seconds=1))
    assert await office.keys() == ["second"]


async def test_without_an_overlap_the_old_key_goes_at_once_and_both_are_on_record(office: Office) -> None:
    await office.add()
    rotation = {"jwks": {"keys": [public_jwk(kid="second")]}, "overlap_seconds": 0}

    await office.ask("POST", f"{PARTNERS}/{CLIENT}/rotation", rotation)
    await office.ask("POST", f"{PARTNERS}/{CLIENT}/rotation", rotation)

    assert await office.keys() == ["second"]
    shown = (await office.ask("GET", f"{PARTNERS}/{CLIENT}")).json()["keys"]
    assert [(key["kid"], key["believed"]) for key in shown] == [("first", False), ("second", True)]
    (_, _, _), (_, kind, data) = await office.events()
    assert kind == "partner.rotated.v1"
    assert (data["old_keys"], data["new_key"]) == ([shown[0]["thumbprint"]], shown[1]["thumbprint"])


async def test_a_rotation_takes_one_key(office: Office) -> None:
    await office.add()

    answer = await office.ask("POST", f"{PARTNERS}/{CLIENT}/rotation", {"jwks": {"keys": [public_jwk(), public_jwk()]}})

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/key-refused")


async def test_keys_are_served_to_anybody_and_hold_public_members_only(office: Office) -> None:
    await office.add()

    answer = await office.http.get(f"/partners/{CLIENT}/jwks.json")
    absent = await office.http.get("/partners/nobody/jwks.json")

    [key] = answer.json()["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "kid", "alg", "use"}
    assert absent.status_code == 404


# -- suspending -----------------------------------------------------------------------------------------------------


async def test_a_suspended_partner_may_do_nothing_until_it_is_restored(office: Office) -> None:
    await office.add()
    path = (await office.caller.post(referral(), key="before", **CLUB)).headers["location"]

    suspended = await office.ask("POST", f"{PARTNERS}/{CLIENT}/suspension", {"reason": "key-compromised"})
    refused = [
        await office.caller.get(path, **CLUB),
        await office.caller.get(f"{path}/receipt", **CLUB),
        await office.caller.get(f"{path}/disposal", **CLUB),
        await office.caller.get("/v1/referrals", **CLUB),
        await office.caller.post(referral(immediate_danger=True), key="during", **CLUB),
    ]
    no_keys = await office.keys()
    await office.ask("POST", f"{PARTNERS}/{CLIENT}/restoration")
    restored = await office.caller.get(path, **CLUB)

    assert suspended.json()["suspended_for"] == "key-compromised"
    assert {(answer.status_code, answer.json()["type"].rpartition("/")[2]) for answer in refused} == {
        (403, "partner-suspended")
    }
    assert all("call 999" in answer.json()["detail"] for answer in refused)
    assert no_keys == []
    assert restored.status_code == 200
    assert await office.keys() == ["first"]
    assert [kind for _, kind, _ in await office.events()] == [
        "partner.registered.v1",
        "partner.suspended.v1",
        "partner.restored.v1",
    ]


async def test_others_of_the_same_agency_are_not_suspended_with_it(office: Office) -> None:
    await office.add()
    await office.ask("POST", f"{PARTNERS}/{CLIENT}/suspension", {"reason": "faulty"})

    answer = await office.caller.get("/v1/referrals", azp="another-system", agency="lantern-youth-club")
    person = await office.caller.get("/v1/referrals", roles=["agency-representative"], **CLUB)

    assert (answer.status_code, person.status_code) == (200, 200)


@pytest.mark.parametrize("act", ["rotation", "suspension", "restoration"])
async def test_what_is_not_registered_is_not_found(office: Office, act: str) -> None:
    bodies = {"rotation": {"jwks": {"keys": [public_jwk()]}}, "suspension": {"reason": "misuse"}}

    answer = await office.ask("POST", f"{PARTNERS}/nobody-here/{act}", bodies.get(act))

    assert answer.status_code == 404
    assert answer.json()["type"].endswith("/no-such-partner")


async def test_our_services_learn_the_standing_of_each_that_ever_was_suspended_by_its_version(office: Office) -> None:
    for client in ("suspended", "restored", "never"):
        await office.add(client_id=client)
    for client in ("suspended", "restored"):
        await office.ask("POST", f"{PARTNERS}/{client}/suspension", {"reason": "misuse"})
    await office.ask("POST", f"{PARTNERS}/restored/restoration")
    rotation = {"jwks": {"keys": [public_jwk("RSA", kid="second")]}, "overlap_seconds": 0}
    await office.ask("POST", f"{PARTNERS}/suspended/rotation", rotation)

    asked = [
        await office.http.get("/operator/standings", headers=office.caller.signer.bearer(roles=[role]))
        for role in ("service", "operator", "partner", "mash-manager", "auditor")
    ]

    assert [answer.status_code for answer in asked] == [200, 200, 403, 403, 403]
    assert asked[0].json() == {
        "standings": [
            {"client_id": "restored", "version": 3, "suspended_at": None},
            {"client_id": "suspended", "version": 2, "suspended_at": "2026-11-23T09:30:00Z"},
        ]
    }


# -- limits ---------------------------------------------------------------------------------------------------------


async def test_every_answer_says_what_is_left_and_one_too_many_when_to_come_back(office: Office) -> None:
    answers = [await office.caller.get("/v1/referrals", **CLUB) for _ in range(3)]
    answers += [await office.caller.get("/v1/referrals/00000000-0000-4000-8000-000000000404", **CLUB)]

    limited = await office.caller.get("/v1/referrals", **CLUB)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 404]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["3", "2", "1", "0"]
    assert {answer.headers["ratelimit-limit"] for answer in answers} == {"4"}
    assert limited.status_code == 429
    assert limited.headers["content-type"] == "application/problem+json"
    assert (limited.headers["retry-after"], limited.headers["ratelimit-remaining"]) == ("60", "0")


async def test_referrals_and_reads_have_limits_of_their_own_and_an_emergency_has_none(office: Office) -> None:
    sent = [await office.caller.post(referral(), key=f"key-{number}", **CLUB) for number in range(4)]

    emergency = await office.caller.post(referral(immediate_danger=True), key="danger", **CLUB)
    read = await office.caller.get("/v1/referrals", **CLUB)
    office.clock.advance(timedelta(minutes=1))
    again = await office.caller.post(referral(), key="key-3", **CLUB)

    assert [answer.status_code for answer in sent] == [202, 202, 202, 429]
    assert "same Idempotency-Key" in sent[3].json()["detail"]
    assert (emergency.status_code, emergency.headers["ratelimit-remaining"]) == (202, "0")
    assert read.status_code == 200
    assert again.status_code == 202


async def test_operators_see_who_was_limited_lately(office: Office) -> None:
    for _ in range(6):
        await office.caller.get("/v1/referrals", **CLUB)

    lately = (await office.ask("GET", f"{PARTNERS}/limits")).json()["limited"]
    office.clock.advance(timedelta(days=1, seconds=1))
    later = (await office.ask("GET", f"{PARTNERS}/limits")).json()["limited"]

    [limited] = lately
    assert (limited["client_id"], limited["agency"], limited["scope"]) == (CLIENT, CLUB["agency"], "referrals:read")
    assert limited["times"] == 2
    assert later == []


async def test_what_was_agreed_with_one_partner_is_its_limit_from_then_on(office: Office) -> None:
    await office.add(reads_per_minute=2)

    statuses = [(await office.caller.get("/v1/referrals", **CLUB)).status_code for _ in range(3)]

    assert statuses == [200, 200, 429]


# -- the database keeps its own watch -------------------------------------------------------------------------------


async def test_the_table_of_keys_refuses_a_private_one(office: Office) -> None:
    await office.add()

    with pytest.raises(Exception, match="partner_key_is_public"):
        await office.caller.rows(
            f'INSERT INTO partner_key VALUES (\'{CLIENT}\', \'x\', \'{{"kty": "EC", "d": "x"}}\', now()) RETURNING 1'
        )


async def test_two_operators_who_register_at_once_register_one_partner(office: Office) -> None:
    same = form()

    answers = await asyncio.gather(*(office.ask("POST", PARTNERS, same) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len(await office.events()) == 1
