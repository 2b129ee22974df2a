"""What the handlers stand on."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from chassis.clock import Clock
from chassis.db import Database
from chassis.ids import Ids
from policy.packs import Packs
from referral_intake.acceptance import Arrival
from referral_intake.group_commit import GroupCommit
from referral_intake.model import Acceptance, Answer
from referral_intake.standing import Standing

CHANGES_AT_ONCE: Final = 4
"""Fewer than there are connections: changes wait for one another, and must not keep referrals from coming in."""


@dataclass(frozen=True)
class Dependencies:
    """What the handlers of one running service stand on. ``log_url`` is the audit service's address, if it is known.

    Whoever changes a referral holds ``changes``, one of a few places, for as long as its transaction takes.
    """

    db: Database
    clock: Clock
    ids: Ids
    packs: Packs
    public_url: str
    commits: GroupCommit[Arrival, Acceptance, Answer]
    standing: Standing
    log_url: str = ""
    changes: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CHANGES_AT_ONCE))
