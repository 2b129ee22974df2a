"""The stand-alone verifier: proves a good log, and finds every way of altering one."""

import json
import random
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from audit.checkpoint import CheckpointSigner, open_checkpoint
from audit.merkle import VerificationError
from audit.tiles import decode_bundle, encode_bundle, names_at
from audit.verify import main, verify_log

SIZES = [0, 1, 2, 255, 256, 257, 511, 512, 700]
Log = Any  # the public copy that the fixtures make


def entries_of(log: Log, size: int) -> list[bytes]:
    bundles = [decode_bundle(log.files[name.path], count=name.width) for name in names_at(None, size)]
    return [entry for bundle in bundles for entry in bundle]


def put_entries(log: Log, entries: Sequence[bytes]) -> None:
    """Replace the entries, and nothing else: a forger without the signing key."""
    for path in [path for path in log.files if path.startswith("tile/entries")]:
        del log.files[path]
    for name in names_at(None, len(entries)):
        first = name.index * 256
        log.files[name.path] = encode_bundle(entries[first : first + name.width])


@pytest.mark.parametrize("size", SIZES)
def test_a_good_log_is_verified(log_of: Callable[[int], Log], size: int) -> None:
    log = log_of(size)

    report = verify_log(log, log.key)

    assert report.size == size
    assert report.aggregates == -(-size // 3)
    assert report.origin == "frontdoor.example.org/audit"


@pytest.mark.parametrize("size", SIZES)
def test_a_later_log_extends_every_earlier_checkpoint(log_of: Callable[[int], Log], size: int) -> None:
    older = log_of(size)
    newer = log_of(700)
    saved = open_checkpoint(older.files["checkpoint"], older.key)

    report = verify_log(newer, newer.key, older=saved)

    assert report.extends_size == size


def test_a_log_that_shrank_is_found(log_of: Callable[[int], Log]) -> None:
    before, after = log_of(700), log_of(699)
    saved = open_checkpoint(before.files["checkpoint"], before.key)

    with pytest.raises(VerificationError, match="shrank"):
        verify_log(after, after.key, older=saved)


@pytest.mark.parametrize("size", [1, 255, 256, 300, 700])
def test_a_fork_is_found_by_whoever_kept_an_older_checkpoint(
    log_of: Callable[[int], Log], resign: Callable[[Sequence[bytes]], Log], size: int
) -> None:
    honest = log_of(size)
    saved = open_checkpoint(honest.files["checkpoint"], honest.key)
    entries = entries_of(log_of(700), 700)
    entries[0] = entries[0].replace(b"amber", b"green")
    fork = resign(entries)

    verify_log(fork, fork.key)  # good in itself: only the older checkpoint gives it away

    with pytest.raises(VerificationError, match="rewritten"):
        verify_log(fork, fork.key, older=saved)


def edit(entries: list[bytes], chosen: random.Random) -> list[bytes]:
    at = chosen.randrange(len(entries))
    changed = bytearray(entries[at])
    changed[chosen.randrange(len(changed))] ^= 1 << chosen.randrange(8)
    return [*entries[:at], bytes(changed), *entries[at + 1 :]]


def delete(entries: list[bytes], chosen: random.Random) -> list[bytes]:
    at = chosen.randrange(len(entries))
    return [*entries[:at], *entries[at + 1 :]]


def insert(entries: list[bytes], chosen: random.Random) -> list[bytes]:
    at = chosen.randrange(len(entries) + 1)
    return [*entries[:at], chosen.choice(entries), *entries[at:]]


def swap(entries: list[bytes], chosen: random.Random) -> list[bytes]:
    one, other = chosen.sample(range(len(entries)), 2)
    swapped = list(entries)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    return swapped


def truncate(entries: list[bytes], chosen: random.Random) -> list[bytes]:
    return entries[: chosen.randrange(len(entries))]


@pytest.mark.parametrize("tamper", [edit, delete, insert, swap, truncate])
@pytest.mark.parametrize("seed", range(20))
def test_entries_altered_without_the_key_are_found(
    log_of: Callable[[int], Log], tamper: Callable[[list[bytes], random.Random], list[bytes]], seed: int
) -> None:
    log = log_of(600)
    put_entries(log, tamper(entries_of(log, 600), random.Random(seed)))

    with pytest.raises(VerificationError):
        verify_log(log, log.key)


@pytest.mark.parametrize("tamper", [delete, insert, swap])
@pytest.mark.parametrize("seed", range(10))
def test_a_version_left_out_repeated_or_moved_is_found_even_in_a_properly_signed_log(
    log_of: Callable[[int], Log],
    resign: Callable[[Sequence[bytes]], Log],
    tamper: Callable[[list[bytes], random.Random], list[bytes]],
    seed: int,
) -> None:
    # Three versions of each aggregate; the last entry of one may be missing without a trace, so add a fourth.
    entries = [
        entry.replace(b'"sequence":1', b'"sequence":%d' % (n % 4 + 1)) if n % 4 else entry
        for n, entry in enumerate(one_aggregate_each_four(entries_of(log_of(600), 600)))
    ]
    verify_log(resign(entries), resign(entries).key)
    altered = tamper(entries[:-1], random.Random(seed)) + entries[-1:]
    log = resign(altered)

    if breaks_a_sequence(altered):
        with pytest.raises(VerificationError, match="belongs"):
            verify_log(log, log.key)
    else:
        assert verify_log(log, log.key).size == len(altered)


def one_aggregate_each_four(entries: list[bytes]) -> list[bytes]:
    """The same first entry under four versions, for one aggregate after another."""
    firsts = [entry for entry in entries if json.loads(entry)["sequence"] == 1]
    return [first for first in firsts for _ in range(4)]


def breaks_a_sequence(entries: Sequence[bytes]) -> bool:
    last: dict[str, int] = {}
    for entry in entries:
        named = json.loads(entry)
        if named["sequence"] != last.get(named["subject"], 0) + 1:
            return True
        last[named["subject"]] = named["sequence"]
    return False


def test_every_single_file_matters(log_of: Callable[[int], Log]) -> None:
    good = log_of(600)
    for path in [path for path in good.files if path != "key"]:
        for change in (None, b"", good.files[path][:-1], good.files[path] + b"\n", flipped(good.files[path])):
            log = log_of(600)
            if change is None:
                del log.files[path]
            else:
                log.files[path] = change

            with pytest.raises(Exception, match=r".") as found:
                verify_log(log, good.key)

            assert type(found.value).__name__ in {"VerificationError", "Missing", "Unreachable"}, path


def flipped(data: bytes) -> bytes:
    return data[:-2] + bytes([data[-2] ^ 1]) + data[-1:]


def test_a_checkpoint_by_another_key_is_found(log_of: Callable[[int], Log]) -> None:
    log = log_of(3)
    forger = CheckpointSigner(log.key.name, Ed25519PrivateKey.generate())
    root = open_checkpoint(log.files["checkpoint"], log.key).root
    log.files["checkpoint"] = forger.sign(3, root).encode()

    with pytest.raises(VerificationError):
        verify_log(log, log.key)


@pytest.mark.parametrize(
    "entry", [b"", b"not json", b"[]", b"{}", b'{"subject":1,"sequence":1}', b'{"subject":"a","sequence":true}']
)
def test_an_entry_that_is_no_event_is_found(resign: Callable[[Sequence[bytes]], Log], entry: bytes) -> None:
    log = resign([entry])

    with pytest.raises(VerificationError, match="Entry 0"):
        verify_log(log, log.key)


def save(log: Log, folder: Path) -> Path:
    for path, data in log.files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def test_the_command_verifies_a_folder_and_exits_0(
    log_of: Callable[[int], Log], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([str(save(log_of(300), tmp_path))])

    assert code == 0
    assert capsys.readouterr().out.startswith("Verified: frontdoor.example.org/audit holds 300 entries")


def test_the_command_says_in_json_what_it_proved(
    log_of: Callable[[int], Log], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = log_of(300)
    (tmp_path / "old").write_bytes(log_of(100).files["checkpoint"])
    (tmp_path / "vkey").write_text(f"{log.key}\n")
    folder = save(log, tmp_path / "log")

    code = main([str(folder), "--json", "--key", str(tmp_path / "vkey"), "--since", str(tmp_path / "old")])

    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (told["verified"], told["size"], told["extends_size"], told["key_pinned"]) == (True, 300, 100, True)


def test_the_command_exits_1_for_a_log_that_does_not_verify(
    log_of: Callable[[int], Log], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = log_of(300)
    log.files["tile/0/000"] = flipped(log.files["tile/0/000"])

    code = main([str(save(log, tmp_path))])

    assert code == 1
    assert capsys.readouterr().err == "Not verified: Tile 0 of level 0 is not what the entries lead to\n"


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
        ["http://127.0.0.1:1/"],
    ],
)
def test_the_command_exits_2_when_nothing_could_be_checked(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    code = main([argument.format(folder=tmp_path) for argument in arguments])

    assert code == 2
    assert capsys.readouterr().err.startswith("Could not check: ")


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
