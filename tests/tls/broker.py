"""A broker with a listener for each way to meet it, which lets nobody do what no ACL allows."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest

from local_stack.kafka import Kafka, KafkaPorts
from local_stack.ports import Ports
from tests.deploy.rights import Right
from tests.tls.certificates import Authority

PASSWORD = "only-for-tests"
USERS = ("referral-intake", "triage", "agency-notify", "audit", "nobody")
_HOST = "127.0.0.1"
_TOPIC, _GROUP = 2, 3
_OPERATIONS = {"Read": 3, "Write": 4, "Create": 5, "Describe": 8}
_LITERAL, _ALLOW = 3, 3


@dataclass(frozen=True)
class Broker:
    """``plain`` is for the tests themselves, who may do everything there."""

    part: Kafka
    plain: str
    tls: str
    ended: str
    elsewhere: str
    mutual: str
    users: str


def secured(folder: Path, ports: Ports, authority: Authority) -> Broker:
    """The broker, not started. Its listeners show a good certificate, an ended one, and one for another host."""
    own = KafkaPorts.taken_from(ports)
    listeners = {name: ports.take() for name in ("TLS", "ENDED", "ELSEWHERE", "MUTUAL", "USERS")}
    issued = {
        "TLS": authority.issue("tls", _HOST),
        "ENDED": authority.issue("ended", _HOST, ended=True),
        "ELSEWHERE": authority.issue("elsewhere", "kafka.example.org"),
        "MUTUAL": authority.issue("mutual", _HOST),
        "USERS": authority.issue("users", _HOST),
    }
    where = ",".join(f"{name}://{_HOST}:{port}" for name, port in {"PLAINTEXT": own.broker, **listeners}.items())
    protocols = ",".join(f"{name}:{'SASL_SSL' if name == 'USERS' else 'SSL'}" for name in listeners)
    settings = {
        "listeners": f"{where},CONTROLLER://{_HOST}:{own.controller}",
        "advertised.listeners": where,
        "listener.security.protocol.map": f"PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,{protocols}",
        "inter.broker.listener.name": "PLAINTEXT",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
        "listener.name.mutual.ssl.client.auth": "required",
        "listener.name.mutual.ssl.truststore.type": "PEM",
        "listener.name.mutual.ssl.truststore.location": str(authority.file),
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.users.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.users.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
    }
    for name, certificate in issued.items():
        settings[f"listener.name.{name.lower()}.ssl.keystore.type"] = "PEM"
        settings[f"listener.name.{name.lower()}.ssl.keystore.location"] = str(certificate.both)
    part = Kafka(folder, own, settings=settings, passwords=dict.fromkeys(USERS, PASSWORD))
    return Broker(part, part.address, *(f"{_HOST}:{port}" for port in listeners.values()))


async def allow(admin: AIOKafkaAdminClient, given: Iterable[Right]) -> None:
    """Give users these rights. They hold when it returns, because the one broker is its own controller."""
    for right in given:
        kind = _TOPIC if right.kind == "topic" else _GROUP
        request = CreateAclsRequest(
            kind, right.name, _LITERAL, f"User:{right.service}", "*", _OPERATIONS[right.operation], _ALLOW
        )
        answer = await admin._send_to_controller(request)
        assert all(code == 0 for code, *_ in answer.creation_responses), answer
