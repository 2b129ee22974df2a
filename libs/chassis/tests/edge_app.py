"""An app with routes of every kind at the HTTP edge, and how its tests read a problem that it answers."""

import asyncio
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import httpx2
from fastapi import APIRouter, FastAPI, Header, Query
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.responses import PlainTextResponse, Response

from chassis.db import DatabaseUnavailable
from chassis.web.app import create_app
from chassis.web.auth import Verifier
from chassis.web.head import ReadInFull
from chassis.web.service_router import ServiceRouter
from contracts.codes import Rating
from contracts.problems import Conflict

SECRET = "Amelia Planted-Name"
LIMIT = 2_000


class Child(BaseModel):
    model_config = ConfigDict(extra="forbid")

    first_name: str = Field(min_length=2, max_length=20)
    born_on: date | None = None
    rating: Rating | None = None
    nhs_number: str | None = None

    @field_validator("nhs_number")
    @classmethod
    def ten_digits(cls, value: str | None) -> str | None:
        if value == "echo":
            raise ValueError(f"{value} is not ten digits")
        if value is not None and len(value) != 10:
            raise ValueError("Send ten digits")
        return value


class ByPost(BaseModel):
    kind: Literal["by-post"]
    street: str


class ByPhone(BaseModel):
    kind: Literal["by-phone"]
    number: str = Field(max_length=11)


class Ways(BaseModel):
    ways: list[Annotated[ByPost | ByPhone, Field(discriminator="kind")]]


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")

    children: list[Child] = Field(min_length=1)
    notes: dict[str, str] = Field(default_factory=dict)


class Broken(BaseModel):
    count: int


router = ServiceRouter()
prefixed = APIRouter(prefix="/inner")


@router.post("/forms", status_code=201)
async def post_form(form: Form) -> dict[str, int]:
    return {"children": len(form.children)}


@router.post("/ways")
async def post_ways(form: Ways) -> dict[str, int]:
    return {"ways": len(form.ways)}


@router.get("/changing")
async def read_and_change(_: ReadInFull) -> str:
    return "changed"


@router.get("/forms/{form_id}")
async def get_form(form_id: UUID, limit: Annotated[int, Query(ge=1)] = 1) -> dict[str, str]:
    return {"form_id": str(form_id)}


@router.get("/fails/{how}")
async def fail(how: str) -> Broken:
    if how == "problem":
        raise Conflict("Look again", headers={"Retry-After": "3"})
    if how == "database":
        raise DatabaseUnavailable
    if how == "response":
        return Broken.model_construct(count=SECRET)  # type: ignore[arg-type]
    raise RuntimeError(SECRET)


@router.get("/cacheable")
async def cacheable() -> Response:
    return PlainTextResponse("tile", headers={"Cache-Control": "public, immutable"})


@router.get("/keyed")
async def keyed(idempotency_key: Annotated[str, Header(max_length=5)]) -> str:
    return "ok"


@prefixed.get("/{thing_id}")
async def get_thing(thing_id: str, depth: int = 1) -> str:
    return "ok"


outer = ServiceRouter(prefix="/v1")
outer.include_router(prefixed)


class Parts:
    """What readiness asks; a test breaks one."""

    def __init__(self) -> None:
        self.broken: dict[str, BaseException] = {}
        self.hanging = asyncio.Event()

    async def database(self) -> None:
        if "database" in self.broken:
            raise self.broken["database"]

    async def consumer(self) -> None:
        if "consumer" in self.broken:
            await self.hanging.wait()


def app_of(verifier: Verifier, parts: Parts) -> FastAPI:
    """The app over these parts."""
    return create_app(
        title="Test",
        version="1",
        routers=[router, outer],
        verifier=verifier,
        readiness={"database": parts.database, "consumer": parts.consumer},
        max_body_bytes=LIMIT,
    )


def problem(answer: httpx2.Response, status: int) -> dict[str, Any]:
    """The body, after checking that it is the problem its status says."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["title"]
    assert SECRET not in answer.text
    return body


def errors(answer: httpx2.Response) -> dict[str, str]:
    """What is said of each pointer of a refusal."""
    return {error["pointer"]: error["detail"] for error in problem(answer, 422)["errors"]}
