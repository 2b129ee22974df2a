"""``python -m audit api|worker|migrate``."""

import asyncio

from audit.main import build
from audit.model import SERVICE
from audit.settings import Settings
from chassis import migrate, process, telemetry
from chassis.http import health_app
from chassis.settings import load


def _settings() -> Settings:
    telemetry.configure(SERVICE)
    return load(Settings)


def api() -> None:
    """Serve HTTP until told to stop."""
    settings = _settings()
    process.run_api(build(settings).app, host=settings.http_host, port=settings.http_port)


def worker() -> int:
    """Read events, give them their places and sign the log until told to stop."""
    settings = _settings()
    service = build(settings)
    return process.run_worker(
        service.workers,
        health=health_app(service.readiness),
        host=settings.http_host,
        port=settings.worker_http_port,
    )


def migrate_database() -> None:
    """Bring the database to the newest revision, as its owner."""
    asyncio.run(migrate.upgrade(_settings().database_owner_url, package="audit"))


if __name__ == "__main__":
    process.main("audit", {"api": api, "worker": worker, "migrate": migrate_database})
