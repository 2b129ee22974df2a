"""The stack itself: brings up the parts side by side, then the services, and ends everything it began."""

import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from local_stack import fork_server, probes, realm, services, web_client
from local_stack.assembly import SERVING_PARTS, assemble
from local_stack.checkout import PARTNERSHIPS_FOLDER, REALM_FILE, STACK_FOLDER
from local_stack.children import Identity
from local_stack.console import say
from local_stack.errors import StackError
from local_stack.keeping import KeptParts
from local_stack.keycloak import Keycloak
from local_stack.keycloak_program import ADMINISTRATOR
from local_stack.keys import Keys
from local_stack.part import Part, ProcessPart
from local_stack.ports import Ports
from local_stack.sandbox import process as sandbox_process
from local_stack.services import Service, Surroundings
from local_stack.state import State, own_identity
from local_stack.supervisor import Supervisor
from local_stack.timeline import Timeline
from local_stack.waiting import until
from local_stack.web_client import WebClient

_READY_SECONDS: Final = 300  # a bound for machines that are busy with other things; 15 is usual
_RESTARTS_UNTIL_HOPELESS: Final = 5


@contextmanager
def running(
    folder: Path = STACK_FOLDER,
    *,
    parts: frozenset[str] | set[str] = SERVING_PARTS,
    services: bool = True,
    sandbox: bool = False,
    workers: int = 1,
    partnerships: Path = PARTNERSHIPS_FOLDER,
    timing: bool = False,
    keep_parts: bool = False,
    own_interpreters: bool = False,
) -> Iterator["Stack"]:
    """A stack that is ready; everything it started has ended when the block is left.

    ``services=False`` starts only ``parts``; ``sandbox`` adds a front door team that plays by magic words; each service
    has so many ``workers``; the packs are those of ``partnerships``; ``timing`` says where the time of the start went;
    with ``keep_parts`` a part that ends is started again, as services always are; with ``own_interpreters`` no service
    shares memory with another, as in a deployment. Raises ``StackError`` when a stack
    runs in ``folder`` already, or when something does not become ready.
    """
    state = State(folder)
    with state.held():
        stack = Stack(
            state,
            frozenset(parts),
            with_services=services,
            with_sandbox=sandbox,
            workers=workers,
            partnerships=partnerships,
            own_interpreters=own_interpreters,
        )
        try:
            stack.start(timing=timing)
            if keep_parts:
                stack.kept_parts.start()
            yield stack
        finally:
            stack.stop()


class Stack:
    """Parts, services and how to sign in. Use ``running`` to get one."""

    def __init__(
        self,
        state: State,
        wanted: frozenset[str],
        *,
        with_services: bool,
        with_sandbox: bool = False,
        workers: int = 1,
        partnerships: Path = PARTNERSHIPS_FOLDER,
        own_interpreters: bool = False,
    ) -> None:
        missing = SERVING_PARTS - wanted
        if with_services and missing:
            raise StackError(f"the services need {', '.join(sorted(missing))} too")
        self.folder = state.folder
        self.keys = Keys(state.folder)
        self._state = state
        self._ports = Ports()
        self._web_client_port = self._ports.take()
        self.parts: Mapping[str, Part] = assemble(
            state.folder,
            wanted,
            ports=self._ports,
            environ=os.environ,
            web_client_url=web_client.address(self._web_client_port),
        )
        self.web_client: WebClient | None = None
        self.services: Mapping[str, Service] = {}
        self.sign_ins = self._sign_ins()
        self._with_services = with_services
        self._own_interpreters = own_interpreters
        self._workers = workers
        self._partnerships = partnerships
        self._sandbox_port = self._ports.take() if with_services and with_sandbox else None
        self._phase = "starting"
        self._writing = threading.Lock()
        self._abandoned = threading.Event()
        self._timeline = Timeline()
        self.supervisor = Supervisor(state.folder / "logs", on_start=self._write)
        self.kept_parts = KeptParts(self.parts, on_start=self._write)

    def start(self, *, timing: bool = False) -> None:
        """Bring up everything and return when all of it serves; with ``timing`` say what took how long."""
        self._write()
        if self._with_services and not self._own_interpreters:
            fork_server.begin()
        others = [part for name, part in self.parts.items() if name != "postgres"]
        steps: list[Callable[[], None]] = [partial(self._bring_up, part) for part in others]
        if "postgres" in self.parts:
            steps.append(self._bring_up_databases)
        self._together(steps)
        if self._with_services:
            self._start_services()
        if timing:
            say(self._timeline.report(self.processes()))
        self._phase = "ready"
        self._write()

    def stop(self) -> None:
        """End services first, then parts; forget the state, keep the data."""
        self._abandoned.set()
        self._phase = "stopping"
        self.kept_parts.let_go()
        self.supervisor.stop()
        with ThreadPoolExecutor(max_workers=max(1, len(self.parts))) as pool:
            list(pool.map(lambda part: part.stop(), self.parts.values()))
        self._ports.release()
        self._state.clear()

    def addresses(self) -> dict[str, str]:
        """Every address of the stack by a name that says what it is for."""
        found = {"web_client": self.web_client.url} if self.web_client else {}
        for part in self.parts.values():
            found |= part.addresses()
        if self._sandbox_port is not None:
            found[sandbox_process.NAME] = sandbox_process.address(self._sandbox_port)
        return found | {name: service.url for name, service in self.services.items()}

    def processes(self) -> dict[str, Identity]:
        """Every process of the stack that was started, by name; services are called like ``triage-worker``."""
        ours = {name: part for name, part in self.parts.items() if isinstance(part, ProcessPart) and part.alive()}
        return {name: part.child.identity for name, part in ours.items()} | self.supervisor.processes()

    def _bring_up(self, part: Part) -> None:
        with self._timeline.span(part.name):
            part.start()
            self._write()
            self._wait_for(part.name, part.ready, possible=part.alive)

    def _bring_up_databases(self) -> None:
        """PostgreSQL is the first to be ready, so the databases are made while the others still start."""
        postgres = self.parts["postgres"]
        self._bring_up(postgres)
        if self._with_services:
            with self._timeline.span("databases"):
                self.services = services.provisioned(postgres.address, self._ports, workers=self._workers)
                for service in self.services.values():
                    services.migrate(service.name, service.owner_url, package=service.package)
                self.web_client = web_client.provisioned(postgres.address, self._web_client_port)

    def _start_services(self) -> None:
        commands, health = (
            dict(services.commands(self._surroundings(), self.services)),
            dict(services.health(self.services)),
        )
        if self._sandbox_port is not None:
            self._write()  # it reads the file at its start
            commands[sandbox_process.NAME] = sandbox_process.command(self._state.file, self._sandbox_port)
            health[sandbox_process.NAME] = sandbox_process.health(self._sandbox_port)
        if self.web_client is not None:
            commands[web_client.NAME] = web_client.command(self.web_client, self._surroundings(), self.services)
            health[web_client.NAME] = self.web_client.health
        alone = self._own_interpreters
        self.supervisor.start({name: replace(one, own_interpreter=alone) for name, one in commands.items()})
        self._together([partial(self._wait_for_process, name, url) for name, url in health.items()])

    def _wait_for_process(self, name: str, url: str) -> None:
        def possible() -> bool:
            return self.supervisor.restarts()[name] < _RESTARTS_UNTIL_HOPELESS

        what = f"{name} (log: {self.supervisor.log(name)})"
        with self._timeline.span(name):
            self._wait_for(what, partial(probes.http_answers, url), possible=possible)

    def _wait_for(self, what: str, ready: Callable[[], bool], *, possible: Callable[[], bool]) -> None:
        seconds = until(
            what,
            ready,
            timeout_seconds=_READY_SECONDS,
            still_possible=lambda: possible() and not self._abandoned.is_set(),
        )
        say(f"{what.partition(' ')[0]} is ready after {seconds:.1f} s")

    def _surroundings(self) -> Surroundings:
        zipkin, witness = self.parts.get("zipkin"), self.parts["witness"].addresses()
        return Surroundings(
            kafka_bootstrap_servers=self.parts["kafka"].address,
            oidc_issuer=self.parts["keycloak"].address,
            smtp_url=self.parts["smtp"].address,
            zipkin_url=zipkin.address if zipkin else None,
            keys=self.keys,
            witnesses={witness["witness_key"]: witness["witness"]},
            partnerships_folder=self._partnerships,
        )

    def _together(self, steps: Sequence[Callable[[], None]]) -> None:
        """Do all steps at once; when one fails the others are abandoned and its error is raised."""
        with ThreadPoolExecutor(max_workers=max(1, len(steps))) as pool:
            try:
                done, _ = wait([pool.submit(step) for step in steps], return_when=FIRST_EXCEPTION)
            except BaseException:
                self._abandoned.set()  # asked to end while starting: the steps' threads must not hold us
                raise
            failures = [failure for future in done if (failure := future.exception())]
            if failures:
                self._abandoned.set()
        if failures:
            raise failures[0]

    def _sign_ins(self) -> dict[str, Any]:
        """Nobody's but ours: a Keycloak that ran already has passwords that we do not know."""
        if not isinstance(self.parts.get("keycloak"), Keycloak):
            return {"staff": {}, "clients": {}}
        console = {"username": ADMINISTRATOR, "password": self.keys.password("keycloak-console")}
        return realm.sign_ins(json.loads(REALM_FILE.read_text()), self.keys) | {"keycloak_console": console}

    def _described(self) -> dict[str, Any]:
        return {
            "state": self._phase,
            "folder": str(self.folder),
            "runner": asdict(own_identity()),
            "addresses": self.addresses(),
            "services": {name: service.described() for name, service in self.services.items()},
            "restarts": self.supervisor.restarts() | self.kept_parts.restarts(),
            "ours": [name for name, part in self.parts.items() if isinstance(part, ProcessPart)]
            + list(self.supervisor.restarts()),
            "sign_ins": self.sign_ins,
        }

    def _write(self) -> None:
        with self._writing:  # parts and supervisor report from threads of their own
            self._state.write(self._described(), self.processes())
