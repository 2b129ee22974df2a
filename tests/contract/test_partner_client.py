"""The client that ``docs/partners.md`` gives to developers, run against answers that a good day does not bring."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType
from typing import Any

import pytest

from tests.e2e.guide import PAGE, blocks

REFUSAL = {"resourceType": "OperationOutcome", "issue": [{"code": "required", "diagnostics": "Add this"}]}


class Answers(BaseHTTPRequestHandler):
    """Answers each request with the next of ``given``: a status, a content type and a document."""

    given: list[tuple[int, str, dict[str, Any]]]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        status, kind, document = self.given.pop(0)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def url() -> Iterator[str]:
    """A server that answers what a test gives it."""
    Answers.given = []
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def client(url: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The page's own program, as it is written, with an assertion that nobody checks."""
    for name in ("ISSUER", "INTAKE", "NOTIFY"):
        monkeypatch.setenv(name, url)
    source = next(b for b in blocks(PAGE.read_text(encoding="utf-8")) if b.label == "frontdoor_client.py")
    module = ModuleType("frontdoor_client")
    exec(compile(source.text, "frontdoor_client.py", "exec"), module.__dict__)
    module.__dict__["assertion"] = lambda: "signed"
    return module


TOKEN = (200, "application/json", {"access_token": "t", "expires_in": 300})


def test_a_key_that_is_refused_ends_sending_and_says_what_to_check(client: ModuleType, url: str) -> None:
    Answers.given = [(400, "application/json", {"error": "invalid_client"})]

    with pytest.raises(client.Refused, match=r"400, invalid_client\): check key, client id, aud and clock"):
        client.send(f"{url}/v1/referrals", {}, "key-1")


def test_an_issuer_that_is_busy_is_asked_again(
    client: ModuleType, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    away: tuple[int, str, dict[str, Any]] = (503, "application/json", {})
    Answers.given = [away, TOKEN, (202, "application/json", {"reference": "WAN-7K3M-Q9TD"})]

    assert client.send(f"{url}/v1/referrals", {}, "key-1") == (202, {"reference": "WAN-7K3M-Q9TD"})
    assert "Sending again in 1 s" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["application/fhir+json", "application/problem+json; charset=utf-8"])
def test_a_refusal_is_shown_whatever_kind_of_json_it_is(client: ModuleType, url: str, kind: str) -> None:
    Answers.given = [TOKEN, (422, kind, REFUSAL)]

    assert client.send(f"{url}/fhir/R4/$process-message", {}, "key-1") == (422, REFUSAL)
