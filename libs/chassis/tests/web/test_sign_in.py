"""A fresh sign-in: what a token says of it, and the challenge to sign in again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.testing.signer import Signer
from chassis.web.auth import LEEWAY_SECONDS
from chassis.web.sign_in import FreshSignIn, SignInAgain

NOW = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
POLICY = FreshSignIn(timedelta(minutes=10))
STRONG = FreshSignIn(timedelta(minutes=10), frozenset({"2", "gold"}))


def at(before: timedelta) -> int:
    return int((NOW - before).timestamp())


@pytest.mark.parametrize(
    ("policy", "claims", "holds"),
    [
        (POLICY, {"auth_time": at(timedelta())}, True),
        (POLICY, {"auth_time": at(timedelta(minutes=10, seconds=LEEWAY_SECONDS))}, True),
        (POLICY, {"auth_time": at(timedelta(minutes=10, seconds=LEEWAY_SECONDS + 1))}, False),
        (POLICY, {}, False),
        (POLICY, {"auth_time": "now"}, False),
        (POLICY, {"auth_time": True}, False),
        (POLICY, {"auth_time": 10**40}, False),
        (STRONG, {"auth_time": at(timedelta()), "acr": "gold"}, True),
        (STRONG, {"auth_time": at(timedelta()), "acr": "1"}, False),
        (STRONG, {"auth_time": at(timedelta())}, False),
        (STRONG, {"auth_time": at(timedelta(hours=1)), "acr": "gold"}, False),
    ],
)
async def test_what_counts_as_a_fresh_sign_in(
    signer: Signer, policy: FreshSignIn, claims: dict[str, Any], holds: bool
) -> None:
    principal = await signer.verifier().verify(signer.token(**claims))

    assert policy.holds(principal, now=NOW) is holds


async def test_the_refusal_is_the_challenge_of_rfc_9470(signer: Signer) -> None:
    principal = await signer.verifier().verify(signer.token())

    with pytest.raises(SignInAgain) as refused:
        STRONG.check(principal, now=NOW)

    challenge = refused.value.headers["WWW-Authenticate"]
    assert refused.value.status == 401
    assert refused.value.type.endswith("/sign-in-again")
    assert challenge.startswith('Bearer error="insufficient_user_authentication", ')
    assert 'max_age="600"' in challenge
    assert 'acr_values="2 gold"' in challenge
    assert "10 minutes" in refused.value.detail
