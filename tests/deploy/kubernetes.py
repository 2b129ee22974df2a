"""The overlays of ``deploy/k8s`` as operators build them, and what the tests ask of them."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from tests.deploy.edges import KUBERNETES, Edge, Json

OVERLAYS: Final = ("dev", "ha-test", "production")
PACKAGES: Final = frozenset({"referral_intake", "triage", "agency_notify", "audit", "triage_ui"})


@cache
def text_of(folder: str) -> str:
    """What `kubectl kustomize` makes of a folder below ``deploy/k8s``, or of one with its whole path."""
    kubectl = Path(sys.executable).with_name("kubectl")
    built = subprocess.run(
        [str(kubectl), "kustomize", str(KUBERNETES / folder)], capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stderr
    assert built.stderr == ""
    return built.stdout


@cache
def built(overlay: str) -> tuple[Json, ...]:
    """The objects of an overlay."""
    return tuple(found for found in yaml.safe_load_all(text_of(f"overlays/{overlay}")) if found)


def of_kind(overlay: str, kind: str) -> dict[str, Json]:
    """The objects of one kind, by name."""
    return {each["metadata"]["name"]: each for each in built(overlay) if each["kind"] == kind}


def templates(overlay: str) -> Iterator[tuple[str, Json]]:
    """Name and pod template of everything that runs containers."""
    for each in built(overlay):
        if each["kind"] in ("Deployment", "StatefulSet", "Job"):
            yield each["metadata"]["name"], each["spec"]["template"]


def reachable(policies: list[Json], peers: Mapping[str, Json]) -> set[Edge]:
    """Every connection between ``peers`` (as the table describes them) that NetworkPolicies let through.

    It leaves its source and enters its target: whichever of both is a pod of ours has to let it.
    """
    found = set()
    for source, sending in peers.items():
        for target, receiving in peers.items():
            leaving = _ports(policies, sending, "egress", receiving)
            entering = _ports(policies, receiving, "ingress", sending)
            if leaving is None and entering is None:
                continue  # between strangers
            both = (leaving if entering is None else entering if leaving is None else leaving & entering) or set()
            found |= {Edge(source, target, port, protocol) for port, protocol in both}
    return found


def _ports(policies: list[Json], ours: Json, direction: str, other: Json) -> set[tuple[int, str]] | None:
    """The ports that policies about ``ours`` open to ``other``; None when it is not a pod of our namespace."""
    if "pods" not in ours or "namespace" in ours:
        return None
    about = [policy["spec"] for policy in policies if _selects(policy["spec"]["podSelector"], ours["pods"])]
    assert any(direction.capitalize() in spec["policyTypes"] for spec in about), f"{ours} may do anything"
    side = "to" if direction == "egress" else "from"
    rules = [rule for spec in about for rule in spec.get(direction, []) if any(_is(each, other) for each in rule[side])]
    return {(port["port"], port["protocol"]) for rule in rules for port in rule["ports"]}


def _is(selected: Json, peer: Json) -> bool:
    if "addresses" in peer or "ipBlock" in selected:
        return selected.get("ipBlock") == {
            "cidr": peer.get("addresses"),
            **({"except": peer["except"]} if "except" in peer else {}),
        }
    if ("namespaceSelector" in selected) != ("namespace" in peer):
        return False
    if "namespace" in peer and not _selects(selected["namespaceSelector"], peer["namespace"]):
        return False
    return _selects(selected.get("podSelector", {}), peer.get("pods", {}))


def _selects(selector: Json, labels: Mapping[str, str]) -> bool:
    return set(selector.get("matchLabels", {}).items()) <= set(labels.items())
