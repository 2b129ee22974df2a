"""What every part of the stack has in common: an address, a start, a question whether it serves, an end."""

import signal
from pathlib import Path
from typing import ClassVar, Final, Protocol
from urllib.parse import urlsplit

from local_stack import probes
from local_stack.children import Child, Command, spawn
from local_stack.errors import StackError

ADDRESS_NAMES: Final = {
    "postgres": "database_url",
    "kafka": "kafka_bootstrap_servers",
    "keycloak": "oidc_issuer",
    "smtp": "smtp_url",
    "agencies": "agencies",
    "witness": "witness",
    "zipkin": "zipkin",
}


class Part(Protocol):
    """One thing the services need."""

    name: str
    address: str

    def start(self) -> str:
        """Begin to start it and return its address; also starts it again, on the same port and data."""

    def ready(self) -> bool:
        """Whether it serves now."""

    def alive(self) -> bool:
        """Whether it can still become ready."""

    def addresses(self) -> dict[str, str]:
        """What people and settings call its addresses."""

    def stop(self) -> None:
        """End it; nothing happens when it has ended already."""


class ProcessPart:
    """A part that is one process of ours."""

    name: str
    address: str
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    stop_timeout_seconds: ClassVar[float] = 10

    def __init__(self, folder: Path) -> None:
        self.folder = folder / self.name
        self.log = folder / "logs" / f"{self.name}.log"
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        """The process. Raises ``StackError`` before the first start."""
        if self._child is None:
            raise StackError(f"{self.name} has not been started")
        return self._child

    def alive(self) -> bool:
        return self._child is not None and self._child.alive()

    def addresses(self) -> dict[str, str]:
        return {ADDRESS_NAMES[self.name]: self.address}

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop(timeout_seconds=self.stop_timeout_seconds, by=self.stop_signal)

    def run(self, command: Command) -> None:
        """Start the process; ends the one from before, if there is one."""
        self.stop()
        self._child = spawn(self.name, command, log=self.log)


class NamedPart:
    """A part that runs already, somewhere else; it is only asked, never started or stopped."""

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        self.address = address

    def start(self) -> str:
        return self.address

    def ready(self) -> bool:
        match self.name:
            case "postgres":
                return probes.postgres_answers(self.address)
            case "kafka":
                return probes.kafka_answers(self.address)
            case "smtp":
                server = urlsplit(self.address)
                return probes.smtp_answers(server.hostname or "", server.port or 25)
        return probes.http_answers(f"{self.address}/.well-known/openid-configuration")

    def alive(self) -> bool:
        return True

    def addresses(self) -> dict[str, str]:
        return {ADDRESS_NAMES[self.name]: self.address}

    def stop(self) -> None:
        """It is not ours to end."""
