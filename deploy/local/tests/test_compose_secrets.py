"""What docker-compose.yml is given: random, complete, made once, and nobody's who is invented unless asked."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from local_stack.checkout import ROOT
from local_stack.compose_secrets import main

FILES = [secret["file"] for secret in yaml.safe_load((ROOT / "docker-compose.yml").read_text())["secrets"].values()]


def made(folder: Path, *options: str) -> int:
    return main(["--folder", str(folder / "secrets"), "--env", str(folder / ".env"), *options])


def settings(folder: Path) -> dict[str, str]:
    lines = (folder / ".env").read_text().splitlines()
    return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}


def realm(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "secrets" / "realm.json").read_text())
    return found


def test_every_secret_of_the_compose_file_is_made(tmp_path: Path) -> None:
    assert made(tmp_path, "--demo") == 0

    for file in FILES:
        path = tmp_path / "secrets" / file.partition("}/")[2]
        assert path.stat().st_size > 0, path


def test_the_folder_is_its_owners_and_containers_can_read_what_they_mount(tmp_path: Path) -> None:
    made(tmp_path, "--demo")

    folder = tmp_path / "secrets"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "keys" / "log.ed25519.pem").stat().st_mode) == 0o444
    assert stat.S_IMODE((folder / "keys" / "passwords.json").stat().st_mode) == 0o600


def test_two_deployments_share_no_secret_and_no_role_shares_a_password(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made(tmp_path / name, "--smtp-url", "smtps://mail.example.org")
    files = [tmp_path / name / "secrets" / f"triage-{role}-url" for name in ("one", "two") for role in ("app", "owner")]
    urls = {file.read_text() for file in files}

    assert len({url.split(":")[2] for url in urls}) == 4


def test_a_second_time_nothing_is_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(tmp_path, "--demo")
    before = {path: path.read_bytes() for path in (tmp_path / "secrets").rglob("*") if path.is_file()}

    assert made(tmp_path, "--demo") == 1

    assert {path: path.read_bytes() for path in (tmp_path / "secrets").rglob("*") if path.is_file()} == before
    assert "is there already" in capsys.readouterr().err


def test_without_a_demonstration_nobody_invented_can_sign_in(tmp_path: Path) -> None:
    assert made(tmp_path, "--smtp-url", "smtps://someone:word@mail.example.org:465") == 0

    assert {client["clientId"] for client in realm(tmp_path)["clients"]} == {
        "frontdoor-operator", "frontdoor-service", "frontdoor-staff", "frontdoor-ui",
    }  # fmt: skip
    assert all(user["serviceAccountClientId"].startswith("frontdoor-") for user in realm(tmp_path)["users"])
    assert set(settings(tmp_path)) == {"FRONTDOOR_SECRETS", "FRONTDOOR_LOG_ORIGIN"}
    assert not (tmp_path / "secrets" / "deployment.json").exists()
    assert "word" not in (tmp_path / ".env").read_text()


def test_the_realm_knows_each_client_by_its_public_key_alone(tmp_path: Path) -> None:
    made(tmp_path, "--demo")

    machines = [client for client in realm(tmp_path)["clients"] if "jwks.string" in client.get("attributes", {})]
    assert len(machines) > 8
    for client in machines:
        (key,) = json.loads(client["attributes"]["jwks.string"])["keys"]
        assert "d" not in key
        assert "jwks.url" not in client["attributes"]


def test_the_walk_is_told_where_everything_is(tmp_path: Path) -> None:
    made(tmp_path, "--demo")

    found = json.loads((tmp_path / "secrets" / "deployment.json").read_text())
    key = found["sign_ins"]["clients"]["wandsworth-school"]["private_key_file"]
    assert (tmp_path / "secrets" / key).read_text().startswith("-----BEGIN PRIVATE KEY-----")
    assert found["addresses"]["witness_key"] in settings(tmp_path)["FRONTDOOR_WITNESSES"]


@pytest.mark.parametrize(
    ("options", "advice"),
    [((), "Say where mail leaves"), (("--demo", "--log-origin", "a b"), "LOG_ORIGIN: write it like")],
)
def test_what_cannot_work_is_refused_in_one_line_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], advice: str
) -> None:
    assert made(tmp_path, *options) == 2

    assert capsys.readouterr().err.startswith(advice)
    assert list(tmp_path.iterdir()) == []


def test_alerts_are_mailed_by_the_deployments_server_and_the_password_stays_in_a_file_of_its_own(
    tmp_path: Path,
) -> None:
    made(tmp_path, "--smtp-url", "smtps://someone:wo%2Frd@mail.example.net:465", "--alerts-to", "on-call@example.net")

    folder = tmp_path / "secrets"
    found = yaml.safe_load((folder / "alertmanager.yml").read_text())
    mailed = {mail["to"] for receiver in found["receivers"] for mail in receiver["email_configs"]}
    assert found["global"]["smtp_smarthost"] == "mail.example.net:465"
    assert (found["global"]["smtp_auth_username"], found["global"]["smtp_require_tls"]) == ("someone", True)
    assert mailed == {"on-call@example.net"}
    assert (folder / "alert-mail-password").read_text() == "wo/rd"
    assert "wo/rd" not in (folder / "alertmanager.yml").read_text()


def test_a_demonstrations_sink_asks_for_no_password(tmp_path: Path) -> None:
    made(tmp_path, "--demo")

    found = yaml.safe_load((tmp_path / "secrets" / "alertmanager.yml").read_text())
    assert (found["global"]["smtp_smarthost"], found["global"]["smtp_require_tls"]) == ("mail:2525", False)
    assert not any(name.startswith("smtp_auth_") for name in found["global"])


@pytest.mark.parametrize("to", ["nobody", "one@example.org, two@example.org"])
def test_an_address_that_alerts_cannot_be_mailed_to_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], to: str
) -> None:
    assert made(tmp_path, "--smtp-url", "smtps://mail.example.org", "--alerts-to", to) == 1
    assert "ALERTS_TO: write one address" in capsys.readouterr().err
