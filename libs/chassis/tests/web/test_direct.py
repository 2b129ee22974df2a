"""Direct routes: the short way and the framework's way answer alike, whatever is sent."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chassis.testing.signer import Signer
from chassis.web import middleware
from chassis.web.app import create_app
from chassis.web.direct import direct, read_form
from chassis.web.service_router import ServiceRouter
from contracts.problems import Conflict


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=10)
    count: int = 0


async def handle(request: Request) -> Response:
    request.scope[middleware.ADDED] = {"RateLimit-Limit": "7"}
    return await post(read_form(Form, request))


short = ServiceRouter(route_class=direct(handle))
usual = ServiceRouter()


@short.post("/short", status_code=202)
async def post(form: Form) -> Response:
    if form.name == "conflict":
        raise Conflict("Look again", headers={"Retry-After": "3"})
    if form.name == "fault":
        raise LookupError(form.name)
    return JSONResponse(form.model_dump(), 202)


@usual.post("/usual", status_code=202)
async def post_usually(form: Form) -> Response:
    return await post(form)


@pytest.fixture
async def client(signer: Signer) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(title="T", version="1", routers=[short, usual], verifier=signer.verifier(), readiness={})
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"name": "Rowan", "count": 3}},
        {"json": {"name": "Rowan"}, "headers": {"Content-Type": "application/json; charset=utf-8"}},
        {"json": {"name": "far too long a name", "other": 1, "count": "many"}},
        {"json": {}},
        {"json": []},
        {"json": "text"},
        {"json": {"name": "conflict"}},
        {"json": {"name": "fault"}},
        {"content": b"{", "headers": {"Content-Type": "application/json"}},
        {"content": b'{"name": "a", "name": "b"}', "headers": {"Content-Type": "application/json"}},
        {"content": b"", "headers": {"Content-Type": "application/json"}},
    ],
)
async def test_both_ways_answer_alike(client: httpx2.AsyncClient, sent: dict[str, Any]) -> None:
    short_way, usual_way = await client.post("/short", **sent), await client.post("/usual", **sent)

    assert (short_way.status_code, short_way.json()) == (usual_way.status_code, usual_way.json())
    assert short_way.headers["content-type"] == usual_way.headers["content-type"]
    assert short_way.headers.get("retry-after") == usual_way.headers.get("retry-after")


async def test_what_is_not_json_is_told_so(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/short", content=b"name=Rowan", headers={"Content-Type": "text/plain"})

    assert answer.status_code == 415
    assert answer.json()["title"] == "Send JSON with Content-Type: application/json"


async def test_headers_that_a_route_leaves_are_on_refusals_too(client: httpx2.AsyncClient) -> None:
    answers = [await client.post("/short", json={"name": name}) for name in ("Rowan", "conflict", "fault")]

    assert [answer.status_code for answer in answers] == [202, 409, 500]
    assert {answer.headers.get("ratelimit-limit") for answer in answers} == {"7"}


async def test_another_method_is_refused_the_usual_way(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/short")

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_direct_route_is_described_like_any_other(client: httpx2.AsyncClient) -> None:
    paths = (await client.get("/openapi.json")).json()["paths"]

    assert paths["/short"]["post"]["requestBody"] == paths["/usual"]["post"]["requestBody"]
