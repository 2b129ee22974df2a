"""A service as its operators' routes see it: where its data and its settings are, and what stages work passes."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import Depends, Request
from pydantic import BaseModel, Field

from chassis.clock import Clock
from chassis.db import Database, Transaction
from chassis.settings import GivenSettings

WINDOW: Final = timedelta(hours=24)
"""What passed is counted over this time before now."""


class Stage(BaseModel):
    """One stage that work passes in this service."""

    name: str
    waiting: int = Field(description="How many are in it now.")
    since: datetime | None = Field(description="When the oldest of them came in.")
    passed: int = Field(description="How many passed it within the last 24 hours.")


CountFlow = Callable[[Transaction, datetime], Awaitable[Sequence[Stage]]]
"""Counts the stages of a service at a time."""


async def no_stages(_tx: Transaction, _now: datetime) -> Sequence[Stage]:
    """For services that no work passes through."""
    return ()


@dataclass(frozen=True)
class Operated:
    """What operators' routes need of a service; its app keeps it as ``app.state.operated``.

    ``flow`` counts its stages. Of ``settings`` only what is no secret is shown. A service that must hold every event
    says ``may_discard=False``: only what is no event can be discarded there.
    """

    db: Database
    clock: Clock
    settings: GivenSettings
    service: str
    may_discard: bool = True
    flow: CountFlow = no_stages


async def _operated(request: Request) -> Operated:  # on a thread of its own otherwise
    operated: Operated = request.app.state.operated
    return operated


Here = Annotated[Operated, Depends(_operated)]
"""The service that a request reached."""
