"""The composition root: settings become a running service."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI

from audit.api import ROUTERS
from audit.api.desk import Desk
from audit.model import SERVICE
from audit.sequencer import Sequencer
from audit.settings import Settings
from audit.subscriptions import SUBSCRIPTIONS
from chassis import operator
from chassis.auth import Verifier, issuers_verifier
from chassis.clock import Clock, SystemClock
from chassis.db import Database
from chassis.delivery import deliver
from chassis.http import create_app
from chassis.http_client import HttpClient
from chassis.ids import Ids, RandomIds
from chassis.service import Service

VERSION: Final = "1"


def build(
    settings: Settings, *, clock: Clock | None = None, ids: Ids | None = None, verifier: Verifier | None = None
) -> Service:
    """Wire the service; nothing is contacted yet."""
    clock, ids = clock or SystemClock(), ids or RandomIds()
    db, http, signer = Database.connect(settings.database_url), HttpClient.connect(), settings.signer()
    delivery = deliver(db, settings, SUBSCRIPTIONS, service=SERVICE, clock=clock, ids=ids)
    sequencer = Sequencer(db, signer, clock)

    async def close() -> None:
        await http.close()
        await db.close()

    trusted = verifier or issuers_verifier(settings, http, clock=clock)
    return Service(
        app=_app(Desk(db, signer.verifier_key, clock), trusted, close),
        workers={**delivery.tasks, "sequencer": sequencer.run},
        readiness={**delivery.readiness, "sequencer": sequencer.check},
        close=close,
    )


def _app(desk: Desk, verifier: Verifier, close: Callable[[], Awaitable[None]]) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await close()

    app = create_app(
        title="Frontdoor audit",
        version=VERSION,
        routers=(*ROUTERS, operator.router(lambda: desk.db, may_discard=False)),
        verifier=verifier,
        readiness={"database": desk.db.ping},
        lifespan=lifespan,
    )
    app.state.desk = desk
    return app
