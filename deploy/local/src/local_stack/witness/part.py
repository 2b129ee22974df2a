"""The witness as a part of the stack: a process with a key and a memory of its own."""

import sys
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from local_stack import probes
from local_stack.children import Command
from local_stack.keys import Keys
from local_stack.part import ProcessPart
from local_stack.services import LOG_ORIGIN
from local_stack.witness.notes import COSIGNATURE, LOG_SIGNATURE, Key

NAME: Final = "witness.example.org/local"


class WitnessPart(ProcessPart):
    """Knows the stack's own log by its public key, and nothing else of the stack."""

    name = "witness"

    def __init__(self, folder: Path, port: int, keys: Keys) -> None:
        super().__init__(folder)
        self._port = port
        self._key_file = keys.signing_key_file("witness")
        self._logs = [Key.of(LOG_ORIGIN, LOG_SIGNATURE, read_private(keys.signing_key_file("log")))]
        self.key = Key.of(NAME, COSIGNATURE, read_private(self._key_file))
        self.address = f"http://127.0.0.1:{port}"

    def addresses(self) -> dict[str, str]:
        return super().addresses() | {"witness_key": str(self.key)}

    def start(self) -> str:
        options: list[str | Path] = ["--name", NAME, "--key", self._key_file]
        options += [option for log in self._logs for option in ("--log", str(log))]
        options += ["--state", self.folder / "cosigned.sqlite3", "--port", str(self._port)]
        self.run(Command([sys.executable, "-m", "local_stack.witness", "serve", *options]))
        return self.address

    def know(self, log: Key) -> None:
        """From now on it witnesses that log too. It is started again, and remembers what it has cosigned."""
        self._logs.append(log)
        self.start()

    def ready(self) -> bool:
        return probes.http_answers(f"{self.address}/key")


def read_private(file: Path) -> Ed25519PrivateKey:
    """A key that the stack made itself."""
    key = load_pem_private_key(file.read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey), "the stack made this key itself"
    return key
