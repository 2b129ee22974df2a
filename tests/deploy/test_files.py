"""What the Dockerfiles and the compose file say; no engine is needed."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from local_stack.checkout import ROOT
from local_stack.compose_secrets import DATABASES
from policy.load import load_packs

COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILES = ("Dockerfile", "deploy/keycloak/Dockerfile")
JOBS_AND_COMMANDS = {"operator", "walk"}
ASKED_BY_PROMETHEUS = {"collector"}
"""Its image holds nothing that could ask it."""
PACKAGES = ("referral_intake", "triage", "agency_notify", "audit", "triage_ui")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return found


def one_shot(name: str) -> bool:
    return name.endswith("-migrate") or name in JOBS_AND_COMMANDS


@pytest.mark.parametrize("file", DOCKERFILES)
def test_the_linter_finds_nothing(file: str) -> None:
    linter = Path(sys.executable).with_name("hadolint")

    found = subprocess.run([str(linter), file], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_the_base_is_pinned_by_digest_and_every_stage_stands_on_it() -> None:
    text = (ROOT / "Dockerfile").read_text()

    assert re.search(r"^ARG PYTHON_IMAGE=python:3\.13-slim-trixie@sha256:[0-9a-f]{64}$", text, re.MULTILINE)
    assert "# syntax=" not in text
    stages = re.findall(r"^FROM (\S+) AS (\S+)$", text, re.MULTILINE)
    assert {base for base, _ in stages} <= {"${PYTHON_IMAGE}", *(name for _, name in stages)}


def test_the_version_of_the_image_is_that_of_the_members() -> None:
    versions = set(re.findall(r"^ARG VERSION=(\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    versions |= set(re.findall(r"FRONTDOOR_VERSION:-([0-9.]+)", COMPOSE.read_text()))
    members = {
        re.findall(r'^version = "(.+)"$', file.read_text(), re.MULTILINE)[0]
        for file in (*ROOT.glob("libs/*/pyproject.toml"), *ROOT.glob("services/*/pyproject.toml"))
    }

    assert versions == members


def test_the_builder_is_given_nothing_but_what_the_dockerfile_copies() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    let_in = [line for line in lines if line.startswith("!")]

    assert lines[0] == "*"
    assert not any(word in line for line in let_in for word in ("test", "examples", ".git", ".env", "secret", "bench"))
    assert {"**/*.pem", "**/*.key", "**/*.keys", "**/.env"} <= set(lines[lines.index(let_in[-1]) :])
    copied = re.findall(
        r"^COPY (?!--from)(.+) \S+$", "\n".join((ROOT / f).read_text() for f in DOCKERFILES), re.MULTILINE
    )
    for path in " ".join(copied).split():
        assert any(line[1:].startswith(path) or path.startswith(line[1:]) for line in let_in), path


def test_every_container_is_contained(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        limits = service["deploy"]["resources"]["limits"]
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert set(limits) == {"cpus", "memory", "pids"}, name
        assert service["read_only"] or name == "kafka", name
        assert service["restart"] == ("no" if one_shot(name) else "unless-stopped"), name
        assert service["logging"]["options"], name


def test_whatever_stays_says_whether_it_is_well(compose: dict[str, Any]) -> None:
    """The services' own check is in their image."""
    for name, service in compose["services"].items():
        ours = service["image"].startswith("frontdoor:")
        if one_shot(name) or name in ASKED_BY_PROMETHEUS:
            assert service["healthcheck"] == {"disable": True}, name
        else:
            assert ours or service["healthcheck"]["test"], name


def test_every_image_that_is_not_ours_is_pinned_to_a_version(compose: dict[str, Any]) -> None:
    images = {service["image"] for service in compose["services"].values()}

    for image in images:
        assert image.startswith("frontdoor") or re.search(r":v?\d+(\.\d+)*$", image), image


def test_no_password_is_written_down_and_none_has_a_default(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|DATABASE.*URL|SMTP_URL|KEY", variable):
                assert str(value).startswith("/run/secrets/"), f"{name}: {variable}"
        for secret in service.get("secrets", []):
            source = secret if isinstance(secret, str) else secret["source"]
            assert compose["secrets"][source]["file"].startswith("${FRONTDOOR_SECRETS"), source
    assert "${FRONTDOOR_SECRETS:?" in COMPOSE.read_text()


def test_a_serving_process_is_given_no_owners_password(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if not name.endswith("-migrate") and name != "postgres":
            assert not [one for one in service.get("secrets", []) if "owner" in str(one) or "admin" in str(one)], name


def test_every_service_migrates_then_serves(compose: dict[str, Any]) -> None:
    services = compose["services"]
    run = {
        tuple(service["command"]): name
        for name, service in services.items()
        if service["image"].startswith("frontdoor:") and "command" in service
    }
    for package in PACKAGES:
        migrate, api = run[package, "migrate"], services[run[package, "api"]]
        assert api["depends_on"][migrate] == {"condition": "service_completed_successfully"}
        if package != "triage_ui":
            worker = services[run[package, "worker"]]
            assert set(worker["depends_on"]) == {migrate, "kafka"}
    assert set(PACKAGES) == set(DATABASES)


def test_what_must_survive_is_in_volumes(compose: dict[str, Any]) -> None:
    mounted = {
        str(volume).partition(":")[0]
        for service in compose["services"].values()
        for volume in service.get("volumes", [])
    }

    assert {"postgres", "kafka"} <= set(compose["volumes"])
    assert set(compose["volumes"]) <= mounted


def test_ports_are_open_to_this_machine_alone_unless_asked(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]

    assert ports
    assert all(re.fullmatch(r"\$\{FRONTDOOR_BIND:-127\.0\.0\.1\}:(\d+):\1", port) for port in ports)


def test_the_packs_that_are_mounted_can_be_used(compose: dict[str, Any]) -> None:
    assert "./partnerships:/partnerships:ro" in compose["services"]["triage-api"]["volumes"]
    assert load_packs(ROOT / "partnerships").partnerships
