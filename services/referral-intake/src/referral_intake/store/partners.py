"""SQL of partner systems."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from chassis.db import Transaction
from chassis.web.suspension import Standing
from contracts.codes import ContactSource, SuspensionReason
from contracts.events import PartnerRegistered, PartnerRestored, PartnerRotated, PartnerSuspended
from referral_intake.model import (
    Agreement,
    Limited,
    OwnRates,
    Partner,
    PartnerKey,
    PublicKey,
    Registration,
    Scope,
)
from referral_intake.tables import partner, partner_key, partner_limited

_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('registry/' || :client_id, 0))")

_OLDEST_FIRST: Final = (partner_key.c.added_at, partner_key.c.until.nulls_last(), partner_key.c.thumbprint)

_ADD_LIMITED: Final = text(
    """INSERT INTO partner_limited (client_id, scope, partnership, agency, times, last_at)
       SELECT * FROM unnest(CAST(:clients AS text[]), CAST(:scopes AS text[]), CAST(:partnerships AS text[]),
                            CAST(:agencies AS text[]), CAST(:times AS bigint[]), CAST(:lasts AS timestamptz[]))
       ON CONFLICT (client_id, scope) DO UPDATE SET
           times = partner_limited.times + excluded.times,
           last_at = greatest(partner_limited.last_at, excluded.last_at),
           partnership = excluded.partnership, agency = excluded.agency"""
)

_STANDINGS: Final = text(
    """SELECT p.client_id, said.version, p.suspended_at FROM partner p CROSS JOIN LATERAL (
           SELECT e.version FROM event e
           WHERE e.aggregate = 'partner/' || p.client_id AND e.headers ->> 'ce_type' = ANY(CAST(:types AS text[]))
           ORDER BY e.version DESC LIMIT 1
       ) AS said ORDER BY p.client_id"""
)


async def lock_partner(tx: Transaction, client_id: str) -> Partner | None:
    """The partner, changed by nobody else until this transaction ends; also one that is not registered yet.

    Interleaving prevented: two operators register the same client id otherwise, and both are answered that it is done.
    """
    await tx.execute(_LOCK, {"client_id": client_id})
    return await find_partner(tx, client_id)


async def find_partner(tx: Transaction, client_id: str) -> Partner | None:
    """The partner with all the keys it ever had, the oldest first."""
    row = (await tx.execute(select(partner).where(partner.c.client_id == client_id))).one_or_none()
    if row is None:
        return None
    columns = partner_key.c
    rows = await tx.execute(select(partner_key).where(columns.client_id == client_id).order_by(*_OLDEST_FIRST))
    return _partner(row, tuple(map(_key, rows)))


async def list_partners(tx: Transaction) -> list[Partner]:
    """Every partner by client id, with its keys. There are as many as there are systems that refer: few."""
    keys: dict[str, list[PartnerKey]] = {}
    for row in await tx.execute(select(partner_key).order_by(*_OLDEST_FIRST)):
        keys.setdefault(row.client_id, []).append(_key(row))
    rows = await tx.execute(select(partner).order_by(partner.c.client_id))
    return [_partner(row, tuple(keys.get(row.client_id, ()))) for row in rows]


async def list_agreements(tx: Transaction) -> list[tuple[Agreement, SuspensionReason | None]]:
    """What was agreed with every partner, and why it is suspended if it is; the one agreed first comes first."""
    rows = await tx.execute(select(partner).order_by(partner.c.registered_at, partner.c.client_id))
    return [(_agreement(row), _suspended_for(row)) for row in rows]


async def list_standings(tx: Transaction) -> list[Standing]:
    """Whether each partner that ever was is suspended, by the version of the event that said so."""
    rows = await tx.execute(_STANDINGS, {"types": [PartnerSuspended.TYPE, PartnerRestored.TYPE]})
    return [Standing(row.client_id, row.version, row.suspended_at) for row in rows]


async def record_registered(tx: Transaction, wanted: Registration, event: PartnerRegistered) -> None:
    """Write what ``PartnerRegistered`` says, for a new partner or one with whom something else was agreed."""
    agreed = wanted.agreement
    changeable = {
        "name": agreed.name,
        "source": agreed.source.value,
        "scopes": [scope.value for scope in agreed.scopes],
        "referrals_per_minute": agreed.rates.referrals_per_minute,
        "reads_per_minute": agreed.rates.reads_per_minute,
    }
    row = insert(partner).values(
        client_id=agreed.client_id,
        partnership=agreed.partnership,
        agency=agreed.agency,
        jwks_url=agreed.jwks_url,
        registered_at=event.registered_at,
        **changeable,
    )
    await tx.execute(row.on_conflict_do_update(index_elements=[partner.c.client_id], set_=changeable))
    await _add_keys(tx, agreed.client_id, wanted.keys, at=event.registered_at)


async def record_rotated(tx: Transaction, new: PublicKey, event: PartnerRotated) -> None:
    """Write what ``PartnerRotated`` says. A key that was to end sooner still does."""
    columns = partner_key.c
    await tx.execute(
        update(partner_key)
        .where(columns.client_id == event.client_id, columns.thumbprint.in_(event.old_keys))
        .values(until=func.least(columns.until, event.old_until))
    )
    await _add_keys(tx, event.client_id, (new,), at=event.rotated_at)


async def record_standing(tx: Transaction, event: PartnerSuspended | PartnerRestored) -> None:
    """Write whether a partner is suspended, and for what."""
    match event:
        case PartnerSuspended():
            values = {"suspended_at": event.suspended_at, "suspended_for": event.reason.value}
        case PartnerRestored():
            values = {"suspended_at": None, "suspended_for": None}
    await tx.execute(update(partner).where(partner.c.client_id == event.client_id).values(values))


async def add_limited(tx: Transaction, limited: Sequence[Limited]) -> None:
    """Count refusals for asking too often. Sorted, so that two processes cannot wait for each other."""
    ordered = sorted(limited, key=lambda each: (each.client_id, each.scope))
    columns = {
        "clients": [each.client_id for each in ordered],
        "scopes": [each.scope.value for each in ordered],
        "partnerships": [each.partnership for each in ordered],
        "agencies": [each.agency for each in ordered],
        "times": [each.times for each in ordered],
        "lasts": [each.last_at for each in ordered],
    }
    await tx.execute(_ADD_LIMITED, columns)


async def list_limited(tx: Transaction, *, since: datetime) -> list[Limited]:
    """Who was refused for asking too often since then, the latest first."""
    columns = partner_limited.c
    rows = await tx.execute(
        select(partner_limited).where(columns.last_at >= since).order_by(columns.last_at.desc(), columns.client_id)
    )
    return [
        Limited(row.client_id, row.partnership, row.agency, Scope(row.scope), row.times, row.last_at) for row in rows
    ]


async def _add_keys(tx: Transaction, client_id: str, keys: Sequence[PublicKey], *, at: datetime) -> None:
    if keys:
        rows = [
            {"client_id": client_id, "thumbprint": key.thumbprint, "jwk": dict(key.jwk), "added_at": at} for key in keys
        ]
        await tx.execute(insert(partner_key).values(rows).on_conflict_do_nothing())


def _partner(row: Row[*tuple[Any, ...]], keys: tuple[PartnerKey, ...]) -> Partner:
    return Partner(_agreement(row), keys, row.registered_at, row.suspended_at, _suspended_for(row))


def _suspended_for(row: Row[*tuple[Any, ...]]) -> SuspensionReason | None:
    return SuspensionReason(row.suspended_for) if row.suspended_for else None


def _agreement(row: Row[*tuple[Any, ...]]) -> Agreement:
    return Agreement(
        client_id=row.client_id,
        partnership=row.partnership,
        agency=row.agency,
        name=row.name,
        source=ContactSource(row.source),
        scopes=tuple(map(Scope, row.scopes)),
        rates=OwnRates(row.referrals_per_minute, row.reads_per_minute),
        jwks_url=row.jwks_url,
    )


def _key(row: Row[*tuple[Any, ...]]) -> PartnerKey:
    return PartnerKey(PublicKey(row.thumbprint, row.jwk), row.added_at, row.until)
