"""A service as its processes run it: ``api``, ``worker`` and ``migrate``, the same for every service."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, NoReturn, TypeVar

from fastapi import FastAPI

from chassis import migrate, process, telemetry
from chassis.health import Check, health_app
from chassis.settings import WRONG_SETTING_EXIT_CODE, ServiceSettings, load

S = TypeVar("S", bound=ServiceSettings)


@dataclass(frozen=True)
class Service:
    """The parts that processes run. ``close`` MUST be awaited when they have stopped; what was accepted is written."""

    app: FastAPI
    workers: Mapping[str, process.Task]
    readiness: Mapping[str, Check]
    close: Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Program(Generic[S]):
    """What ``python -m <package>`` runs. ``refusals`` are the exceptions whose text tells an operator what to mend."""

    package: str
    name: str
    settings: type[S]
    build: Callable[[S], Service]
    refusals: tuple[type[Exception], ...] = ()

    def main(self) -> None:
        """Run the command named on the command line, and end the process with its exit code."""
        process.main(self.package, {"api": self.api, "worker": self.worker, "migrate": self.migrate})

    def api(self) -> None:
        """Serve HTTP until told to stop."""
        settings = self._configured()
        process.run_api(self._built(settings).app, host=settings.http_host, port=settings.http_port)

    def worker(self) -> int:
        """Send and read events, and do the service's own work, until told to stop."""
        settings = self._configured()
        service = self._built(settings)
        health = health_app(service.readiness)
        return process.run_worker(
            service.workers, health=health, host=settings.http_host, port=settings.worker_http_port
        )

    def migrate(self) -> None:
        """Bring the database to the newest revision, as its owner; needs neither keys nor packs."""
        telemetry.configure(self.name)
        owner_url = load(ServiceSettings).database_owner_url
        if not owner_url:
            _refuse("FRONTDOOR_DATABASE_OWNER_URL: is not set, and has to be for migrate")
        asyncio.run(migrate.upgrade(owner_url, package=self.package))

    def _configured(self) -> S:
        telemetry.configure(self.name)
        return load(self.settings)

    def _built(self, settings: S) -> Service:
        try:
            return self.build(settings)
        except self.refusals as error:
            _refuse(str(error))


def _refuse(advice: str) -> NoReturn:
    sys.stderr.write(advice + "\n")
    raise SystemExit(WRONG_SETTING_EXIT_CODE)
