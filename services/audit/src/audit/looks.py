"""The shell of reading the log: every look at entries is decided, written down, and only then answered."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from audit import access, disclosure, entry_store, store
from audit.access import Asker
from audit.commitment import Opening
from audit.disclosure import Party, Recipient
from audit.entry_store import LooksOf, Page
from audit.errors import EntriesNotForYou, NotForYou, NotInLog, StillOpen
from audit.model import SERVICE, PlacedEntry, StoredCheckpoint
from audit.proofs import prove_each
from audit.witnesses.store import cosigned
from chassis.db import Transaction
from chassis.delivery.events import Context, record
from chassis.web import access as recording
from chassis.web.access import Look
from chassis.web.auth import Principal
from contracts.codes import DenialReason, Purpose, RecordKind
from contracts.envelope import NO_PARTNERSHIP
from contracts.events import RecordExported
from contracts.problems import Problem

OF_NO_REFERRAL: Final = UUID(int=0)
_HIDDEN: Final = frozenset({DenialReason.NOT_FOUND, DenialReason.PARTNERSHIP, DenialReason.RELATIONSHIP})


@dataclass(frozen=True)
class Visit:
    """Who asks, what for, and when."""

    principal: Principal
    purpose: Purpose | None
    now: datetime

    @property
    def asker(self) -> Asker:
        """What the rules see of the principal."""
        return Asker(self.principal.roles, self.principal.agency, self.principal.partnership)

    def look(self, kind: RecordKind, referral_id: UUID) -> Look:
        """What is written down of it."""
        return Look(kind, referral_id, referral_id, self.principal, self.purpose)

    def context(self, home: str | None = None) -> Context:
        """Operators belong to no partnership: their look is recorded where the record is at home."""
        return Context(SERVICE, self.principal.partnership or home or NO_PARTNERSHIP, self.now)


@dataclass(frozen=True)
class Journey:
    """The entries of one referral; without ``with_content`` only their envelopes may leave.

    Everything that the checkpoint of size ``complete_to`` covers is among them.
    """

    entries: list[PlacedEntry]
    with_content: bool
    complete_to: int


@dataclass(frozen=True)
class ProvenEntry:
    """An entry with its salt, and the hashes that lead from its leaf to the root."""

    leaf_index: int
    opening: Opening
    proof: list[bytes]


@dataclass(frozen=True)
class Receipt:
    """What a disclosure receipt holds: entries in the order of the log, all proven under one checkpoint."""

    party: Party
    checkpoint: str
    entries: list[ProvenEntry]
    destroyed: int


async def read_journey(tx: Transaction, referral_id: UUID, visit: Visit) -> Journey | Problem:
    """Every entry of one referral, in the order of time. Hands back ``NotInLog`` for a stranger's referral."""
    home = await entry_store.find_home(tx, referral_id)
    look = visit.look(RecordKind.LOG_ENTRIES, referral_id)
    reason = access.to_follow(visit.asker, home=home)
    if reason is None and home is None:
        reason = DenialReason.NOT_FOUND
    if reason is not None:
        return await _deny(tx, look, reason, context=visit.context(home))
    await recording.allow(tx, look, context=visit.context(home))
    complete_to = await store.find_signed_size(tx)
    entries = await entry_store.read_referral(tx, referral_id)
    return Journey(entries, with_content=visit.asker.is_any(access.AUDITORS), complete_to=complete_to)


async def read_access_log(tx: Transaction, referral_id: UUID, visit: Visit) -> tuple[list[PlacedEntry], int] | Problem:
    """Every look at what is held about a referral, and every export that it was in; this look comes first.

    With the size of the checkpoint of which everything is there, which is read before the entries are.
    """
    home = await entry_store.find_home(tx, referral_id)
    look = visit.look(RecordKind.ACCESS_LOG, referral_id)
    reason = access.to_audit(visit.asker, visit.purpose, home=home)
    if reason is not None:
        return await _deny(tx, look, reason, context=visit.context(home))
    await recording.allow(tx, look, context=visit.context())
    complete_to = await store.find_signed_size(tx)
    return await entry_store.read_looks(tx, referral_id, partnership=visit.principal.partnership), complete_to


async def read_looks_of(tx: Transaction, reader: str, before: int, visit: Visit) -> tuple[LooksOf, int] | Problem:
    """Looks of one reader that were recorded in the auditor's own partnership; this look is about no one referral."""
    partnership = visit.principal.partnership
    look = visit.look(RecordKind.ACCESS_LOG, OF_NO_REFERRAL)
    reason = access.to_audit(visit.asker, visit.purpose, home=partnership)
    if reason is not None:
        return await _deny(tx, look, reason, context=visit.context())
    await recording.allow(tx, look, context=visit.context())
    complete_to = await store.find_signed_size(tx)
    return await entry_store.read_looks_of(tx, reader, partnership=partnership, before=before), complete_to


async def read_page(tx: Transaction, first: int, visit: Visit) -> tuple[Page, int] | Problem:
    """Entries of the auditor's own partnership from ``first`` on, and the signed size they are below.

    Which leaves were looked through is recorded, since a page is about no single referral.
    """
    partnership = visit.principal.partnership
    reason = access.to_audit(visit.asker, visit.purpose, home=partnership)
    if reason is not None:
        look = visit.look(RecordKind.LOG_ENTRIES, OF_NO_REFERRAL)
        return await _deny(tx, look, reason, context=visit.context())
    size = (await store.get_checkpoint(tx)).size
    page = await entry_store.read_page(tx, first=first, size=max(first, size), partnership=partnership)
    await record(tx, [_exported(page, visit)], context=visit.context())
    return page, size


async def read_receipt(tx: Transaction, referral_id: UUID, made_for: Party | None, visit: Visit) -> Receipt | Problem:
    """What the party that asks, or for which is asked, may have proven of a referral."""
    home = await entry_store.find_home(tx, referral_id)
    look = visit.look(RecordKind.DISCLOSURE_RECEIPT, referral_id)
    party = access.to_receive(visit.asker, made_for, purpose=visit.purpose, home=home)
    if isinstance(party, DenialReason):
        return await _deny(tx, look, party, context=visit.context(home))
    checkpoint = await store.get_checkpoint(tx)
    signed = [entry for entry in await entry_store.read_referral(tx, referral_id) if entry.leaf_index < checkpoint.size]
    shown = _shown(signed, party, visit)
    if party is Party.AGENCY and not shown:
        return await _deny(tx, look, DenialReason.RELATIONSHIP, context=visit.context())
    await recording.allow(tx, look, context=visit.context())
    if party is Party.PERSON and not disclosure.is_closed([entry.type for entry in signed]):
        return StillOpen()
    return await _receipt(tx, party, shown, checkpoint)


def _shown(entries: Sequence[PlacedEntry], party: Party, visit: Visit) -> list[PlacedEntry]:
    """Those that the party may see. Of what was destroyed only the type is known, and that decides."""
    read = {entry.leaf_index: _data(entry) for entry in entries}
    agency = visit.principal.agency if party is Party.AGENCY else ""
    sender = any(
        entry.type == "referral.received.v1" and read[entry.leaf_index].get("agency") == agency for entry in entries
    )
    recipient = Recipient(party, agency, is_sender=bool(agency) and sender)
    return [entry for entry in entries if disclosure.may_see(recipient, entry.type, read[entry.leaf_index])]


def _data(entry: PlacedEntry) -> dict[str, Any]:
    data = json.loads(entry.opening.entry).get("data") if entry.opening is not None else None
    return data if isinstance(data, dict) else {}


async def _receipt(
    tx: Transaction, party: Party, shown: Sequence[PlacedEntry], checkpoint: StoredCheckpoint
) -> Receipt:
    """In the order of the log."""
    kept = sorted((entry for entry in shown if entry.opening is not None), key=lambda entry: entry.leaf_index)
    proofs = await prove_each(tx, [entry.leaf_index for entry in kept], size=checkpoint.size)
    proven = [
        ProvenEntry(entry.leaf_index, entry.opening, proof)
        for entry, proof in zip(kept, proofs, strict=True)
        if entry.opening is not None
    ]
    return Receipt(party, await cosigned(tx, checkpoint), proven, destroyed=len(shown) - len(kept))


async def _deny(tx: Transaction, look: Look, reason: DenialReason, *, context: Context) -> Problem:
    not_allowed = NotForYou if look.record is RecordKind.ACCESS_LOG else EntriesNotForYou
    problem = NotInLog() if reason in _HIDDEN else not_allowed()
    return await recording.deny(tx, look, reason, context=context, problem=problem)


def _exported(page: Page, visit: Visit) -> RecordExported:
    principal = visit.principal
    return RecordExported(
        service=SERVICE,
        partnership=principal.partnership,
        first_index=page.first,
        end_index=page.end,
        actor=principal.subject,
        actor_kind=principal.kind,
        agency=principal.agency,
        roles=tuple(sorted(principal.roles)),
        purpose=visit.purpose,
        exported_at=visit.now,
    )
