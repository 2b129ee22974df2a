"""The two sinks as parts of the stack: where mail ends, and where agencies take their notices."""

import sys
from pathlib import Path

from local_stack import probes
from local_stack.children import Command
from local_stack.keys import Keys
from local_stack.part import ProcessPart


class SmtpSink(ProcessPart):
    """Takes mail by SMTP; shows it at ``<inbox>/messages``."""

    name = "smtp"

    def __init__(self, folder: Path, *, smtp_port: int, http_port: int) -> None:
        super().__init__(folder)
        self._ports = (smtp_port, http_port)
        self.address = f"smtp://127.0.0.1:{smtp_port}"
        self.inbox = f"http://127.0.0.1:{http_port}"

    def addresses(self) -> dict[str, str]:
        return super().addresses() | {"mail": f"{self.inbox}/messages"}

    def start(self) -> str:
        smtp_port, http_port = map(str, self._ports)
        options: list[str | Path] = ["--smtp-port", smtp_port, "--http-port", http_port]
        options += ["--journal", self.folder / "mail.jsonl"]
        self.run(Command([sys.executable, "-m", "local_stack.smtp_sink", *options]))
        return self.address

    def ready(self) -> bool:
        return probes.smtp_answers("127.0.0.1", self._ports[0]) and probes.http_answers(f"{self.inbox}/messages")


class AgenciesSink(ProcessPart):
    """Takes notices at ``<address>/agencies/<agency>/hook``; serves clients' keys at ``<address>/jwks/<client>``."""

    name = "agencies"

    def __init__(self, folder: Path, port: int, keys: Keys) -> None:
        super().__init__(folder)
        self._port = port
        self._keys = keys
        self.address = f"http://127.0.0.1:{port}"

    def start(self) -> str:
        options: list[str | Path] = ["--port", str(self._port), "--public-key", self._keys.webhook_public_key()]
        options += ["--keys", self._keys.folder, "--journal", self.folder / "deliveries.jsonl"]
        self.run(Command([sys.executable, "-m", "local_stack.agencies_sink", *options]))
        return self.address

    def ready(self) -> bool:
        return probes.http_answers(f"{self.address}/deliveries")
