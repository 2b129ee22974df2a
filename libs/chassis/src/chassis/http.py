"""The app of every service: routes, problems, middleware in one visible order, health and metrics."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from chassis import problems
from chassis.auth import Verifier
from chassis.middleware import LimitBody, Observe, SafeHeaders

MAX_BODY_BYTES: Final = 1_048_576

Check = Callable[[], Awaitable[None]]
"""Raises when its part is not ready."""

_PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a route declares for the problems it may answer with."""
    content = {problems.MEDIA_TYPE: {"schema": _PROBLEM_SCHEMA}}
    return {status: {"description": "A problem", "content": content} for status in statuses}


def create_app(
    *,
    title: str,
    version: str,
    routers: Sequence[APIRouter],
    verifier: Verifier,
    readiness: Mapping[str, Check],
    max_body_bytes: int = MAX_BODY_BYTES,
    lifespan: Any = None,
) -> FastAPI:
    """An app that answers every failure with a problem. ``readiness`` names what must work to serve."""
    app = FastAPI(
        title=title,
        version=version,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses=problem_responses(401, 403, 404, 422, 503),
    )
    app.state.verifier = verifier
    problems.install(app)
    # Outermost first: nothing is answered without a span and safe headers, nothing is read past the limit.
    for middleware, options in reversed(((Observe, {}), (SafeHeaders, {}), (LimitBody, {"max_bytes": max_body_bytes}))):
        app.add_middleware(middleware, **options)
    for router in (*routers, health_router(readiness)):
        app.include_router(router)
    return app


def health_app(readiness: Mapping[str, Check]) -> FastAPI:
    """The small app of a worker: health and metrics only."""
    app = FastAPI(title="health", docs_url=None, redoc_url=None, openapi_url=None)
    problems.install(app)
    app.include_router(health_router(readiness))
    return app


def health_router(readiness: Mapping[str, Check]) -> APIRouter:
    """``/health/live`` says the loop turns, ``/health/ready`` that every named part works, ``/metrics`` the rest."""
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/health/ready")
    async def ready() -> JSONResponse:
        failing = [name for name, check in readiness.items() if not await _passes(check)]
        body = {"status": "not ready" if failing else "ready", "failing": failing}
        return JSONResponse(body, status_code=503 if failing else 200)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


async def _passes(check: Check) -> bool:
    try:
        await check()
    except Exception:  # whatever it was, the answer is "not ready"; the part that failed logs why
        return False
    return True
