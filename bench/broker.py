"""The broker of a measurement: the one that ``KAFKA_BOOTSTRAP_SERVERS`` names, or one of our own."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from local_stack.kafka import Kafka, KafkaPorts
from local_stack.ports import Ports
from local_stack.waiting import until

_START_SECONDS: Final = 60


@asynccontextmanager
async def broker(folder: Path) -> AsyncIterator[str]:
    """The address of a Kafka that answers, for as long as the block lasts."""
    named = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if named:
        yield named
        return
    ports = Ports()
    kafka = Kafka(folder, KafkaPorts.taken_from(ports))
    try:
        await asyncio.to_thread(_start, kafka)
        yield kafka.address
    finally:
        await asyncio.to_thread(kafka.stop)
        ports.release()


def _start(kafka: Kafka) -> None:
    kafka.start()
    until("Kafka", kafka.ready, timeout_seconds=_START_SECONDS, still_possible=kafka.alive)
