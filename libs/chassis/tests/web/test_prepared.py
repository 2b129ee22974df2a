"""Apps that share the routes of a router share nothing else, and routers that are gone are let go."""

import gc
import weakref

import httpx2
from fastapi import APIRouter, FastAPI, Request

from chassis.testing.signer import Signer
from chassis.web.app import create_app
from chassis.web.prepared import ROUTERS_KEPT, prepared

routes = APIRouter(prefix="/things")


@routes.get("/colour")
async def colour(request: Request, shade: str = "light") -> str:
    return f"{shade} {request.app.state.colour}"


def painted(colour: str) -> FastAPI:
    app = create_app(title="T", version="1", routers=[routes], verifier=Signer().verifier(), readiness={})
    app.state.colour = colour
    return app


async def ask(app: FastAPI, address: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(address)


async def test_each_app_answers_from_its_own_state() -> None:
    red, blue = painted("red"), painted("blue")

    answers = [(await ask(app, "/things/colour?shade=dark")).json() for app in (red, blue, red)]

    assert answers == ["dark red", "dark blue", "dark red"]


async def test_every_app_refuses_what_a_route_does_not_describe() -> None:
    answers = [await ask(painted(colour), "/things/colour?shaed=dark") for colour in ("red", "blue")]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert "shade" in answers[1].text


def test_the_routes_are_examined_once() -> None:
    assert prepared(routes) is prepared(routes)


def test_a_router_of_one_app_makes_room_again() -> None:
    router = APIRouter()
    gone = weakref.ref(router)
    prepared(router)
    del router

    for _ in range(ROUTERS_KEPT):
        prepared(APIRouter())
    gc.collect()

    assert gone() is None
