"""Partner routes admit a partner's system by its standing, and say on every answer what is left of its limit."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.auth import Principal, SignedIn, require_role
from referral_intake.handlers import Desk
from referral_intake.model import OWN_AGENCY_ROLES, PARTNER
from referral_intake.model import Scope as PartnerScope

_ALLOWANCE: Final = "allowance"


def admit(request: Request, principal: Principal, *, scope: PartnerScope, emergency: bool = False) -> None:
    """Let a partner's system do this, or raise why not; people have no limit. Waits for nothing."""
    if not principal.has_role(PARTNER):
        return
    desk: Desk = request.app.state.desk
    request.scope[_ALLOWANCE] = desk.standing.admit(principal, scope=scope, emergency=emergency)


def admitted(*roles: str, scope: PartnerScope) -> Callable[[Request, Principal], Awaitable[Principal]]:
    """A FastAPI dependency: the principal, who has one of the roles if any are named; a partner was admitted."""

    async def check(request: Request, principal: SignedIn) -> Principal:
        if roles:
            require_role(principal, *roles)
        admit(request, principal, scope=scope)
        return principal

    return check


AsSender = Annotated[Principal, Depends(admitted(PARTNER, scope=PartnerScope.SEND))]
"""A partner's system that adds to what it sent."""
AsOwnAgency = Annotated[Principal, Depends(admitted(*OWN_AGENCY_ROLES, scope=PartnerScope.READ))]
"""Whoever reads what their own agency sent."""
AsReader = Annotated[Principal, Depends(admitted(scope=PartnerScope.READ))]
"""Anybody signed in, for routes that say themselves who may read; a partner's system is admitted first."""


class AllowanceHeaders:
    """Puts what is left of a partner's limit on its answer, whatever the answer is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_allowance(message: Message) -> None:
            if message["type"] == "http.response.start" and _ALLOWANCE in scope:
                MutableHeaders(scope=message).update(scope[_ALLOWANCE].headers)
            await send(message)

        await self.app(scope, receive, send_with_allowance)
