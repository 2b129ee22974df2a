"""What routes stand on, and how they reach it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from agency_notify.sealing import Sealer
from chassis.clock import Clock
from chassis.db import Database
from chassis.ids import Ids
from policy.packs import Packs


@dataclass(frozen=True)
class Dependencies:
    """``public_keys`` are the ``whpk_…`` receivers trust; ``allowed`` the private networks webhooks may reach."""

    db: Database
    clock: Clock
    ids: Ids
    packs: Packs
    sealer: Sealer
    public_keys: tuple[str, ...]
    allowed: tuple[str, ...]
    public_url: str
    referral_intake_url: str | None


async def _dependencies(request: Request) -> Dependencies:
    dependencies: Dependencies = request.app.state.dependencies
    return dependencies


Injected = Annotated[Dependencies, Depends(_dependencies)]
