"""The manifests that follow from something else: ``python -m tests.deploy.manifests [--check]``.

NetworkPolicies from the table of edges; Kafka's topics, users and their ACLs from who owns and who reads a topic.
With ``--check`` it exits 1 and names what is stale.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import yaml

from contracts.topics import PARTITIONS, TOPICS, Topic
from tests.deploy.edges import KUBERNETES, Json, Table
from tests.deploy.rights import SERVICES, Right, rights

CLUSTER: Final = "kafka"
_STRIMZI: Final = {"apiVersion": "kafka.strimzi.io/v1"}
_HEAD: Final = "# Made by `make schemas` from {source}: change that.\n"


def generated() -> Mapping[Path, str]:
    """File -> text."""
    table = Table()
    policies = {
        KUBERNETES / folder / "network-policies.yaml": _text("deploy/k8s/edges.yaml", table.policies(layer))
        for layer, folder in table.layers().items()
    }
    kafka = KUBERNETES / "overlays" / "production" / "kafka"
    source = "contracts/topics.py and each service's subscriptions"
    return {
        **policies,
        kafka / "topics.yaml": _text(source, [_topic(topic) for topic in TOPICS]),
        kafka / "users.yaml": _text(source, [_user(service) for service in SERVICES]),
    }


def stale() -> list[Path]:
    """What is missing or was changed by hand."""
    return [path for path, text in generated().items() if not path.exists() or path.read_text() != text]


def _topic(topic: Topic) -> Json:
    config = {
        "compression.type": "uncompressed",
        "min.insync.replicas": 2,
        "unclean.leader.election.enable": False,
    }
    spec = {"partitions": PARTITIONS, "replicas": 3, "config": config}
    return {**_STRIMZI, "kind": "KafkaTopic", "metadata": _named(topic.name), "spec": spec}


def _user(service: str) -> Json:
    acls = [_acl(right) for right in _by_resource(right for right in rights() if right.service == service)]
    spec = {"authentication": {"type": "scram-sha-512"}, "authorization": {"type": "simple", "acls": acls}}
    return {**_STRIMZI, "kind": "KafkaUser", "metadata": _named(service), "spec": spec}


def _by_resource(given: Iterable[Right]) -> Iterable[tuple[str, str, list[str]]]:
    operations: dict[tuple[str, str], list[str]] = {}
    for right in given:
        operations.setdefault((right.kind, right.name), []).append(right.operation)
    return [(kind, name, found) for (kind, name), found in operations.items()]


def _acl(allowed: tuple[str, str, list[str]]) -> Json:
    kind, name, operations = allowed
    return {"resource": {"type": kind, "name": name, "patternType": "literal"}, "operations": operations, "host": "*"}


def _named(name: str) -> Json:
    return {"name": name, "labels": {"strimzi.io/cluster": CLUSTER}}


def _text(source: str, documents: Iterable[Json]) -> str:
    return _HEAD.format(source=source) + yaml.safe_dump_all(documents, sort_keys=False, width=120)


def main(arguments: list[str]) -> int:
    """0 when all is fresh or was written, 1 when something is stale, 2 when called wrongly."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    found = stale()
    if arguments:
        for path in found:
            print(f"{path.relative_to(KUBERNETES.parent.parent)} is stale: run `make schemas`", file=sys.stderr)
        return 1 if found else 0
    for path in found:
        path.write_text(generated()[path])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
