"""``python -m triage api|worker|migrate``."""

import asyncio
import sys

from chassis import migrate, process, telemetry
from chassis.http import health_app
from chassis.settings import load
from policy.load import PackInvalid
from triage.main import Service, build
from triage.model import SERVICE
from triage.settings import Settings


def _settings() -> Settings:
    telemetry.configure(SERVICE)
    return load(Settings)


def _built(settings: Settings) -> Service:
    try:
        return build(settings)
    except PackInvalid as error:
        sys.stderr.write(f"FRONTDOOR_PARTNERSHIPS_FOLDER: mend the packs and start again\n{error}\n")
        raise SystemExit(2) from None


def api() -> None:
    """Serve HTTP until told to stop."""
    settings = _settings()
    process.run_api(_built(settings).app, host=settings.http_host, port=settings.http_port)


def worker() -> int:
    """Send and read events until told to stop."""
    settings = _settings()
    service = _built(settings)
    return process.run_worker(
        service.workers,
        health=health_app(service.readiness),
        host=settings.http_host,
        port=settings.worker_http_port,
    )


def migrate_database() -> None:
    """Bring the database to the newest revision, as its owner."""
    asyncio.run(migrate.upgrade(_settings().database_owner_url, package=__package__))


if __name__ == "__main__":
    process.main("triage", {"api": api, "worker": worker, "migrate": migrate_database})
