"""The composition root: settings become the running client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.responses import Response

from chassis import db_clock, telemetry
from chassis.clock import Clock, SystemClock
from chassis.db import Database
from chassis.http_client import HttpClient
from chassis.ids import RandomIds
from chassis.web.health import Health
from chassis.web.middleware import Observe
from policy.load import load_packs
from triage_ui.drafts.store import DraftStore
from triage_ui.pages.all_pages import ROUTERS
from triage_ui.session import pages as session_pages
from triage_ui.session.issuer import Issuer
from triage_ui.session.model import Lifetimes
from triage_ui.session.sealing import Sealer
from triage_ui.session.sessions import Sessions
from triage_ui.session.store import SessionStore
from triage_ui.settings import Settings
from triage_ui.shell import errors
from triage_ui.shell.assets import Assets
from triage_ui.shell.headers import PageHeaders, SafeAddress
from triage_ui.shell.rendering import Pages
from triage_ui.shell.visitor import Dependencies

SERVICE = "triage-ui"


def build(
    settings: Settings, *, db: Database | None = None, clock: Clock | None = None, http: HttpClient | None = None
) -> FastAPI:
    """Wire the client; nothing is contacted yet.

    Raises ``PackInvalid``, ``OSError`` and ``ValueError`` that say which pack, file or key cannot be used.
    """
    clock, http = clock or SystemClock(), http or HttpClient.connect()
    sealer, db = Sealer.of(settings.sealing_key_file), db or Database.connect(settings.database_url)
    issuer = _issuer(settings, http, clock)
    dependencies = Dependencies(
        db=db,
        clock=clock,
        http=http,
        sessions=Sessions(db, SessionStore(sealer), issuer, _lifetimes(settings), clock),
        drafts=DraftStore(sealer, RandomIds()),
        packs=load_packs(settings.partnerships_folder),
        service_urls=dict(settings.service_urls),
    )
    return _app(settings, dependencies, issuer)


def _lifetimes(settings: Settings) -> Lifetimes:
    return Lifetimes(timedelta(minutes=settings.idle_minutes), timedelta(hours=settings.absolute_hours))


def _issuer(settings: Settings, http: HttpClient, clock: Clock) -> Issuer:
    return Issuer(
        http,
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        client_id=settings.client_id,
        key_file=settings.client_key_file,
        home=settings.public_url,
        clock=clock,
    )


def _app(settings: Settings, dependencies: Dependencies, issuer: Issuer) -> FastAPI:
    assets = Assets(settings.assets_folder)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await dependencies.http.close()
        await dependencies.db.close()

    app = FastAPI(
        title="Frontdoor",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        default_response_class=Response,
        telemetry=telemetry.NOT_FASTAPIS,
        middleware=[
            Middleware(PageHeaders, form_targets=(issuer.origin,)),
            Middleware(Observe),
            Middleware(SafeAddress),
            Middleware(errors.Faults),
        ],
    )
    app.state.dependencies = dependencies
    app.state.pages = Pages(assets)
    app.state.origin = _origin(settings.public_url)
    app.state.health = Health(
        {"database": partial(db_clock.answers, dependencies.db, dependencies.clock), "issuer": issuer.check}
    )
    errors.install(app)
    for router in (app.state.health.router(), assets.router(), session_pages.router, *ROUTERS):
        app.include_router(router)
    return app


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
