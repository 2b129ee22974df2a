"""The registry over HTTP, on a real database: operators register partners and what was agreed with them."""

import asyncio
from typing import Any

import pytest
from intake_caller import ADDRESS
from joserfc.jwk import ECKey
from partner_examples import CLIENT, form, public_jwk
from partner_office import PARTNERS, PartnerOffice


async def test_a_partner_is_registered_with_its_keys_and_that_is_an_event(partner_office: PartnerOffice) -> None:
    answer = await partner_office.add(name="Lantern Youth Club", referrals_per_minute=50)

    partner = answer.json()
    assert answer.status_code == 201
    assert (partner["source"], partner["scopes"]) == ("8", ["referrals:send", "referrals:read"])
    assert (partner["referrals_per_minute"], partner["reads_per_minute"]) == (50, 4)
    assert partner["jwks_url"] == f"{ADDRESS}/partners/{CLIENT}/jwks.json"
    assert [(key["kid"], key["alg"], key["until"]) for key in partner["keys"]] == [("first", "ES256", None)]
    [(aggregate, kind, data)] = await partner_office.events()
    assert (aggregate, kind) == (f"partner/{CLIENT}", "partner.registered.v1")
    assert (data["source"], data["registered_by"]) == ("8", "operator-1")


@pytest.mark.parametrize(("agency", "in_pack"), [("ashcroft-primary", True), ("ashcroft-primry", False)])
async def test_it_is_said_whether_the_pack_names_the_agency(
    partner_office: PartnerOffice, agency: str, in_pack: bool
) -> None:
    assert (await partner_office.add(agency=agency)).json()["in_pack"] is in_pack


async def test_registering_the_same_again_is_answered_like_the_first_time_and_is_no_event(
    partner_office: PartnerOffice,
) -> None:
    same = form()

    first = await partner_office.ask("POST", PARTNERS, same)
    again = await partner_office.ask("POST", PARTNERS, same)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert len(await partner_office.events()) == 1


async def test_other_details_are_refused_by_their_names_and_change_nothing(partner_office: PartnerOffice) -> None:
    await partner_office.add()

    answer = await partner_office.add(source="6", agency="metropolitan-police")

    assert answer.status_code == 409
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/agency", "/source", "/jwks"]
    assert (await partner_office.ask("GET", f"{PARTNERS}/{CLIENT}")).json()["agency"] == "lantern-youth-club"


async def test_what_was_agreed_is_changed_when_an_operator_says_so(partner_office: PartnerOffice) -> None:
    keys = {"keys": [public_jwk(kid="first")]}
    await partner_office.add(jwks=keys)

    answer = await partner_office.add(jwks=keys, scopes=["referrals:read"], reads_per_minute=9, change=True)

    assert answer.status_code == 200
    assert (answer.json()["scopes"], answer.json()["reads_per_minute"]) == (["referrals:read"], 9)
    assert [kind for _, kind, _ in await partner_office.events()] == ["partner.registered.v1"] * 2


async def test_a_private_key_is_refused_loudly_and_kept_nowhere(partner_office: PartnerOffice) -> None:
    private = ECKey.generate_key("P-256").as_dict(private=True)

    answer = await partner_office.add(jwks={"keys": [private]})

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/private-key-sent")
    assert str(private["d"]) not in answer.text
    assert await partner_office.caller.count("partner_key") == 0


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
async def test_what_does_not_fit_is_refused_by_its_place(
    partner_office: PartnerOffice, changes: Any, pointer: str
) -> None:
    answer = await partner_office.add(**changes)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("role", ["partner", "mash-manager", "service", "auditor"])
async def test_nobody_but_operators_comes_near_the_registry(partner_office: PartnerOffice, role: str) -> None:
    await partner_office.add()
    who = partner_office.caller.signer.bearer(roles=[role])
    writes: list[tuple[str, Any]] = [("", form()), (f"/{CLIENT}/rotation", {"jwks": {"keys": [public_jwk()]}})]
    writes += [(f"/{CLIENT}/suspension", {"reason": "misuse"}), (f"/{CLIENT}/restoration", None)]

    answers = [await partner_office.http.post(PARTNERS + path, json=body, headers=who) for path, body in writes]
    answers += [await partner_office.http.get(PARTNERS + path, headers=who) for path in ("", "/limits", f"/{CLIENT}")]

    assert [answer.status_code for answer in answers] == [403] * 7


# -- the database keeps its own watch ---------------------------------------------------------------------------------


async def test_the_table_of_keys_refuses_a_private_one(partner_office: PartnerOffice) -> None:
    await partner_office.add()

    with pytest.raises(Exception, match="partner_key_is_public"):
        await partner_office.caller.rows(
            f'INSERT INTO partner_key VALUES (\'{CLIENT}\', \'x\', \'{{"kty": "EC", "d": "x"}}\', now()) RETURNING 1'
        )


async def test_two_operators_who_register_at_once_register_one_partner(partner_office: PartnerOffice) -> None:
    same = form()

    answers = await asyncio.gather(*(partner_office.ask("POST", PARTNERS, same) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len(await partner_office.events()) == 1
