"""Starts the programs that are measured, each as a process of its own, and ends exactly those."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 15.0
_ASK_AGAIN_SECONDS: Final = 0.05


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def running(
    arguments: Sequence[str], environment: Mapping[str, str], *, log: Path, port: int
) -> AsyncIterator[subprocess.Popen[bytes]]:
    """``python <arguments>`` for as long as the block lasts, from the moment something listens on ``port``."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments], env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        await _listening(process, port, log)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    async with asyncio.timeout(START_SECONDS):
        while process.poll() is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(_ASK_AGAIN_SECONDS)
                continue
            writer.close()
            return
    raise RuntimeError(f"a measured program ended before it served:\n{log.read_text()[-2000:]}")
