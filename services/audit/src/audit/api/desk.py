"""How routes reach what the service stands on."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from audit.checkpoint import VerifierKey
from chassis.clock import Clock
from chassis.db import Database


@dataclass(frozen=True)
class Desk:
    """The log's database, its public key and the time. The private key is the sequencer's alone."""

    db: Database
    key: VerifierKey
    clock: Clock


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]
