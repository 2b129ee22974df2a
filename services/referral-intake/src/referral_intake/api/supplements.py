"""``POST /v1/referrals/{id}/supplements``: a sender adds to a referral, puts a fact right, or answers a question."""

from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Body, Depends, Request, Response

from chassis.web.access import unwrap
from chassis.web.app import problem_responses
from chassis.web.auth import Principal, SignedIn
from chassis.web.service_router import ServiceRouter
from referral_intake import handlers, telling
from referral_intake.api.dependencies import Injected
from referral_intake.api.idempotency import idempotency_key
from referral_intake.api.refusing import AboutAChild
from referral_intake.api.standing import admit, turn
from referral_intake.form.supplement import SUPPLEMENT_EXAMPLES, SupplementForm, supplement_of
from referral_intake.model import Answer, Scope, Sender
from referral_intake.supplement_receipt import SupplementReceipt

router = ServiceRouter(tags=["referrals"], route_class=AboutAChild)

LOCATION: Final[dict[str, Any]] = {
    "Location": {"description": "Where to follow the referral.", "schema": {"type": "string"}}
}
_EXAMPLES: Final = {
    str(example["kind"]): {"summary": str(example["kind"]), "value": example} for example in SUPPLEMENT_EXAMPLES
}

Sent = Annotated[SupplementForm, Body(openapi_examples=_EXAMPLES)]


@dataclass(frozen=True)
class Posting:
    """Who sends, under which idempotency key, with which request."""

    request: Request
    principal: Principal
    key: str

    @property
    def sender(self) -> Sender:
        """Who sends, as the token says."""
        return handlers.sender_of(self.principal)


async def _posting(request: Request, principal: SignedIn, key: Annotated[str, Depends(idempotency_key)]) -> Posting:
    return Posting(request, principal, key)


Posted = Annotated[Posting, Depends(_posting)]


@router.post(
    telling.PATH + "/{referral_id}/supplements",
    summary="Add to a referral, put a fact right, or answer a question",
    status_code=202,
    response_model=SupplementReceipt,
    responses={202: {"headers": LOCATION}, **problem_responses(400, 408, 409, 410, 413, 429)},
)
async def supplement_referral(referral_id: UUID, dependencies: Injected, posted: Posted, form: Sent) -> Response:
    """Tell the front door what is new about a referral that your agency sent.

    It is never too late: a referral that was decided or closed is looked at again, and a withdrawn one, too. Nothing
    that was said before is lost: each supplement makes a new edition of the document, and the earlier ones are kept.
    Any other agency's referral is answered as if there were none. On 409 with `Retry-After`, or 503, send the same
    request again with the same key. If a child is in danger now, call 999 first.
    """
    admit(posted.request, posted.principal, scope=Scope.SEND, emergency=form.immediate_danger)
    supplement = supplement_of(form, posted.sender, referral_id, key=posted.key)
    whose_turn = turn(posted.request, dependencies.changes, posted.principal, urgent=form.immediate_danger)
    async with whose_turn, dependencies.db.transaction() as tx:
        result = await handlers.supplement_referral(
            tx, dependencies, supplement, posted.principal, now=dependencies.clock.now()
        )
    return accepted(unwrap(result))


def accepted(answer: Answer) -> Response:
    """The answer to a change of a referral, the same each time it is asked for."""
    headers = {"Location": telling.path_of(answer.referral_id)}
    return Response(answer.body, 202, media_type="application/json", headers=headers)
