"""What the files of deploy/observability say, and which metrics the processes have."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import yaml
from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

from local_stack.checkout import ROOT

FOLDER: Final = ROOT / "deploy" / "observability"
DASHBOARDS: Final = tuple(sorted((FOLDER / "dashboards").glob("*.json")))
PROGRAMS: Final = ("referral_intake", "triage", "agency_notify", "audit", "triage_ui")
OF_THE_SCRAPER: Final = frozenset({"job", "instance", "service", "process"})
"""What Prometheus adds: two of them are its own, two are given in targets.yml."""
_OF_A_HISTOGRAM: Final = "le"
_NAMED: Final = re.compile(r"\b(frontdoor_\w+|process_\w+_\w+|up)\b(?!\s*\()")
_SUFFIX: Final = re.compile(r"_(total|bucket|count|sum)$")
_BY: Final = re.compile(r"\b(?:by|without|on)\s*\(([^)]*)\)")
_MATCHER: Final = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"")


@dataclass(frozen=True)
class Query:
    """One expression, and where it stands."""

    where: str
    expr: str

    @property
    def metrics(self) -> set[str]:
        """The metrics that it names, without what a type adds to a name."""
        return {_SUFFIX.sub("", name) for name in _NAMED.findall(self.expr)}

    @property
    def labels(self) -> set[str]:
        """The labels that it chooses or groups by."""
        grouped = {name.strip() for names in _BY.findall(self.expr) for name in names.split(",")}
        return {name for name in grouped if name} | set(_MATCHER.findall(self.expr))


def alerts() -> list[dict[str, Any]]:
    """Every alert, as its file has it."""
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def alert_queries() -> list[Query]:
    """What alerts look at."""
    return [Query(rule["alert"], rule["expr"]) for rule in alerts()]


def panels(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The panels of a dashboard with a name for each."""
    found = json.loads(file.read_text())
    for panel in found["panels"]:
        yield f"{file.stem}: {panel['title']}", panel


def panel_queries() -> list[Query]:
    """What dashboards show."""
    return [
        Query(f"{name} {target['refId']}", target["expr"])
        for file in DASHBOARDS
        for name, panel in panels(file)
        for target in panel["targets"]
    ]


def metrics() -> Mapping[str, frozenset[str]]:
    """Every metric that our code registers, with its labels: from the registry, once every program is imported."""
    for package in PROGRAMS:
        import_module(f"{package}.main")
    return {
        collector._name: frozenset(collector._labelnames)  # there is no public way to ask
        for collector in set(REGISTRY._names_to_collectors.values())
        if isinstance(collector, MetricWrapperBase)
    }


def labels_of(name: str, known: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The labels by which a metric can be chosen once it was scraped."""
    return known.get(name, frozenset()) | OF_THE_SCRAPER | {_OF_A_HISTOGRAM}
