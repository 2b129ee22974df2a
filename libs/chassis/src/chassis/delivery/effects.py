"""The effect of one message: its handler inside a span, and the version that is now in effect."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from typing import Final

from sqlalchemy import text

from chassis import telemetry
from chassis.db import Transaction
from chassis.delivery.messages import Handler, Message, Subscriptions

_ADVANCE: Final = text(
    """INSERT INTO applied (aggregate, version)
       SELECT * FROM unnest(CAST(:aggregates AS text[]), CAST(:versions AS integer[]))
       ON CONFLICT (aggregate) DO UPDATE SET version = EXCLUDED.version"""
)


async def handle(
    tx: Transaction, message: Message, subscriptions: Subscriptions, fresh: list[Message], now: datetime
) -> None:
    """Run the handler of one message inside a *process* span that continues the sender's trace."""
    handler = _collect(fresh) if subscriptions.every is not None else subscriptions.handler_of(message.event)
    if handler is None:
        return
    with telemetry.span(
        f"process {message.envelope.type}",
        kind="consumer",
        traceparent=message.envelope.traceparent,
        event_type=message.envelope.type,
        referral_id=str(message.envelope.correlation_id),
    ):
        await handler(tx, message, now)


def _collect(fresh: list[Message]) -> Handler:
    """For a service that takes whole batches: each message is only put with the others."""

    async def collect(_: Transaction, message: Message, __: datetime) -> None:
        fresh.append(message)

    return collect


def savepoint(tx: Transaction, *, wanted: bool) -> AbstractAsyncContextManager[object]:
    """A savepoint, so that a wrong message leaves nothing behind; none on the fast path."""
    return tx.begin_nested() if wanted else nullcontext()


async def advance(tx: Transaction, versions: Mapping[str, int]) -> None:
    """Write which versions are in effect."""
    if versions:
        await tx.execute(_ADVANCE, {"aggregates": list(versions), "versions": list(versions.values())})
