"""``python -m local_stack.witness serve | key``: a witness of its own, for the local stack or anywhere else."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chassis.clock import SystemClock
from local_stack.witness import notes
from local_stack.witness.app import Witness, create_app
from local_stack.witness.memory import Memory, StateUnusable

WRONG_USE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when ended in order, 2 with one line when something given is of no use."""
    chosen = _parser().parse_args(arguments)
    try:
        witness = Witness(chosen.name, _private_key(chosen.key), _by_origin(chosen.log))
        if chosen.act == "serve":
            _serve(witness, chosen)
        else:
            print(witness.key)
    except StateUnusable:
        return _refuse(f"{chosen.state} cannot be used: it is no state of a witness, or another witness has it open")
    except (OSError, ValueError) as error:
        return _refuse(str(error))
    return 0


def _serve(witness: Witness, chosen: argparse.Namespace) -> None:
    memory = Memory(chosen.state)
    app = create_app(witness, memory, SystemClock())
    try:
        uvicorn.run(app, host=chosen.host, port=chosen.port, access_log=False, log_level="warning")
    finally:
        memory.close()


def _private_key(file: Path) -> Ed25519PrivateKey:
    key = load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{file} holds another key than an Ed25519 private key")
    return key


def _by_origin(lines: Sequence[str]) -> dict[str, tuple[notes.Key, ...]]:
    """A log's origin is its key's name. Two keys of one name are one log that changes its key."""
    keys = [notes.Key.parse_log(line) for line in lines]
    return {name: tuple(key for key in keys if key.name == name) for name in {key.name for key in keys}}


def _refuse(line: str) -> int:
    sys.stderr.write(f"{line}\n")
    return WRONG_USE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_stack.witness", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="act", metavar="command")
    serve = commands.add_parser("serve", help="answer logs until ended")
    serve.add_argument("--log", action="append", required=True, help="verifier key of a log to witness; repeatable")
    serve.add_argument("--state", type=Path, required=True, help="file that remembers what was cosigned; never copy it")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, required=True)
    key = commands.add_parser("key", help="print the verifier key that logs and verifiers need")
    key.set_defaults(log=())
    for command in (serve, key):
        command.add_argument("--name", required=True, help="such as witness.example.org/one; logs know it by this name")
        command.add_argument("--key", type=Path, required=True, help="PEM file with an Ed25519 private key")
    return parser


if __name__ == "__main__":
    sys.exit(main())
