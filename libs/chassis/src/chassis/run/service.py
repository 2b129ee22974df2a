"""A service as its processes run it: ``api``, ``worker`` and ``migrate``, the same for every service."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Generic, TypeVar

from fastapi import FastAPI

from chassis import db_clock, telemetry
from chassis.dependencies import Dependencies
from chassis.run import process
from chassis.run.opening import try_database
from chassis.settings import ServiceSettings, SettingRefused, load, refuse
from chassis.tasks import Task
from chassis.web import operator_routes
from chassis.web.app import create_app
from chassis.web.auth import Admit, Verifier, anybody
from chassis.web.health import Check, Endings, health_app, nothing_ends
from chassis.web.operated import CountFlow, Operated, no_stages
from chassis.web.service_router import ServiceRouter

S = TypeVar("S", bound=ServiceSettings)

API_VERSION: Final = "1"


@dataclass(frozen=True)
class Service:
    """The parts that processes run. ``close`` MUST be awaited when they have stopped; what was accepted is written.

    ``endings``: what the worker warns of, as the app does by itself.
    """

    app: FastAPI
    workers: Mapping[str, Task]
    readiness: Mapping[str, Check]
    close: Callable[[], Awaitable[None]]
    endings: Endings = nothing_ends


@asynccontextmanager
async def _nothing_more() -> AsyncIterator[None]:
    yield


def service_app(
    dependencies: Dependencies,
    settings: ServiceSettings,
    *,
    service: str,
    title: str,
    routers: Sequence[ServiceRouter],
    verifier: Verifier,
    close: Callable[[], Awaitable[None]],
    admit: Admit = anybody,
    may_discard: bool = True,
    flow: CountFlow = no_stages,
    while_serving: Callable[[], AbstractAsyncContextManager[None]] = _nothing_more,
) -> FastAPI:
    """The app that a service's API process serves: its own routes, the operators', and its parts closed at the end.

    Routes find ``dependencies`` in ``app.state``. Ready means that their database answers, and that there are keys of
    the issuer to verify tokens with.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with while_serving():
            yield
        await close()

    app = create_app(
        title=title,
        version=API_VERSION,
        routers=(*routers, operator_routes.ROUTER),
        verifier=verifier,
        readiness={
            "database": partial(db_clock.answers, dependencies.db, dependencies.clock),
            "issuer": verifier.check,
        },
        admit=admit,
        lifespan=lifespan,
    )
    app.state.dependencies = dependencies
    app.state.operated = Operated(dependencies.db, dependencies.clock, settings, service, may_discard, flow)
    return app


@dataclass(frozen=True)
class Program(Generic[S]):
    """What ``python -m <package>`` runs. ``refusals`` are the exceptions whose text says what an operator has to mend.

    ``more`` are commands of the service's own, by name; each is given the settings and returns its exit code.
    """

    package: str
    name: str
    settings: type[S]
    build: Callable[[S], Service]
    refusals: tuple[type[Exception], ...] = ()
    more: Mapping[str, Callable[[S], int]] = field(default_factory=dict)

    def main(self) -> None:
        """Run the command named on the command line, and end the process with its exit code."""
        own = {name: partial(self._run, command) for name, command in self.more.items()}
        process.main(self.package, {"api": self.api, "worker": self.worker, "migrate": self.migrate, **own})

    def api(self) -> None:
        """Serve HTTP until asked to stop."""
        settings = self._configured()
        process.run_api(self._built(settings).app, host=settings.http_host, port=settings.http_port)

    def worker(self) -> int:
        """Send and read events, and do the service's own work, until asked to stop."""
        settings = self._configured()
        service = self._built(settings)
        health = health_app(service.readiness, service.endings)
        return process.run_worker(
            service.workers, health=health, host=settings.http_host, port=settings.worker_http_port
        )

    def migrate(self) -> None:
        """Bring the database to the newest revision, as its owner."""
        from chassis.run import migrate  # its library is large, and no other command needs it

        migrate.run(self.package, name=self.name)

    def _run(self, command: Callable[[S], int]) -> int:
        return command(self._configured())

    def _configured(self) -> S:
        telemetry.configure(self.name)
        return load(self.settings)

    def _built(self, settings: S) -> Service:
        refusals: tuple[type[Exception], ...] = (SettingRefused, *self.refusals)
        try:
            service = self.build(settings)
            try_database(settings.database_url)
        except refusals as error:
            refuse(str(error))
        return service
