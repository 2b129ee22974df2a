"""Which parts a stack is made of, and that what somebody else runs is used and never stopped."""

from pathlib import Path

import pytest

from local_stack.assembly import assemble
from local_stack.errors import StackError
from local_stack.ports import Ports
from local_stack.sinks import SmtpSink
from local_stack.stack import running
from local_stack.waiting import until


def test_keycloak_brings_the_agencies_along_that_hold_its_clients_keys(tmp_path: Path) -> None:
    ports = Ports()

    parts = assemble(tmp_path, frozenset({"keycloak"}), ports=ports, environ={}, web_client_url="http://127.0.0.1:9")

    assert set(parts) == {"keycloak", "agencies"}
    ports.release()


def test_an_unknown_part_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"unknown part redis; there are agencies, kafka"):
        assemble(tmp_path, frozenset({"redis"}), ports=Ports(), environ={}, web_client_url="http://127.0.0.1:9")


@pytest.mark.parametrize(
    ("part", "variable", "address"),
    [
        ("postgres", "DATABASE_URL", "postgresql://somebody@db.example.org/postgres"),
        ("kafka", "KAFKA_BOOTSTRAP_SERVERS", "broker.example.org:9092"),
        ("keycloak", "OIDC_ISSUER", "https://id.example.org/realms/frontdoor"),
        ("smtp", "SMTP_URL", "smtp://mail.example.org:25"),
    ],
)
def test_a_part_named_in_the_environment_is_not_ours(tmp_path: Path, part: str, variable: str, address: str) -> None:
    ports = Ports()

    parts = assemble(
        tmp_path, frozenset({part}), ports=ports, environ={variable: address}, web_client_url="http://127.0.0.1:9"
    )

    assert parts[part].address == parts[part].start() == address
    ports.release()


def test_a_part_that_runs_already_is_used_and_left_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ports = Ports()
    theirs = SmtpSink(tmp_path / "theirs", smtp_port=ports.take(), http_port=ports.take())
    theirs.start()
    until("their mail server", theirs.ready, timeout_seconds=60, still_possible=theirs.alive)
    monkeypatch.setenv("SMTP_URL", theirs.address)

    with running(tmp_path / "ours", parts={"smtp"}, services=False) as stack:
        assert stack.addresses() == {"smtp_url": theirs.address}
        assert not stack.processes()

    assert theirs.ready()
    theirs.stop()
    ports.release()


def test_a_part_that_cannot_start_ends_the_others_and_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMTP_URL", raising=False)
    monkeypatch.setattr("local_stack.sinks.sys.executable", "/bin/false")

    with pytest.raises(StackError, match="smtp will not come"), running(tmp_path, parts={"smtp"}, services=False):
        pytest.fail("a part that ended counts as ready")

    assert not (tmp_path / "stack.json").exists()
