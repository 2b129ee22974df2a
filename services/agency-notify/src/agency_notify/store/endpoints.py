"""SQL of endpoints."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, null, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from agency_notify import tables
from agency_notify.model import Endpoint, Sealed, Secret, Signing
from chassis.db import Transaction
from contracts.codes import Channel

_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('endpoints/' || :whose, 0))")

_HEALTH: Final = text(
    """
    WITH said AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:reset AS boolean[]), CAST(:failures AS integer[]),
                             CAST(:not_before AS timestamptz[]), CAST(:gone AS boolean[]))
            AS n(endpoint_id, reset, failures, not_before, gone)
    ), changed AS (
        SELECT e.endpoint_id, s.reset, s.failures, s.not_before, s.gone FROM endpoint e JOIN said s USING (endpoint_id)
        WHERE e.failures > 0 AND s.reset OR s.failures > 0 OR s.gone
        ORDER BY e.endpoint_id FOR UPDATE OF e
    )
    UPDATE endpoint e
    SET failures = CASE WHEN c.reset THEN 0 ELSE e.failures END + c.failures,
        failing_since = CASE WHEN c.failures > 0 OR c.gone
                             THEN coalesce(CASE WHEN c.reset THEN NULL ELSE e.failing_since END, :now)
                             WHEN c.reset THEN NULL ELSE e.failing_since END,
        not_before = coalesce(c.not_before, CASE WHEN c.reset THEN NULL ELSE e.not_before END),
        disabled_at = CASE WHEN c.gone THEN coalesce(e.disabled_at, :now) ELSE e.disabled_at END,
        disabled_reason = CASE WHEN c.gone AND e.disabled_at IS NULL THEN 'gone' ELSE e.disabled_reason END
    FROM changed c WHERE e.endpoint_id = c.endpoint_id
    """
)


@dataclass(frozen=True)
class Health:
    """What attempts at one endpoint, in the order in which they ended, say of it.

    ``failures`` are those since the last that was taken (``succeeded``); ``not_before``: the receiver asked us to wait;
    ``gone``: it said that nothing more is to be sent there, until an operator sets the address again.
    """

    succeeded: bool = False
    failures: int = 0
    not_before: datetime | None = None
    gone: bool = False


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


async def lock_endpoints(tx: Transaction, whose: Whose) -> Sequence[Endpoint]:
    """The endpoints of an agency itself, or of one role of it, disabled ones too, set by nobody else until this
    transaction ends.

    Interleaving prevented: two operators set a channel for the first time at once. Each seals the secret for the id
    that it minted, one row stays, and the secret in it does not open. A lock of rows that are not there yet is none.
    """
    await tx.execute(_LOCK, {"whose": f"{whose.partnership}/{whose.agency}/{whose.role or ''}"})
    endpoint = tables.endpoint.c
    statement = (
        select(tables.endpoint)
        .where(endpoint.partnership == whose.partnership, endpoint.agency == whose.agency)
        .where(endpoint.role.is_not_distinct_from(whose.role))
    )
    return [endpoint_of(row) for row in await tx.execute(statement.with_for_update())]


async def record_endpoint(tx: Transaction, endpoint: Endpoint, *, change: Change) -> None:
    """Set an endpoint as it is described, with the secrets that it is described with, and enable it."""
    changes: dict[str, Any] = {
        "address": endpoint.address,
        "signing": endpoint.signing,
        **_secret_columns(endpoint.secret),
        "changed_at": change.at,
        "changed_by": change.by,
    }
    named = ("endpoint_id", "partnership", "agency", "role", "channel")
    values = {name: getattr(endpoint, name) for name in named}
    working = {"failures": 0, "failing_since": null(), "not_before": null()}
    enabled = {"disabled_at": null(), "disabled_reason": null(), **working}
    await tx.execute(
        upsert(tables.endpoint)
        .values(values | changes)
        .on_conflict_do_update(constraint="endpoint_once", set_=changes | enabled)
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


async def record_health(tx: Transaction, health: Mapping[UUID, Health], *, now: datetime) -> None:
    """Count failures in a row since the first of them, hold everything back where the receiver asked us to wait, and
    disable what is gone.

    A healthy endpoint's row is left alone, so that its deliveries do not queue for it. Rows are locked in the order of
    ids, as everybody does who locks several.
    """
    columns = {
        "ids": list(health),
        "reset": [each.succeeded for each in health.values()],
        "failures": [each.failures for each in health.values()],
        "not_before": [each.not_before for each in health.values()],
        "gone": [each.gone for each in health.values()],
    }
    await tx.execute(_HEALTH, columns | {"now": now})


def endpoint_of(row: Row[Any]) -> Endpoint:
    """An endpoint from a row that has every column of it. A secret that is not sealed yet is as good as none."""
    return Endpoint(
        endpoint_id=row.endpoint_id,
        partnership=row.partnership,
        agency=row.agency,
        channel=Channel(row.channel),
        address=row.address,
        signing=Signing(row.signing) if row.signing else None,
        secret=_secret_of(row),
        disabled_at=row.disabled_at,
        disabled_reason=row.disabled_reason,
        role=row.role,
    )


def _secret_of(row: Row[Any]) -> Secret | None:
    if row.sealed_secret is None:
        return None
    previous = Sealed(row.previous_key_id, row.sealed_previous) if row.sealed_previous is not None else None
    return Secret(Sealed(row.secret_key_id, row.sealed_secret), previous, row.previous_until)


def _secret_columns(secret: Secret | None) -> dict[str, Any]:
    """Every column that has to do with secrets; what was there in plain text goes."""
    current, previous = (secret.current, secret.previous) if secret is not None else (None, None)
    return {
        "secret": None,
        "previous_secret": None,
        "sealed_secret": current.text if current is not None else None,
        "secret_key_id": current.key_id if current is not None else None,
        "sealed_previous": previous.text if previous is not None else None,
        "previous_key_id": previous.key_id if previous is not None else None,
        "previous_until": secret.previous_until if secret is not None else None,
    }
