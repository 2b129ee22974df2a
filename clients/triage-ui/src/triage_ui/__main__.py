"""``python -m triage_ui api|migrate``."""

from functools import partial

from chassis import telemetry
from chassis.run import migrate, process
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


if __name__ == "__main__":
    process.main("triage_ui", {"api": _serve, "migrate": partial(migrate.run, "triage_ui", name=SERVICE)})
