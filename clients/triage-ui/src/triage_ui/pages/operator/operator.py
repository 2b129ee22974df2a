"""``/operator``: lag, parked and failing messages, the log's status, and one referral's journey, searched by POST."""

from asyncio import gather
from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from chassis.ids import find_reference
from triage_ui.pages.operator.flow import STATES, Standing, steps_in
from triage_ui.services.operator import SERVICES
from triage_ui.shell import forms
from triage_ui.shell.forms import Form
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn, Visitor

router = APIRouter()

_INVALID: Final = 422


@router.get("/operator")
async def show_services(request: Request, visitor: SignedIn) -> Response:
    """How every service stands."""
    return await _page(request, visitor)


@router.post("/operator/journey")
async def show_journey(request: Request, visitor: SignedIn) -> Response:
    """Every step of one referral through the services, without what they say; the look is recorded."""
    form = await forms.read_of_session(request, visitor.secret)
    reference = find_reference(form.get("reference").strip())
    if reference is None:
        advice = "Enter the whole reference, such as WAN-7K3M-Q9TR"
        return await _page(request, visitor, form, {"reference": advice})
    referral_id = await visitor.services.operator.find(reference)
    found = await visitor.services.audit.journey(referral_id)
    return pages_of(request).render(
        request,
        "pages/operator/journey.html",
        visitor=visitor,
        reference=reference,
        found=found,
        steps=steps_in(found.entries),
    )


async def _standing(visitor: Visitor, service: str) -> Standing:
    operator = visitor.services.operator
    delivery, consumer, page = await gather(
        operator.delivery(service), operator.consumer(service), operator.parked(service)
    )
    return Standing(service, delivery, consumer, page.parked)


async def _page(
    request: Request, visitor: Visitor, form: Form | None = None, mistakes: Mapping[str, str] | None = None
) -> Response:
    return pages_of(request).render(
        request,
        "pages/operator/operator.html",
        visitor=visitor,
        status=_INVALID if mistakes else 200,
        draft=form,
        mistakes=mistakes or {},
        standings=await gather(*(_standing(visitor, service) for service in SERVICES)),
        states=STATES,
        log=await visitor.services.audit.witnesses(),
    )
