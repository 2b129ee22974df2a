"""How routes reach what the service stands on."""

from typing import Annotated

from fastapi import Depends, Request

from referral_intake.handlers import Desk


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]
