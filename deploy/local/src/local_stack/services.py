"""The four services as processes: what each is given, and in which order they are made ready."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from chassis.run.migrate import upgrade
from local_stack import off_the_loop
from local_stack.checkout import PARTNERSHIPS_FOLDER, ROOT
from local_stack.children import Command
from local_stack.console import say
from local_stack.databases import provision
from local_stack.errors import StackError
from local_stack.keys import Keys
from local_stack.ports import Ports

NAMES: Final = ("referral-intake", "triage", "agency-notify", "audit")
LOG_ORIGIN: Final = "frontdoor.example.org/local/2"
"""Not the first: a stack that was kept may hold a log of another form, signed as ``frontdoor.example.org/local``."""
_REFERRALS_PER_MINUTE: Final = "60000"  # fault campaigns and benchmarks send in one partner's name what no agency sends


@dataclass(frozen=True)
class Service:
    """One service: where it answers, and the addresses of its database as owner and as serving role.

    ``more_worker_ports``: of each worker beside the first.
    """

    name: str
    api_port: int
    worker_port: int
    owner_url: str
    app_url: str
    more_worker_ports: tuple[int, ...] = ()

    @property
    def package(self) -> str:
        return self.name.replace("-", "_")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.api_port}"

    @property
    def worker_url(self) -> str:
        return f"http://127.0.0.1:{self.worker_port}"

    def ports(self) -> Iterator[tuple[str, str, int]]:
        """Name, role and port of each of its processes; further workers are called like ``triage-worker-2``."""
        yield f"{self.name}-api", "api", self.api_port
        yield f"{self.name}-worker", "worker", self.worker_port
        for number, port in enumerate(self.more_worker_ports, start=2):
            yield f"{self.name}-worker-{number}", "worker", port

    def described(self) -> dict[str, str]:
        """Its addresses, as ``stack.json`` holds them."""
        databases = {"database_url": self.app_url, "database_owner_url": self.owner_url}
        return {"url": self.url, "worker_url": self.worker_url, **databases}


@dataclass(frozen=True)
class Surroundings:
    """What all services know about the rest of the stack."""

    kafka_bootstrap_servers: str
    oidc_issuer: str
    smtp_url: str
    zipkin_url: str | None
    keys: Keys
    witnesses: Mapping[str, str] = field(default_factory=dict)
    """Addresses by verifier key; the log asks all of them."""
    partnerships_folder: Path = PARTNERSHIPS_FOLDER


def provisioned(admin_url: str, ports: Ports, *, workers: int = 1) -> dict[str, Service]:
    """Every service with a database of its own and a free port for its API and for each of its ``workers``."""
    found = {}
    for name in NAMES:
        owner_url, app_url = provision(admin_url, name.replace("-", "_"))
        more = tuple(ports.take() for _ in range(workers - 1))
        found[name] = Service(name, ports.take(), ports.take(), owner_url, app_url, more)
    return found


def migrate(name: str, owner_url: str, *, package: str) -> None:
    """Bring a database to the newest revision. Raises ``StackError`` when that fails.

    What the ``migrate`` command does, in this process: to start an interpreter for each took half as long as Keycloak.
    """
    say(f"migrating the database of {name}")
    try:
        off_the_loop.run(lambda: upgrade(owner_url, package=package))
    except Exception as error:
        raise StackError(f"{name} could not migrate: {type(error).__name__}: {str(error)[-500:]}") from error


def commands(surroundings: Surroundings, services: Mapping[str, Service]) -> Iterator[tuple[str, Command]]:
    """Name and command of every process of every service."""
    for service in services.values():
        for name, role, port in service.ports():
            given = {**environment(service, surroundings, services), "OTEL_SERVICE_NAME": name}
            if role == "worker":
                given["FRONTDOOR_WORKER_HTTP_PORT"] = str(port)
            yield name, Command([sys.executable, "-m", service.package, role], given, folder=ROOT)


def health(services: Mapping[str, Service]) -> Iterator[tuple[str, str]]:
    """Name of every process, and where it says whether it is ready."""
    for service in services.values():
        for name, _, port in service.ports():
            yield name, f"http://127.0.0.1:{port}/health/ready"


def environment(service: Service, surroundings: Surroundings, services: Mapping[str, Service]) -> dict[str, str]:
    """The variables of one service; a serving process never learns the owner's password."""
    keys = surroundings.keys
    given = {
        "DATABASE_URL": service.app_url,
        "KAFKA_BOOTSTRAP_SERVERS": surroundings.kafka_bootstrap_servers,
        "OIDC_ISSUER": surroundings.oidc_issuer,
        "OIDC_AUDIENCE": "frontdoor",
        "HTTP_PORT": str(service.api_port),
        "WORKER_HTTP_PORT": str(service.worker_port),
        "PUBLIC_URL": service.url,
        "PARTNERSHIPS_FOLDER": str(surroundings.partnerships_folder),
        "SERVICE_URLS": json.dumps({name: each.url for name, each in services.items()}),
        "CLIENT_ID": "frontdoor-service",
        "CLIENT_KEY_FILE": str(keys.client_key_file("frontdoor-service")),
    } | _of_its_own(service.name, surroundings)
    return {f"FRONTDOOR_{name}": value for name, value in given.items()} | traces(surroundings.zipkin_url)


def _of_its_own(name: str, surroundings: Surroundings) -> dict[str, str]:
    keys = surroundings.keys
    match name:
        case "referral-intake":
            return {"PARTNER_REFERRALS_PER_MINUTE": _REFERRALS_PER_MINUTE}
        case "agency-notify":
            return {
                "SMTP_URL": surroundings.smtp_url,
                "WEBHOOK_SIGNING_KEY_FILE": str(keys.signing_key_file("webhook")),
                "SEALING_KEY_FILE": str(keys.sealing_key_file()),
                "ALLOWED_PRIVATE_ADDRESSES": json.dumps(["127.0.0.1/32"]),
            }
        case "audit":
            return {
                "SIGNING_KEY_FILE": str(keys.signing_key_file("log")),
                "LOG_ORIGIN": LOG_ORIGIN,
                "WITNESSES": json.dumps(dict(surroundings.witnesses)),
                "WITNESSES_NEEDED": str(len(surroundings.witnesses)),
                "CHECKPOINT_SECONDS": "1",  # nobody here is to be kept from seeing when something happened
            }
    return {}


def traces(zipkin_url: str | None) -> dict[str, str]:
    """To our Zipkin; without it where the standard variables of our own environment say; else nowhere."""
    if zipkin_url is None:
        named = {name: value for name, value in os.environ.items() if name.startswith("OTEL_")}
        return {"OTEL_TRACES_EXPORTER": "none", **named}
    return {"OTEL_TRACES_EXPORTER": "zipkin", "OTEL_EXPORTER_ZIPKIN_ENDPOINT": f"{zipkin_url}/api/v2/spans"}
