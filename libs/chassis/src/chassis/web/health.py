"""Health: alive means that the loop turns, ready means that every named check passes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fastapi import APIRouter, FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.responses import JSONResponse, Response

from chassis import telemetry
from chassis.web import problems

CHECK_SECONDS: Final = 2.0
PATHS: Final = frozenset({"/health/live", "/health/ready", "/metrics"})

Check = Callable[[], Awaitable[None]]
"""Raises when its part is not ready. Taking longer than ``CHECK_SECONDS`` is failing too."""

log = telemetry.logger(__name__)


class Health:
    """The checks of one process, and whether it is on its way out."""

    def __init__(self, readiness: Mapping[str, Check]) -> None:
        self._readiness = dict(readiness)
        self.draining = False

    async def failing(self) -> list[str]:
        """The names of what does not work; empty means ready."""
        if self.draining:
            return ["draining"]
        passed = await asyncio.gather(*(_passes(name, check) for name, check in self._readiness.items()))
        return [name for name, good in zip(self._readiness, passed, strict=True) if not good]

    def router(self) -> APIRouter:
        """``/health/live``, ``/health/ready`` with the names of what fails, and ``/metrics``."""
        router = APIRouter(include_in_schema=False)

        @router.get("/health/live")
        async def live() -> dict[str, str]:
            return {"status": "live"}

        @router.get("/health/ready")
        async def ready() -> JSONResponse:
            failing = await self.failing()
            body = {"status": "not ready" if failing else "ready", "failing": failing}
            return JSONResponse(body, status_code=503 if failing else 200)

        @router.get("/metrics")
        async def metrics() -> Response:
            return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

        return router


def health_app(readiness: Mapping[str, Check]) -> FastAPI:
    """The small app of a worker: health and metrics only."""
    app = FastAPI(title="health", docs_url=None, redoc_url=None, openapi_url=None, telemetry=telemetry.NOT_FASTAPIS)
    app.state.health = Health(readiness)
    problems.install(app)
    app.include_router(app.state.health.router())
    return app


async def _passes(name: str, check: Check) -> bool:
    try:
        await asyncio.wait_for(_run(check), CHECK_SECONDS)
    except Exception as error:
        log.warning("health check failed", check=name, error=type(error).__name__)
        return False
    return True


async def _run(check: Check) -> None:
    await check()
