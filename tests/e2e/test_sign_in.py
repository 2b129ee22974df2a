"""What the identity provider says of a sign-in, and what triage makes of it."""

import json
from base64 import urlsafe_b64decode
from typing import Any
from uuid import uuid4

from chassis.clock import SystemClock
from tests.e2e.people import Party, People
from tests.e2e.steps import done

LATELY_SECONDS = 600


def claims(party: Party) -> dict[str, Any]:
    """What the access token says, without verifying it: the services do."""
    payload = party.token().split(".")[1]
    said: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return said


async def authorise(party: Party) -> Any:
    """Decide in a case that there is not."""
    form = {"recommendation_id": str(uuid4()), "agree": True, "rationale": "Agreed."}
    path = f"/v1/cases/{uuid4()}/decisions"
    return await party.ask("POST", "triage", path, headers={"If-Match": '"1"'}, json=form)


async def test_a_token_of_a_person_says_when_and_how_that_person_signed_in(people: People) -> None:
    said = claims(people.staff("wandsworth-manager"))

    assert SystemClock().now().timestamp() - said["auth_time"] < LATELY_SECONDS
    assert said["acr"]


async def test_whoever_signed_in_lately_gets_as_far_as_the_case(people: People) -> None:
    answer = await authorise(people.staff("wandsworth-manager"))

    assert done(answer, 404)["type"].endswith("/no-such-case")


async def test_a_system_never_signs_in_as_a_person_and_is_asked_to(people: People) -> None:
    answer = await authorise(people.client("wandsworth-school"))

    assert done(answer, 401)["type"].endswith("/sign-in-again")
    assert 'max_age="900"' in answer.headers["WWW-Authenticate"]
