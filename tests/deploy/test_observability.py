"""Alerts, dashboards and the collector's list hold for the code that they are about; no server is needed.

Their own tools read them: promtool and amtool, of the Debian packages prometheus and prometheus-alertmanager.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.telemetry import ALLOWED_FIELDS, ALLOWED_LABELS
from local_stack import alert_mail
from local_stack.checkout import ROOT
from tests.deploy.observed import DASHBOARDS, FOLDER, Query, alert_queries, alerts, labels_of, metrics, panel_queries
from tests.deploy.observed import panels as panels_of
from tests.deploy.watchers import shortened

RUNBOOK = "docs/operations.md"
OF_A_PROCESS = {"process_start_time_seconds", "process_resident_memory_bytes", "up"}
"""What every Python process and every scrape has."""
PARTS = ("**For children:**", "**Look at:**", "**Do:**")
STANDARD_NAMES = {
    "error": "error.type",
    "http_method": "http.request.method",
    "http_route": "http.route",
    "http_status": "http.response.status_code",
    "topic": "messaging.destination.name",
}
OF_THE_SENDER = {
    *("service.name", "service.instance.id"),
    *("telemetry.sdk.language", "telemetry.sdk.name", "telemetry.sdk.version"),
}


@pytest.fixture(scope="module")
def known() -> Mapping[str, frozenset[str]]:
    return metrics()


def run(tool: str, *arguments: str | Path) -> str:
    """What a tool says. A tool that is missing fails the test with what to install."""
    assert shutil.which(tool), f"{tool} is missing: apt-get install prometheus prometheus-alertmanager"
    done = subprocess.run(
        [tool, *map(str, arguments)], cwd=FOLDER, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def sections() -> dict[str, str]:
    """The sections of the runbook by their anchors."""
    found = re.split(r"^#+ (.+)$", (ROOT / RUNBOOK).read_text(), flags=re.MULTILINE)[1:]
    return {anchor(title): text for title, text in zip(found[::2], found[1::2], strict=True)}


def anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")


def test_prometheus_takes_its_configuration_and_the_alerts() -> None:
    assert f"{len(alerts())} rules found" in run("promtool", "check", "config", "prometheus.yml")


def test_every_alert_does_as_its_test_says() -> None:
    run("promtool", "test", "rules", "alerts_test.yml")


def test_every_alert_is_seen_quiet_and_firing_in_its_test() -> None:
    tests = yaml.safe_load((FOLDER / "alerts_test.yml").read_text())["tests"]
    cases = [case for test in tests for case in test["alert_rule_test"]]

    fires = {case["alertname"] for case in cases if case["exp_alerts"]}
    is_quiet = {case["alertname"] for case in cases if not case["exp_alerts"]}

    assert fires == is_quiet == {rule["alert"] for rule in alerts()}


def test_the_alert_manager_takes_its_configuration_also_as_a_deployment_has_it(tmp_path: Path) -> None:
    made = tmp_path / "alertmanager.yml"
    made.write_text(alert_mail.configuration("smtps://someone:word@mail.example.org", to="on-call@example.org"))

    for file in (FOLDER / "alertmanager.yml", made):
        assert "2 receivers" in run("amtool", "check-config", file)


def test_whoever_is_called_at_night_is_called_for_what_is_critical() -> None:
    routed = {
        severity: run("amtool", "config", "routes", "test", "--config.file=alertmanager.yml", f"severity={severity}")
        for severity in {rule["labels"]["severity"] for rule in alerts()}
    }

    assert {severity: receiver.strip() for severity, receiver in routed.items()} == {
        "critical": "now",
        "warning": "today",
    }


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: str(rule["alert"]))
def test_every_alert_has_a_section_of_the_runbook(rule: dict[str, Any]) -> None:
    said = rule["annotations"]
    section = sections().get(anchor(said["summary"]))

    assert said["runbook_url"] == f"{RUNBOOK}#{anchor(said['summary'])}"
    assert section is not None
    assert [part for part in PARTS if part not in section] == []


@pytest.mark.parametrize("query", [*alert_queries(), *panel_queries()], ids=lambda query: str(query.where))
def test_what_a_query_names_exists_in_the_code(query: Query, known: Mapping[str, frozenset[str]]) -> None:
    names = query.metrics

    assert names
    assert names - set(known) - OF_A_PROCESS == set()
    assert query.labels <= frozenset().union(*(labels_of(name, known) for name in names))


def test_metrics_are_split_by_listed_labels_only(known: Mapping[str, frozenset[str]]) -> None:
    assert frozenset().union(*known.values()) == ALLOWED_LABELS


@pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: str(file.stem))
def test_a_dashboard_is_one_that_grafana_reads(file: Path) -> None:
    """Grafana itself is not among our tests; these are the fields that it cannot do without."""
    found = json.loads(file.read_text())
    sources = yaml.safe_load((FOLDER / "grafana" / "datasources.yml").read_text())["datasources"]
    places = [panel["gridPos"] for _, panel in panels_of(file)]

    assert found["uid"] == f"frontdoor-{file.stem}"
    assert found["schemaVersion"] >= 36
    assert len({panel["id"] for _, panel in panels_of(file)}) == len(places)
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for _, panel in panels_of(file):
        used = {target["datasource"]["uid"] for target in panel["targets"]} | {panel["datasource"]["uid"]}
        assert used <= {source["uid"] for source in sources}


def test_every_process_of_the_compose_file_that_shows_metrics_is_asked() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    expected = set()
    for name, service in services.items():
        settings = service.get("environment", {})
        for variable in ("FRONTDOOR_HTTP_PORT", "FRONTDOOR_WORKER_HTTP_PORT"):
            if variable in settings:
                expected.add(f"{name}:{settings[variable]}")

    targets = yaml.safe_load((FOLDER / "targets.yml").read_text())

    assert {address for each in targets for address in each["targets"]} == expected
    assert {each["labels"]["process"] for each in targets} == {"api", "worker"}


def test_what_watches_is_a_profile_of_its_own_and_mounts_files_that_exist() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    watching = {name: service for name, service in services.items() if service.get("profiles") == ["observe"]}

    assert set(watching) == {"collector", "jaeger", "prometheus", "alertmanager", "grafana"}
    for service in watching.values():
        for volume in service.get("volumes", []):
            source, inside, *_ = volume.split(":")
            assert not source.startswith("./") or ((ROOT / source).exists() and volume.endswith(":ro")), inside
    assert {name for name, each in services.items() if name not in watching and "observe" in str(each)} == set()


def test_a_rehearsal_shortens_time_limits_and_nothing_else() -> None:
    rules = shortened((FOLDER / "alerts.yml").read_text())
    before = {rule["alert"]: rule for rule in alerts()}
    after = {rule["alert"]: rule for group in yaml.safe_load(rules)["groups"] for rule in group["rules"]}

    assert after["AgencyNotReachable"]["expr"].endswith("> 120")
    assert "[10s]" in after["LogNotSigned"]["expr"]
    assert after["WorkerNotReady"]["for"] == "6s"
    assert after["ReaderBehind"]["expr"].endswith("> 100")
    assert after["PackEnds"] == before["PackEnds"]
    assert not re.search(r"\d+[mh]\b(?=\]|$)|\* 60", "\n".join(rule["expr"] for rule in after.values()))


def test_the_collector_lets_through_what_the_services_may_say_and_nothing_else() -> None:
    settings = yaml.safe_load((FOLDER / "collector.yaml").read_text())
    redaction = settings["processors"]["redaction"]

    assert redaction["allow_all_keys"] is False
    assert set(redaction["allowed_keys"]) == {STANDARD_NAMES.get(name, name) for name in ALLOWED_FIELDS} | OF_THE_SENDER
    order = settings["service"]["pipelines"]["traces"]["processors"]
    assert order[0] == "memory_limiter"
    assert order.index("redaction") < order.index("tail_sampling") < order.index("batch")


def test_every_panel_of_flow_says_how_it_counts_beside_the_page() -> None:
    """Both count some things on purpose in another way, and who compares them has to know."""
    (flow,) = [file for file in DASHBOARDS if file.stem == "flow"]

    assert [name for name, panel in panels_of(flow) if not panel.get("description")] == []
