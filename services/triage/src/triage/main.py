"""The composition root: settings become a running service."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI

from chassis import operator
from chassis.auth import Verifier, issuers_verifier
from chassis.clock import Clock, SystemClock
from chassis.db import Database
from chassis.delivery import deliver
from chassis.http import create_app
from chassis.http_client import HttpClient
from chassis.ids import Ids, RandomIds
from chassis.service import Service
from policy.load import load_packs
from triage.api import ROUTERS
from triage.clocks import Watch
from triage.handlers import Desk
from triage.model import SERVICE
from triage.settings import Settings
from triage.subscriptions import subscriptions

VERSION: Final = "1"


def build(
    settings: Settings, *, clock: Clock | None = None, ids: Ids | None = None, verifier: Verifier | None = None
) -> Service:
    """Wire the service; nothing is contacted yet. Raises ``PackInvalid`` when a pack cannot be used."""
    clock, ids = clock or SystemClock(), ids or RandomIds()
    db, http = Database.connect(settings.database_url), HttpClient.connect()
    desk = Desk(db, clock, ids, load_packs(settings.partnerships_folder), settings.public_url)
    delivery = deliver(db, settings, subscriptions(desk), service=SERVICE, clock=clock, ids=ids)

    async def close() -> None:
        await http.close()
        await db.close()

    trusted = verifier or issuers_verifier(settings, http, clock=clock)
    workers = {**delivery.tasks, "clocks": Watch(db, clock).run}
    return Service(_app(desk, trusted, close), workers, delivery.readiness, close)


def _app(desk: Desk, verifier: Verifier, close: Callable[[], Awaitable[None]]) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await close()

    app = create_app(
        title="Frontdoor triage",
        version=VERSION,
        routers=(*ROUTERS, operator.router(lambda: desk.db)),
        verifier=verifier,
        readiness={"database": desk.db.ping},
        lifespan=lifespan,
    )
    app.state.desk = desk
    return app
