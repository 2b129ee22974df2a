"""``deploy/k8s/edges.yaml``: who may talk to whom, and the NetworkPolicies that follow from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml

from local_stack.checkout import ROOT

KUBERNETES: Final = ROOT / "deploy" / "k8s"
TABLE: Final = KUBERNETES / "edges.yaml"
Json = dict[str, Any]


@dataclass(frozen=True, order=True)
class Edge:
    """One peer may open connections to another at one port."""

    source: str
    target: str
    port: int
    protocol: str


class Table:
    """The table, read once."""

    def __init__(self) -> None:
        content: Json = yaml.safe_load(TABLE.read_text())
        self._peers: Mapping[str, Json] = content["peers"]
        self._layers: Mapping[str, Json] = content["layers"]

    def layers(self) -> Mapping[str, str]:
        """Each layer with its folder below ``deploy/k8s``."""
        return {name: str(layer["folder"]) for name, layer in self._layers.items()}

    def edges(self, layer: str) -> Iterator[Edge]:
        """Every edge of one layer."""
        for row in self._layers[layer]["edges"]:
            for source in row["from"]:
                for target in row["to"]:
                    yield from (Edge(source, target, *_port(port)) for port in row["ports"])

    def peer(self, name: str) -> Json:
        """What the table says of a peer; of pods of ours it follows from their name."""
        if "/" in name:
            service, component = name.split("/")
            return {"pods": {"app.kubernetes.io/name": service, "app.kubernetes.io/component": component}}
        return self._peers[name]

    def is_ours(self, name: str) -> bool:
        """Whether a peer's pods are in our namespace, so that policies can be about them."""
        peer = self.peer(name)
        return "pods" in peer and "namespace" not in peer

    def policies(self, layer: str) -> list[Json]:
        """The NetworkPolicies of one layer: in the lowest nobody may do anything, and each layer allows its edges."""
        edges = sorted(set(self.edges(layer)))
        peers = sorted({name for edge in edges for name in (edge.source, edge.target) if self.is_ours(name)})
        allowing = [self._policy(peer, layer, edges) for peer in peers]
        return [_NOTHING, *allowing] if layer == "base" else allowing

    def _policy(self, peer: str, layer: str, edges: Sequence[Edge]) -> Json:
        coming = [(edge.source, edge) for edge in edges if edge.target == peer]
        going = [(edge.target, edge) for edge in edges if edge.source == peer]
        rules = {"ingress": self._rules("from", coming), "egress": self._rules("to", going)}
        spec: Json = {"podSelector": {"matchLabels": dict(self.peer(peer)["pods"])}}
        spec["policyTypes"] = [kind.capitalize() for kind, found in rules.items() if found]
        spec |= {kind: found for kind, found in rules.items() if found}
        name = peer.replace("/", "-")
        return _policy(name if layer == "base" else f"{name}-{layer}", spec)

    def _rules(self, side: str, edges: Sequence[tuple[str, Edge]]) -> list[Json]:
        """One rule for each other peer, with all its ports."""
        return [
            {
                side: [self._selected(other)],
                "ports": [{"port": edge.port, "protocol": edge.protocol} for name, edge in edges if name == other],
            }
            for other in sorted({name for name, _ in edges})
        ]

    def _selected(self, name: str) -> Json:
        peer = self.peer(name)
        if "addresses" in peer:
            return {"ipBlock": {"cidr": peer["addresses"], **({"except": peer["except"]} if "except" in peer else {})}}
        selectors = {"namespaceSelector": peer.get("namespace"), "podSelector": peer.get("pods")}
        return {kind: {"matchLabels": dict(labels)} for kind, labels in selectors.items() if labels}


def _port(written: int | str) -> tuple[int, str]:
    number, _, protocol = str(written).partition("/")
    return int(number), protocol or "TCP"


def _policy(name: str, spec: Json) -> Json:
    metadata = {"name": name}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


_NOTHING: Final = _policy("nothing-is-allowed", {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]})
