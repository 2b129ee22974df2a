"""The verifier's command line: which strength ran, what it proves, and an exit code for each end."""

import json
from base64 import b64encode
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import CheckpointSigner
from audit.commitment import Opening, commit
from audit.merkle import leaf_hash
from audit.verify.command import main

Log = Any  # the copy that the fixtures make


def flipped(data: bytes) -> bytes:
    return data[:-2] + bytes([data[-2] ^ 1]) + data[-1:]


KEY = str(CheckpointSigner("frontdoor.example.org/audit", Ed25519PrivateKey.generate()).verifier_key)


def save(log: Log, folder: Path) -> Path:
    for path, data in log.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


@pytest.mark.parametrize("strength", [[], ["public"]])
def test_the_command_verifies_a_folder_publicly_and_exits_0(
    log_of: Callable[[int], Log], tmp_path: Path, capsys: pytest.CaptureFixture[str], strength: list[str]
) -> None:
    code = main([*strength, str(save(log_of(300), tmp_path))])

    line = capsys.readouterr().out
    assert code == 0
    assert line.startswith("Verified (public): frontdoor.example.org/audit holds 300 leaves under the root ")
    assert "It does not show what they commit to" in line
    assert line.count("\n") == 1


def test_the_command_verifies_entries_in_a_folder_against_their_owners_versions(
    log_of: Callable[[int], Log], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = log_of(300)
    heads = {f"referral/00000000-0000-0000-0000-{n:012x}": 3 for n in range(100)}
    (tmp_path / "heads").write_text(json.dumps(heads))
    owner = f"referral-intake={tmp_path / 'heads'}"

    code = main(["entitled", str(save(log, tmp_path / "log")), "--key", str(log.key), "--owner", owner])

    line = capsys.readouterr().out
    assert code == 0
    assert line.startswith("Verified (entitled): ")
    assert "300 opened, 0 destroyed, 0 of others; 100 aggregates without a gap" in line
    assert "everything that referral-intake recorded is there" in line


def test_the_command_says_what_it_did_not_prove(
    log_of: Callable[[int], Log], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(save(log_of(3), tmp_path))

    codes = [main(["public", folder, "--json"]), main(["entitled", folder, "--json"])]

    public, entitled = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert codes == [0, 0]
    assert (public["strength"], entitled["strength"]) == ("public", "entitled")
    assert "what the leaves commit to" in public["does_not_prove"]
    assert "that every event of every service is in the log" in public["does_not_prove"]
    assert any("--owner" in each for each in entitled["does_not_prove"])
    assert (entitled["opened"], entitled["closed"], entitled["compared"]) == (3, 0, [])


def test_what_an_owner_recorded_and_the_log_lacks_exits_1_once_it_has_had_time_to_come(
    log_of: Callable[[int], Log], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "heads").write_text('{"referral/00000000-0000-0000-0000-000000000000": 4}')
    folder = str(save(log_of(3), tmp_path / "log"))

    code = main(["entitled", folder, "--owner", f"referral-intake={tmp_path / 'heads'}", "--wait", "0"])

    assert code == 1
    assert capsys.readouterr().err == (
        "Not verified (entitled): The log ends at version 3 of referral/00000000-0000-0000-0000-000000000000, "
        "of which referral-intake has recorded 4\n"
    )


def receipt_of_one(signer: CheckpointSigner) -> bytes:
    """A receipt that holds the only entry of a log."""
    referral_id = "7d1c9a52-0000-4000-8000-000000000001"
    entry = {"correlationid": referral_id, "subject": f"referral/{referral_id}", "sequence": 1}
    opening = Opening(b"s" * 32, json.dumps(entry).encode())
    said = {
        "format": "frontdoor-disclosure-receipt/1",
        "referral_id": referral_id,
        "made_for": "agency",
        "made_at": "2026-03-02T09:00:00Z",
        "checkpoint": signer.sign(1, leaf_hash(commit(opening))),
        "entries": [
            {"leaf_index": 0, "salt": b64encode(opening.salt).decode(), "entry": opening.entry.decode(), "proof": []}
        ],
        "destroyed": 0,
    }
    return json.dumps(said).encode()


def test_the_command_verifies_a_receipt_with_nothing_but_the_key(
    log_signer: CheckpointSigner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "receipt.json"
    file.write_bytes(receipt_of_one(log_signer))

    codes = [main(["receipt", str(file), "--key", str(log_signer.verifier_key), *more]) for more in ([], ["--json"])]

    line, answer = capsys.readouterr().out.splitlines()
    assert codes == [0, 0]
    assert line.startswith("Verified (receipt): 1 entries of 1 aggregates of the referral 7d1c9a52-")
    assert json.loads(answer)["strength"] == "receipt"


def test_a_receipt_under_another_key_exits_1_and_one_that_is_not_there_2(
    log_signer: CheckpointSigner, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "receipt.json"
    file.write_bytes(receipt_of_one(CheckpointSigner(log_signer.origin, Ed25519PrivateKey.generate())))
    key = str(log_signer.verifier_key)

    codes = [main(["receipt", str(file), "--key", key]), main(["receipt", str(tmp_path / "none"), "--key", key])]

    not_verified, not_checked = capsys.readouterr().err.splitlines()
    assert codes == [1, 2]
    assert not_verified.startswith("Not verified (receipt): The checkpoint is not signed by the key ")
    assert not_checked.startswith("Could not check (receipt): ")


def test_the_command_says_in_json_what_it_proved(
    log_of: Callable[[int], Log], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = log_of(300)
    (tmp_path / "old").write_bytes(log_of(100).files["checkpoint"])
    (tmp_path / "vkey").write_text(f"{log.key}\n")
    folder = save(log, tmp_path / "log")

    code = main([str(folder), "--json", "--key", str(tmp_path / "vkey"), "--since", str(tmp_path / "old")])

    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (answer["verified"], answer["size"], answer["extends_size"], answer["key_pinned"]) == (True, 300, 100, True)


def test_the_command_exits_1_for_a_log_that_does_not_verify(
    log_of: Callable[[int], Log], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = log_of(300)
    log.files["tile/0/000"] = flipped(log.files["tile/0/000"])

    code = main([str(save(log, tmp_path))])

    assert code == 1
    assert capsys.readouterr().err == "Not verified (public): Tile 0 of level 0 is not what the leaves lead to\n"


def test_the_command_exits_1_for_a_key_other_than_the_trusted_one(
    log_of: Callable[[int], Log], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = CheckpointSigner("frontdoor.example.org/audit", Ed25519PrivateKey.generate()).verifier_key

    code = main([str(save(log_of(3), tmp_path)), "--key", str(other), "--json"])

    assert code == 1
    assert json.loads(capsys.readouterr().out)["verified"] is False


@pytest.mark.parametrize(
    "arguments",
    [
        ["{folder}/nothing-here"],
        ["{folder}"],
        ["{folder}", "--key", "no-such-file"],
        ["{folder}", "--key", "a+b+c"],
        ["{folder}", "--former-key", "a+b+c"],
        ["entitled", "{folder}", "--owner", "triage"],
        ["entitled", "{folder}", "--owner", "triage={folder}/no-such-file"],
        ["entitled", "http://127.0.0.1:1/", "--token-file", "{folder}/no-such-file", "--key", KEY],
        ["receipt", "{folder}/no-such-file", "--key", KEY],
        ["http://127.0.0.1:1/"],
    ],
)
def test_the_command_exits_2_when_nothing_could_be_checked(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key").write_text(KEY)

    code = main([argument.format(folder=tmp_path) for argument in arguments])

    assert code == 2
    assert capsys.readouterr().err.startswith("Could not check (")


def test_wrong_usage_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([])

    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


class Handler(BaseHTTPRequestHandler):
    """Serves a log; of every third path the first answer is a broken connection, as networks have them."""

    protocol_version = "HTTP/1.1"
    log: Log
    asked: set[str]
    status_always: int | None = None

    def do_GET(self) -> None:
        cls = type(self)
        first_time = self.path not in cls.asked
        cls.asked.add(self.path)
        if first_time and len(cls.asked) % 3 == 0:
            self.close_connection = True
            return
        body = cls.log.files.get(self.path.removeprefix("/audit/"))
        self.send_response(cls.status_always or (404 if body is None else 200))
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Quiet."""


def served(log: Log, *, status_always: int | None = None) -> tuple[ThreadingHTTPServer, str]:
    handler = type("LogHandler", (Handler,), {"log": log, "status_always": status_always, "asked": set()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}/audit"


def test_the_command_verifies_an_address_over_a_poor_network(
    log_of: Callable[[int], Log], capsys: pytest.CaptureFixture[str]
) -> None:
    server, address = served(log_of(3_000))
    try:
        code = main([address, "--json"])
    finally:
        server.shutdown()
        server.server_close()

    assert code == 0
    assert json.loads(capsys.readouterr().out)["size"] == 3_000


def test_a_part_missing_at_an_address_is_not_verified_and_a_failing_address_not_checked(
    log_of: Callable[[int], Log], capsys: pytest.CaptureFixture[str]
) -> None:
    log = log_of(300)
    del log.files["tile/0/000"]
    incomplete, failing = served(log), served(log_of(3), status_always=500)
    try:
        codes = [main([incomplete[1]]), main([failing[1]])]
    finally:
        for server, _ in (incomplete, failing):
            server.shutdown()
            server.server_close()

    assert codes == [1, 2]
    assert "tile/0/000 is missing" in capsys.readouterr().err
