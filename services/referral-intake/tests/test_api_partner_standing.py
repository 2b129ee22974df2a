"""A partner's keys are rotated, and a partner is suspended and restored: what it may do meanwhile."""

from datetime import timedelta

import pytest
from intake_examples import form as referral
from partner_examples import CLIENT, public_jwk
from partner_office import CLUB, PARTNERS, PartnerOffice

# -- rotating ---------------------------------------------------------------------------------------------------------


async def test_both_keys_are_believed_until_the_overlap_ends(partner_office: PartnerOffice) -> None:
    await partner_office.add()
    rotation = {"jwks": {"keys": [public_jwk("RSA", kid="second")]}, "overlap_seconds": 7 * 86_400}

    answer = await partner_office.ask("POST", f"{PARTNERS}/{CLIENT}/rotation", rotation)

    assert [(key["kid"], key["until"]) for key in answer.json()["keys"]] == [
        ("first", "2026-11-30T09:30:00Z"),
        ("second", None),
    ]
    assert await partner_office.keys() == ["first", "second"]
    partner_office.clock.advance(timedelta(days=7, seconds=-1))
    assert await partner_office.keys() == ["first", "second"]
    partner_office.clock.advance(timedelta(seconds=1))
    assert await partner_office.keys() == ["second"]


async def test_without_an_overlap_the_old_key_goes_at_once_and_both_are_on_record(
    partner_office: PartnerOffice,
) -> None:
    await partner_office.add()
    rotation = {"jwks": {"keys": [public_jwk(kid="second")]}, "overlap_seconds": 0}

    await partner_office.ask("POST", f"{PARTNERS}/{CLIENT}/rotation", rotation)
    await partner_office.ask("POST", f"{PARTNERS}/{CLIENT}/rotation", rotation)

    assert await partner_office.keys() == ["second"]
    shown = (await partner_office.ask("GET", f"{PARTNERS}/{CLIENT}")).json()["keys"]
    assert [(key["kid"], key["believed"]) for key in shown] == [("first", False), ("second", True)]
    (_, _, _), (_, kind, data) = await partner_office.events()
    assert kind == "partner.rotated.v1"
    assert (data["old_keys"], data["new_key"]) == ([shown[0]["thumbprint"]], shown[1]["thumbprint"])


async def test_a_rotation_takes_one_key(partner_office: PartnerOffice) -> None:
    await partner_office.add()

    answer = await partner_office.ask(
        "POST", f"{PARTNERS}/{CLIENT}/rotation", {"jwks": {"keys": [public_jwk(), public_jwk()]}}
    )

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/key-refused")


async def test_keys_are_served_to_anybody_and_hold_public_members_only(partner_office: PartnerOffice) -> None:
    await partner_office.add()

    answer = await partner_office.http.get(f"/partners/{CLIENT}/jwks.json")
    absent = await partner_office.http.get("/partners/nobody/jwks.json")

    [key] = answer.json()["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "kid", "alg", "use"}
    assert absent.status_code == 404


# -- suspending -------------------------------------------------------------------------------------------------------


async def test_a_suspended_partner_may_do_nothing_until_it_is_restored(partner_office: PartnerOffice) -> None:
    await partner_office.add()
    path = (await partner_office.caller.post(referral(), key="before", **CLUB)).headers["location"]

    suspended = await partner_office.ask("POST", f"{PARTNERS}/{CLIENT}/suspension", {"reason": "key-compromised"})
    refused = [
        await partner_office.caller.get(path, **CLUB),
        await partner_office.caller.get(f"{path}/receipt", **CLUB),
        await partner_office.caller.get(f"{path}/disposal", **CLUB),
        await partner_office.caller.get("/v1/referrals", **CLUB),
        await partner_office.caller.post(referral(immediate_danger=True), key="during", **CLUB),
    ]
    no_keys = await partner_office.keys()
    await partner_office.ask("POST", f"{PARTNERS}/{CLIENT}/restoration")
    restored = await partner_office.caller.get(path, **CLUB)

    assert suspended.json()["suspended_for"] == "key-compromised"
    assert {(answer.status_code, answer.json()["type"].rpartition("/")[2]) for answer in refused} == {
        (403, "partner-suspended")
    }
    assert all("call 999" in answer.json()["detail"] for answer in refused)
    assert no_keys == []
    assert restored.status_code == 200
    assert await partner_office.keys() == ["first"]
    assert [kind for _, kind, _ in await partner_office.events()] == [
        "partner.registered.v1",
        "partner.suspended.v1",
        "partner.restored.v1",
    ]


async def test_others_of_the_same_agency_are_not_suspended_with_it(partner_office: PartnerOffice) -> None:
    await partner_office.add()
    await partner_office.ask("POST", f"{PARTNERS}/{CLIENT}/suspension", {"reason": "faulty"})

    answer = await partner_office.caller.get("/v1/referrals", azp="another-system", agency="lantern-youth-club")
    person = await partner_office.caller.get("/v1/referrals", roles=["agency-representative"], **CLUB)

    assert (answer.status_code, person.status_code) == (200, 200)


@pytest.mark.parametrize("act", ["rotation", "suspension", "restoration"])
async def test_what_is_not_registered_is_not_found(partner_office: PartnerOffice, act: str) -> None:
    bodies = {"rotation": {"jwks": {"keys": [public_jwk()]}}, "suspension": {"reason": "misuse"}}

    answer = await partner_office.ask("POST", f"{PARTNERS}/nobody-here/{act}", bodies.get(act))

    assert answer.status_code == 404
    assert answer.json()["type"].endswith("/no-such-partner")


async def test_our_services_learn_the_standing_of_each_that_ever_was_suspended_by_its_version(
    partner_office: PartnerOffice,
) -> None:
    for client in ("suspended", "restored", "never"):
        await partner_office.add(client_id=client)
    for client in ("suspended", "restored"):
        await partner_office.ask("POST", f"{PARTNERS}/{client}/suspension", {"reason": "misuse"})
    await partner_office.ask("POST", f"{PARTNERS}/restored/restoration")
    rotation = {"jwks": {"keys": [public_jwk("RSA", kid="second")]}, "overlap_seconds": 0}
    await partner_office.ask("POST", f"{PARTNERS}/suspended/rotation", rotation)

    asked = [
        await partner_office.http.get("/operator/standings", headers=partner_office.caller.signer.bearer(roles=[role]))
        for role in ("service", "operator", "partner", "mash-manager", "auditor")
    ]

    assert [answer.status_code for answer in asked] == [200, 200, 403, 403, 403]
    assert asked[0].json() == {
        "standings": [
            {"client_id": "restored", "version": 3, "suspended_at": None},
            {"client_id": "suspended", "version": 2, "suspended_at": "2026-11-23T09:30:00Z"},
        ]
    }
