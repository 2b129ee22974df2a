"""``/operator``: flow, lag, parked messages, endpoints, the log's status, and one referral's journey, asked by POST."""

from asyncio import gather
from collections.abc import Awaitable, Mapping
from typing import Annotated, Final, TypeVar

from fastapi import APIRouter, Path, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis.http_client import NoAnswer
from chassis.ids import find_reference
from triage_ui.pages.operator import wording
from triage_ui.pages.operator.flow import STATES, Standing, lags, stage_lines, steps_in
from triage_ui.pages.operator.picture import picture_of
from triage_ui.services.operator import SERVICES, Flow
from triage_ui.shell import forms
from triage_ui.shell.forms import Form
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn, Visitor

T = TypeVar("T")

router = APIRouter()

_INVALID: Final = 422
ParkedId = Annotated[int, Path(ge=1, le=2**63 - 1)]


@router.get("/operator")
async def show_services(request: Request, visitor: SignedIn, done: str = "", count: str = "") -> Response:
    """How every service stands."""
    return await _page(request, visitor, banner=wording.done(done, count))


@router.post("/operator/journey")
async def show_journey(request: Request, visitor: SignedIn) -> Response:
    """Every step of one referral through the services, without what they say; the look is recorded."""
    form = await forms.read_of_session(request, visitor.secret)
    reference = find_reference(form.get("reference").strip())
    if reference is None:
        advice = "Enter the whole reference, such as WAN-7K3M-Q9TR"
        return await _page(request, visitor, form, {"reference": advice})
    referral_id = await visitor.services.operator.find(reference)
    if referral_id is None:
        return await _page(request, visitor, form, {"reference": f"There is no referral {reference}"})
    found = await visitor.services.audit.journey(referral_id)
    steps = steps_in(found.entries)
    return pages_of(request).render(
        request,
        "pages/operator/journey.html",
        visitor=visitor,
        reference=reference,
        found=found,
        steps=steps,
        picture=picture_of(steps),
    )


@router.get("/operator/parked/{service}/{parked_id}")
async def show_message(
    service: str, parked_id: ParkedId, request: Request, visitor: SignedIn, done: str = ""
) -> Response:
    """One message that is or was parked, without its content, and what can be done with it."""
    if service not in SERVICES:
        raise HTTPException(404)
    return pages_of(request).render(
        request,
        "pages/operator/message.html",
        visitor=visitor,
        service=service,
        message=await visitor.services.operator.message(service, parked_id),
        states=STATES,
        banner=wording.done(done, ""),
    )


@router.get("/operator/endpoints")
async def show_endpoints(request: Request, visitor: SignedIn, done: str = "") -> Response:
    """Whether agencies can be reached: every endpoint with its last answers."""
    found = (await visitor.services.endpoints.health()).endpoints
    return pages_of(request).render(
        request,
        "pages/operator/endpoints.html",
        visitor=visitor,
        endpoints=sorted(found, key=lambda one: not one.is_wrong),
        wording=wording,
        banner=wording.done(done, ""),
    )


@router.get("/operator/lag")
async def show_lag(request: Request, visitor: SignedIn) -> Response:
    """How many events each service has still to send and to read; counted again, which takes a moment."""
    operator = visitor.services.operator
    deliveries = dict(zip(SERVICES, await gather(*map(operator.delivery, SERVICES)), strict=True))
    totals = dict(zip(SERVICES, await gather(*map(operator.totals, SERVICES)), strict=True))
    return pages_of(request).render(request, "pages/operator/lag.html", visitor=visitor, lags=lags(deliveries, totals))


async def _standing(visitor: Visitor, service: str) -> tuple[Standing, Flow]:
    operator = visitor.services.operator
    delivery, consumer, page, flow = await gather(
        operator.delivery(service), operator.consumer(service), operator.parked(service), operator.flow(service)
    )
    return Standing(service, delivery, consumer, page.parked), flow


async def _if_it_answers(asked: Awaitable[T]) -> T | None:
    """None of a service that is away: it hides no other's."""
    try:
        return await asked
    except NoAnswer:
        return None


async def _page(
    request: Request,
    visitor: Visitor,
    form: Form | None = None,
    mistakes: Mapping[str, str] | None = None,
    *,
    banner: str | None = None,
) -> Response:
    found = await gather(*(_if_it_answers(_standing(visitor, service)) for service in SERVICES))
    answered = [one for one in found if one is not None]
    return pages_of(request).render(
        request,
        "pages/operator/operator.html",
        visitor=visitor,
        status=_INVALID if mistakes else 200,
        draft=form,
        mistakes=mistakes or {},
        standings=[standing for standing, _ in answered],
        away=[service for service, one in zip(SERVICES, found, strict=True) if one is None],
        states=STATES,
        stages=stage_lines([flow for _, flow in answered], visitor.now),
        banner=banner,
        log=await _if_it_answers(visitor.services.audit.witnesses()),
    )
