"""What the handlers stand on."""

from dataclasses import dataclass

from chassis.auth import Principal
from chassis.clock import Clock
from chassis.db import Database
from chassis.ids import Ids
from referral_intake.group_commit import GroupCommit
from referral_intake.model import (
    Acceptance,
    Answer,
    Asker,
)
from referral_intake.packs import Packs
from referral_intake.standing import Standing


@dataclass(frozen=True)
class Desk:
    """What the handlers of one running service stand on. ``log_url`` is the audit service's address, if it is known."""

    db: Database
    clock: Clock
    ids: Ids
    packs: Packs
    public_url: str
    commits: GroupCommit[Acceptance, Answer]
    standing: Standing
    log_url: str = ""


def _asker(principal: Principal) -> Asker:
    return Asker(principal.partnership, principal.agency, principal.roles)
