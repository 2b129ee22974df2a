"""Prometheus and its alert manager as they watch a running stack, with every time limit shortened."""

import math
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
import yaml

from local_stack import alert_mail, probes
from local_stack.children import Command, spawn
from local_stack.ports import Ports
from local_stack.waiting import until
from tests.deploy.observed import FOLDER, Query

SHORTER: Final = 30
"""So many times shorter is every time limit, so that an hour is two minutes."""
SHORTEST_SECONDS: Final = 6
"""A rate needs a few scrapes, one every other second: a busy machine does not answer within one."""
START_SECONDS: Final = 120
ON_CALL: Final = "on-call@example.org"
_UNITS: Final = {"m": 60, "h": 3600}
_RANGE: Final = re.compile(r"\[(\d+)([mh])\]")
_FOR: Final = re.compile(r"^(\s+for: )(\d+)([mh])$", re.MULTILINE)
_LIMIT: Final = re.compile(r"> (\d+) \* 60\b")


def shortened(rules: str) -> str:
    """The rules with ranges, waits and limits of time divided by ``SHORTER``; limits of days and counts stay."""

    def seconds(number: str, unit: str) -> str:
        return f"{max(SHORTEST_SECONDS, int(number) * _UNITS[unit] // SHORTER)}s"

    rules = _RANGE.sub(lambda found: f"[{seconds(*found.groups())}]", rules)
    rules = _FOR.sub(lambda found: found[1] + seconds(found[2], found[3]), rules)
    return _LIMIT.sub(lambda found: f"> {int(found[1]) * 60 / SHORTER:g}", rules)


def missing() -> str:
    """What has to be installed, in one line; empty when nothing has."""
    found = shutil.which("prometheus") and shutil.which("amtool") and _alert_manager()
    return (
        ""
        if found
        else "prometheus or its alert manager is missing: apt-get install prometheus prometheus-alertmanager"
    )


class Watchers:
    """Both servers, as a person on call asks them."""

    def __init__(self, prometheus: str, alert_manager: str) -> None:
        self.prometheus = prometheus
        self.alert_manager = alert_manager

    def firing(self) -> set[str]:
        """The names of the alerts that fire now."""
        found = self._ask(f"{self.prometheus}/api/v1/alerts")["data"]["alerts"]
        return {alert["labels"]["alertname"] for alert in found if alert["state"] == "firing"}

    def received(self) -> set[str]:
        """The names of the alerts that the alert manager has been sent and holds."""
        return {alert["labels"]["alertname"] for alert in self._ask(f"{self.alert_manager}/api/v2/alerts")}

    def shows(self, query: Query) -> bool:
        """Whether a query finds a number now."""
        found = self._ask(f"{self.prometheus}/api/v1/query", query=query.expr)["data"]["result"]
        return any(not math.isnan(float(series["value"][1])) for series in found)

    def exemplars(self, metric: str) -> list[dict[str, str]]:
        """The labels of the exemplars that came with a metric of late."""
        answer = self._ask(f"{self.prometheus}/api/v1/query_exemplars", query=metric, start="0", end="9999999999")
        return [exemplar["labels"] for series in answer["data"] for exemplar in series["exemplars"]]

    def _ask(self, url: str, **parameters: str) -> Any:
        answer = httpx2.get(url, params=parameters, timeout=30, trust_env=False)
        return answer.raise_for_status().json()


@contextmanager
def watching(folder: Path, targets: Mapping[tuple[str, str], str], *, smtp_url: str) -> Iterator[Watchers]:
    """Both servers on configurations made from the committed ones; ``targets`` are addresses by service and process."""
    folder.mkdir()
    ports = Ports()
    watchers = Watchers(*(f"http://127.0.0.1:{ports.take()}" for _ in range(2)))
    _write_configurations(folder, watchers, targets, smtp_url)
    with ExitStack() as ending:
        ending.callback(ports.release)
        for name, url, arguments in _commands(folder, watchers):
            child = spawn(name, Command(arguments, folder=folder), log=folder / f"{name}.log")
            ending.callback(child.stop)
            ready = f"{url}/-/ready"
            until(name, lambda: probes.http_answers(ready), timeout_seconds=START_SECONDS, still_possible=child.alive)  # noqa: B023  # asked at once
        yield watchers


def _write_configurations(
    folder: Path, watchers: Watchers, targets: Mapping[tuple[str, str], str], smtp_url: str
) -> None:
    (folder / "alerts.yml").write_text(shortened((FOLDER / "alerts.yml").read_text()))
    settings = yaml.safe_load((FOLDER / "prometheus.yml").read_text())
    settings["global"] = {"scrape_interval": "2s", "scrape_timeout": "2s", "evaluation_interval": "1s"}
    settings["scrape_configs"] = [each for each in settings["scrape_configs"] if each["job_name"] == "frontdoor"]
    manager = watchers.alert_manager.removeprefix("http://")
    settings["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": [manager]}]}]
    (folder / "prometheus.yml").write_text(yaml.safe_dump(settings))
    labelled = [
        {"targets": [address], "labels": {"service": service, "process": process}}
        for (service, process), address in targets.items()
    ]
    (folder / "targets.yml").write_text(yaml.safe_dump(labelled))
    routes = yaml.safe_load(alert_mail.configuration(smtp_url, to=ON_CALL))
    for route in (routes["route"], *routes["route"]["routes"]):
        route |= {"group_wait": "1s", "group_interval": "2s"}
    (folder / "alertmanager.yml").write_text(yaml.safe_dump(routes))


def _commands(folder: Path, watchers: Watchers) -> Iterator[tuple[str, str, list[str | Path]]]:
    manager, prometheus = watchers.alert_manager, watchers.prometheus
    yield (
        "alertmanager",
        manager,
        [
            _alert_manager() or "",
            "--config.file=alertmanager.yml",
            f"--storage.path={folder / 'alertmanager'}",
            f"--web.listen-address={manager.removeprefix('http://')}",
            "--cluster.listen-address=",
        ],
    )
    yield (
        "prometheus",
        prometheus,
        [
            shutil.which("prometheus") or "",
            "--config.file=prometheus.yml",
            f"--storage.tsdb.path={folder / 'prometheus'}",
            f"--web.listen-address={prometheus.removeprefix('http://')}",
            "--enable-feature=exemplar-storage",
        ],
    )


def _alert_manager() -> str | None:
    """Debian calls it by another name."""
    return shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
