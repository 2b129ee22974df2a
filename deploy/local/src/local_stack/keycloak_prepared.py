"""What all starts of Keycloak have in common, made once for this machine: a start-up cache, and a database.

The database has the schema, the administrator and our realm, and no secret that anybody uses.
"""

import hashlib
import json
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from local_stack.checkout import REALM_FILE
from local_stack.jvm import start_up_cache_name, trained, training
from local_stack.keycloak_program import ADMINISTRATOR, JAVA_OPTIONS, KeycloakPorts, KeycloakProcess, built
from local_stack.keycloak_secrets import PREPARED_ADDRESSES
from local_stack.made_once import made_once
from local_stack.ports import Ports
from local_stack.realm import HASHING
from local_stack.waiting import until

_INSTALL_SECONDS: Final = 180


@dataclass(frozen=True)
class Prepared:
    """Both are only read; a stack copies the database."""

    start_up_cache: Path
    database: Path


def prepared() -> Prepared:
    """Fetches, builds and makes what is missing."""
    start_up_cache = made_once(start_up_cache_name(built().name, JAVA_OPTIONS), _train)
    return Prepared(start_up_cache, made_once(database_name(built().name), partial(_install, trained(start_up_cache))))


def _train(draft: Path) -> None:
    """The new install from which Java learns what a start needs leaves its database too, to spare a second one."""
    with tempfile.TemporaryDirectory(prefix="keycloak-training-") as folder:
        database = Path(folder) / "database"
        _install(training(draft), database)
        made_once(database_name(built().name), partial(_copy, database))


def _copy(source: Path, draft: Path) -> None:
    shutil.copyfile(source, draft)


def _install(flag: str, draft: Path) -> None:
    """Have a Keycloak make everything in a new database, end it, and keep the database."""
    with tempfile.TemporaryDirectory(prefix="keycloak-install-") as folder:
        ports = Ports()
        try:
            install = _NewInstall(Path(folder), KeycloakPorts.taken_from(ports))
            install.run_once(flag)
        finally:
            ports.release()
        _copy(install.database, draft)


class _NewInstall(KeycloakProcess):
    """Imports the realm, for no addresses and with no password but an administrator's that nobody learns."""

    def run_once(self, flag: str) -> None:
        self.furnish()
        imports = self.folder / "data" / "import"
        imports.mkdir()
        (imports / "frontdoor-realm.json").write_text(_realm())
        self.launch(flag, "--import-realm", environment=_environment())
        try:
            until("Keycloak's first start", self.ready, timeout_seconds=_INSTALL_SECONDS, still_possible=self.alive)
        finally:
            self.child.stop(timeout_seconds=_INSTALL_SECONDS)


def _environment() -> dict[str, str]:
    return {
        "FRONTDOOR_PARTNER_JWKS_URL": PREPARED_ADDRESSES.jwks,
        "FRONTDOOR_WEB_CLIENT_URL": PREPARED_ADDRESSES.web_client,
        "KC_BOOTSTRAP_ADMIN_USERNAME": ADMINISTRATOR,
        "KC_BOOTSTRAP_ADMIN_PASSWORD": secrets.token_urlsafe(),
    }


def _realm() -> str:
    """The realm file's, and hashing as in the stack, so that no password is hashed again when it is first used."""
    return json.dumps({**json.loads(REALM_FILE.read_text()), "passwordPolicy": HASHING})


def database_name(program: str) -> str:
    """A database serves one build of the program, and the very realm that was imported."""
    made_of = "\n".join([_realm(), *map(str, (PREPARED_ADDRESSES, ADMINISTRATOR))])
    return f"{program}.{hashlib.sha256(made_of.encode()).hexdigest()[:8]}.mv.db"
