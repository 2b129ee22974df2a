"""How routes reach what the service stands on."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from audit.checkpoint import VerifierKey
from chassis.clock import Clock
from chassis.db import Database


@dataclass(frozen=True)
class Dependencies:
    """The log's database, its public key and the time. The private key is the sequencer's alone."""

    db: Database
    key: VerifierKey
    clock: Clock


async def _dependencies(request: Request) -> Dependencies:
    dependencies: Dependencies = request.app.state.dependencies
    return dependencies


Injected = Annotated[Dependencies, Depends(_dependencies)]
