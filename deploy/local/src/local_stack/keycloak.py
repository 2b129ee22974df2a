"""Keycloak as a part of the stack: at every start it gets a new copy of the prepared database, and its own secrets."""

import json
import shutil
from pathlib import Path

from local_stack.checkout import REALM_FILE
from local_stack.jvm import trained
from local_stack.keycloak_prepared import prepared
from local_stack.keycloak_program import KeycloakPorts, KeycloakProcess
from local_stack.keycloak_secrets import Addresses, give_secrets
from local_stack.keys import Keys


class Keycloak(KeycloakProcess):
    """The OpenID provider."""

    def __init__(self, folder: Path, ports: KeycloakPorts, keys: Keys, addresses: Addresses) -> None:
        super().__init__(folder, ports)
        self._keys = keys
        self._addresses = addresses

    def start(self) -> str:
        common = prepared()
        self.stop()  # the one from before must not write into the new copy
        self.furnish()
        shutil.copyfile(common.database, self.database)
        give_secrets(self.database, json.loads(REALM_FILE.read_text()), self._keys, self._addresses)
        self.launch(trained(common.start_up_cache))
        return self.address

    def call_itself(self, url: str) -> None:
        """``url`` is where a proxy does TLS for it: the issuer is named by it, from the next start on."""
        self.console = url
        self.address = f"{url}/realms/frontdoor"

    def addresses(self) -> dict[str, str]:
        return super().addresses() | {"keycloak_console": f"{self.console}/admin/"}
