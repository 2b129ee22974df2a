"""The walk through a stack that runs already: what it is told has to be whole before anything is sent."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from frontdoor.demo.against import Folders, walk_against
from frontdoor.errors import CalledWrongly
from frontdoor.main import app

ROOT = Path(__file__).parents[3]
FOLDERS = Folders(ROOT / "examples" / "referrals", ROOT / "partnerships")
PLACES = ("referral-intake", "triage", "agency-notify", "audit", "oidc_issuer", "agencies", "mail", "web_client")
ADDRESSES = dict.fromkeys(PLACES, "http://127.0.0.1:1")


def described(folder: Path, **addresses: str) -> Path:
    content: dict[str, Any] = {"addresses": addresses, "sign_ins": {"staff": {}, "clients": {}}}
    file = folder / "deployment.json"
    file.write_text(json.dumps(content))
    return file


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"addresses": {}, "sign_ins": []}'])
def test_a_file_that_describes_no_stack_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "deployment.json"
    file.write_text(content)

    with pytest.raises(CalledWrongly, match="does not hold the addresses and sign-ins"):
        walk_against(file, FOLDERS)


def test_an_address_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CalledWrongly, match="does not say where these are: witness_key"):
        walk_against(described(tmp_path, **ADDRESSES), FOLDERS)


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CalledWrongly, match="nowhere is no folder"):
        walk_against(described(tmp_path, **ADDRESSES), Folders(tmp_path / "nowhere", FOLDERS.partnerships))


def test_the_command_says_the_same_in_one_line_and_ends_with_2(tmp_path: Path) -> None:
    file = described(tmp_path, **ADDRESSES)

    ended = CliRunner().invoke(app, ["demo", "--against", str(file), "--examples", str(tmp_path / "nowhere")])

    assert ended.exit_code == 2
    assert "nowhere is no folder" in ended.output


def test_an_installation_without_the_local_stack_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "local_stack" or "frontdoor.demo" in name]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "local_stack", None)

    ended = CliRunner().invoke(app, ["demo"])

    assert ended.exit_code == 2
    assert "no local stack" in ended.output
