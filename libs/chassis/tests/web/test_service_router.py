"""Apps that share the routes of a router share nothing else, and each of them has what every route has."""

import httpx2
from fastapi import FastAPI, Request

from chassis.testing.signer import Signer
from chassis.web.app import create_app
from chassis.web.service_router import ServiceRouter

routes = ServiceRouter(prefix="/things")


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


def test_every_route_says_which_problems_it_may_answer_with() -> None:
    described = painted("red").openapi()["paths"]["/things/colour"]["get"]

    assert {"400", "401", "403", "404", "422", "503"} <= set(described["responses"])
    assert described["operationId"] == "colour"


def test_apps_take_the_routes_as_they_were_declared() -> None:
    red, blue = painted("red"), painted("blue")

    assert all(route in app.routes for app in (red, blue) for route in routes.routes)
