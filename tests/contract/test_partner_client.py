"""The client that ``docs/partners.md`` gives to developers, run against answers that a good day does not bring."""

import json
import ssl
import threading
import time
import urllib.error
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest

from tests.e2e.guide import PAGE, blocks

BROKEN_OFF = 0
"""In place of a status: the answer ends in the middle."""
REFUSAL = {"resourceType": "OperationOutcome", "issue": [{"code": "required", "diagnostics": "Add this"}]}


class Answers(BaseHTTPRequestHandler):
    """Answers each request with the next of ``given``: a status, a content type and a document."""

    given: list[tuple[int, str, dict[str, Any]]]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, kind, document = self.given.pop(0)
        self.send_response(202 if status == BROKEN_OFF else status)
        self.send_header("Content-Type", kind)
        self.send_header("Retry-After", "0")
        self.send_header("Location", self.path)
        if status == BROKEN_OFF:
            self.send_header("Content-Length", "999")
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def do_GET(self) -> None:
        self.do_POST()

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


def source_of(name: str) -> CodeType:
    """One of the page's programs."""
    found = next(b for b in blocks(PAGE.read_text(encoding="utf-8")) if b.label == name)
    return compile(found.text, name, "exec")


@pytest.fixture
def client(url: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The page's own program, as it is written, with an assertion that nobody checks."""
    for name in ("ISSUER", "INTAKE", "NOTIFY"):
        monkeypatch.setenv(name, url)
    module = ModuleType("frontdoor_client")
    exec(source_of("frontdoor_client.py"), module.__dict__)
    module.__dict__["assertion"] = lambda: "signed"
    return module


TOKEN = (200, "application/json", {"access_token": "t", "expires_in": 300})


def test_a_key_that_is_refused_ends_sending_and_says_what_to_check(client: ModuleType, url: str) -> None:
    Answers.given = [(400, "application/json", {"error": "invalid_client"})]

    with pytest.raises(client.Refused, match=r"400, invalid_client\): check key, client id, aud and clock"):
        client.send(f"{url}/v1/referrals", {}, "key-1")


def test_what_the_issuer_says_about_its_refusal_is_shown(client: ModuleType, url: str) -> None:
    Answers.given = [(400, "application/json", {"error": "invalid_client", "error_description": "Token is not active"})]

    with pytest.raises(client.Refused, match=r"\(400, Token is not active\)"):
        client.get(f"{url}/v1/referrals")


def test_a_read_that_is_refused_says_what_to_do(client: ModuleType, url: str) -> None:
    problem = {
        "title": "Change it",
        "detail": "Send it again",
        "errors": [{"pointer": "query", "detail": "Send a UUID"}],
    }
    Answers.given = [TOKEN, (422, "application/problem+json", problem)]

    with pytest.raises(client.Refused, match=r"^422: Change it\. Send it again\. Send a UUID$"):
        client.get(f"{url}/v1/referrals/1")


def test_a_read_waits_while_the_service_is_busy(client: ModuleType, url: str) -> None:
    busy: tuple[int, str, dict[str, Any]] = (503, "application/problem+json", {"title": "We cannot do this now"})
    Answers.given = [TOKEN, busy, (200, "application/json", {"status": "received"})]

    assert client.get(f"{url}/v1/referrals/1") == {"status": "received"}


def test_without_its_key_the_client_ends_sending_and_says_where_the_key_belongs(
    client: ModuleType, url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    original: dict[str, Any] = {}
    exec(source_of("frontdoor_client.py"), original)
    client.__dict__["assertion"] = original["assertion"]
    monkeypatch.chdir(tmp_path)

    for written in (None, "this is no key"):
        if written is not None:
            (tmp_path / "my-system.pem").write_text(written, encoding="ascii")
        with pytest.raises((client.Refused, original["Refused"]), match=r"No key \(.*put my-system\.pem where"):
            client.send(f"{url}/v1/referrals", {}, "key-1")


def test_an_answer_that_broke_off_is_asked_for_again(client: ModuleType, url: str) -> None:
    taken = {"reference": "WAN-7K3M-Q9TR"}
    Answers.given = [TOKEN, (BROKEN_OFF, "application/json", taken), (202, "application/json", taken)]

    assert client.send(f"{url}/v1/referrals", {}, "key-1") == (202, taken)


def test_a_redirection_is_shown_and_the_token_goes_nowhere_else(client: ModuleType, url: str) -> None:
    Answers.given = [TOKEN, (302, "application/json", {}), (200, "application/json", {"referrals": []})]

    assert client.send(f"{url}/v1/referrals", {}, "key-1")[0] == 302
    assert len(Answers.given) == 1


def test_a_gateway_may_say_until_when_to_wait(client: ModuleType) -> None:
    past, coming = "Wed, 21 Oct 2015 07:28:00 GMT", formatdate(time.time() + 60, usegmt=True)

    assert client.pause_of({"Retry-After": past}, 5) == 0
    assert 55 < client.pause_of({"Retry-After": coming}, 5) <= 60
    assert client.pause_of({"Retry-After": "7"}, 5) == 7
    assert client.pause_of({}, 5) == client.pause_of({"Retry-After": "soon"}, 5) == 5


def test_a_server_that_is_not_believed_ends_sending(client: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def call(*_: object) -> None:
        raise urllib.error.URLError(ssl.SSLCertVerificationError("certificate has expired"))

    monkeypatch.setattr(client, "call", call)

    with pytest.raises(client.Refused, match="certificate has expired"):
        client.send("https://intake.example.org/v1/referrals", {}, "key-1")


def test_without_addresses_the_client_says_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ISSUER", "INTAKE", "NOTIFY"):
        monkeypatch.delenv(name, raising=False)

    with pytest.raises(SystemExit, match="'ISSUER' is not set: copy the five lines that the sandbox printed"):
        exec(source_of("frontdoor_client.py"), {})


def test_an_issuer_that_is_busy_is_asked_again(
    client: ModuleType, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    away: tuple[int, str, dict[str, Any]] = (503, "application/json", {})
    Answers.given = [away, TOKEN, (202, "application/json", {"reference": "WAN-7K3M-Q9TR"})]

    assert client.send(f"{url}/v1/referrals", {}, "key-1") == (202, {"reference": "WAN-7K3M-Q9TR"})
    assert "Sending again in 1 s" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["application/fhir+json", "application/problem+json; charset=utf-8"])
def test_a_refusal_is_shown_whatever_kind_of_json_it_is(client: ModuleType, url: str, kind: str) -> None:
    Answers.given = [TOKEN, (422, kind, REFUSAL)]

    assert client.send(f"{url}/fhir/R4/$process-message", {}, "key-1") == (422, REFUSAL)
