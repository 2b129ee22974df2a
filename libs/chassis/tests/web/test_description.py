"""The API document is true: what routes refuse and need stands in it, and refusals of methods say what there is."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import APIRouter, Depends, Header
from pydantic import StringConstraints, TypeAdapter

from chassis.testing.signer import Signer
from chassis.web.access import access_purpose
from chassis.web.app import create_app
from chassis.web.description import needed, trimmed
from chassis.web.service_router import ServiceRouter
from contracts.codes import Purpose

KEY = {"type": "string", "pattern": "^[a-z]+$"}
router, inner = ServiceRouter(prefix="/v1"), APIRouter(prefix="/things")


@inner.post("/{thing_id}")
async def post_thing(thing_id: str, body: dict[str, str]) -> str:
    return thing_id


@inner.get("/{thing_id}")
async def get_thing(
    thing_id: str,
    purpose: Annotated[Purpose, Depends(access_purpose)],
    key: Annotated[str | None, Header(json_schema_extra=needed(KEY))] = None,
    other: Annotated[str | None, Header()] = None,
) -> str:
    return thing_id


@router.delete("/things/one")
async def delete_one() -> str:
    return "one"


router.include_router(inner)


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(title="Test", version="1", routers=[router], verifier=Signer().verifier(), readiness={})
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="https://example.org") as http:
        yield http


@pytest.fixture
async def described(client: httpx2.AsyncClient) -> dict[str, Any]:
    paths: dict[str, Any] = (await client.get("/openapi.json")).json()["paths"]
    return paths["/v1/things/{thing_id}"]  # type: ignore[no-any-return]


async def test_every_route_says_that_it_may_not_understand_and_those_with_a_body_that_it_may_be_too_much(
    described: dict[str, Any],
) -> None:
    assert {"400", "401", "403", "404", "422", "503"} < described["get"]["responses"].keys()
    assert described["post"]["responses"].keys() - described["get"]["responses"].keys() == {"408", "413", "415"}


async def test_headers_that_a_dependency_insists_on_are_required(described: dict[str, Any]) -> None:
    headers = {each["name"]: each for each in described["get"]["parameters"] if each["in"] == "header"}

    assert headers["key"]["required"]
    assert headers["key"]["schema"] == KEY
    assert headers["Access-Purpose"]["required"]
    assert headers["Access-Purpose"]["schema"]["enum"] == list(Purpose)
    assert not headers["other"]["required"]


async def test_a_wrong_method_is_told_every_method_of_the_address(client: httpx2.AsyncClient) -> None:
    several = await client.put("/v1/things/one")
    two = await client.put("/v1/things/two")
    health = await client.post("/health/live")

    assert several.headers["allow"] == "DELETE, GET, HEAD, POST"
    assert two.headers["allow"] == "GET, HEAD, POST"
    assert health.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("length", [1, 5])
@pytest.mark.parametrize("space", ["\x1c", "\x1f", "\x85", "\u2003", "\n", "\xa0"])
def test_what_the_pattern_of_trimmed_text_allows_is_long_enough_however_space_is_taken_off(
    length: int, space: str
) -> None:
    pattern, words = re.compile(trimmed(length)["pattern"]), "x" * length
    text = TypeAdapter(Annotated[str, StringConstraints(strip_whitespace=True, min_length=length)])

    assert pattern.search(space + words + space)
    assert text.validate_python(space + words + space).strip() == words
    assert not pattern.search(space * length + words[1:])
    assert len((space * length + words[1:]).strip()) < length
