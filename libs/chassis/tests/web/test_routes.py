"""What the description of a route says is read once, and is that route's own wherever it is taken."""

from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.security import HTTPBearer

from chassis.testing.signer import Signer
from chassis.web import routes
from chassis.web.app import create_app
from chassis.web.routes import Descriptions
from chassis.web.service_router import ServiceRouter

inner = APIRouter(prefix="/things")


@inner.get("/{thing_id}")
async def get_thing(thing_id: str, depth: int = 1) -> str:
    return thing_id


def app_of(router: ServiceRouter, signer: Signer) -> FastAPI:
    return create_app(title="Test", version="1", routers=[router], verifier=signer.verifier(), readiness={})


def described(app: FastAPI, path: str) -> routes.Described:
    descriptions: Descriptions = app.state.descriptions
    return descriptions.find(path, "GET")


def test_it_is_read_once_however_many_apps_take_the_route(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Any] = []

    def counted(**options: Any) -> dict[str, Any]:
        read.append(options["routes"])
        return get_openapi(**options)

    monkeypatch.setattr(routes, "get_openapi", counted)
    router = ServiceRouter(prefix="/v1")
    router.include_router(inner)

    first, second = (described(app_of(router, signer), "/v1/things/{thing_id}") for _ in range(2))

    assert first == second
    assert first.query == {"depth"}
    assert len(read) == 1


def test_a_route_that_is_taken_twice_is_described_as_it_is_in_each_place(signer: Signer) -> None:
    free, guarded = ServiceRouter(prefix="/free"), ServiceRouter(prefix="/guarded")
    free.include_router(inner)
    guarded.include_router(inner, dependencies=[Depends(HTTPBearer())])

    assert not described(app_of(free, signer), "/free/things/{thing_id}").guarded
    assert described(app_of(guarded, signer), "/guarded/things/{thing_id}").guarded
    assert described(app_of(free, signer), "/guarded/things/{thing_id}") == routes.Described()
