"""The web client as one process of the stack: its database, what it is given, where it answers."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from local_stack import web_assets
from local_stack.checkout import ROOT
from local_stack.children import Command
from local_stack.databases import provision
from local_stack.services import Service, Surroundings, migrate, traces

NAME: Final = "web-client"
_PACKAGE: Final = "triage_ui"
_CLIENT: Final = "frontdoor-ui"


@dataclass(frozen=True)
class WebClient:
    """Where it answers, and its database as owner and as serving role."""

    port: int
    owner_url: str
    app_url: str

    @property
    def url(self) -> str:
        """What people open."""
        return address(self.port)

    @property
    def health(self) -> str:
        """Where it says whether it is ready."""
        return f"{self.url}/health/ready"


def address(port: int) -> str:
    """Where it answers."""
    return f"http://127.0.0.1:{port}"


def provisioned(admin_url: str, port: int) -> WebClient:
    """With a database of its own, at its newest revision. Raises ``StackError`` when that fails."""
    client = WebClient(port, *provision(admin_url, _PACKAGE))
    migrate(NAME, client.owner_url, package=_PACKAGE)
    return client


def command(client: WebClient, surroundings: Surroundings, services: Mapping[str, Service]) -> Command:
    """Start it; it is given no owner's password and no broker."""
    keys = surroundings.keys
    given = {
        "DATABASE_URL": client.app_url,
        "OIDC_ISSUER": surroundings.oidc_issuer,
        "CLIENT_ID": _CLIENT,
        "CLIENT_KEY_FILE": str(keys.client_key_file(_CLIENT)),
        "SEALING_KEY_FILE": str(keys.sealing_key_file(_CLIENT)),
        "HTTP_PORT": str(client.port),
        "PUBLIC_URL": client.url,
        "SERVICE_URLS": json.dumps({name: service.url for name, service in services.items()}),
        "PARTNERSHIPS_FOLDER": str(surroundings.partnerships_folder),
        "ASSETS_FOLDER": str(web_assets.prepared()),
    }
    environment = {f"FRONTDOOR_{name}": value for name, value in given.items()} | traces(surroundings.zipkin_url)
    environment["OTEL_SERVICE_NAME"] = NAME
    return Command([sys.executable, "-m", _PACKAGE, "api"], environment, folder=ROOT)
