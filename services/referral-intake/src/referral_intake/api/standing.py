"""Partner routes admit a partner's system by its standing, and say on every answer what is left of its limit."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from chassis.web.auth import Principal, SignedIn, require_role
from chassis.web.middleware import ADDED
from referral_intake.handlers import Dependencies
from referral_intake.model import OWN_AGENCY_ROLES, PARTNER, Scope


def admit(request: Request, principal: Principal, *, scope: Scope, emergency: bool = False) -> None:
    """Let a partner's system do this, or raise why not; people have no limit. Waits for nothing."""
    if not principal.has_role(PARTNER):
        return
    dependencies: Dependencies = request.app.state.dependencies
    allowance = dependencies.standing.admit(principal, scope=scope, emergency=emergency)
    request.scope[ADDED] = allowance.headers


def admitted(*roles: str, scope: Scope) -> Callable[[Request, Principal], Awaitable[Principal]]:
    """A FastAPI dependency: the principal, who has one of the roles if any are named; a partner was admitted."""

    async def check(request: Request, principal: SignedIn) -> Principal:
        if roles:
            require_role(principal, *roles)
        admit(request, principal, scope=scope)
        return principal

    return check


AsOwnAgency = Annotated[Principal, Depends(admitted(*OWN_AGENCY_ROLES, scope=Scope.READ))]
"""Whoever reads what their own agency sent."""
AsReader = Annotated[Principal, Depends(admitted(scope=Scope.READ))]
"""Anybody signed in, for routes that say themselves who may read; a partner's system is admitted first."""
