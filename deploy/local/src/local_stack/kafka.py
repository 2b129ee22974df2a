"""Apache Kafka 4.3: one KRaft node that is broker and controller, from its jars."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local_stack import probes
from local_stack.artefacts import fetched, locked
from local_stack.children import Command
from local_stack.errors import StackError
from local_stack.jvm import java, start_up_cache_name, trained, training
from local_stack.made_once import made_once
from local_stack.part import ProcessPart
from local_stack.ports import Ports
from local_stack.waiting import until

_HEAP_MEGABYTES: Final = 384
# Java's second compiler took as much processor time as all the requests of a busy stack, for longer than most stacks
# stand, and what it makes is no quicker at so few requests than what the first compiler makes.
_OPTIONS: Final = ("-XX:TieredStopAtLevel=1",)
_CLUSTER_ID: Final = "RnJvbnRkb29yTG9jYWwwMQ"
_TRAINING_SECONDS: Final = 90
_SETTINGS: Final = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:{broker},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{broker}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
metadata.max.idle.interval.ms=10000
"""
_LOGGING: Final = """\
status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %-5p %m (%c{1})%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
"""


@dataclass(frozen=True)
class KafkaPorts:
    """Where clients connect, and where the controller talks to itself."""

    broker: int
    controller: int

    @staticmethod
    def taken_from(ports: Ports) -> "KafkaPorts":
        return KafkaPorts(ports.take(), ports.take())


class Kafka(ProcessPart):
    """One node without replication: topics are made by the service that needs them, never by accident."""

    name = "kafka"

    def __init__(
        self,
        folder: Path,
        ports: KafkaPorts,
        *,
        start_up_cache_flag: str | None = None,
        settings: Mapping[str, str] | None = None,
        passwords: Mapping[str, str] | None = None,
    ) -> None:
        """``settings`` of the broker come after ours; ``passwords`` are those of SCRAM users, by name."""
        super().__init__(folder)
        self._settings = dict(settings or {})
        self._passwords = dict(passwords or {})
        self._ports = ports
        self._flag = start_up_cache_flag
        self.address = f"127.0.0.1:{ports.broker}"

    def start(self) -> str:
        flag = self._flag or trained(prepared())
        command = [*java(flag, *_OPTIONS, heap_megabytes=_HEAP_MEGABYTES), "-cp", _classpath()]
        self._configure()
        if not (self.folder / "data" / "meta.properties").exists():
            self._format()
        logging = f"-Dlog4j2.configurationFile={self.folder / 'log4j2.properties'}"
        self.run(Command([*command, logging, "kafka.Kafka", self.folder / "server.properties"]))
        return self.address

    def listen_behind(self, port: int, *, advertised: str) -> None:
        """A second listener for a proxy that does TLS, at which clients are sent to it; from the next start on."""
        broker, controller = (f"127.0.0.1:{port}" for port in (self._ports.broker, self._ports.controller))
        self._settings |= {
            "listeners": f"PLAINTEXT://{broker},CONTROLLER://{controller},BEHIND://127.0.0.1:{port}",
            "advertised.listeners": f"PLAINTEXT://{broker},BEHIND://{advertised}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,BEHIND:PLAINTEXT",
            "inter.broker.listener.name": "PLAINTEXT",
        }

    def ready(self) -> bool:
        return probes.kafka_answers(self.address)

    def _configure(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        values = {"broker": self._ports.broker, "controller": self._ports.controller, "data": self.folder / "data"}
        lines = [f"{name}={value}\n" for name, value in self._settings.items()]
        (self.folder / "server.properties").write_text(_SETTINGS.format(**values) + "".join(lines))
        (self.folder / "log4j2.properties").write_text(_LOGGING)

    def _format(self) -> None:
        """Users are written into the storage when it is formatted; without them it is the same for every broker."""
        if self._passwords:
            _format(self.folder / "server.properties", self._passwords)
            return
        draft = self.folder / "data.draft"
        shutil.copytree(formatted(), draft, dirs_exist_ok=True)
        os.replace(draft, self.folder / "data")


def prepared() -> Path:
    """The start-up cache, which is the last thing made; fetches and trains what is missing."""
    return made_once(start_up_cache_name(f"kafka-{_version()}", _OPTIONS), _train)


def formatted() -> Path:
    """Storage without a user or a topic, formatted once: the tool takes half as long as a start of the broker."""
    made_of = hashlib.sha256(f"{_CLUSTER_ID}\n{_SETTINGS}".encode()).hexdigest()[:8]
    return made_once(f"kafka-{_version()}.{made_of}.storage", _format_empty)


def _format_empty(draft: Path) -> None:
    properties = draft.with_name("server.properties")
    properties.write_text(_SETTINGS.format(broker=9092, controller=9093, data=draft))  # no port is opened or kept
    _format(properties, passwords={})


def _format(properties: Path, passwords: Mapping[str, str]) -> None:
    tool = [*java(*_OPTIONS, heap_megabytes=_HEAP_MEGABYTES), "-cp", _classpath(), "kafka.tools.StorageTool", "format"]
    arguments = [*tool, "--cluster-id", _CLUSTER_ID, "--config", properties]
    for user, password in passwords.items():
        arguments += ["--add-scram", f"SCRAM-SHA-512=[name={user},password={password}]"]
    done = subprocess.run([*map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise StackError(f"Kafka's storage could not be formatted: {done.stdout.strip()[-200:]}")


def _version() -> str:
    (broker,) = [artefact for artefact in locked("kafka") if artefact.name.startswith("kafka_")]
    return broker.version


def _classpath() -> str:
    return os.pathsep.join(map(str, fetched("kafka")))


def _train(draft: Path) -> None:
    """Start a broker that is never used, so that Java notes what a start needs."""
    ports = Ports()
    with tempfile.TemporaryDirectory(prefix="kafka-training-") as folder:
        broker = Kafka(Path(folder), KafkaPorts.taken_from(ports), start_up_cache_flag=training(draft))
        broker.start()
        try:
            until("Kafka's first start", broker.ready, timeout_seconds=_TRAINING_SECONDS, still_possible=broker.alive)
        finally:
            broker.child.stop(timeout_seconds=_TRAINING_SECONDS)
            ports.release()
