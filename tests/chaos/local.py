"""The local stack as the nemesis sees it."""

import asyncio
import os
import signal
from contextlib import suppress

import httpx2
import psutil

from chassis.http_client import authorities
from local_stack.kafka import Kafka
from local_stack.postgres import Postgres
from local_stack.services import health
from local_stack.stack import Stack
from tests.chaos.nemesis import PARTS, Fault

READY_SECONDS = 5.0


class LocalStack:
    """Hurts processes by id. Services are started again by their supervisor, parts by us, as an operator would."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack

    async def hurt(self, fault: Fault) -> None:
        """Kill, or pause and wake."""
        if fault.pause_seconds is not None:
            pid = self._pid(fault.target)
            _send(pid, signal.SIGSTOP)
            await asyncio.sleep(fault.pause_seconds)
            _send(pid, signal.SIGCONT)
        elif fault.target in PARTS:
            await asyncio.to_thread(self._kill_part, fault.target)
        else:
            _send(self._pid(fault.target), signal.SIGKILL)

    async def steady(self) -> bool:
        """Every part answers and every process says it is ready."""
        parts = await asyncio.gather(*(asyncio.to_thread(self.stack.parts[name].ready) for name in PARTS))
        if not all(parts):
            return False
        urls = [url for _, url in health(self.stack.services)]
        urls += [self.stack.web_client.health] if self.stack.web_client else []
        async with httpx2.AsyncClient(timeout=READY_SECONDS, trust_env=False, verify=authorities()) as http:
            answers = await asyncio.gather(*(_is_ready(http, url) for url in urls))
        return all(answers)

    def _pid(self, target: str) -> int:
        if target in PARTS:
            return self._part(target).child.pid
        return self.stack.supervisor.pid(target)

    def _part(self, name: str) -> Kafka | Postgres:
        part = self.stack.parts[name]
        if not isinstance(part, Kafka | Postgres):
            raise TypeError(f"{name} is not ours to kill")
        return part

    def _kill_part(self, name: str) -> None:
        """Kill a part with all its processes at once, as a power cut does, and start it again on the same data."""
        part = self._part(name)
        process = psutil.Process(part.child.pid)
        doomed = [process, *process.children(recursive=True)]
        for each in doomed:
            with suppress(psutil.NoSuchProcess):  # a backend ends with its client, and clients are killed meanwhile
                each.kill()
        psutil.wait_procs(doomed, timeout=10)
        part.start()


def _send(pid: int, number: signal.Signals) -> None:
    """A process that has ended by itself meanwhile is hurt enough."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


async def _is_ready(http: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).status_code == httpx2.codes.OK
    except httpx2.HTTPError:
        return False
