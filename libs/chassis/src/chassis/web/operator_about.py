"""What runs here, for operators: whether all services are of one release shows when they are asked side by side."""

import platform
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from json import dumps
from typing import Final

from fastapi import APIRouter
from pydantic import BaseModel, Field

from chassis.web.operated import Here
from chassis.web.operator import Operator
from contracts.events import EVENTS

_DISTRIBUTION: Final = "frontdoor-chassis"
_DIGITS: Final = 12

routes: Final = APIRouter()


class About(BaseModel):
    """A service's release, and what it stands on."""

    service: str
    version: str
    contracts: str = Field(description="A digest of every event as this release knows it: equal where releases agree.")
    python: str
    time: datetime = Field(description="This service's clock.")


@cache
def contracts_digest() -> str:
    """The same for two processes when they write and read events alike."""
    schemas = {name: event.model_json_schema() for name, event in EVENTS.items()}
    return sha256(dumps(schemas, sort_keys=True).encode()).hexdigest()[:_DIGITS]


@routes.get("/about")
async def about(here: Here, _: Operator) -> About:
    """Which release of this service runs, and what its clock says."""
    return About(
        service=here.service,
        version=version(_DISTRIBUTION),
        contracts=contracts_digest(),
        python=platform.python_version(),
        time=here.clock.now(),
    )
