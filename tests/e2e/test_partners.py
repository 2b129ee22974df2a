"""A new partner's system from its first day to its suspension, at a real identity provider."""

from pathlib import Path
from uuid import uuid4

import httpx2

from frontdoor.demo.waiting import until
from local_stack.stack import Stack
from tests.e2e.partners import KeyPair, Newcomer, frontdoor
from tests.e2e.people import Party, People
from tests.e2e.steps import REFERRALS, done, post

AGENCY = "ashcroft-primary"
OVERLAP_SECONDS = 20
ENDS_WITHIN_SECONDS = 120.0  # the overlap, what the identity provider caches, and a busy machine


def newcomer(stack: Stack, http: httpx2.AsyncClient) -> Newcomer:
    return Newcomer(f"ashcroft-{uuid4().hex[:8]}", stack, http)


def adding(partner: Newcomer, keys: KeyPair) -> tuple[str, ...]:
    agencies = partner.stack.addresses()["agencies"]
    whose = ("--partnership", "wandsworth", "--agency", AGENCY, "--source", "2A")
    told = ("--webhook", f"{agencies}/agencies/{AGENCY}/hook", "--email", f"notices@{AGENCY}.example.org")
    return "partner", "add", partner.client_id, *whose, *told, "--key", str(keys.public_file)


async def sender(people: People, partner: Newcomer, keys: KeyPair) -> Party:
    token = await partner.token(keys)
    assert token is not None
    return people.of_token(token)


async def test_a_partner_refers_on_its_first_day_and_is_stopped_at_once_when_suspended(
    stack: Stack, http: httpx2.AsyncClient, people: People, tmp_path: Path
) -> None:
    partner, keys = newcomer(stack, http), KeyPair.made_in(tmp_path, "first")

    code, added = await frontdoor(stack, *adding(partner, keys))
    system = await sender(people, partner, keys)
    path = f"{REFERRALS}/{done(await post(system), 202)['referral_id']}"
    followed = await system.ask("GET", "referral-intake", path)
    await frontdoor(stack, "partner", "suspend", partner.client_id, "--reason", "key-compromised")
    stopped = await system.ask("GET", "referral-intake", path)
    no_token = await partner.token(keys)
    await frontdoor(stack, "partner", "restore", partner.client_id)
    restored = await (await sender(people, partner, keys)).ask("GET", "referral-intake", path)

    assert code == 0
    assert [step["state"] for step in added["steps"]] == ["registered", "made", "as before"]
    assert done(followed)["status"] in ("received", "being-looked-at")
    assert followed.headers["RateLimit-Limit"] == "1200"
    assert done(stopped, 403)["type"].endswith("/partner-suspended")
    assert "call 999" in stopped.json()["detail"]
    assert no_token is None
    assert done(restored)["referral_id"] in path
    await until("the partner's three events in the log", lambda: in_the_log(people, partner, versions=3))


async def test_a_partners_clock_may_be_as_wrong_as_the_guide_says(
    stack: Stack, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    partner, keys = newcomer(stack, http), KeyPair.made_in(tmp_path, "first")
    await frontdoor(stack, *adding(partner, keys))

    believed = {off: await partner.token(keys, clock_off_by=off) is not None for off in (-45, -15, 10, 30)}

    assert believed == {-45: False, -15: True, 10: True, 30: False}


async def test_both_keys_sign_in_during_the_overlap_and_the_old_one_not_after_it(
    stack: Stack, http: httpx2.AsyncClient, tmp_path: Path
) -> None:
    partner = newcomer(stack, http)
    old, new = KeyPair.made_in(tmp_path, "old"), KeyPair.made_in(tmp_path, "new")
    await frontdoor(stack, *adding(partner, old))
    rotating = ("partner", "rotate", partner.client_id, "--key", str(new.public_file))

    before = (await partner.token(old), await partner.token(new))
    code, _ = await frontdoor(stack, *rotating, "--overlap", f"{OVERLAP_SECONDS}s")
    within = (await partner.token(old), await partner.token(new))

    async def ended() -> bool | None:
        return True if await partner.token(old) is None else None

    await until("the end of the old key", ended, timeout_seconds=ENDS_WITHIN_SECONDS)
    after = await partner.token(new)
    assert code == 0
    assert [token is not None for token in before] == [True, False]
    assert [token is not None for token in within] == [True, True]
    assert after is not None


async def test_an_identity_provider_that_forgot_a_partner_is_told_again_by_the_same_command(
    stack: Stack, http: httpx2.AsyncClient, people: People, tmp_path: Path
) -> None:
    partner, keys = newcomer(stack, http), KeyPair.made_in(tmp_path, "first")
    await frontdoor(stack, *adding(partner, keys))
    await forget(stack, people, partner)
    forgotten = await partner.token(keys)

    code, again = await frontdoor(stack, *adding(partner, keys))

    assert forgotten is None
    assert code == 0
    assert [step["state"] for step in again["steps"]] == ["as before", "made", "as before"]
    assert await partner.token(keys) is not None


async def test_the_operators_right_at_the_identity_provider_reaches_no_person(stack: Stack, people: People) -> None:
    answers = [await administer(stack, people, "GET", path) for path in ("users", "roles", "groups", "")]

    assert [answer.status_code for answer in answers[:3]] == [403, 403, 403]
    assert "passwordPolicy" not in answers[3].text


async def forget(stack: Stack, people: People, partner: Newcomer) -> None:
    """What a restart of an identity provider without a disk does."""
    found = (await administer(stack, people, "GET", f"clients?clientId={partner.client_id}")).json()
    answer = await administer(stack, people, "DELETE", f"clients/{found[0]['id']}")
    assert answer.status_code == 204


async def administer(stack: Stack, people: People, method: str, path: str) -> httpx2.Response:
    url = stack.addresses()["oidc_issuer"].replace("/realms/", "/admin/realms/")
    token = people.client("frontdoor-operator").token()
    return await people.http.request(method, f"{url}/{path}", headers={"Authorization": f"Bearer {token}"})


async def in_the_log(people: People, partner: Newcomer, *, versions: int) -> bool | None:
    operator, aggregate = people.client("frontdoor-operator"), f"partner/{partner.client_id}"
    applied = done(await operator.ask("POST", "audit", "/operator/applied", json={"aggregates": [aggregate]}))
    return True if applied.get(aggregate) == versions else None
