"""The witness as a process: it outlives being killed, says its key, and starts with nothing that cannot be used."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from witnessed_log import LEAVES, NAME, VERIFIER, b64, proof_of, signature, text_of

from local_stack.keys import Keys
from local_stack.ports import Ports
from local_stack.services import LOG_ORIGIN
from local_stack.waiting import until
from local_stack.witness.__main__ import main
from local_stack.witness.part import WitnessPart


def run(part: WitnessPart) -> None:
    part.start()
    until("the witness", part.ready, timeout_seconds=60, still_possible=part.alive)


class _StackLog:
    """The log that the stack's own keys sign for."""

    def __init__(self, keys: Keys) -> None:
        private = load_pem_private_key(keys.signing_key_file("log").read_bytes(), None)
        assert isinstance(private, Ed25519PrivateKey)
        self._private = private

    def request(self, old: int, new: int) -> bytes:
        text = text_of(LEAVES[:new], LOG_ORIGIN)
        lines = "".join(f"{b64(each)}\n" for each in proof_of(old, LEAVES[:new]))
        signed = signature(text, LOG_ORIGIN, self._private)
        return f"old {old}\n{lines}\n{text}\n{signed}".encode()


def test_a_witness_that_is_killed_remembers_all_that_it_signed(tmp_path: Path) -> None:
    ports, keys = Ports(), Keys(tmp_path)
    part = WitnessPart(tmp_path, ports.take(), keys)
    log = _StackLog(keys)
    run(part)
    first = httpx2.post(f"{part.address}/add-checkpoint", content=log.request(0, 5), trust_env=False)

    part.child.stop(by=signal.SIGKILL)
    run(part)

    again = httpx2.post(f"{part.address}/add-checkpoint", content=log.request(0, 9), trust_env=False)
    after = httpx2.post(f"{part.address}/add-checkpoint", content=log.request(5, 9), trust_env=False)
    shown = httpx2.get(f"{part.address}/key", trust_env=False).text
    part.stop()
    ports.release()
    assert (first.status_code, again.status_code, again.text, after.status_code) == (200, 409, "5\n", 200)
    assert shown == f"{part.addresses()['witness_key']}\n"


def test_it_starts_on_its_own_from_the_command_line_and_says_its_key(tmp_path: Path) -> None:
    file = Keys(tmp_path).signing_key_file("witness")

    done = subprocess.run(
        [sys.executable, "-m", "local_stack.witness", "key", "--name", NAME, "--key", str(file)],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{NAME}+")


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"--log": "log.example.org/one+00000000+AAAA"}, "a log's key is written name+hash+base64"),
        ({"--log": "nonsense"}, "a log's key is written name+hash+base64"),
        ({"--name": "with space"}, "a name has no spaces"),
        ({"--key": "/nonexistent"}, "No such file"),
        ({"--state": "."}, "cannot be used"),
    ],
)
def test_what_cannot_be_used_ends_the_start_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: dict[str, str], advice: str
) -> None:
    file = Keys(tmp_path).signing_key_file("witness")
    given = {"--name": NAME, "--key": str(file), "--log": str(VERIFIER), "--state": str(tmp_path / "s"), "--port": "1"}

    code = main(["serve", *(each for pair in (given | change).items() for each in pair)])

    refused = capsys.readouterr().err
    assert (code, refused.count("\n")) == (2, 1)
    assert advice in refused
