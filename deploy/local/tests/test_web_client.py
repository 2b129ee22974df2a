"""The web client as a process of the stack, and the style it serves."""

import json
from pathlib import Path

import pytest

from local_stack.errors import StackError
from local_stack.keys import Keys
from local_stack.services import Service, Surroundings
from local_stack.web_assets import STYLE, plain, prepared
from local_stack.web_client import WebClient, command

OWNER = "postgresql://triage_ui_owner:secret@127.0.0.1:5432/triage_ui"
APP = "postgresql://triage_ui_app:other@127.0.0.1:5432/triage_ui"


def test_the_style_names_no_font_no_crest_and_nothing_to_fetch() -> None:
    style = (prepared() / STYLE).read_text()

    assert "url(" not in style
    assert "@font-face" not in style
    assert "Transport" not in style
    assert ".govuk-button" in style


def test_only_what_would_be_fetched_is_taken_out() -> None:
    style = (
        '@font-face{font-family:"GDS Transport";src:url(/assets/fonts/light.woff2)}'
        '.govuk-body{font-family:"GDS Transport",arial,sans-serif;margin:0}'
        ".govuk-footer__copyright-logo{background-image:url(/assets/images/govuk-crest.svg)}"
        "@media print{.govuk-body{color:#000}}"
    )

    assert plain(style) == ".govuk-body{font-family:arial,sans-serif;margin:0}@media print{.govuk-body{color:#000}}"


def test_a_style_that_is_written_otherwise_is_refused_and_not_served_with_what_is_left() -> None:
    with pytest.raises(StackError, match="adapt"):
        plain('.x{font-family:GDS-Transport}.y{background:image-set("a.png")}')


def test_the_client_is_given_its_own_database_the_services_and_no_owners_password(tmp_path: Path) -> None:
    keys = Keys(tmp_path)
    surroundings = Surroundings("broker:1", "http://127.0.0.1:2/realms/frontdoor", "smtp://127.0.0.1:3", None, keys)
    services = {"triage": Service("triage", 4, 5, "owner", "app")}

    started = command(WebClient(6, OWNER, APP), surroundings, services)

    given = started.environment
    assert given["FRONTDOOR_DATABASE_URL"] == APP
    assert OWNER not in given.values()
    assert json.loads(given["FRONTDOOR_SERVICE_URLS"]) == {"triage": "http://127.0.0.1:4"}
    assert given["FRONTDOOR_PUBLIC_URL"] == "http://127.0.0.1:6"
    assert given["FRONTDOOR_SEALING_KEY_FILE"] != str(keys.sealing_key_file())
    assert (tmp_path / "keys" / "frontdoor-ui.jwks.json").exists(), "the issuer fetches it from there"
