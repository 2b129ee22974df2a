"""A child in danger now is never kept waiting: not by a limit, and not by when its sender says so."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from frontdoor.demo.waiting import until
from local_stack.stack import Stack
from tests.e2e.partners import KeyPair, Newcomer, frontdoor
from tests.e2e.people import Party, People
from tests.e2e.sender import Sender
from tests.e2e.steps import REFERRAL, CaseWork, Json, done, open_notice, post

PER_MINUTE = 2
DANGER: Json = {**REFERRAL, "immediate_danger": True}


async def limited_partner(stack: Stack, http: httpx2.AsyncClient, people: People, folder: Path) -> tuple[str, Party]:
    """The client id and the system of a partner that may send next to nothing."""
    partner, keys = Newcomer(f"ashcroft-{uuid4().hex[:8]}", stack, http), KeyPair.made_in(folder, "key")
    whose = ("--partnership", "wandsworth", "--agency", "ashcroft-primary", "--source", "2A")
    adding = ("partner", "add", partner.client_id, *whose, "--per-minute", str(PER_MINUTE))
    code, _ = await frontdoor(stack, *adding, "--key", str(keys.public_file))
    token = await partner.token(keys)
    assert code == 0
    assert token is not None
    return partner.client_id, people.of_token(token)


async def test_a_partner_over_its_limit_is_told_to_wait_and_its_emergency_is_taken(
    stack: Stack, http: httpx2.AsyncClient, people: People, tmp_path: Path
) -> None:
    client_id, system = await limited_partner(stack, http, people, tmp_path)
    for _ in range(PER_MINUTE):
        done(await post(system), 202)

    refused, taken = await post(system), await post(system, DANGER)
    refused_again = await post(system)

    limited = await until("the limited partner in the operators' list", lambda: found(people, client_id))
    assert [done(each, 429)["type"].rpartition("/")[2] for each in (refused, refused_again)] == [
        "too-many-requests"
    ] * 2
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert (refused.headers["RateLimit-Limit"], refused.headers["RateLimit-Remaining"]) == (str(PER_MINUTE), "0")
    assert done(taken, 202)["emergency_advice"].startswith("Call 999 now")
    assert (limited["agency"], limited["scope"], limited["times"]) == ("ashcroft-primary", "referrals:send", 2)
    case = done(await (await CaseWork(people, taken.json()["reference"]).opened()).read())
    assert case["immediate_danger"]


async def found(people: People, client_id: str) -> Any:
    """Who was limited, once both refusals are written down."""
    operator = people.client("frontdoor-operator")
    answer = done(await operator.ask("GET", "referral-intake", "/operator/partners/limits"))
    mine = [each for each in answer["limited"] if each["client_id"] == client_id]
    return mine[0] if mine and mine[0]["times"] == 2 else None


async def test_danger_that_is_told_later_reaches_the_hub_as_urgent(people: People) -> None:
    sender = Sender(people, done(await post(people.client("wandsworth-school")), 202))
    casework = await CaseWork(people, sender.reference).opened()
    told = {"kind": "new-information", "referrer": {"name": "Morgan Adeyemi-Clarke"}, "words": "He is at the gate now."}

    receipt = await sender.supplement({**told, "immediate_danger": True})

    notice = await open_notice(casework.manager, "referral-supplemented", sender.reference)
    case = await casework.told(1)
    assert receipt["emergency_advice"].startswith("Call 999 now")
    assert notice["urgent"]
    assert notice["open_by"] is not None
    assert case["immediate_danger"]
    assert case["news"][0]["immediate_danger"]


async def test_what_can_wait_reaches_the_hub_without_haste(people: People) -> None:
    sender = Sender(people, done(await post(people.client("wandsworth-school")), 202))
    told = {"kind": "new-information", "referrer": {"name": "Morgan Adeyemi-Clarke"}, "words": "He has a new coat."}

    receipt = await sender.supplement(told)

    notice = await open_notice(people.staff("wandsworth-manager"), "referral-supplemented", sender.reference)
    assert "emergency_advice" not in receipt
    assert not notice["urgent"]
