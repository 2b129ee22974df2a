"""``python -m triage_ui api|migrate``."""

import asyncio
import sys

from chassis import telemetry
from chassis.run import migrate, process
from chassis.run.provision import DatabaseUrls
from chassis.settings import WRONG_SETTING_EXIT_CODE, load
from policy.load import PackInvalid
from triage_ui.main import SERVICE, build
from triage_ui.settings import OwnerSettings, Settings


def _serve() -> None:
    telemetry.configure(SERVICE)
    settings = load(Settings)
    try:
        app = build(settings)
    except (PackInvalid, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(WRONG_SETTING_EXIT_CODE) from None
    process.run_api(app, host=settings.http_host, port=settings.http_port)


def _migrate() -> None:
    telemetry.configure(SERVICE)
    settings = load(OwnerSettings)
    urls = DatabaseUrls(settings.database_owner_url, settings.database_url)
    try:
        asyncio.run(migrate.prepare(urls, package="triage_ui", admin_url=settings.database_admin_url))
    except ValueError as error:
        sys.stderr.write(f"FRONTDOOR_DATABASE_OWNER_URL and FRONTDOOR_DATABASE_URL: {error}\n")
        raise SystemExit(WRONG_SETTING_EXIT_CODE) from None


if __name__ == "__main__":
    process.main("triage_ui", {"api": _serve, "migrate": _migrate})
