"""Parts and processes of the stack that go away for a while, and come back as they would by themselves."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from local_stack.stack import Stack
from tests.e2e.conftest import steady


@asynccontextmanager
async def doomed(stack: Stack, name: str) -> AsyncIterator[None]:
    """A process that does nothing any more, and is killed at the end; its supervisor starts it again."""
    pid = stack.supervisor.pid(name)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        await steady(stack)


@asynccontextmanager
async def away(stack: Stack, name: str) -> AsyncIterator[None]:
    """A part that has ended; afterwards it runs again on the same data, and everything is steady."""
    part = stack.parts[name]
    await asyncio.to_thread(part.stop)
    try:
        yield
    finally:
        await asyncio.to_thread(part.start)
        await steady(stack)


@asynccontextmanager
async def killed(stack: Stack, name: str) -> AsyncIterator[None]:
    """A process that is killed at the beginning, and takes until the end to be started again."""
    supervisor = stack.supervisor
    command = supervisor.command(name)
    os.kill(supervisor.pid(name), signal.SIGKILL)
    await asyncio.to_thread(supervisor.end, name)
    try:
        yield
    finally:
        supervisor.start({name: command})
        await steady(stack)
