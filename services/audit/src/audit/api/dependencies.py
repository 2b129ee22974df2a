"""How routes reach what the service stands on."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from audit.checkpoint import VerifierKey
from audit.witnesses.model import Policy
from chassis.clock import Clock
from chassis.db import Database


@dataclass(frozen=True)
class Dependencies:
    """The log's database, its public key, the time, and its witnesses. The private key is the sequencer's alone."""

    db: Database
    key: VerifierKey
    clock: Clock
    witnesses: Policy


async def _dependencies(request: Request) -> Dependencies:
    dependencies: Dependencies = request.app.state.dependencies
    return dependencies


Injected = Annotated[Dependencies, Depends(_dependencies)]
