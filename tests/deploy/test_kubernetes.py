"""What the overlays of deploy/k8s run: pods, probes and autoscalers; neither a cluster nor an engine is needed."""

import json
import re

import pytest

from chassis.run import process
from contracts.topics import PARTITIONS
from local_stack.checkout import ROOT
from tests.deploy import manifests
from tests.deploy.kubernetes import OVERLAYS, PACKAGES, built, of_kind, templates
from tests.deploy.rights import SERVICES


def test_what_is_made_from_tables_is_fresh() -> None:
    assert manifests.stale() == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nothing_of_a_template_is_left(overlay: str) -> None:
    assert not re.search(r"\b(SERVICE|PACKAGE)\b", json.dumps(built(overlay)))


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_pod_is_as_restricted_as_its_namespace_asks(overlay: str) -> None:
    [namespace] = of_kind(overlay, "Namespace").values()
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    for name, template in templates(overlay):
        pod = template["spec"]
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] > 0, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not pod.keys() & {"hostNetwork", "hostPID", "hostIPC", "initContainers"}, name
        for container in pod["containers"]:
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False, name
            assert context["capabilities"] == {"drop": ["ALL"]}, name
            assert context["readOnlyRootFilesystem"] is (name != "kafka"), name
            assert set(container["resources"]["limits"]) == {"cpu", "memory", "ephemeral-storage"}, name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_service_has_an_api_a_worker_and_a_migration(overlay: str) -> None:
    run = {
        tuple(container["args"])
        for _, template in templates(overlay)
        for container in template["spec"]["containers"]
        if container["image"].startswith("frontdoor:") and "args" in container
    }

    wanted = {(package, role) for package in PACKAGES for role in ("api", "worker", "migrate")}
    assert run == wanted - {("triage_ui", "worker")}


def test_a_migration_is_named_for_its_release() -> None:
    [version] = re.findall(r'^version = "(.+)"$', (ROOT / "libs/chassis/pyproject.toml").read_text(), re.MULTILINE)

    for name, job in of_kind("production", "Job").items():
        assert name.endswith(f"-migrate-{version.replace('.', '-')}")
        assert job["spec"]["template"]["spec"]["containers"][0]["image"] == f"frontdoor:{version}"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_process_has_the_time_to_drain_that_it_takes(overlay: str) -> None:
    for name, deployment in of_kind(overlay, "Deployment").items():
        pod = deployment["spec"]["template"]["spec"]
        [container] = pod["containers"]
        if container.get("args", [""])[-1] in ("api", "worker") and "startupProbe" in container:
            waits = container.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
            assert waits == (5 if container["args"][-1] == "api" else 0), name
            assert pod["terminationGracePeriodSeconds"] > waits + process.EXIT_SECONDS, name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_probes_ask_what_the_processes_serve(overlay: str) -> None:
    for name, deployment in of_kind(overlay, "Deployment").items():
        [container] = deployment["spec"]["template"]["spec"]["containers"]
        if container["image"].startswith("frontdoor:") and name != "operator":
            ports = {port["name"]: port["containerPort"] for port in container["ports"]}
            variables = {each["name"]: each.get("value") for each in container["env"]}
            served = variables.get("FRONTDOOR_WORKER_HTTP_PORT") or variables["FRONTDOOR_HTTP_PORT"]
            assert ports == {"http": int(str(served))}, name
            paths = {kind: container[kind]["httpGet"]["path"] for kind in ("startupProbe", "livenessProbe")}
            assert set(paths.values()) == {"/health/live"}, name
            assert container["readinessProbe"]["httpGet"] == {"path": "/health/ready", "port": "http"}, name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_whatever_is_named_is_there(overlay: str) -> None:
    """ConfigMaps, service accounts, and what autoscalers and budgets are about."""
    maps, accounts = of_kind(overlay, "ConfigMap"), of_kind(overlay, "ServiceAccount")
    deployments = of_kind(overlay, "Deployment")
    for name, template in templates(overlay):
        pod = template["spec"]
        assert pod.get("serviceAccountName", "process") in {*accounts, "process"}, name
        for volume in pod.get("volumes", []):
            assert volume.get("configMap", {}).get("name") in {None, *maps}, name
        mounted = {mount["name"] for container in pod["containers"] for mount in container["volumeMounts"]}
        claimed = {"data"} if name in ("postgres", "kafka") else set()
        assert [volume["name"] for volume in pod.get("volumes", [])].count("database-ca") <= 1
        assert mounted == {volume["name"] for volume in pod.get("volumes", [])} | claimed, name
        for source in pod["containers"][0].get("envFrom", []):
            assert source["configMapRef"]["name"] in maps, name
    for kind in ("HorizontalPodAutoscaler", "ScaledObject"):
        for name, scaler in of_kind(overlay, kind).items():
            assert scaler["spec"]["scaleTargetRef"]["name"] in deployments, name
            assert "replicas" not in deployments[name]["spec"], name
    for name, budget in of_kind(overlay, "PodDisruptionBudget").items():
        wanted = budget["spec"]["selector"]["matchLabels"]
        assert wanted == deployments[name]["spec"]["selector"]["matchLabels"], name


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_service_selects_the_pods_of_one_deployment(overlay: str) -> None:
    labels = {name: template["metadata"]["labels"] for name, template in templates(overlay)}
    for name, service in of_kind(overlay, "Service").items():
        selected = [each for each, of in labels.items() if service["spec"]["selector"].items() <= of.items()]
        assert selected == [name]


def test_the_packs_that_are_mounted_are_those_of_the_folder() -> None:
    [packs] = [each for name, each in of_kind("production", "ConfigMap").items() if name.startswith("packs-")]

    assert set(packs["data"]) == {path.name for path in (ROOT / "partnerships").glob("*.yaml")}


def test_a_worker_is_never_one_of_more_than_there_are_partitions() -> None:
    scaled = of_kind("production", "ScaledObject")

    assert set(scaled) == {f"{service}-worker" for service in SERVICES}
    for each in scaled.values():
        assert 2 <= each["spec"]["minReplicaCount"] <= each["spec"]["maxReplicaCount"] <= PARTITIONS


def test_autoscalers_ask_for_figures_that_workers_give() -> None:
    given = "\n".join(path.read_text() for path in (ROOT / "libs/chassis/src/chassis").rglob("*.py"))
    for name, scaled in of_kind("production", "ScaledObject").items():
        queries = [trigger["metadata"]["query"] for trigger in scaled["spec"]["triggers"]]
        assert [re.findall(r"frontdoor_\w+", query) for query in queries] == [
            ["frontdoor_lag"],
            ["frontdoor_oldest_unpublished_seconds"],
        ]
        for query in queries:
            assert f'service="{name.removesuffix("-worker")}"' in query
            assert all(f'"{metric}"' in given for metric in re.findall(r"frontdoor_\w+", query))
