"""``/fhir/R4``: the FHIR R4 door, for systems that speak the NHS's referral standard (BaRS)."""

import asyncio
import json
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Request, Response

from chassis.web import json_rules
from chassis.web.auth import Principal, signed_in_as
from chassis.web.leaving import while_connected
from chassis.web.service_router import ServiceRouter
from contracts.problems import Problem
from policy.working_time import local_date
from referral_intake import fhir, handlers
from referral_intake.accepting.receipt import Receipt
from referral_intake.api.dependencies import Injected
from referral_intake.api.idempotency import KEY
from referral_intake.api.standing import admit, held_by, turn
from referral_intake.errors import FhirOnly, KeyMissing, KeyReused, NotFhir
from referral_intake.fhir.example import EXAMPLE
from referral_intake.handlers import Dependencies
from referral_intake.model import PARTNER, Answer, Scope

router = ServiceRouter(tags=["fhir"])

VERSION: Final = "1"

_MEDIA_TYPES: Final = frozenset({fhir.MEDIA_TYPE, "application/json"})
_ANY: Final = frozenset({"*/*", "application/*"})
_KEY_DESCRIPTION: Final = (
    "May be left out: the ids of the Bundle and its MessageHeader then say whether a message was sent before. "
    "1 to 255 visible ASCII characters."
)

Partner = Annotated[Principal, Depends(signed_in_as(PARTNER))]
_KEY_HEADER: Final = Header(
    alias="Idempotency-Key", description=_KEY_DESCRIPTION, json_schema_extra={"pattern": f"^{KEY.pattern}$"}
)
Key = Annotated[str | None, _KEY_HEADER]


def _content(example: object = None) -> dict[str, Any]:
    shown = {"example": example} if example else {}
    return {fhir.MEDIA_TYPE: {"schema": {"type": "object", "required": ["resourceType"]}, **shown}}


_OUTCOMES: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": "An OperationOutcome", "content": _content()}
    for status in (400, 401, 403, 404, 406, 408, 409, 413, 415, 422, 429, 503)
}
_BUNDLE: Final = {
    "type": "object",
    "required": ["resourceType", "type", "entry"],
    "properties": {
        "resourceType": {"const": "Bundle"},
        "type": {"const": "message"},
        "entry": {"type": "array", "minItems": 1, "items": {"type": "object", "required": ["resource"]}},
    },
}
_REQUEST: Final = {
    "requestBody": {
        "required": True,
        "content": {fhir.MEDIA_TYPE: {"schema": _BUNDLE, "example": EXAMPLE}},
    }
}


@router.get(
    f"{fhir.ROOT}/metadata",
    summary="What this door can do",
    response_class=Response,
    responses={200: {"description": "A CapabilityStatement", "content": _content()}, **_OUTCOMES},
)
async def read_capabilities(dependencies: Injected) -> Response:
    """A FHIR R4 CapabilityStatement, for everybody."""
    return _fhir(fhir.capability_statement(public_url=dependencies.public_url, version=VERSION), 200)


@router.post(
    fhir.PATH,
    summary="Send a referral as a FHIR message",
    response_class=Response,
    responses={
        200: {"description": "A message Bundle: a Task, an OperationOutcome", "content": _content()},
        **_OUTCOMES,
    },
    openapi_extra=_REQUEST,
)
async def process_message(request: Request, dependencies: Injected, partner: Partner, key: Key = None) -> Response:
    """Take a BaRS-shaped message: a Bundle of a MessageHeader, a ServiceRequest and what belongs to it.

    It becomes the same referral, under the same rules, as through `POST /v1/referrals`, and is answered once it is
    safely stored. The answer lists what is missing and every element that was not taken. `docs/fhir.md` has the
    mapping. If a child is in danger now, call 999 first.
    """
    _check_formats(request.headers)
    if key is not None and not KEY.fullmatch(key):
        raise KeyMissing
    try:
        taken = await _take(request, partner)
        with while_connected(request.scope):
            answer = await _submit(dependencies, taken, partner, key or taken.key, size=held_by(request).size)
    except fhir.MessageRefused as refused:
        return _fhir(fhir.refusal(refused.issues, status=refused.http_status), refused.http_status)
    receipt = Receipt.model_validate_json(answer.body)
    answered = await asyncio.to_thread(fhir.answer_of, taken, receipt, public_url=dependencies.public_url)
    return _fhir(answered, 200)


async def _take(request: Request, partner: Principal) -> fhir.Taken:
    """The referral in the message, once the partner may send it; an emergency is never limited.

    It is read on another thread: a message as large as may be keeps everybody waiting for half a second otherwise. Each
    partner has one at a time, so that nobody's message waits for all that another has sent. Until it is read every
    message may be an emergency, and has the place of one.
    """
    arrived_on = local_date(request.app.state.dependencies.clock.now())
    try:
        async with turn(request, request.app.state.dependencies.reading, partner, urgent=True):
            taken = await asyncio.to_thread(_read, await request.body(), arrived_on)
    except fhir.MessageRefused:
        admit(request, partner, scope=Scope.SEND)
        raise
    admit(request, partner, scope=Scope.SEND, emergency=taken.form.immediate_danger)
    return taken


def _read(body: bytes, arrived_on: date) -> fhir.Taken:
    """The body was read once already, and is harmless; here again with every digit of its numbers."""
    document = json_rules.read(body, digit_for_digit=True) if body else None
    return fhir.take(document, arrived_on=arrived_on)


async def _submit(dependencies: Dependencies, taken: fhir.Taken, partner: Principal, key: str, *, size: int) -> Answer:
    sender = handlers.sender_of(partner)
    try:
        return await dependencies.accepting.submit(
            lambda: taken.form,
            sender,
            key=key,
            size=size,
            urgent=taken.form.immediate_danger,
            handling=taken.handling,
        )
    except KeyReused as reused:
        raise taken.reused() if key == taken.key else reused from reused
    except Problem as problem:
        if problem.errors:
            raise taken.refusal(problem) from problem
        raise


def _check_formats(headers: Mapping[str, str]) -> None:
    if _media_type(headers.get("content-type", "")) not in _MEDIA_TYPES:
        raise NotFhir
    accepted = {_media_type(each) for each in headers.get("accept", "*/*").split(",")}
    if not accepted & (_MEDIA_TYPES | _ANY):
        raise FhirOnly


def _media_type(header: str) -> str:
    return header.partition(";")[0].strip().lower()


def _fhir(resource: Mapping[str, Any], status: int) -> Response:
    return Response(json.dumps(resource, ensure_ascii=False), status, media_type=fhir.MEDIA_TYPE)
