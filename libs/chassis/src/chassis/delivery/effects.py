"""The effect of messages: their handlers inside spans, kept from hanging and from ending the process."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from chassis import telemetry
from chassis.db import Transaction
from chassis.delivery.failures import HandlerLeft
from chassis.delivery.messages import Batched, Handler, Message, Subscriptions, parsed
from chassis.delivery.rounds import Rounds
from chassis.telemetry.together import Work, spans

HANDLER_SECONDS: Final = 12.0
"""A handler uses nothing but the database, so one that takes longer hangs; the database would end its session soon."""


async def handle(tx: Transaction, message: Message, subscriptions: Subscriptions, now: datetime) -> None:
    """Let one message take effect alone. Its value is read only here: what nobody handles cannot be wrong for anyone.

    Raises ``Invalid`` when its value is not what its type says, and whatever its handler raises.
    """
    alone = Rounds()
    collect(message, subscriptions, alone)
    await handle_all(tx, alone, now)


def collect(message: Message, subscriptions: Subscriptions, rounds: Rounds) -> None:
    """Place a message for its handler, if it has one. Raises ``Invalid`` when its value is not what its type says."""
    if subscriptions.everything is not None:
        rounds.add_in_order(subscriptions.everything, message)
        return
    expected = subscriptions.event_of(message.envelope.type)
    if expected is not None:
        rounds.add(subscriptions.handlers[expected], parsed(message, expected))


async def handle_all(tx: Transaction, rounds: Rounds, now: datetime) -> None:
    """Run the handlers of all that was collected."""
    for handler, messages in rounds.groups():
        await _handle_group(tx, handler, messages, now)


async def _handle_group(tx: Transaction, handler: Handler, messages: Sequence[Message], now: datetime) -> None:
    """Each message has a *process* span that continues its sender's trace."""
    if isinstance(handler, Batched):
        with spans([_work(message) for message in messages], kind="consumer") as traces:
            traced = [replace(one, traceparent=trace) for one, trace in zip(messages, traces, strict=True)]
            await _within_bounds(handler.handle(tx, traced, now))
        return
    for message in messages:
        work = _work(message)
        with telemetry.span(work.name, kind="consumer", traceparent=work.traceparent, **work.attributes):
            await _within_bounds(handler(tx, message, now))


def _work(message: Message) -> Work:
    envelope = message.envelope
    attributes = {"event_type": envelope.type, "referral_id": str(envelope.correlation_id)}
    return Work(f"process {envelope.type}", envelope.traceparent, attributes)


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
