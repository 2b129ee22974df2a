"""References on a real database: operators find the id, and nothing else."""

from typing import Any

from intake_caller import Caller
from intake_examples import form

OPERATOR: dict[str, Any] = {"roles": ["operator"], "agency": "frontdoor", "partnership": None}


async def test_an_operator_finds_a_referrals_id_by_its_reference(caller: Caller) -> None:
    receipt = (await caller.post(form())).json()

    answer = await caller.get(f"/operator/references/{receipt['reference']}", **OPERATOR)

    assert answer.status_code == 200
    assert answer.json() == {"referral_id": receipt["referral_id"]}


async def test_a_reference_that_was_never_given_is_not_found(caller: Caller) -> None:
    answer = await caller.get("/operator/references/WAN-0000-0000", **OPERATOR)

    assert answer.status_code == 404


async def test_only_operators_look_references_up(caller: Caller) -> None:
    receipt = (await caller.post(form())).json()

    answer = await caller.get(f"/operator/references/{receipt['reference']}")

    assert answer.status_code == 403
