"""The judge is judged: an app with one fault in each route, and every fault is found."""

from typing import Annotated

import pytest
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

from chassis import telemetry
from chassis.testing.signer import Signer
from chassis.web.app import create_app
from chassis.web.auth import SignedIn
from chassis.web.operator import Operator
from chassis.web.service_router import ServiceRouter
from contracts.problems import Conflict, Invalid
from tests.fuzz.campaign import Outcome, run
from tests.fuzz.cases import plan, schema_of
from tests.fuzz.echo import listening
from tests.fuzz.people import People
from tests.fuzz.target import Target

log = telemetry.logger(__name__)
router = ServiceRouter(prefix="/operator")


class Form(BaseModel):
    word: Annotated[str, Field(min_length=8, max_length=20, pattern="^[a-z]+$")]
    count: int = Field(strict=True)


class Loose(BaseModel):
    word: str | int | bool | None = Field(None, json_schema_extra={"type": "string", "anyOf": [{"type": "string"}]})


class Said(BaseModel):
    count: int


@router.post("/good")
async def good(form: Form, _: Operator) -> Said:
    return Said(count=form.count)


@router.post("/fails")
async def fails(form: Form, _: Operator) -> Said:
    raise RuntimeError(form.word)


@router.post("/undocumented")
async def undocumented(form: Form, _: Operator) -> Said:
    raise Conflict("Not now")


@router.post("/repeats")
async def repeats(form: Form, _: Operator) -> Said:
    raise Conflict(f"Not {form.word}")


@router.post("/tells")
async def tells(form: Form, _: Operator) -> Said:
    log.info("told", reason=form.word)
    return Said(count=form.count)


@router.post("/loose")
async def loose(form: Loose, _: Operator) -> Said:
    return Said(count=1)


@router.post("/narrow")
async def narrow(form: Form, _: Operator) -> Said:
    raise Invalid("Send more than the API description says")


@router.post("/untrue", response_model=Said)
async def untrue(form: Form, _: Operator) -> JSONResponse:
    return JSONResponse({"count": "many"})


@router.post("/open")
async def open_to_all(form: Form, _: SignedIn) -> Said:
    return Said(count=1)


@router.post("/unguarded")
async def unguarded(form: Form) -> Said:
    return Said(count=1)


FOUND = {
    "fails": "Server error",
    "undocumented": "Undocumented status code",
    "repeats": "A refusal repeats what was sent",
    "tells": "A log line or a span repeats what was sent",
    "loose": "Schema-violating request accepted",
    "narrow": "What the document allows was refused as invalid",
    "untrue": "Response violates schema",
    "open": "auditor was let in",
    "unguarded": "nobody was let in",
}


@pytest.fixture(scope="module")
async def outcome() -> Outcome:
    signer = Signer()
    app = create_app(title="Faulty", version="1", routers=[router], verifier=signer.verifier(), readiness={})

    async def work() -> None:
        """There is no worker."""

    target = Target(app, People(signer), {}, {}, "", work)
    planned = plan(schema_of(app.openapi()), requests=1_000, run_seed=1, examples={})
    with listening() as said:
        return await run(target, planned, said=said, run_seed=1)


@pytest.mark.parametrize("route", FOUND)
async def test_a_fault_is_found(outcome: Outcome, route: str) -> None:
    found = [what for operation, what in outcome.found if operation == f"POST /operator/{route}"]

    assert any(what.startswith(FOUND[route]) for what in found), found


async def test_where_there_is_no_fault_nothing_is_found(outcome: Outcome) -> None:
    found = [
        (operation, what) for operation, what in outcome.found if operation.removeprefix("POST /operator/") not in FOUND
    ]

    assert outcome.statuses["POST /operator/good", "operator", 200] > 0
    assert found == []
