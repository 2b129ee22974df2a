"""Partner routes admit a partner's system by its standing, and say on every answer what is left of its limit."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends, Request

from chassis.web.auth import Principal, SignedIn, owner_of, require_role
from chassis.web.leaving import while_connected
from chassis.web.middleware import ADDED
from chassis.web.room import HELD, Held
from referral_intake.handlers import Dependencies
from referral_intake.model import AGENCY_REPRESENTATIVE, OWN_AGENCY_ROLES, PARTNER, Scope
from referral_intake.turns import Turns


def admit(request: Request, principal: Principal, *, scope: Scope, emergency: bool = False) -> None:
    """Let a partner's system or a person of an agency do this, or raise why not. Waits for nothing.

    People have no limit, and send for agencies that are known only. What is no emergency is turned out of the room
    that is kept for those.
    """
    dependencies: Dependencies = request.app.state.dependencies
    if principal.has_role(PARTNER):
        request.scope[ADDED] = dependencies.standing.admit(principal, scope=scope, emergency=emergency).headers
    elif principal.has_role(AGENCY_REPRESENTATIVE) and scope is Scope.SEND:
        dependencies.standing.check_agency(principal)
    else:
        return
    held_by(request).confirm(first=emergency)


def held_by(request: Request) -> Held:
    """How much of the room the request's body takes."""
    held: Held = request.scope[HELD]
    return held


@asynccontextmanager
async def turn(request: Request, turns: Turns, principal: Principal, *, urgent: bool = False) -> AsyncIterator[None]:
    """The block is the principal's turn. Anyone who goes away before it has begun gives it up."""
    owner = owner_of(principal)
    with while_connected(request.scope):
        await turns.enter(owner, urgent=urgent)
    try:
        yield
    finally:
        turns.leave(owner)


def admitted(*roles: str, scope: Scope) -> Callable[[Request, Principal], Awaitable[Principal]]:
    """A FastAPI dependency: the principal, who has one of the roles if any are named; a partner was admitted."""

    async def check(request: Request, principal: SignedIn) -> Principal:
        if roles:
            require_role(principal, *roles)
        admit(request, principal, scope=scope)
        return principal

    return check


AsOwnAgency = Annotated[Principal, Depends(admitted(*OWN_AGENCY_ROLES, scope=Scope.READ))]
"""Anyone who reads what their own agency sent."""
AsReader = Annotated[Principal, Depends(admitted(scope=Scope.READ))]
"""Anybody signed in, for routes that say themselves who may read; a partner's system is admitted first."""
