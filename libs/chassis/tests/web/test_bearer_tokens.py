"""Signing in at the edge: one bearer token, the routes its roles open, and what is answered without one."""

from typing import Any

import httpx2
import pytest
from fastapi import Depends

from chassis.testing.signer import Signer
from chassis.web.app import create_app
from chassis.web.auth import SignedIn, signed_in_as
from chassis.web.service_router import ServiceRouter

router = ServiceRouter()


@router.get("/me")
async def me(principal: SignedIn) -> str:
    return principal.subject


@router.get("/operators", dependencies=[Depends(signed_in_as("operator"))])
async def operators() -> str:
    return "ok"


@pytest.fixture
async def client(signer: Signer) -> Any:
    app = create_app(title="T", version="1", routers=[router], verifier=signer.verifier(), readiness={})
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_a_bearer_token_signs_in(client: httpx2.AsyncClient, signer: Signer) -> None:
    answer = await client.get("/me", headers=signer.bearer(subject="abc"))

    assert (answer.status_code, answer.json()) == (200, "abc")


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Authorization", "Bearer")],
        [("Authorization", "Bearer ")],
        [("Authorization", "Basic YTpi")],
        [("Authorization", "Bearer a.b.c"), ("Authorization", "Bearer a.b.c")],
    ],
)
async def test_without_one_bearer_token_the_answer_says_how_to_sign_in(
    client: httpx2.AsyncClient, headers: list[tuple[str, str]]
) -> None:
    answer = await client.get("/me", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_forged_token_is_told_apart_and_not_repeated(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/me", headers={"Authorization": "Bearer forged.for-ged.forged"})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert "for-ged" not in answer.text


async def test_a_role_opens_its_route_only(client: httpx2.AsyncClient, signer: Signer) -> None:
    partner = await client.get("/operators", headers=signer.bearer(roles=["partner"]))
    operator = await client.get("/operators", headers=signer.bearer(roles=["operator"], agency=None))

    assert (partner.status_code, operator.status_code) == (403, 200)


async def test_the_description_says_that_a_token_is_needed(client: httpx2.AsyncClient) -> None:
    description = (await client.get("/openapi.json")).json()

    assert description["paths"]["/me"]["get"]["security"] == [{"HTTPBearer": []}]
    assert description["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
