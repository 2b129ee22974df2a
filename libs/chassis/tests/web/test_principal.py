"""Memberships: a request is made in one place of a person, and only in one that the token holds."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import Depends

from chassis.testing.signer import Signer
from chassis.web.app import create_app
from chassis.web.auth import Principal, SignedIn, signed_in_as
from chassis.web.service_router import ServiceRouter
from contracts.codes import ActorKind

HOME = {"roles": ["social-worker"], "agency": "wandsworth-mash", "partnership": "wandsworth"}
ELSEWHERE = "warwickshire/warwickshire-mash"


@pytest.fixture
async def http(signer: Signer) -> AsyncIterator[httpx2.AsyncClient]:
    routes = ServiceRouter()

    @routes.get("/me")
    async def me(principal: SignedIn) -> dict[str, Any]:
        return {
            "place": f"{principal.partnership}/{principal.agency}",
            "roles": sorted(principal.roles),
            "kind": principal.kind,
        }

    @routes.get("/managers")
    async def managers(_: Annotated[Principal, Depends(signed_in_as("mash-manager"))]) -> dict[str, bool]:
        return {"seen": True}

    app = create_app(title="T", version="1", routers=[routes], verifier=signer.verifier(), readiness={})
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as client:
        yield client


async def ask(
    http: httpx2.AsyncClient, signer: Signer, memberships: Any, *places: str, path: str = "/me", **home: Any
) -> httpx2.Response:
    headers = [*signer.bearer(**{**HOME, **home}, memberships=memberships).items()]
    return await http.get(path, headers=[*headers, *(("Acting-For", place) for place in places)])


async def test_without_naming_a_place_a_person_is_at_home(http: httpx2.AsyncClient, signer: Signer) -> None:
    answer = await ask(http, signer, [f"{ELSEWHERE}/mash-manager"])

    assert answer.json() == {"place": "wandsworth/wandsworth-mash", "roles": ["social-worker"], "kind": "person"}


async def test_in_another_place_a_person_has_the_roles_of_that_place_and_no_others(
    http: httpx2.AsyncClient, signer: Signer
) -> None:
    memberships = [f"{ELSEWHERE}/mash-manager", f"{ELSEWHERE}/restricted-reader", "wandsworth/schools/auditor"]

    answer = await ask(http, signer, memberships, ELSEWHERE)

    assert answer.json() == {"place": ELSEWHERE, "roles": ["mash-manager", "restricted-reader"], "kind": "person"}
    assert (await ask(http, signer, memberships, ELSEWHERE, path="/managers")).status_code == 200
    assert (await ask(http, signer, memberships, path="/managers")).status_code == 403


async def test_naming_ones_home_changes_nothing(http: httpx2.AsyncClient, signer: Signer) -> None:
    assert (await ask(http, signer, [], "wandsworth/wandsworth-mash")).json()["roles"] == ["social-worker"]


@pytest.mark.parametrize(
    ("memberships", "places"),
    [
        ([], [ELSEWHERE]),
        ([f"{ELSEWHERE}/mash-manager"], ["warwickshire/warwickshire-macpt"]),
        ([f"{ELSEWHERE}/mash-manager"], ["warwickshire"]),
        ([f"{ELSEWHERE}/mash-manager"], [""]),
        ([f"{ELSEWHERE}/mash-manager"], [ELSEWHERE, ELSEWHERE]),
        (f"{ELSEWHERE}/mash-manager", [ELSEWHERE]),
        ([ELSEWHERE], [ELSEWHERE]),
        ([f"{ELSEWHERE}/mash-manager/more"], [ELSEWHERE]),
        ([f"{ELSEWHERE}/ "], [ELSEWHERE]),
        ([7, None, {}], [ELSEWHERE]),
    ],
)
async def test_a_place_that_the_token_does_not_hold_is_refused(
    http: httpx2.AsyncClient, signer: Signer, memberships: Any, places: list[str]
) -> None:
    answer = await ask(http, signer, memberships, *places)

    assert answer.status_code == 403
    assert "warwickshire" not in answer.text


@pytest.mark.parametrize("role", ["partner", "operator", "service"])
async def test_nobody_is_a_system_or_an_operator_by_membership(
    http: httpx2.AsyncClient, signer: Signer, role: str
) -> None:
    assert (await ask(http, signer, [f"{ELSEWHERE}/{role}"], ELSEWHERE)).status_code == 403


async def test_an_operator_elsewhere_is_a_person_like_others(signer: Signer) -> None:
    token = signer.token(roles=["operator"], partnership=None, memberships=[f"{ELSEWHERE}/auditor"])

    principal = await signer.verifier().verify(token)

    assert principal.kind is ActorKind.OPERATOR
    assert principal.acting_for(ELSEWHERE).kind is ActorKind.PERSON
    assert principal.acting_for(ELSEWHERE).roles == {"auditor"}
