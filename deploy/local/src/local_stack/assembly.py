"""Chooses the parts of a stack: ours, or those that already run where the environment names them."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from local_stack.errors import StackError
from local_stack.kafka import Kafka, KafkaPorts
from local_stack.keycloak import Keycloak
from local_stack.keycloak_program import KeycloakPorts
from local_stack.keycloak_secrets import Addresses
from local_stack.keys import Keys
from local_stack.part import NamedPart, Part
from local_stack.ports import Ports
from local_stack.postgres import Postgres
from local_stack.sinks import AgenciesSink, SmtpSink
from local_stack.witness.part import WitnessPart
from local_stack.zipkin import Zipkin

SERVING_PARTS: Final = frozenset({"postgres", "kafka", "keycloak", "smtp", "agencies", "witness"})
ALL_PARTS: Final = SERVING_PARTS | {"zipkin"}
_NAMED_BY: Final = {
    "postgres": "DATABASE_URL",
    "kafka": "KAFKA_BOOTSTRAP_SERVERS",
    "keycloak": "OIDC_ISSUER",
    "smtp": "SMTP_URL",
}


def assemble(
    folder: Path, wanted: frozenset[str], *, ports: Ports, environ: Mapping[str, str], web_client_url: str
) -> dict[str, Part]:
    """The parts ``wanted``, none started yet. Keycloak brings the agencies along: they hold its clients' keys.

    ``web_client_url`` is where Keycloak sends people back to who signed in.
    """
    unknown = wanted - ALL_PARTS
    if unknown:
        raise StackError(f"unknown part {', '.join(sorted(unknown))}; there are {', '.join(sorted(ALL_PARTS))}")
    names = wanted | {"agencies"} if "keycloak" in wanted else wanted
    made = _ours(folder, ports, web_client_url)
    return {name: _named(name, environ) or made[name]() for name in sorted(names)}


def _named(name: str, environ: Mapping[str, str]) -> Part | None:
    address = environ.get(_NAMED_BY.get(name, ""), "")
    return NamedPart(name, address) if address else None


def _ours(folder: Path, ports: Ports, web_client_url: str) -> Mapping[str, Callable[[], Part]]:
    keys, agencies_port = Keys(folder), ports.take()
    addresses = Addresses(jwks=f"http://127.0.0.1:{agencies_port}/jwks", web_client=web_client_url)
    return {
        "postgres": lambda: Postgres(folder, ports.take(), keys),
        "kafka": lambda: Kafka(folder, KafkaPorts.taken_from(ports)),
        "keycloak": lambda: Keycloak(folder, KeycloakPorts.taken_from(ports), keys, addresses),
        "agencies": partial(AgenciesSink, folder, agencies_port, keys),
        "smtp": lambda: SmtpSink(folder, smtp_port=ports.take(), http_port=ports.take()),
        "witness": lambda: WitnessPart(folder, ports.take(), keys),
        "zipkin": lambda: Zipkin(folder, ports.take()),
    }
