"""How routes reach what the service stands on."""

from typing import Annotated

from fastapi import Depends, Request

from referral_intake.handlers import Dependencies


async def _dependencies(request: Request) -> Dependencies:
    dependencies: Dependencies = request.app.state.dependencies
    return dependencies


Injected = Annotated[Dependencies, Depends(_dependencies)]
