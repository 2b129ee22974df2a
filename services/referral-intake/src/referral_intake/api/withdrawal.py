"""``POST /v1/referrals/{id}/withdrawal``: a sender takes a referral back."""

from uuid import UUID

from fastapi import Response

from chassis.web.access import unwrap
from chassis.web.app import problem_responses
from chassis.web.service_router import ServiceRouter
from referral_intake import handlers, telling
from referral_intake.api.dependencies import Injected
from referral_intake.api.refusing import AboutAChild
from referral_intake.api.standing import admit, turn
from referral_intake.api.supplements import LOCATION, Posted, accepted
from referral_intake.form.supplement import WithdrawalForm, withdrawal_of
from referral_intake.model import Scope
from referral_intake.supplement_receipt import WithdrawalReceipt

router = ServiceRouter(tags=["referrals"], route_class=AboutAChild)


@router.post(
    telling.PATH + "/{referral_id}/withdrawal",
    summary="Take a referral back",
    status_code=202,
    response_model=WithdrawalReceipt,
    responses={202: {"headers": LOCATION}, **problem_responses(400, 408, 409, 410, 413, 429)},
)
async def withdraw_referral(
    referral_id: UUID, dependencies: Injected, posted: Posted, form: WithdrawalForm
) -> Response:
    """Tell the front door that you take back a referral that your agency sent, and why.

    It removes nothing, and a person still looks at the referral and decides for every child. A referral is withdrawn
    once: another withdrawal is answered 409. Any other agency's referral is answered as if there were none.
    """
    admit(posted.request, posted.principal, scope=Scope.SEND)
    withdrawal = withdrawal_of(form, posted.sender, referral_id, key=posted.key)
    whose_turn = turn(posted.request, dependencies.changes, posted.principal)
    async with whose_turn, dependencies.db.transaction() as tx:
        result = await handlers.withdraw_referral(
            tx, dependencies, withdrawal, posted.principal, now=dependencies.clock.now()
        )
    return accepted(unwrap(result))
