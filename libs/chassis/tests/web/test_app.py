"""The HTTP edge: whatever goes wrong leaves as a problem, and says nothing about anybody."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import date
from types import SimpleNamespace
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import httpx2
import pytest
import structlog
from fastapi import APIRouter, Header, Query
from prometheus_client import REGISTRY
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message

from chassis.db import DatabaseUnavailable
from chassis.testing.signer import Signer
from chassis.testing.spans import collected
from chassis.web import middleware, problems
from chassis.web.app import create_app
from chassis.web.head import ReadInFull
from chassis.web.room import Room
from contracts.codes import Rating
from contracts.problems import Conflict, Problem, Unavailable

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


router = APIRouter()
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


outer = APIRouter(prefix="/v1")
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


@pytest.fixture
def parts() -> Parts:
    return Parts()


@pytest.fixture
async def client(signer: Signer, parts: Parts) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(
        title="Test",
        version="1",
        routers=[router, outer],
        verifier=signer.verifier(),
        readiness={"database": parts.database, "consumer": parts.consumer},
        max_body_bytes=LIMIT,
    )
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


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
    return {error["pointer"]: error["detail"] for error in problem(answer, 422)["errors"]}


async def post(client: httpx2.AsyncClient, content: str | bytes, kind: str = "application/json") -> httpx2.Response:
    return await client.post("/forms", content=content, headers={"Content-Type": kind})


# -- problems ----------------------------------------------------------------------------------------------------


async def test_a_good_form_is_taken(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/forms", json={"children": [{"first_name": "Zoë"}]})

    assert (answer.status_code, answer.json()) == (201, {"children": 1})


async def test_each_wrong_field_is_pointed_at_with_what_to_do(client: httpx2.AsyncClient) -> None:
    child = {"first_name": "x", "born_on": SECRET, "rating": SECRET, "nhs_number": "12"}

    answer = await client.post("/forms", json={"children": [child, {}]})

    assert errors(answer) == {
        "/children/0/first_name": "Send at least 2 characters",
        "/children/0/born_on": "Send a date such as 2026-03-02",
        "/children/0/rating": "Send one of 'red', 'amber', 'green' or 'blue'",
        "/children/0/nhs_number": "Send ten digits",
        "/children/1/first_name": "Add this",
    }


async def test_names_that_somebody_wrote_are_not_repeated_even_where_a_field_name_belongs(
    client: httpx2.AsyncClient,
) -> None:
    body = {"children": [{"first_name": "Zoë", SECRET: 1}], "notes": {SECRET: 1}}

    answer = await client.post("/forms", json=body)

    assert errors(answer) == {
        "/children/0": "Remove the field that is not in the API description",
        "/notes": "Send text",
    }


async def test_a_validator_that_repeats_its_input_is_silenced(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/forms", json={"children": [{"first_name": "Zoë", "nhs_number": "echo"}]})

    assert errors(answer) == {"/children/0/nhs_number": "Change this to what the API description says"}


async def test_an_item_of_one_of_several_kinds_is_pointed_at_without_its_kind(client: httpx2.AsyncClient) -> None:
    answer = await client.post(
        "/ways", json={"ways": [{"kind": "by-phone", "number": "020 7946 0199 0"}, {"kind": "by-post"}]}
    )

    assert errors(answer) == {"/ways/0/number": "Send at most 11 characters", "/ways/1/street": "Add this"}


async def test_wrong_parameters_are_named(client: httpx2.AsyncClient) -> None:
    wrong = await client.get(f"/forms/{SECRET}", params={"limit": SECRET})
    missing = await client.get("/keyed")
    too_long = await client.get("/keyed", headers={"Idempotency-Key": "123456"})

    assert errors(wrong) == {"path:form_id": "Send a UUID", "query:limit": "Send a whole number"}
    assert errors(missing) == {"header:idempotency-key": "Add this"}
    assert errors(too_long) == {"header:idempotency-key": "Send at most 5 characters"}


async def test_an_unknown_address_and_a_wrong_method_are_problems(client: httpx2.AsyncClient) -> None:
    unknown = await client.get(f"/{SECRET}")
    wrong_method = await client.delete("/forms")

    assert problem(unknown, 404)["detail"].startswith("Check the address, without a slash at its end.")
    assert problem(wrong_method, 405)["detail"] == "Send one of these: POST"
    assert wrong_method.headers["allow"] == "POST"


@pytest.mark.parametrize("written", ["frist_name", "firstName", "first-name", "FIRST_NAME", "first_names"])
async def test_a_misspelt_field_is_answered_with_the_field_that_may_be_meant(
    client: httpx2.AsyncClient, written: str
) -> None:
    answer = await client.post("/forms", json={"children": [{"first_name": "Zoë", written: "Rowan"}], SECRET: 1})

    assert errors(answer) == {
        "/children/0": "Remove the field that is not in the API description, or call it first_name if that is meant",
        "": "Remove the field that is not in the API description",
    }


async def test_a_field_of_ours_at_another_place_is_not_proposed_again(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/forms", json={"children": [{"first_name": "Zoë", "children": []}]})

    assert errors(answer) == {"/children/0/children": "Remove the field that is not in the API description"}


async def test_names_are_looked_for_in_the_first_unknown_fields_only(client: httpx2.AsyncClient) -> None:
    unknown = {f"first_name{number}": 1 for number in range(40)} | {"first_name" * 20: 1}

    answer = await client.post("/forms", json={"children": [{"first_name": "Zoë", **unknown}]})

    proposed = [error for error in problem(answer, 422)["errors"] if "first_name" in error["detail"]]
    assert len(proposed) == problems.MOST_GUESSES


async def test_an_empty_body_is_answered_with_what_belongs_there(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/forms", headers={"Content-Type": "application/json"})

    assert errors(answer) == {"": "Send a JSON object with Content-Type: application/json"}


@pytest.mark.parametrize("address", [f"/forms/{UUID(int=1)}?limt=5&limit=1", "/v1/inner/x?Depth=1"])
async def test_a_misspelt_parameter_is_refused_and_not_passed_over(client: httpx2.AsyncClient, address: str) -> None:
    answer = await client.get(address)

    [(pointer, detail)] = errors(answer).items()
    ours = "limit" if "limit" in address else "depth"
    assert pointer == "query"
    assert detail == (
        f"Remove the parameter that is not in the API description, or call it {ours} if that is meant. "
        f"There are: {ours}"
    )


async def test_an_unknown_parameter_is_not_repeated(client: httpx2.AsyncClient) -> None:
    answer = await client.get(f"/forms/{UUID(int=1)}", params={SECRET: SECRET})

    assert errors(answer) == {"query": "Remove the parameter that is not in the API description. There are: limit"}


async def test_addresses_that_ask_for_nothing_may_be_decorated(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/cacheable?from=elsewhere")).status_code == 200


async def test_head_is_answered_wherever_get_is_and_without_content(
    client: httpx2.AsyncClient,
) -> None:
    by_get, by_head = await client.get("/cacheable"), await client.head("/cacheable")
    live = await client.head("/health/live")
    absent, only_posted = await client.head(f"/forms/{SECRET}"), await client.head("/forms")

    assert (by_head.status_code, by_head.content) == (200, b"")
    assert {name: by_head.headers[name] for name in ("content-length", "cache-control", "content-type")} == {
        name: by_get.headers[name] for name in ("content-length", "cache-control", "content-type")
    }
    assert (live.status_code, absent.status_code, only_posted.status_code) == (200, 422, 405)
    assert (absent.content, only_posted.headers["allow"]) == (b"", "POST")


async def test_what_changes_when_it_is_read_is_not_changed_by_head(client: httpx2.AsyncClient) -> None:
    by_get, by_head = await client.get("/changing"), await client.head("/changing")

    assert (by_get.status_code, by_head.status_code, by_head.headers["allow"]) == (200, 405, "GET")


async def test_a_problem_keeps_its_headers(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/fails/problem")

    assert problem(answer, 409)["detail"] == "Look again"
    assert answer.headers["retry-after"] == "3"


async def test_an_unavailable_database_says_when_to_try_again(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/fails/database")

    problem(answer, 503)
    assert answer.headers["retry-after"] == "2"


@pytest.mark.parametrize("how", ["unforeseen", "response"])
async def test_what_nobody_foresaw_is_a_constant_text_with_every_header(client: httpx2.AsyncClient, how: str) -> None:
    with structlog.testing.capture_logs() as lines:
        answer = await client.get(f"/fails/{how}")

    assert problem(answer, 500) == {
        "type": "https://frontdoor.example.org/problems/fault",
        "title": "Something went wrong on our side. Send the same request again later",
        "status": 500,
    }
    assert answer.headers["cache-control"] == "no-store"
    assert UUID(answer.headers["x-request-id"]).version == 4
    assert [line["event"] for line in lines] == ["request failed", "request answered"]


# -- hostile bodies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        '{"children": []}'.encode("utf-16"),
        '\ufeff\ufeff{"children": []}'.encode(),
        b'{"children": [], "children": []}',
        b'{"children": NaN}',
        b'{"children": Infinity}',
        b'{"children": ' + b"9" * 1900 + b"x}",
        b"[" * 900 + b"]" * 900,
        b'{"a":' * 300 + b"1" + b"}" * 300,
        b'{"children": "\x00"}',
        b'{"children": "' + SECRET.encode() + b'\n"}',
    ],
)
async def test_json_that_can_be_read_in_two_ways_is_malformed(client: httpx2.AsyncClient, body: bytes) -> None:
    answer = await post(client, body)

    assert problem(answer, 400)["type"].endswith("/malformed")


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800", "\\udc00x", "a\\udfff"])
@pytest.mark.parametrize("place", ['{{"notes": {{"a": "{}"}}}}', '{{"notes": {{"{}": "a"}}}}', '[["{}"]]'])
async def test_text_that_cannot_be_kept_is_refused_wherever_it_stands(
    client: httpx2.AsyncClient, text: str, place: str
) -> None:
    answer = await post(client, place.format(text))

    assert problem(answer, 422)["detail"] == "Remove NUL characters and unpaired surrogates from the text"


@pytest.mark.parametrize("address", ["/forms/a%00b", "/cacheable?after=%00", "/nowhere?%00"])
async def test_nul_is_in_no_address(client: httpx2.AsyncClient, address: str) -> None:
    answer = await client.get(address)

    assert problem(answer, 400)["detail"] == "Remove NUL characters from the address"


async def test_a_surrogate_pair_is_one_character(client: httpx2.AsyncClient) -> None:
    answer = await post(client, '{"children": [{"first_name": "\\ud83d\\ude00 \\\\u0000"}]}')

    assert answer.status_code == 201


async def test_huge_numbers_are_refused(client: httpx2.AsyncClient) -> None:
    answer = await post(client, b'{"children": ' + b"9" * 1900 + b"}")

    assert errors(answer) == {"/children": "Send a list"}


async def test_a_body_that_is_not_json_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await post(client, SECRET, kind="text/plain")

    assert errors(answer) == {"": "Send a JSON object with Content-Type: application/json"}


async def test_a_declared_body_beyond_the_limit_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await post(client, "x" * (LIMIT + 1))

    assert problem(answer, 413)["detail"] == f"Send at most {LIMIT} bytes"
    assert answer.headers["connection"] == "close"


async def test_a_chunked_body_is_counted(client: httpx2.AsyncClient) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 500
            yield b" " * 500

    answer = await client.post("/forms", content=chunks(), headers={"Content-Type": "application/json"})

    problem(answer, 413)
    assert sent <= LIMIT + 1_000


async def test_a_body_at_the_limit_is_read(client: httpx2.AsyncClient) -> None:
    good = json.dumps({"children": [{"first_name": "Zoë"}]})

    answer = await post(client, good.ljust(LIMIT))

    assert answer.status_code == 201


async def call_raw(receive: Callable[[], Any], *, seconds: float = 0.05) -> list[Message]:
    """One request straight through the body's guard, with a sender of one's own."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await Response((await receive())["body"])(scope, receive, send)

    guard = middleware.Body(app, max_bytes=100, seconds=seconds)
    app_of_the_room = SimpleNamespace(state=SimpleNamespace(room=Room()))
    await guard({"type": "http", "method": "POST", "path": "/", "headers": [], "app": app_of_the_room}, receive, send)
    return sent


async def test_a_sender_that_dawdles_is_told_so() -> None:
    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    sent = await call_raw(never)

    assert sent[0]["status"] == 408


async def test_a_sender_that_goes_away_is_not_answered() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    assert await call_raw(gone) == []


async def test_a_body_in_pieces_arrives_whole() -> None:
    pieces: list[Message] = [
        {"type": "http.request", "body": b"a", "more_body": True},
        {"type": "http.request", "body": b"b"},
    ]

    async def receive() -> Message:
        return pieces.pop(0)

    sent = await call_raw(receive)

    assert sent[1]["body"] == b"ab"


# -- headers, health, metrics, description -----------------------------------------------------------------------


async def test_every_answer_says_that_it_must_not_be_kept(client: httpx2.AsyncClient) -> None:
    for path in ("/forms/7", "/nowhere", "/health/live"):
        answer = await client.get(path)

        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_a_route_may_say_that_its_answer_can_be_kept(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/cacheable")

    assert answer.headers.get_list("cache-control") == ["public, immutable"]


async def test_good_ids_are_mirrored(client: httpx2.AsyncClient) -> None:
    request_id, correlation_id = str(uuid4()), "school-2026.7_a"

    answer = await client.get("/health/live", headers={"X-Request-Id": request_id, "X-Correlation-Id": correlation_id})

    assert answer.headers["x-request-id"] == request_id
    assert answer.headers["x-correlation-id"] == correlation_id


@pytest.mark.parametrize("bad", [SECRET, "a" * 65, "<script>", ""])
async def test_other_ids_are_not(client: httpx2.AsyncClient, bad: str) -> None:
    answer = await client.get("/health/live", headers={"X-Request-Id": bad, "X-Correlation-Id": bad})

    assert UUID(answer.headers["x-request-id"]).version == 4
    assert "x-correlation-id" not in answer.headers


async def test_ready_says_which_part_fails(client: httpx2.AsyncClient, parts: Parts) -> None:
    ready = await client.get("/health/ready")
    parts.broken["database"] = Unavailable(SECRET)
    not_ready = await client.get("/health/ready")

    assert (ready.status_code, ready.json()["failing"]) == (200, [])
    assert (not_ready.status_code, not_ready.json()) == (
        503,
        {"status": "not ready", "failing": ["database"], "warnings": []},
    )


async def test_a_check_that_hangs_fails(
    client: httpx2.AsyncClient, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.web.health.CHECK_SECONDS", 0.02)
    parts.broken["consumer"] = TimeoutError()

    answer = await client.get("/health/ready")

    assert (answer.status_code, answer.json()["failing"]) == (503, ["consumer"])


async def test_metrics_count_by_route_and_hold_no_ids(client: httpx2.AsyncClient) -> None:
    labels = {"method": "GET", "route": "/forms/{form_id}", "status": "200"}
    before = REGISTRY.get_sample_value("frontdoor_http_requests_total", labels) or 0
    form_id = uuid4()

    await client.get(f"/forms/{form_id}")
    await client.get(f"/v1/inner/{form_id}")
    await client.request("MAKE-UP", f"/{form_id}")
    metrics = (await client.get("/metrics")).text

    assert REGISTRY.get_sample_value("frontdoor_http_requests_total", labels) == before + 1
    assert 'method="GET",route="/v1/inner/{thing_id}",status="200"' in metrics
    assert 'method="OTHER",route="unmatched",status="404"' in metrics
    assert str(form_id) not in metrics


async def test_a_duration_leads_to_the_trace_of_a_request_where_traces_are_kept(client: httpx2.AsyncClient) -> None:
    trace_id, kept_nowhere = uuid4().hex, uuid4().hex
    await client.get(f"/forms/{uuid4()}", headers={"traceparent": f"00-{kept_nowhere}-{'1' * 16}-01"})
    with collected():
        await client.get(f"/forms/{uuid4()}", headers={"traceparent": f"00-{trace_id}-{'1' * 16}-01"})

    answer = await client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})

    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    found = [line for line in answer.text.splitlines() if f'# {{trace_id="{trace_id}"}}' in line]
    assert [line.partition("{")[0] for line in found] == ["frontdoor_http_request_seconds_bucket"]
    assert kept_nowhere not in answer.text
    assert "# {" not in (await client.get("/metrics")).text


async def test_the_description_is_openapi_3_1_and_declares_problems(client: httpx2.AsyncClient) -> None:
    description = (await client.get("/openapi.json")).json()

    responses = description["paths"]["/forms"]["post"]["responses"]
    schema = responses["422"]["content"]["application/problem+json"]["schema"]
    assert description["openapi"].startswith("3.1")
    assert schema == {"$ref": "#/components/schemas/Problem"}
    assert "Problem" in description["components"]["schemas"]
    assert "HTTPValidationError" not in json.dumps(description)
    assert "/health/live" not in description["paths"]


def test_a_refusal_lists_as_many_fields_as_help_and_no_more() -> None:
    mistakes = [{"type": "extra_forbidden", "loc": ("body", number)} for number in range(2_000)]

    refused = problems.refusal(mistakes, frozenset())

    assert [error.pointer for error in refused.errors] == [f"/{number}" for number in range(problems.MOST_ERRORS)]


def test_every_kind_of_problem_has_a_title_of_its_own() -> None:
    kinds = Problem.__subclasses__()

    assert len({kind.title for kind in kinds}) == len(kinds)
