"""Zipkin, which shows traces; in memory, only for those who watch."""

from pathlib import Path
from typing import Final

from local_stack import probes
from local_stack.artefacts import fetched
from local_stack.children import Command
from local_stack.jvm import java
from local_stack.part import ProcessPart

_HEAP_MEGABYTES: Final = 256
MOST_SPANS: Final = 60_000
"""So many are kept, the oldest go first: what the heap holds with room to spare. Zipkin's own 500,000 end it."""


class Zipkin(ProcessPart):
    """Takes spans at ``/api/v2/spans`` and shows them at ``/zipkin/``."""

    name = "zipkin"

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(folder)
        self._port = port
        self.address = f"http://127.0.0.1:{port}"

    def start(self) -> str:
        (jar,) = fetched("zipkin")
        listen = {"ip": "127.0.0.1", "port": self._port, "protocols[0]": "http"}
        listening = [f"--armeria.ports[0].{name}={value}" for name, value in listen.items()]
        environment = {"STORAGE_TYPE": "mem", "MEM_MAX_SPANS": str(MOST_SPANS)}
        self.run(Command([*java(heap_megabytes=_HEAP_MEGABYTES), "-jar", jar, *listening], environment))
        return self.address

    def ready(self) -> bool:
        return probes.http_answers(f"{self.address}/health")
