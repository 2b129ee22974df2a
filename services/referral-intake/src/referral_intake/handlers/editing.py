"""What supplements and withdrawals have in common: whose they are, their key, and the edition they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.db import Transaction
from chassis.delivery.events import Context
from chassis.web import access
from chassis.web.access import Look
from chassis.web.auth import Principal
from contracts.codes import DenialReason, Purpose, RecordKind
from contracts.problems import Problem
from referral_intake import decide, document, edition, store, telling
from referral_intake.edition import Unsealed
from referral_intake.errors import NoSuchReferral
from referral_intake.handlers.dependencies import Dependencies
from referral_intake.handlers.people import asker_of
from referral_intake.model import (
    SERVICE,
    Answer,
    ClientKey,
    Made,
    Referral,
    Sealed,
    StoredAnswer,
    Supplement,
    Withdrawal,
)
from referral_intake.served import governing_pack

Change = Supplement | Withdrawal


@dataclass(frozen=True)
class Opened:
    """A referral that is locked, and how it stands, while one change is made to it."""

    referral: Referral
    unsealed: Unsealed
    now: datetime

    @property
    def next_edition(self) -> int:
        """The number of the edition that the change makes."""
        return self.referral.edition + 1

    @property
    def entry(self) -> dict[str, Any]:
        """How the change's line of history begins."""
        return {"edition": self.next_edition, "at": self.now.isoformat(), "agency": self.referral.agency}


async def answered_at_once(
    tx: Transaction, change: Change, principal: Principal, *, now: datetime
) -> Answer | Problem | None:
    """What a change is told that is not made: by anybody but the agency that sent the referral, the denial recorded,
    or under a key that is not new. None when it is to be made; its key is locked then.
    """
    referral = decide.read_status(await store.find_referral(tx, change.referral_id), asker_of(principal))
    if isinstance(referral, DenialReason):
        look = Look(RecordKind.REFERRAL, change.referral_id, change.referral_id, principal, Purpose.OWN_REFERRAL)
        context = Context(SERVICE, principal.partnership, now)
        return await access.deny(tx, look, referral, context=context, problem=NoSuchReferral())
    return await _given(tx, change)


async def open_referral(tx: Transaction, referral_id: UUID, *, now: datetime) -> Opened:
    """Lock a referral and take its latest edition apart. Raises ``ReferralDestroyed`` when that is kept no more."""
    referral = await store.lock_referral(tx, referral_id)
    stored = await store.find_document(tx, referral_id, referral.edition) if referral is not None else None
    if referral is None or stored is None or referral.disposed_at is not None:
        raise decide.destroyed(referral)
    return Opened(referral, edition.unsealed(stored.content), now)


def seal(
    opened: Opened, unsealed: Unsealed, entry: Mapping[str, Any], *, dependencies: Dependencies
) -> tuple[Sealed, Made]:
    """The bytes of the next edition, and what is said about them elsewhere."""
    sealed = edition.sealed(edition.with_entry(unsealed, entry))
    path = telling.path_of(opened.referral.referral_id)
    return sealed, Made(
        edition=opened.next_edition,
        made_at=opened.now,
        content_commitment=document.commitment(sealed.salt, sealed.content),
        detail_url=f"{dependencies.public_url}{path}/document?edition={opened.next_edition}",
        policy_version=governing_pack(dependencies.packs, opened.referral, at=opened.now).version_id,
    )


async def answer_with(tx: Transaction, change: Change, body: bytes) -> Answer:
    """Give the change its answer, now and whenever it is asked for again with the same key."""
    answer = Answer(change.referral_id, body)
    await store.record_answer(tx, client_key(change), StoredAnswer(fingerprint(change), answer))
    return answer


def client_key(change: Change) -> ClientKey:
    """What makes a repeated request recognisable."""
    return change.sender.client_id, change.key


def fingerprint(change: Change) -> bytes:
    """Equal for equal requests about one referral, and different from those of every other route."""
    return document.fingerprint({type(change).__name__: str(change.referral_id), "content": change.content})


async def _given(tx: Transaction, change: Change) -> Answer | Problem | None:
    """What the key was answered before, or why there is no answer now; None when the key is new, and then locked."""
    if not await store.lock_key(tx, client_key(change)):
        return decide.repeated_answer(None, fingerprint(change))
    stored = await store.find_answer(tx, client_key(change))
    return decide.repeated_answer(stored, fingerprint(change)) if stored is not None else None
