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

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

ROOT: Final = Path(__file__).resolve().parents[1]
START_SECONDS: Final = 240.0  # a bound for machines that are busy with other things; 3 is usual
_STOP_SECONDS: Final = 15.0
_ASK_AGAIN_SECONDS: Final = 0.05


def free_port() -> int:
    """A port of 127.0.0.1 that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def running(
    arguments: Sequence[str], environment: Mapping[str, str], *, log: Path, port: int, processor: int | None = None
) -> AsyncIterator[subprocess.Popen[bytes]]:
    """``python <arguments>`` for as long as the block lasts, from the moment something listens on ``port``.

    With ``port`` 0 nothing is waited for. With ``processor`` the program runs on that one alone.
    """
    process = _start(arguments, environment, log)
    try:
        if processor is not None:
            os.sched_setaffinity(process.pid, {processor})
        if port:
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
    raise RuntimeError(f"a measured program ended before it served:\n{_end_of(log)}")


def _end_of(log: Path) -> str:
    return log.read_text()[-2000:]


def _start(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, *arguments], env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT
        )


def signing_key(folder: Path) -> Path:
    """A PEM file with an Ed25519 key for this measurement alone; made once for each folder."""
    path = folder / "signing-key.pem"
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path
