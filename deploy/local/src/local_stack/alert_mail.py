"""The alert manager's configuration of one deployment: the committed routes, with its mail server and addresses."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, unquote, urlsplit

import yaml

from local_stack.checkout import ROOT
from local_stack.errors import StackError

ROUTES_FILE: Final = ROOT / "deploy" / "observability" / "alertmanager.yml"
_PORTS: Final = {"smtp": 25, "smtps": 465}


def configuration(smtp_url: str, *, to: str, routes: Path = ROUTES_FILE) -> str:
    """YAML for the alert manager. The password is in a file of its own, and not in it.

    Raises ``StackError`` when ``smtp_url`` does not name a mail server, or ``to`` is no address.
    """
    server = urlsplit(smtp_url)
    if server.scheme not in _PORTS or not server.hostname:
        raise StackError("SMTP_URL: write it like smtps://user:password@mail.example.org:465")
    if "@" not in to or any(letter.isspace() for letter in to):
        raise StackError("ALERTS_TO: write one address, like on-call@example.org")
    found: dict[str, Any] = yaml.safe_load(routes.read_text())
    found["global"] = _signing_in(server, found["global"])
    for receiver in found["receivers"]:
        for mail in receiver["email_configs"]:
            mail["to"] = to
    return yaml.safe_dump(found, sort_keys=False)


def password_of(smtp_url: str) -> str:
    """What the mail server is shown; empty when it asks for nothing."""
    return unquote(urlsplit(smtp_url).password or "")


def _signing_in(server: SplitResult, before: Mapping[str, Any]) -> dict[str, Any]:
    changed = dict(before) | {
        "smtp_smarthost": f"{server.hostname}:{server.port or _PORTS[server.scheme]}",
        "smtp_require_tls": server.scheme == "smtps",
    }
    if server.username:
        return changed | {"smtp_auth_username": unquote(server.username)}
    return {name: value for name, value in changed.items() if not name.startswith("smtp_auth_")}
