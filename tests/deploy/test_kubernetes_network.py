"""Who can reach whom in the overlays of deploy/k8s, and at which names and routes the world reaches services."""

import json
from urllib.parse import urlsplit

import pytest

from local_stack.checkout import ROOT
from tests.deploy.edges import Edge, Json, Table
from tests.deploy.kubernetes import OVERLAYS, of_kind, reachable, templates
from tests.deploy.rights import SERVICES

LAYERS = {"dev": ("base", "dev"), "ha-test": ("base", "dev"), "production": ("base", "production")}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_who_can_reach_whom_is_the_table_and_nothing_else(overlay: str) -> None:
    table = Table()
    edges = {edge for layer in LAYERS[overlay] for edge in table.edges(layer)}
    labels = {name: template["metadata"]["labels"] for name, template in templates(overlay)}
    names = {name for edge in edges for name in (edge.source, edge.target)}
    peers = {name: table.peer(name) for name in names} | {
        f"pods of {name}": {"pods": of} for name, of in labels.items()
    }

    found = reachable(list(of_kind(overlay, "NetworkPolicy").values()), peers)

    def known_as(name: str) -> str:
        of = labels.get(name.removeprefix("pods of "), {})
        return f"{of['app.kubernetes.io/name']}/{of['app.kubernetes.io/component']}" if of else name

    assert {Edge(known_as(e.source), known_as(e.target), e.port, e.protocol) for e in found} == edges


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_pod_of_the_table_runs_and_every_pod_is_in_it(overlay: str) -> None:
    table = Table()
    of_table = {
        name for layer in LAYERS[overlay] for e in table.edges(layer) for name in (e.source, e.target) if "/" in name
    }
    running = {
        f"{template['metadata']['labels']['app.kubernetes.io/name']}/"
        f"{template['metadata']['labels']['app.kubernetes.io/component']}"
        for _, template in templates(overlay)
    }

    assert running == of_table


def test_an_edge_too_many_and_an_edge_too_few_are_seen() -> None:
    """The comparison of policies with the table is worth something."""
    table = Table()
    edges = set(table.edges("base"))
    peers = {name: table.peer(name) for edge in edges for name in (edge.source, edge.target)}
    policies = table.policies("base")
    too_few = [policy for policy in policies if policy["metadata"]["name"] != "triage-api"]
    open_to_all = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}], "ports": [
        {"port": 8009, "protocol": "TCP"}]}]}  # fmt: skip
    sending = {**open_to_all, "policyTypes": ["Egress"], "egress": [{"to": [{"podSelector": {}}], "ports": [
        {"port": 8009, "protocol": "TCP"}]}]}  # fmt: skip

    assert reachable(policies, peers) == edges
    assert reachable(too_few, peers) < edges
    assert reachable([*policies, {"spec": open_to_all}], peers) == edges, "it leaves nobody"
    assert reachable([*policies, {"spec": open_to_all}, {"spec": sending}], peers) > edges


def test_the_world_reaches_a_service_by_its_own_name_and_its_public_routes_alone() -> None:
    maps = of_kind("production", "ConfigMap")
    routes = {name: route for name, route in of_kind("production", "HTTPRoute").items() if name != "to-https"}

    assert set(routes) == {*SERVICES, "triage-ui"}
    for name, route in routes.items():
        [configured] = [each["data"] for found, each in maps.items() if found.startswith(f"{name}-config-")]
        assert route["spec"]["hostnames"] == [urlsplit(configured["FRONTDOOR_PUBLIC_URL"]).hostname]
        assert route["spec"]["parentRefs"] == [{"name": "frontdoor", "sectionName": "https"}]
        if name != "triage-ui":
            served = json.loads((ROOT / "docs" / "api" / f"{name}.json").read_text())["paths"]
            assert prefixes(route) == {f"/{path.split('/')[1]}" for path in served} - {"/operator"}


def test_people_are_pointed_to_where_the_gateway_listens() -> None:
    """A notice and a certificate name other services, and what they name is read outside the cluster."""
    maps = of_kind("production", "ConfigMap")
    [shared] = [each["data"] for name, each in maps.items() if name.startswith("frontdoor-")]
    own = {
        service: each["data"]["FRONTDOOR_PUBLIC_URL"]
        for service in SERVICES
        for name, each in maps.items()
        if name.startswith(f"{service}-config-")
    }

    assert json.loads(shared["FRONTDOOR_PUBLIC_URLS"]) == own
    assert set(json.loads(shared["FRONTDOOR_SERVICE_URLS"])) == set(SERVICES)


def prefixes(route: Json) -> set[str]:
    return {match["path"]["value"] for rule in route["spec"]["rules"] for match in rule["matches"]}
