"""The effect of one message: its handler inside a span, kept from hanging and from ending the process."""

import asyncio
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from typing import Final

from chassis import telemetry
from chassis.db import Transaction
from chassis.delivery.failures import HandlerLeft
from chassis.delivery.messages import Message, Subscriptions, parsed

HANDLER_SECONDS: Final = 12.0
"""A handler uses nothing but the database, so one that takes longer hangs; the database would end its session soon."""


async def handle(
    tx: Transaction, message: Message, subscriptions: Subscriptions, fresh: list[Message], now: datetime
) -> None:
    """Run the handler of one message, if it has one, inside a *process* span that continues the sender's trace.

    Its value is read only here: what nobody handles cannot be wrong for anyone.
    """
    expected = subscriptions.event_of(message.envelope.type)
    if subscriptions.every is None and expected is None:
        return
    with telemetry.span(
        f"process {message.envelope.type}",
        kind="consumer",
        traceparent=message.envelope.traceparent,
        event_type=message.envelope.type,
        referral_id=str(message.envelope.correlation_id),
    ):
        if expected is None or subscriptions.every is not None:
            fresh.append(message)
        else:
            await _within_bounds(subscriptions.handlers[expected](tx, parsed(message, expected), now))


async def flush(tx: Transaction, subscriptions: Subscriptions, fresh: list[Message], now: datetime) -> None:
    """Hand the messages that ``handle`` collected to the batch handler, and forget them."""
    if subscriptions.every is None or not fresh:
        return
    messages = list(fresh)
    fresh.clear()
    await _within_bounds(subscriptions.every(tx, messages, now))


async def _within_bounds(work: Awaitable[None]) -> None:
    """Wait for a handler. Raises ``TimeoutError`` when it hangs, and ``HandlerLeft`` for what would end the process."""
    try:
        async with asyncio.timeout(HANDLER_SECONDS):
            await work
    except SystemExit as error:
        raise HandlerLeft from error
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        raise HandlerLeft from error


def savepoint(tx: Transaction, *, wanted: bool) -> AbstractAsyncContextManager[object]:
    """A savepoint, so that a message that fails leaves nothing behind; none on the fast path."""
    return tx.begin_nested() if wanted else nullcontext()
