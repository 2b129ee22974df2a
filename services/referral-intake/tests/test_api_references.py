"""References on a real database: operators and those who audit find the id, and nothing else."""

from typing import Any
from urllib.parse import quote

import pytest
from intake_caller import Caller
from intake_examples import form

from referral_intake.api.references import LOOKED_UP_BY

OPERATOR: dict[str, Any] = {"roles": ["operator"], "agency": "frontdoor", "partnership": None}


async def test_an_operator_finds_a_referrals_id_by_its_reference(caller: Caller) -> None:
    receipt = (await caller.post(form())).json()

    answer = await caller.get(f"/operator/references/{receipt['reference']}", **OPERATOR)

    assert answer.status_code == 200
    assert answer.json() == {"referral_id": receipt["referral_id"]}


async def test_a_reference_that_was_never_given_is_not_found(caller: Caller) -> None:
    answer = await caller.get("/operator/references/WAN-0000-0000", **OPERATOR)

    assert answer.status_code == 404


@pytest.mark.parametrize("written", ["{0} {1} {2}", "{0}{1}{2}", "ref: {0}-{1}-{2}", "{0}\u2013{1}\u2013{2}"])
async def test_a_reference_is_found_however_it_was_typed(caller: Caller, written: str) -> None:
    receipt = (await caller.post(form())).json()
    typed = written.format(*receipt["reference"].lower().split("-"))

    answer = await caller.get(f"/operator/references/{quote(typed)}", **OPERATOR)

    assert answer.json() == {"referral_id": receipt["referral_id"]}


async def test_what_cannot_be_a_reference_is_refused_with_what_one_looks_like(caller: Caller) -> None:
    answer = await caller.get("/operator/references/WAN-0000-0001", **OPERATOR)

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/reference-invalid")


async def test_only_operators_look_references_up(caller: Caller) -> None:
    receipt = (await caller.post(form())).json()

    answer = await caller.get(f"/operator/references/{receipt['reference']}")

    assert answer.status_code == 403


@pytest.mark.parametrize("role", sorted(LOOKED_UP_BY))
async def test_anyone_who_asks_further_by_id_finds_it_in_their_own_partnership_only(caller: Caller, role: str) -> None:
    receipt = (await caller.post(form())).json()
    path = f"/v1/references/{receipt['reference']}"

    own = await caller.get(path, roles=[role], agency="wandsworth-mash")
    strangers = await caller.get(path, roles=[role], agency="warwickshire-mash", partnership="warwickshire")

    assert own.json() == {"referral_id": receipt["referral_id"]}
    assert strangers.status_code == 404
    assert strangers.json()["type"].endswith("/no-such-referral")


@pytest.mark.parametrize("role", ["social-worker", "mash-manager", "partner", "operator"])
async def test_others_look_no_reference_up(caller: Caller, role: str) -> None:
    answer = await caller.get("/v1/references/WAN-0000-0000", roles=[role])

    assert answer.status_code == 403
