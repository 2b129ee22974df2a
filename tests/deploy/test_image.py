"""The image as it is built: small, bare of secrets and tools, and it does what it is told."""

import io
import json
import tarfile
import time
from typing import Any

import pytest

from chassis.settings import WRONG_SETTING_EXIT_CODE
from local_stack.checkout import PARTNERSHIPS_FOLDER
from tests.deploy.engine import docker, inspect, until

pytestmark = [pytest.mark.engine, pytest.mark.timeout(1800)]

MEGABYTE = 1_000_000
LARGEST_ABOVE_BASE = 150 * MEGABYTE
START_CPU_SECONDS = 3
CLOCK_TICKS = 100
RESTARTING_SECONDS = 30
MOST_RESTARTS = 9
"""The pause begins with 0.1 s and doubles up to a minute; each start takes a second or more."""
PACKS = ("--volume", f"{PARTNERSHIPS_FOLDER}:/partnerships:ro")
ENVIRONMENT = {
    "FRONTDOOR_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "FRONTDOOR_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
    "FRONTDOOR_OIDC_ISSUER": "http://127.0.0.1:1/realms/frontdoor",
    "FRONTDOOR_PUBLIC_URL": "http://127.0.0.1:8000",
}


@pytest.fixture(scope="module")
def files(image: str) -> dict[str, tarfile.TarInfo]:
    """Every file of the image."""
    container = docker("create", image).stdout.decode().strip()
    try:
        archive = docker("export", container).stdout
    finally:
        docker("rm", container)
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        return {member.name: member for member in opened}


def shell(image: str, script: str) -> str:
    command = ("run", "--rm", "--read-only", "--network=none", "--entrypoint=sh", image, "-c", script)
    return docker(*command).stdout.decode()


def variables(**changed: str) -> list[str]:
    return [part for name, value in {**ENVIRONMENT, **changed}.items() for part in ("--env", f"{name}={value}")]


def test_it_adds_little_to_its_base(image: str, figures: dict[str, Any]) -> None:
    history = docker(
        "history", "--human=false", "--no-trunc", "--format", "{{.Size}} {{.CreatedBy}}", image
    ).stdout.decode()
    ours = [int(line.split(" ")[0]) for line in history.splitlines() if "buildkit" in line]
    figures["image_megabytes_above_base"] = round(sum(ours) / MEGABYTE)

    assert len(ours) >= 4
    assert sum(ours) <= LARGEST_ABOVE_BASE


def test_it_runs_as_a_number_that_is_not_root(image: str) -> None:
    config = inspect(image)["Config"]

    assert config["User"] == "10001:10001"
    assert config["Healthcheck"]["Test"][0] == "CMD"
    assert {"org.opencontainers.image.title", "org.opencontainers.image.version"} <= set(config["Labels"])
    assert shell(image, "id -u").strip() == "10001"


def test_there_is_no_compiler(image: str) -> None:
    assert shell(image, "for tool in gcc cc g++ make ld go rustc; do command -v $tool; done; true") == ""


def test_nothing_is_in_it_that_must_not_be(image: str, files: dict[str, tarfile.TarInfo]) -> None:
    ours = [name for name in files if name.startswith("opt/frontdoor/")]

    assert len(ours) > 1000
    for word in (
        "/tests/",
        "/testing/",
        "examples/referrals",
        ".git/",
        "conftest",
        ".env",
        "secrets/",
        "stack.json",
        "local_stack",
    ):
        assert [
            name for name in ours if f"opt/frontdoor/code/{word}" in name or word in name.partition("code/")[2]
        ] == []
    keys = [name for name in ours if name.endswith((".pem", ".key", ".keys"))]
    assert [name for name in keys if not name.endswith("certifi/cacert.pem")] == []
    assert shell(image, "grep -rlE 'BEGIN (EC |RSA |OPENSSH )?PRIVATE KEY-----' /opt/frontdoor/code || true") == ""


def test_nothing_of_ours_can_be_written(image: str, files: dict[str, tarfile.TarInfo]) -> None:
    assert shell(image, "find /opt/frontdoor -writable ! -type l | head") == ""


def test_its_bill_of_materials_names_everything_installed(image: str) -> None:
    bill = json.loads(shell(image, "cat /usr/share/doc/frontdoor/sbom.cdx.json"))
    installed = shell(image, "ls -d /opt/frontdoor/python/lib/python3*/site-packages/*.dist-info | wc -l")

    named = [component for component in bill["components"] if component["purl"].startswith("pkg:pypi/")]
    assert len(named) == int(installed)
    assert [component for component in bill["components"] if component["purl"].startswith("pkg:deb/debian/libc6@")]


@pytest.mark.parametrize("package", ["referral_intake", "triage", "agency_notify", "audit", "triage_ui"])
@pytest.mark.parametrize("command", ["api", "migrate"])
def test_a_missing_setting_ends_a_container_with_one_line_and_78(image: str, package: str, command: str) -> None:
    ended = docker("run", "--rm", "--read-only", "--network=none", image, package, command, check=False)

    assert ended.returncode == 78
    assert ended.stderr.decode().count("\n") == 1
    assert "FRONTDOOR_DATABASE" in ended.stderr.decode()


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"FRONTDOOR_HTTP_PORT": "eight"}, "FRONTDOOR_HTTP_PORT: input should be a valid integer"),
        (
            {"FRONTDOOR_DATABASE_URL_FILE": "/nowhere"},
            "FRONTDOOR_DATABASE_URL_FILE: is set beside FRONTDOOR_DATABASE_URL",
        ),
        ({"FRONTDOOR_PARTNERSHIPS_FOLDER": "/nowhere"}, "/nowhere"),
    ],
)
def test_a_wrong_setting_ends_a_container_with_one_line_and_78(
    image: str, changed: dict[str, str], advice: str
) -> None:
    command = ("run", "--rm", "--read-only", "--network=none", *variables(**changed), image, "triage", "api")
    ended = docker(*command, check=False)

    assert ended.returncode == 78
    assert ended.stderr.decode().startswith(advice)
    assert ended.stderr.decode().count("\n") == 1


def test_a_wrong_setting_is_tried_again_at_a_growing_pause_and_seen(image: str, figures: dict[str, Any]) -> None:
    """Under the restart policy of docker-compose.yml: the engine doubles its pause, so nothing spins."""
    wrong = variables(FRONTDOOR_HTTP_PORT="eight")
    command = ("run", "--detach", "--restart=unless-stopped", "--read-only", "--network=none", *wrong, image)
    container = docker(*command, "triage", "api").stdout.decode().strip()
    try:
        time.sleep(RESTARTING_SECONDS)
        until("the exit code", lambda: inspect(container)["State"]["ExitCode"] == WRONG_SETTING_EXIT_CODE)
        restarts = inspect(container)["RestartCount"]
        said = docker("logs", container).stderr.decode().splitlines()
    finally:
        docker("rm", "--force", "--volumes", container)

    figures["restarts_by_a_wrong_setting"] = {"seconds": RESTARTING_SECONDS, "restarts": restarts}
    assert 2 <= restarts <= MOST_RESTARTS
    assert set(said) == {said[0]}
    assert said[0].startswith("FRONTDOOR_HTTP_PORT: input should be a valid integer")


def test_an_api_starts_quickly_on_a_read_only_root(image: str, figures: dict[str, Any]) -> None:
    """Measured in processor time, which a busy machine does not stretch."""
    container = (
        docker("run", "--detach", "--read-only", "--network=none", *variables(), *PACKS, image, "triage", "api")
        .stdout.decode()
        .strip()
    )
    try:
        began = time.monotonic()
        while not _alive(container):
            assert time.monotonic() - began < 120, docker("logs", container).stderr.decode()[-500:]
            time.sleep(0.2)
        fields = docker("exec", container, "cat", "/proc/1/stat").stdout.decode().rpartition(")")[2].split()
        figures["api_start_cpu_seconds"] = (int(fields[11]) + int(fields[12])) / CLOCK_TICKS
    finally:
        docker("rm", "--force", "--volumes", container)

    assert figures["api_start_cpu_seconds"] <= START_CPU_SECONDS


def _alive(container: str) -> bool:
    program = "import sys,urllib.request as u; sys.exit(u.urlopen('http://127.0.0.1:8000/health/live').status != 200)"
    return docker("exec", container, "/opt/frontdoor/python/bin/python", "-c", program, check=False).returncode == 0
