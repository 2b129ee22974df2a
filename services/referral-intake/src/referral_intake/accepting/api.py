"""``POST /v1/referrals``: a referral comes in, and is answered once it is durable."""

from functools import partial
from typing import Annotated, Final

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError

from chassis.web.app import problem_responses
from chassis.web.auth import Principal, authenticated, require_role, signed_in_as
from chassis.web.direct import direct, read_form
from chassis.web.leaving import while_connected
from chassis.web.middleware import DOCUMENT
from chassis.web.service_router import ServiceRouter
from referral_intake import handlers, telling
from referral_intake.accepting.prepare import ReadForm
from referral_intake.accepting.receipt import Receipt
from referral_intake.api.dependencies import Injected
from referral_intake.api.idempotency import idempotency_key
from referral_intake.api.refusing import refusal_of
from referral_intake.api.standing import admit, held_by
from referral_intake.form import ReferralForm
from referral_intake.handlers import Dependencies
from referral_intake.model import OWN_AGENCY_ROLES, Scope, Sender

_LOCATION: Final = {"Location": {"description": "Where to follow the referral.", "schema": {"type": "string"}}}

Sending = Annotated[Principal, Depends(signed_in_as(*OWN_AGENCY_ROLES))]
"""A system or a person of an agency, which is the agency that refers."""


async def body_size(request: Request) -> int:
    """The bytes of a referral: how much it weighs in a batch."""
    return held_by(request).size


async def _submit(request: Request) -> Response:
    """``submit_referral``, with the arguments that its signature says; the form is made when its turn has come."""
    principal = await authenticated(request)
    require_role(principal, *OWN_AGENCY_ROLES)
    key = await idempotency_key(request.headers.get("idempotency-key"))
    in_danger = _says_danger(request)
    admit(request, principal, scope=Scope.SEND, emergency=in_danger)
    try:
        with while_connected(request.scope):
            return await _accepted(
                request.app.state.dependencies,
                partial(read_form, ReferralForm, request),
                handlers.sender_of(principal),
                key=key,
                size=held_by(request).size,
                urgent=in_danger,
            )
    except RequestValidationError as mistakes:
        raise refusal_of(mistakes, request) from mistakes


def _says_danger(request: Request) -> bool:
    """Whether a child is said to be in danger now, in however wrong a form."""
    document = request.scope.get(DOCUMENT)
    return isinstance(document, dict) and document.get("immediate_danger") is True


async def _accepted(
    dependencies: Dependencies, read: ReadForm, sender: Sender, *, key: str, size: int, urgent: bool
) -> Response:
    answer = await dependencies.accepting.submit(read, sender, key=key, size=size, urgent=urgent)
    location = telling.path_of(answer.referral_id)
    return Response(answer.body, 202, media_type="application/json", headers={"Location": location})


router = ServiceRouter(tags=["referrals"], route_class=direct(_submit))


@router.post(
    telling.PATH,
    summary="Send a referral",
    status_code=202,
    response_model=Receipt,
    responses={202: {"headers": _LOCATION}, **problem_responses(400, 408, 409, 413, 415, 429)},
)
async def submit_referral(
    dependencies: Injected,
    principal: Sending,
    key: Annotated[str, Depends(idempotency_key)],
    form: ReferralForm,
    size: Annotated[int, Depends(body_size)],
) -> Response:
    """Tell the front door that you are worried about one or more children.

    Almost everything may be left out; what is missing is listed in the answer and asked for later. The answer comes
    only after the referral is safely stored. On 409 or 503, send the same request again with the same key.
    A person of an agency sends by the same form; which agency refers the access token says. If a child is in danger
    now, call 999 first.
    """
    sender = handlers.sender_of(principal)
    return await _accepted(dependencies, lambda: form, sender, key=key, size=size, urgent=form.immediate_danger)
