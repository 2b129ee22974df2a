"""``python -m agency_notify api|worker|migrate``."""

import asyncio
import sys

from agency_notify.main import Service, build
from agency_notify.model import SOURCE
from agency_notify.settings import Settings
from chassis import migrate, process, telemetry
from chassis.health import health_app
from chassis.settings import ServiceSettings, load
from policy.load import PackInvalid


def api() -> None:
    """Serve HTTP until told to stop."""
    settings = load(Settings)
    process.run_api(_build(settings).app, host=settings.http_host, port=settings.http_port)


def worker() -> int:
    """Read and send events, deliver and escalate until told to stop."""
    settings = load(Settings)
    service = _build(settings)
    return process.run_worker(
        service.workers,
        health=health_app(service.readiness),
        host=settings.http_host,
        port=settings.worker_http_port,
    )


def migrate_database() -> None:
    """Bring the database to the newest revision, as its owner; needs neither keys nor packs."""
    asyncio.run(migrate.upgrade(load(ServiceSettings).database_owner_url, package="agency_notify"))


def _build(settings: Settings) -> Service:
    """The service, or the end of the start: one line for each mistake in a pack, exit code 2."""
    telemetry.configure(SOURCE)
    try:
        return build(settings)
    except PackInvalid as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


if __name__ == "__main__":
    process.main("agency_notify", {"api": api, "worker": worker, "migrate": migrate_database})
