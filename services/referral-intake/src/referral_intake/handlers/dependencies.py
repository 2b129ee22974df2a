"""What the handlers stand on."""

from dataclasses import dataclass, field
from typing import Final

from chassis.clock import Clock
from chassis.db import Database
from chassis.ids import Ids
from policy.packs import Packs
from referral_intake.accepting.handlers import Accepting
from referral_intake.standing import Standing
from referral_intake.turns import TurnLimits, Turns

CHANGES: Final = TurnLimits(places=4, each=3)
"""Fewer than there are connections: changes wait for one another, and must not keep referrals from coming in."""
READING: Final = TurnLimits(places=2, each=1)
"""Messages that are read on threads of their own, which all share one processor with anyone who is served meanwhile."""


@dataclass(frozen=True)
class Dependencies:
    """What the handlers of one running service stand on. ``log_url`` is the audit service's address, if it is known.

    ``changes`` are the turns of those who change a referral, each for as long as its transaction takes; ``reading``
    those of FHIR messages that are read.
    """

    db: Database
    clock: Clock
    ids: Ids
    packs: Packs
    public_url: str
    accepting: Accepting
    standing: Standing
    log_url: str = ""
    changes: Turns = field(default_factory=lambda: Turns(CHANGES))
    reading: Turns = field(default_factory=lambda: Turns(READING))
