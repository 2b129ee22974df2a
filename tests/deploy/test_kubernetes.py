"""What the overlays of deploy/k8s build; neither a cluster nor an engine is needed."""

import json
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from chassis.run import process
from contracts.topics import PARTITIONS, TOPICS
from local_stack import kubernetes_secrets
from local_stack.checkout import ROOT
from local_stack.compose_secrets import main as make_secrets
from tests.deploy import manifests
from tests.deploy.edges import KUBERNETES, Edge, Json, Table
from tests.deploy.kubernetes import OVERLAYS, built, of_kind, reachable, templates, text_of
from tests.deploy.rights import SERVICES, Right, rights

LAYERS = {"dev": ("base", "dev"), "ha-test": ("base", "dev"), "production": ("base", "production")}
PACKAGES = {"referral_intake", "triage", "agency_notify", "audit", "triage_ui"}


def test_what_is_made_from_tables_is_fresh() -> None:
    assert manifests.stale() == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_who_can_reach_whom_is_the_table_and_nothing_else(overlay: str) -> None:
    table = Table()
    edges = {edge for layer in LAYERS[overlay] for edge in table.edges(layer)}
    labels = {name: template["metadata"]["labels"] for name, template in templates(overlay)}
    names = {name for edge in edges for name in (edge.source, edge.target)}
    peers = {name: table.peer(name) for name in names} | {
        f"pods of {name}": {"pods": of} for name, of in labels.items()
    }

    found = reachable(list(of_kind(overlay, "NetworkPolicy").values()), peers)

    def known_as(name: str) -> str:
        of = labels.get(name.removeprefix("pods of "), {})
        return f"{of['app.kubernetes.io/name']}/{of['app.kubernetes.io/component']}" if of else name

    assert {Edge(known_as(e.source), known_as(e.target), e.port, e.protocol) for e in found} == edges


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_pod_of_the_table_runs_and_every_pod_is_in_it(overlay: str) -> None:
    table = Table()
    of_table = {
        name for layer in LAYERS[overlay] for e in table.edges(layer) for name in (e.source, e.target) if "/" in name
    }
    running = {
        f"{template['metadata']['labels']['app.kubernetes.io/name']}/"
        f"{template['metadata']['labels']['app.kubernetes.io/component']}"
        for _, template in templates(overlay)
    }

    assert running == of_table


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


def secrets_of(overlay: str) -> dict[str, set[str]]:
    """The Secrets that pods mount, with the keys that settings or items name."""
    found: dict[str, set[str]] = {}
    for _, template in templates(overlay):
        for volume in template["spec"].get("volumes", []):
            if "secret" in volume:
                keys = {item["key"] for item in volume["secret"].get("items", [])}
                found.setdefault(volume["secret"]["secretName"], set()).update(keys)
    return found


def test_the_secrets_of_dev_are_those_that_its_pods_mount(tmp_path: Path) -> None:
    assert make_secrets(["--folder", str(tmp_path / "s"), "--env", str(tmp_path / ".env"), "--demo"]) == 0
    made = {each["metadata"]["name"]: set(each["data"]) for each in kubernetes_secrets.manifests(tmp_path / "s")}

    wanted = secrets_of("dev")

    assert set(made) == set(wanted)
    assert all(keys <= made[name] for name, keys in wanted.items())


def test_the_example_of_a_store_names_every_secret_of_production_with_its_keys() -> None:
    """But for what CloudNativePG and Strimzi make themselves."""
    objects = yaml.safe_load_all((KUBERNETES / "examples" / "external-secrets.yaml").read_text())
    specs = {each["metadata"]["name"]: each["spec"] for each in objects if each["kind"] == "ExternalSecret"}
    of_clusters = {
        secret["name"]
        for cluster in of_kind("production", "Cluster").values()
        for secret in (
            cluster["spec"]["bootstrap"]["initdb"]["secret"],
            cluster["spec"]["managed"]["roles"][0]["passwordSecret"],
        )
    }
    mounted = {
        name for name in secrets_of("production") if not name.endswith("-db-ca") and not name.startswith("kafka-")
    }

    assert set(specs) == mounted | of_clusters | {"backups"}
    for name, spec in specs.items():
        keys = {each["secretKey"] for each in spec["data"]}
        made = set(spec["target"]["template"]["data"]) if "target" in spec else keys
        wanted = set(kubernetes_secrets.files().get(name, made))
        assert made == wanted, name
        if name.endswith(("-database", "-database-owner")):
            url = spec["target"]["template"]["data"]["url"]
            service, role = re.fullmatch(r"(.+)-database(-owner)?", name).groups()  # type: ignore[union-attr]
            database, who = service.replace("-", "_"), "owner" if role else "app"
            assert url == (
                f"postgresql://{database}_{who}:{{{{ .password }}}}@{service}-db-rw:5432/{database}"
                f"?sslmode=verify-full&sslrootcert=/run/secrets/database-ca/ca.crt"
            )


def test_secrets_that_were_not_made_are_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert kubernetes_secrets.main(["--folder", str(tmp_path)]) == 1

    assert "run `make secrets` first" in capsys.readouterr().err


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_serving_process_sees_no_owners_password(overlay: str) -> None:
    for name, template in templates(overlay):
        volumes = template["spec"].get("volumes", [])
        of = {volume["secret"]["secretName"] for volume in volumes if "secret" in volume}
        if "-migrate-" not in name and name not in ("postgres", "keycloak"):
            assert not any("owner" in secret or "admin" in secret for secret in of), name


def test_no_secret_and_no_password_is_written_down() -> None:
    for overlay in OVERLAYS:
        assert of_kind(overlay, "Secret") == {}
        for name, configured in of_kind(overlay, "ConfigMap").items():
            for key, value in configured["data"].items():
                assert not re.search("PASSWORD|_URL$|KEY", key) or "://" not in value or "@" not in value, name


def test_only_workers_meet_kafka_and_each_as_the_user_of_its_service() -> None:
    for name, deployment in of_kind("production", "Deployment").items():
        template = deployment["spec"]["template"]
        [container] = template["spec"]["containers"]
        user = [each for each in container.get("env", []) if each["name"] == "FRONTDOOR_KAFKA_USER"]
        secrets = {volume["name"]: volume["secret"] for volume in template["spec"]["volumes"] if "secret" in volume}
        if not name.endswith("-worker"):
            assert not user, name
            assert "kafka-user" not in secrets, name
            continue
        assert user[0]["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.labels['app.kubernetes.io/name']"
        service = template["metadata"]["labels"]["app.kubernetes.io/name"]
        assert service in of_kind("production", "KafkaUser")
        assert secrets["kafka-user"]["secretName"] == f"kafka-user-{service}"
        assert secrets["kafka-ca"]["items"] == [{"key": "ca.crt", "path": "ca.crt"}]


def test_users_of_kafka_have_the_rights_that_owners_and_readers_need() -> None:
    given = {
        Right(user, acl["resource"]["type"], acl["resource"]["name"], operation)
        for user, manifest in of_kind("production", "KafkaUser").items()
        for acl in manifest["spec"]["authorization"]["acls"]
        for operation in acl["operations"]
        if acl["resource"]["patternType"] == "literal"
    }

    assert given == set(rights())
    writers = {(right.name, right.service) for right in given if right.operation == "Write"}
    assert writers == {(topic.name, owner) for topic in TOPICS for owner in topic.owners}


def test_the_table_of_rights_is_the_diagram_of_the_architecture() -> None:
    """An arrow from a service to a topic is a right to write, one from a topic to a service a right to read."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    names = {"intake": "referral-intake", "triage": "triage", "notify": "agency-notify", "audit": "audit"}
    topics = dict(re.findall(r'(T\d)\[\["(.+?)"\]\]', text))
    drawn = set()
    for left, right in re.findall(r"^  ([\w &]+) --> ([\w& ]+?)(?:\[\[.*)?$", text, re.MULTILINE):
        for source in left.split(" & "):
            for target in right.split(" & "):
                if source in names and target in topics:
                    drawn.add((names[source], "Write", topics[target]))
                if source in topics and target in names:
                    drawn.add((names[target], "Read", topics[source]))

    given = {(right.service, right.operation, right.name) for right in rights() if right.kind == "topic"}
    assert drawn == {right for right in given if right[1] != "Describe"}


def test_kafka_in_production_keeps_what_it_acknowledged() -> None:
    [kafka] = of_kind("production", "Kafka").values()
    [nodes] = of_kind("production", "KafkaNodePool").values()
    [listener] = kafka["spec"]["kafka"]["listeners"]

    assert nodes["spec"]["replicas"] == 3
    assert (listener["tls"], listener["authentication"]["type"]) == (True, "scram-sha-512")
    assert kafka["spec"]["kafka"]["config"]["min.insync.replicas"] == 2
    assert kafka["spec"]["kafka"]["config"]["auto.create.topics.enable"] is False
    topics = of_kind("production", "KafkaTopic")
    assert set(topics) == {topic.name for topic in TOPICS}
    for topic in topics.values():
        assert (topic["spec"]["partitions"], topic["spec"]["replicas"]) == (PARTITIONS, 3)
        assert topic["spec"]["config"]["min.insync.replicas"] == 2


def test_every_database_in_production_is_three_with_a_log_that_is_archived() -> None:
    clusters, backups = of_kind("production", "Cluster"), of_kind("production", "ScheduledBackup")

    assert set(clusters) == {f"{package.replace('_', '-')}-db" for package in PACKAGES}
    for name, cluster in clusters.items():
        spec = cluster["spec"]
        database = name.removesuffix("-db").replace("-", "_")
        assert spec["instances"] == 3
        assert spec["postgresql"]["synchronous"] == {"method": "any", "number": 1, "dataDurability": "required"}
        assert spec["plugins"][0]["isWALArchiver"] is True
        assert spec["postgresql"]["pg_hba"] == ["hostnossl all all all reject"]
        assert (spec["bootstrap"]["initdb"]["database"], spec["bootstrap"]["initdb"]["owner"]) == (
            database,
            f"{database}_owner",
        )
        assert [role["name"] for role in spec["managed"]["roles"]] == [f"{database}_app"]
        assert spec["plugins"][0]["parameters"]["serverName"] == name.removesuffix("-db")
        assert backups[name]["spec"]["cluster"] == {"name": name}
        text = json.dumps(cluster) + json.dumps(backups[name])
        assert "SERVICE" not in text


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nothing_of_a_template_is_left(overlay: str) -> None:
    assert not re.search(r"\b(SERVICE|PACKAGE)\b", json.dumps(built(overlay)))


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


def test_the_world_reaches_a_service_by_its_own_name_and_its_public_routes_alone() -> None:
    maps = of_kind("production", "ConfigMap")
    routes = {name: route for name, route in of_kind("production", "HTTPRoute").items() if name != "to-https"}

    assert set(routes) == {*SERVICES, "triage-ui"}
    for name, route in routes.items():
        [configured] = [each["data"] for found, each in maps.items() if found.startswith(f"{name}-config-")]
        assert route["spec"]["hostnames"] == [urlsplit(configured["FRONTDOOR_PUBLIC_URL"]).hostname]
        assert route["spec"]["parentRefs"] == [{"name": "frontdoor", "sectionName": "https"}]
        if name != "triage-ui":
            served = json.loads((ROOT / "docs" / "api" / f"{name}.json").read_text())["paths"]
            assert prefixes(route) == {f"/{path.split('/')[1]}" for path in served} - {"/operator"}


def test_people_are_pointed_to_where_the_gateway_listens() -> None:
    """A notice and a certificate name other services, and what they name is read outside the cluster."""
    maps = of_kind("production", "ConfigMap")
    [shared] = [each["data"] for name, each in maps.items() if name.startswith("frontdoor-")]
    own = {
        service: each["data"]["FRONTDOOR_PUBLIC_URL"]
        for service in SERVICES
        for name, each in maps.items()
        if name.startswith(f"{service}-config-")
    }

    assert json.loads(shared["FRONTDOOR_PUBLIC_URLS"]) == own
    assert set(json.loads(shared["FRONTDOOR_SERVICE_URLS"])) == set(SERVICES)


def prefixes(route: Json) -> set[str]:
    return {match["path"]["value"] for rule in route["spec"]["rules"] for match in rule["matches"]}


def test_the_packs_that_are_mounted_are_those_of_the_folder() -> None:
    [packs] = [each for name, each in of_kind("production", "ConfigMap").items() if name.startswith("packs-")]

    assert set(packs["data"]) == {path.name for path in (ROOT / "partnerships").glob("*.yaml")}


def test_the_logs_key_may_come_from_a_store(tmp_path: Path) -> None:
    """In an overlay of an operator's own: what the store gives is where audit reads its key, and no Secret is named."""
    above = os.path.relpath(KUBERNETES, tmp_path)
    own = {"resources": [f"{above}/overlays/production"], "components": [f"{above}/components/log-key-from-a-store"]}
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(own))

    made = list(yaml.safe_load_all(text_of(str(tmp_path))))

    audit = [each for each in made if each["kind"] == "Deployment" and each["metadata"]["name"].startswith("audit-")]
    assert len(audit) == 2
    for deployment in audit:
        pod = deployment["spec"]["template"]["spec"]
        [volume] = [each for each in pod["volumes"] if each["name"] == "log-key"]
        assert volume.keys() == {"name", "csi"}
        [mount] = [each for each in pod["containers"][0]["volumeMounts"] if each["name"] == "log-key"]
        assert mount["mountPath"] == "/run/secrets/log-key"
    [configured] = [each["data"] for each in made if each["metadata"]["name"].startswith("audit-config-")]
    assert configured["FRONTDOOR_SIGNING_KEY_FILE"] == "/run/secrets/log-key/key"


def test_an_edge_too_many_and_an_edge_too_few_are_seen() -> None:
    """The comparison of policies with the table is worth something."""
    table = Table()
    edges = set(table.edges("base"))
    peers = {name: table.peer(name) for edge in edges for name in (edge.source, edge.target)}
    policies = table.policies("base")
    too_few = [policy for policy in policies if policy["metadata"]["name"] != "triage-api"]
    open_to_all = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}], "ports": [
        {"port": 8009, "protocol": "TCP"}]}]}  # fmt: skip
    sending = {**open_to_all, "policyTypes": ["Egress"], "egress": [{"to": [{"podSelector": {}}], "ports": [
        {"port": 8009, "protocol": "TCP"}]}]}  # fmt: skip

    assert reachable(policies, peers) == edges
    assert reachable(too_few, peers) < edges
    assert reachable([*policies, {"spec": open_to_all}], peers) == edges, "it leaves nobody"
    assert reachable([*policies, {"spec": open_to_all}, {"spec": sending}], peers) > edges
