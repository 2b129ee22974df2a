"""Secrets in the overlays of deploy/k8s: each is there for whom it is meant, and none is written down."""

import os
import re
from pathlib import Path

import pytest
import yaml

from local_stack import kubernetes_secrets
from local_stack.compose_secrets import main as make_secrets
from tests.deploy.edges import KUBERNETES
from tests.deploy.kubernetes import OVERLAYS, of_kind, templates, text_of


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
