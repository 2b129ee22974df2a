"""Sealing what is stored in plain text, and sealing again with another key. The caller opens the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from agency_notify.sealing import SealBroken, Sealer
from agency_notify.store import secrets
from agency_notify.store.secrets import Stored
from chassis.db import Transaction

AT_ONCE: Final = 100
"""Endpoints in one transaction."""
BEFORE_ALL: Final = UUID(int=0)


@dataclass(frozen=True)
class Page:
    """What became of one page of secrets. ``after`` is where the next one begins; None when this was the last."""

    sealed: int
    were_plain: int
    broken: int
    after: UUID | None


async def seal_plain(tx: Transaction, sealer: Sealer) -> int:
    """Seal what is stored in plain text; returns how many secrets there were, 0 when none is left."""
    found = await secrets.lock_plain(tx, limit=AT_ONCE)
    await secrets.record_sealed(
        tx, [(each.place, sealer.seal(each.plain, place=each.place)) for each in found if each.plain is not None]
    )
    return len(found)


async def seal_again(tx: Transaction, sealer: Sealer, *, after: UUID = BEFORE_ALL) -> Page:
    """Seal a page of secrets with the key that seals now. One that does not open stays as it is, and is counted."""
    found = await secrets.lock_page(tx, key_id=sealer.key_id, after=after, limit=AT_ONCE)
    opened = _opened(found, sealer)
    await secrets.record_sealed(
        tx, [(each.place, sealer.seal(plain, place=each.place)) for each, plain in opened if plain is not None]
    )
    good = [each for each, plain in opened if plain is not None]
    return Page(
        sealed=len(good),
        were_plain=sum(each.plain is not None for each in good),
        broken=len(found) - len(good),
        after=max((each.place.record_id for each in found), default=None),
    )


def _opened(found: Sequence[Stored], sealer: Sealer) -> Sequence[tuple[Stored, str | None]]:
    return [(each, _open(each, sealer)) for each in found]


def _open(stored: Stored, sealer: Sealer) -> str | None:
    if stored.plain is not None or stored.sealed is None:
        return stored.plain
    try:
        return sealer.open(stored.sealed, place=stored.place)
    except SealBroken:
        return None
