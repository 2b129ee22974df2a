"""Settings: the environment first, then the stack of the checkout, else what to do."""

import json
from pathlib import Path

import pytest

from frontdoor.errors import CalledWrongly
from frontdoor.settings import load

URLS = {"triage": "http://127.0.0.1:1"}
VARIABLES = {
    "FRONTDOOR_SERVICE_URLS": json.dumps({"triage": "http://127.0.0.1:1/"}),
    "FRONTDOOR_OIDC_ISSUER": "https://issuer.example.org/realms/frontdoor/",
    "FRONTDOOR_CLIENT_KEY_FILE": "/keys/operator.pem",
}


def stack_file(folder: Path, content: object) -> None:
    (folder / ".frontdoor").mkdir()
    (folder / ".frontdoor" / "stack.json").write_text(json.dumps(content))


def test_the_environment_comes_first(tmp_path: Path) -> None:
    stack_file(tmp_path, {})

    settings = load(VARIABLES, folder=tmp_path)

    assert settings.service_urls == URLS
    assert settings.oidc_issuer == "https://issuer.example.org/realms/frontdoor"
    assert (settings.client_id, settings.client_key_file) == ("frontdoor-operator", Path("/keys/operator.pem"))


def test_the_stack_of_the_checkout_is_found_from_any_folder_in_it(tmp_path: Path) -> None:
    clients = {"frontdoor-operator": {"private_key_file": "/keys/operator.pem"}}
    services = {"triage": {"url": "http://127.0.0.1:1"}}
    addresses = {"oidc_issuer": "http://127.0.0.1:2/realms/frontdoor"}
    stack_file(tmp_path, {"addresses": addresses, "services": services, "sign_ins": {"clients": clients}})
    (tmp_path / "docs").mkdir()

    settings = load({}, folder=tmp_path / "docs")

    assert settings.service_urls == URLS
    assert settings.client_key_file == Path("/keys/operator.pem")


@pytest.mark.parametrize("missing", ["FRONTDOOR_OIDC_ISSUER", "FRONTDOOR_CLIENT_KEY_FILE"])
def test_a_variable_that_is_missing_is_named(missing: str, tmp_path: Path) -> None:
    given = {name: value for name, value in VARIABLES.items() if name != missing}

    with pytest.raises(CalledWrongly, match=missing):
        load(given, folder=tmp_path)


@pytest.mark.parametrize("urls", ["triage=http://x", "[]", "7"])
def test_addresses_that_are_not_json_by_name_are_refused(urls: str, tmp_path: Path) -> None:
    with pytest.raises(CalledWrongly, match="FRONTDOOR_SERVICE_URLS: write it as JSON"):
        load({**VARIABLES, "FRONTDOOR_SERVICE_URLS": urls}, folder=tmp_path)


def test_without_a_stack_the_command_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(CalledWrongly, match="make sandbox"):
        load({}, folder=tmp_path)


def test_a_stack_that_is_still_starting_is_not_used(tmp_path: Path) -> None:
    stack_file(tmp_path, {"state": "starting", "addresses": {}, "services": {}})

    with pytest.raises(CalledWrongly, match="still starting"):
        load({}, folder=tmp_path)
