"""Health: alive means that the loop turns, ready means that every named check passes.

What works today and ends soon is a warning beside that: it is seen early, and nothing turns red early.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol

from fastapi import APIRouter, FastAPI, Request
from prometheus_client import REGISTRY, Gauge
from prometheus_client.exposition import choose_encoder
from starlette.responses import JSONResponse, Response

from chassis import telemetry
from chassis.web import problems

CHECK_SECONDS: Final = 2.0
WARN_DAYS: Final = 31
"""So many days before something ends it is a warning."""
PATHS: Final = frozenset({"/health/live", "/health/ready", "/metrics"})

Check = Callable[[], Awaitable[None]]
"""Raises when its part is not ready. Taking longer than ``CHECK_SECONDS`` is failing too."""


class Lasting(Protocol):
    """Something that the process stands on until somebody has to renew it."""

    @property
    def name(self) -> str:
        """A code, for the gauge and the log."""

    @property
    def days_left(self) -> float:
        """Whole days that it lasts yet: infinite without an end, 0 on the last day, negative when it is over."""

    @property
    def advice(self) -> str:
        """What ends, when, and what to do."""


Endings = Callable[[], Sequence[Lasting]]

log = telemetry.logger(__name__)
ready_gauge = Gauge("frontdoor_ready", "1 while this works that the process needs to be ready", ["check"])
days_left = Gauge("frontdoor_days_left", "Days that something lasts yet; negative when it is over", ["of"])


def nothing_ends() -> Sequence[Lasting]:
    """For services that stand on nothing that ends."""
    return ()


class Health:
    """The checks of one process, what it warns of, and whether it is on its way out."""

    def __init__(self, readiness: Mapping[str, Check], endings: Endings = nothing_ends) -> None:
        self._readiness = dict(readiness)
        self._endings = endings
        self._logged: dict[str, float] = {}
        self.draining = False

    def require(self, name: str, check: Check) -> None:
        """From now on this must work, too."""
        self._readiness[name] = check

    def watch(self, endings: Endings) -> None:
        """From now on warn of these; what ends soon already is logged at once."""
        self._endings = endings
        self.warnings()

    async def failing(self) -> list[str]:
        """The names of what does not work; empty means ready."""
        if self.draining:
            return ["draining"]
        passed = await asyncio.gather(*(_passes(name, check) for name, check in self._readiness.items()))
        for name, good in zip(self._readiness, passed, strict=True):
            ready_gauge.labels(name).set(good)
        return [name for name, good in zip(self._readiness, passed, strict=True) if not good]

    def warnings(self) -> list[str]:
        """What to do about everything that is over or ends soon. Each is a line in the log too, once a day."""
        ending = [one for one in self._measured() if one.days_left <= WARN_DAYS]
        for one in ending:
            if self._logged.get(one.name) != one.days_left:
                self._logged[one.name] = one.days_left
                log.warning("something ends soon or is over", check=one.name, count=int(one.days_left))
        return [one.advice for one in ending]

    def _measured(self) -> Sequence[Lasting]:
        ending = self._endings()
        for one in ending:
            days_left.labels(one.name).set(one.days_left)
        return ending

    def router(self) -> APIRouter:
        """``/health/live``, ``/health/ready`` with the names of what fails and with warnings, and ``/metrics``."""
        router = APIRouter(include_in_schema=False)

        @router.get("/health/live")
        async def live() -> JSONResponse:
            return JSONResponse({"status": "live"})

        @router.get("/health/ready")
        async def ready() -> JSONResponse:
            failing = await self.failing()
            status = "not ready" if failing else "ready"
            body = {"status": status, "failing": failing, "warnings": self.warnings()}
            return JSONResponse(body, status_code=503 if failing else 200)

        @router.get("/metrics")
        async def metrics(request: Request) -> Response:
            self._measured()
            await self.failing()
            encode, media_type = choose_encoder(request.headers.get("accept", ""))
            return Response(encode(REGISTRY), media_type=media_type)

        return router


def health_app(readiness: Mapping[str, Check], endings: Endings = nothing_ends) -> FastAPI:
    """The small app of a worker: health and metrics only."""
    app = FastAPI(title="health", docs_url=None, redoc_url=None, openapi_url=None, telemetry=telemetry.NOT_FASTAPIS)
    app.state.health = Health(readiness, endings)
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
