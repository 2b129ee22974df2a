"""The caller: what a failure says, whose addresses are followed, and whose key signs."""

from pathlib import Path

import httpx2
import pytest
from fake_services import FakeServices

from frontdoor.client import Caller
from frontdoor.errors import CalledWrongly, Refused
from frontdoor.settings import Settings


async def test_refused_fields_are_named_in_the_one_line(services: FakeServices) -> None:
    errors = [{"pointer": "/reason", "detail": "Send at least 5 characters"}]
    services.on("POST triage/operator/republish", {"title": "Some of what you sent", "errors": errors}, status=422)

    with pytest.raises(Refused, match=r"what you sent\. /reason: Send at least 5") as refused:
        await services.caller().post("triage", "/operator/republish", {})

    assert refused.value.status == 422


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b'"no"', b""])
async def test_a_failure_that_is_no_problem_document_is_told_by_its_status(services: FakeServices, body: bytes) -> None:
    services.on("GET triage/operator/delivery", httpx2.Response(502, content=body))

    with pytest.raises(Refused, match=r"^triage: answered 502$"):
        await services.caller().get("triage", "/operator/delivery")


async def test_an_address_that_a_service_points_to_is_followed_with_the_purpose(services: FakeServices) -> None:
    services.on("GET triage/v1/handovers/1", {"handover_id": "1"})

    await services.caller().follow("GET", "http://triage.example.org/v1/handovers/1", purpose="child-protection")

    assert services.requests[0].headers["Access-Purpose"] == "child-protection"


@pytest.mark.parametrize(
    "url", ["http://triage.example.org.evil.example/v1", "http://triage.example.orgy/v1", "http://127.0.0.1/"]
)
async def test_an_address_of_anybody_else_never_sees_our_token(services: FakeServices, url: str) -> None:
    with pytest.raises(CalledWrongly):
        await services.caller().follow("GET", url)

    assert services.requests == []


@pytest.mark.parametrize("content", [None, b"not a key"])
def test_a_key_that_cannot_be_read_is_named_by_its_variable(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "operator.pem"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(CalledWrongly, match="FRONTDOOR_CLIENT_KEY_FILE"):
        Caller.of(Settings({}, "https://issuer.example.org", file))
