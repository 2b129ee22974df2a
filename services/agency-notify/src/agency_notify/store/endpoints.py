"""SQL of endpoints."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, case, null, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from agency_notify import tables
from agency_notify.model import Endpoint, Secret, Signing
from chassis.db import Transaction
from contracts.codes import Channel

SECRET_OVERLAP: Final = timedelta(hours=24)
"""How long a replaced secret still signs beside the new one."""


@dataclass(frozen=True)
class Change:
    """Who changes an endpoint, and when."""

    by: str
    at: datetime


@dataclass(frozen=True)
class Whose:
    """Whom an endpoint reaches: an agency, or the people of one role of it."""

    partnership: str
    agency: str
    role: str | None = None


async def find_all(tx: Transaction, agencies: Collection[tuple[str, str]]) -> Sequence[Endpoint]:
    """The endpoints through which these agencies (partnership, code) and their roles can be pushed to now."""
    endpoint = tables.endpoint.c
    statement = (
        select(tables.endpoint)
        .where(tuple_(endpoint.partnership, endpoint.agency).in_(sorted(agencies)), endpoint.disabled_at.is_(None))
        .order_by(endpoint.endpoint_id)
    )
    return [endpoint_of(row) for row in await tx.execute(statement)]


async def find_endpoints(tx: Transaction, whose: Whose) -> Sequence[Endpoint]:
    """The endpoints through which an agency itself, or one role of it, can be pushed to now."""
    found = await find_all(tx, [(whose.partnership, whose.agency)])
    return [endpoint for endpoint in found if endpoint.role == whose.role]


async def list_endpoints(tx: Transaction) -> Sequence[Endpoint]:
    """Every endpoint, disabled ones too."""
    endpoint = tables.endpoint.c
    statement = select(tables.endpoint).order_by(
        endpoint.partnership, endpoint.agency, endpoint.role.nulls_first(), endpoint.channel
    )
    return [endpoint_of(row) for row in await tx.execute(statement)]


async def record_endpoint(tx: Transaction, endpoint: Endpoint, *, change: Change) -> None:
    """Set an endpoint and enable it. A secret that is replaced signs beside the new one for ``SECRET_OVERLAP``."""
    values = {
        "endpoint_id": endpoint.endpoint_id,
        "partnership": endpoint.partnership,
        "agency": endpoint.agency,
        "role": endpoint.role,
        "channel": endpoint.channel,
        "address": endpoint.address,
        "signing": endpoint.signing,
        "secret": endpoint.secret.current if endpoint.secret else None,
        "changed_at": change.at,
        "changed_by": change.by,
    }
    known, new = tables.endpoint.c, upsert(tables.endpoint).values(values)
    replaced = known.secret.is_not(None) & (known.secret != new.excluded.secret)
    kept = {name: new.excluded[name] for name in ("address", "signing", "secret", "changed_at", "changed_by")}
    await tx.execute(
        new.on_conflict_do_update(
            constraint="endpoint_once",
            set_=kept
            | {
                "previous_secret": case((replaced, known.secret), else_=known.previous_secret),
                "previous_until": case((replaced, change.at + SECRET_OVERLAP), else_=known.previous_until),
                "disabled_at": null(),
                "disabled_reason": null(),
                "failures": 0,
                "not_before": null(),
            },
        )
    )


async def disable_others(tx: Transaction, whose: Whose, *, keep: Collection[Channel], change: Change) -> None:
    """Disable the endpoints of an agency itself, or of one role of it, on every channel that is not kept."""
    endpoint = tables.endpoint.c
    await tx.execute(
        update(tables.endpoint)
        .where(endpoint.partnership == whose.partnership, endpoint.agency == whose.agency)
        .where(endpoint.role.is_not_distinct_from(whose.role), endpoint.disabled_at.is_(None))
        .where(endpoint.channel.not_in([str(channel) for channel in keep]))
        .values(disabled_at=change.at, disabled_reason="removed", changed_at=change.at, changed_by=change.by)
    )


async def record_gone(tx: Transaction, endpoint_id: UUID, *, now: datetime) -> None:
    """The receiver said that the address is gone: nothing more is sent there until an operator sets it again."""
    endpoint = tables.endpoint.c
    await tx.execute(
        update(tables.endpoint)
        .where(endpoint.endpoint_id == endpoint_id, endpoint.disabled_at.is_(None))
        .values(disabled_at=now, disabled_reason="gone")
    )


async def record_health(
    tx: Transaction, endpoint_id: UUID, *, healthy: bool, not_before: datetime | None = None
) -> None:
    """Count failures in a row, and hold everything back when the receiver asked us to wait.

    A healthy endpoint's row is left alone, so that its deliveries do not queue for it.
    """
    endpoint = tables.endpoint.c
    if healthy:
        reset = update(tables.endpoint).where(endpoint.endpoint_id == endpoint_id, endpoint.failures > 0)
        await tx.execute(reset.values(failures=0, not_before=None))
        return
    changes: dict[str, Any] = {"failures": endpoint.failures + 1}
    if not_before is not None:
        changes["not_before"] = not_before
    await tx.execute(update(tables.endpoint).where(endpoint.endpoint_id == endpoint_id).values(changes))


def endpoint_of(row: Row[Any]) -> Endpoint:
    """An endpoint from a row that has every column of it."""
    secret = Secret(row.secret, row.previous_secret, row.previous_until) if row.secret else None
    return Endpoint(
        endpoint_id=row.endpoint_id,
        partnership=row.partnership,
        agency=row.agency,
        channel=Channel(row.channel),
        address=row.address,
        signing=Signing(row.signing) if row.signing else None,
        secret=secret,
        disabled_at=row.disabled_at,
        disabled_reason=row.disabled_reason,
        role=row.role,
    )
