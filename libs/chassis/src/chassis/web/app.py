"""The app of every service: routes, problems, middleware in one visible order, health and metrics."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.middleware import Middleware

from chassis import telemetry
from chassis.web import description, problems
from chassis.web.auth import Admit, Verifier, anybody
from chassis.web.description import problem_responses
from chassis.web.direct import Direct, Shortcut
from chassis.web.head import Head
from chassis.web.health import Check, Health, health_app
from chassis.web.middleware import AnswerHeaders, Body, Faults, Observe
from chassis.web.room import Room
from chassis.web.routes import Descriptions
from chassis.web.service_router import ServiceRouter

__all__ = ["Check", "create_app", "health_app", "problem_responses"]

MAX_BODY_BYTES: Final = 1_048_576

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(
    *,
    title: str,
    version: str,
    routers: Sequence[ServiceRouter],
    verifier: Verifier,
    readiness: Mapping[str, Check],
    admit: Admit = anybody,
    max_body_bytes: int = MAX_BODY_BYTES,
    lifespan: Lifespan | None = None,
) -> FastAPI:
    """An app that answers every failure with a problem. ``readiness`` names what must work to serve.

    ``admit`` refuses some who are proven on every route that needs a token.
    """
    app = FastAPI(
        title=title,
        version=version,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # a redirect would leave out what the middleware promises of every answer
        telemetry=telemetry.NOT_FASTAPIS,
        middleware=_middleware(max_body_bytes),
    )
    shortcuts = [route for router in routers for route in router.routes if isinstance(route, Direct)]
    if shortcuts:
        app.user_middleware.append(Middleware(Shortcut, routes=shortcuts))
    app.state.verifier = verifier
    app.state.admit = admit
    app.state.health = Health(readiness)
    app.state.room = Room()
    app.state.descriptions = Descriptions(app)
    problems.install(app)
    for router in routers:
        app.router.routes.extend(router.routes)
    app.include_router(app.state.health.router())
    app.openapi = _describe(app)  # type: ignore[method-assign]
    return app


def _middleware(max_body_bytes: int) -> list[Middleware]:
    """In the order a request meets them. ``Faults`` stands inside what sets headers, so that a 500 has them too."""
    return [
        Middleware(AnswerHeaders),
        Middleware(Observe),
        Middleware(Head),
        Middleware(Faults),
        Middleware(Body, max_bytes=max_body_bytes),
    ]


def _describe(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """The OpenAPI document, made once."""
    made: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not made:
            made.update(get_openapi(title=app.title, version=app.version, routes=app.routes))
            description.complete(made)
        return made

    return openapi
