"""What ``python -m triage_ui`` runs."""

from functools import partial

from chassis import telemetry
from chassis.run import process
from chassis.run.opening import try_database
from chassis.settings import SettingRefused, load, refuse
from policy.load import PackInvalid
from triage_ui.main import SERVICE, build
from triage_ui.settings import Settings


def _serve() -> None:
    telemetry.configure(SERVICE)
    settings = load(Settings)
    try:
        app = build(settings)
        try_database(settings.database_url)
    except (PackInvalid, OSError, ValueError, SettingRefused) as error:
        refuse(str(error))
    process.run_api(app, host=settings.http_host, port=settings.http_port)


def _migrate() -> None:
    from chassis.run import migrate  # its library is large, and no page needs it

    migrate.run("triage_ui", name=SERVICE)


main = partial(process.main, "triage_ui", {"api": _serve, "migrate": _migrate})
