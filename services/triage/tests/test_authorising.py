"""Authorising asks for a fresh sign-in, whatever the case; nothing else does."""

from datetime import timedelta
from typing import Any

import pytest
from triage_steps import shown
from triage_world import PEOPLE, WORDS, World

from triage.settings import Settings

ALLOWED = timedelta(minutes=15)


async def authorise(world: World, case: str, *, key: str | None = None, agree: bool = True, **claims: Any) -> Any:
    """The manager authorises the open recommendation, with a token that says this of the sign-in."""
    [row] = await world.rows("SELECT recommendation_id FROM recommendation WHERE settled IS NULL")
    headers = world.signer.bearer(**PEOPLE["manager"], **claims) | {"If-Match": f'"{await world.version(case)}"'}
    headers |= {"Idempotency-Key": key} if key else {}
    form = {"recommendation_id": str(row.recommendation_id), "agree": agree, "rationale": WORDS}
    return await world.http.post(f"{case}/decisions", headers=headers, json=form)


def ago(world: World, time: timedelta) -> int:
    return int((world.clock.now() - time).timestamp())


@pytest.mark.parametrize("agree", [True, False])
async def test_an_old_sign_in_decides_nothing_and_is_asked_to_sign_in_again(world: World, agree: bool) -> None:
    case = await world.open_case()
    await world.recommend(case, 1)

    signed_in: tuple[dict[str, Any], ...] = ({"auth_time": ago(world, ALLOWED + timedelta(minutes=1))}, {})
    for claims in signed_in:
        answer = await authorise(world, case, agree=agree, **claims)

        assert answer.status_code == 401
        assert answer.json()["type"].endswith("/problems/sign-in-again")
        assert 'error="insufficient_user_authentication"' in answer.headers["WWW-Authenticate"]
        assert 'max_age="900"' in answer.headers["WWW-Authenticate"]
    assert await world.events("case.decided") == await world.events("case.returned") == []


async def test_after_signing_in_the_same_request_is_accepted(world: World) -> None:
    case = await world.open_case()
    await world.recommend(case, 1)
    refused = await authorise(world, case, key="key-1", auth_time=ago(world, timedelta(hours=1)))

    answer = await authorise(world, case, key="key-1", auth_time=ago(world, timedelta()))

    assert (refused.status_code, answer.status_code) == (401, 200)
    assert len(await world.events("case.decided")) == 1


async def test_everything_else_is_done_with_the_sign_in_of_the_morning(world: World) -> None:
    case = await world.open_case()
    headers = world.signer.bearer(**PEOPLE["worker"], auth_time=ago(world, timedelta(hours=8)))

    answer = await world.http.post(f"{case}/rating", headers=headers | {"If-Match": '"1"'}, json={"rating": "red"})

    assert answer.status_code == 200


async def test_the_case_says_beforehand_that_a_sign_in_will_be_asked_for(world: World) -> None:
    case = await world.open_case()
    await world.recommend(case, 1)

    page = await shown(world, case, "manager")

    asked = {act["act"] for act in page["acts"] if act["sign_in_again"]}
    assert asked == {"authorise"}


def test_how_fresh_and_how_strong_is_a_setting() -> None:
    given = {
        "database_url": "postgresql://nobody@127.0.0.1:1/nothing",
        "kafka_bootstrap_servers": "127.0.0.1:1",
        "oidc_issuer": "https://issuer.example.org",
        "public_url": "https://triage.example.org",
    }

    configured = Settings(**given, authorising_sign_in_minutes=5, authorising_acr=frozenset({"gold"}))  # type: ignore[arg-type]

    assert configured.authorising.within == timedelta(minutes=5)
    assert configured.authorising.acr == {"gold"}
    with pytest.raises(ValueError):
        Settings(**given, authorising_sign_in_minutes=0)  # type: ignore[arg-type]
