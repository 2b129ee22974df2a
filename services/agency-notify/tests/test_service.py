"""The service as a whole: what its worker runs, how its API describes itself, and what is there without a token."""

import httpx2
from notify_world import KEYS

from chassis.run.service import Service


def test_the_worker_runs_delivery_and_both_loops(service: Service) -> None:
    assert {"relay", "consumer", "deliverer", "escalator", "plain-secrets", "standings"} <= service.workers.keys()
    assert "database" in service.readiness


async def test_the_api_describes_itself_as_openapi_3_1(http: httpx2.AsyncClient) -> None:
    described = (await http.get("/openapi.json")).json()

    assert described["openapi"].startswith("3.1")
    assert {"/v1/notices", "/v1/notices/{notice_id}", "/v1/endpoints/{agency}"} <= described["paths"].keys()


async def test_without_a_token_only_the_public_keys_are_there(http: httpx2.AsyncClient) -> None:
    keys = await http.get("/v1/webhook-keys")

    assert keys.json() == {"keys": list(KEYS.public_keys)}
    for path in ("/v1/notices", "/v1/endpoints", "/v1/escalated-notices"):
        assert (await http.get(path)).status_code == 401
