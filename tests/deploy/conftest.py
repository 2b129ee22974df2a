"""What the tests with an engine share: the image, the project, and where the figures go."""

import json
import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_stack.checkout import ROOT
from local_stack.compose_secrets import main as make_secrets
from tests.deploy import engine

RESULTS = ROOT / "deploy" / "results"


@pytest.fixture(scope="session")
def figures() -> Iterator[dict[str, Any]]:
    """What was measured; kept when the tests are over, beside how busy the machine was and what others measured."""
    found: dict[str, Any] = {"load_average_before": os.getloadavg()[0], "processors": os.cpu_count()}
    yield found
    found |= {
        "machine": platform.machine(),
        "engine": engine.docker("version", "-f", "{{.Server.Version}}").stdout.decode().strip(),
    }
    file = RESULTS / "compose.json"
    before = json.loads(file.read_text()) if file.exists() else {}
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(before | found, indent=2, sort_keys=True) + "\n")


@pytest.fixture(scope="session")
def image() -> str:
    """The image of every process, built from the Dockerfile."""
    if reason := engine.missing():
        pytest.fail(f"These tests need a Docker engine with compose: {reason}")
    name = "frontdoor:0.1.0"
    engine.docker("build", "--quiet", *_base(), "--tag", name, ".")
    return name


def _base() -> tuple[str, ...]:
    named = os.environ.get("PYTHON_IMAGE")
    return ("--build-arg", f"PYTHON_IMAGE={named}") if named else ()


@pytest.fixture(scope="session")
def compose(image: str, tmp_path_factory: pytest.TempPathFactory, figures: dict[str, Any]) -> Iterator[engine.Compose]:
    """The whole project with its demonstration, healthy; ended with its volumes."""
    folder = tmp_path_factory.mktemp("compose")
    env_file = folder / ".env"
    assert make_secrets(["--folder", str(folder / "secrets"), "--env", str(env_file), "--demo"]) == 0
    project = engine.Compose(env_file)
    project("build", "--quiet", "mail", "keycloak")
    try:
        figures["seconds_until_all_are_healthy"] = round(project.up(), 1)
        figures["load_average_after_the_start"] = os.getloadavg()[0]
        yield project
    finally:
        if project_logs := os.environ.get("FRONTDOOR_CHECK_LOGS"):
            Path(project_logs).write_bytes(project("logs", "--no-color", check=False).stdout)
        project("--profile", "*", "down", "--volumes", "--remove-orphans", check=False)
