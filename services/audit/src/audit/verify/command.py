"""The command line of the verifier. It needs Python, the ``cryptography`` package and the files it imports.

``python -m audit.verify [public] LOCATION [--key KEY] [--since FILE] [--witness KEY]…``    the tree: for anybody
``python -m audit.verify entitled LOCATION --token-file FILE --owner …``   what its leaves commit to: for auditors
``python -m audit.verify receipt FILE --key KEY [--witness KEY]…``         a disclosure receipt, without any service

Exits 0 when what was given is good, 1 when it is not, 2 when it could not be checked, and says which strength ran.
"""

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from audit.checkpoint import Checkpoint, VerifierKey, open_checkpoint
from audit.cosignature import parse_witness_key
from audit.merkle import VerificationError
from audit.quorum import Quorum
from audit.receipt import verify_receipt
from audit.sources import FolderSource, Headers, Missing, Source, Unreachable, nobody, open_source
from audit.verify import answers
from audit.verify.entitled import EntitledReport, verify_entitled
from audit.verify.ledger import Behind
from audit.verify.owners import Owner
from audit.verify.public import Trusted, verify_public

GOOD, NOT_VERIFIED, NOT_CHECKED = 0, 1, 2
STRENGTHS: Final = ("public", "entitled", "receipt")
WAIT_SECONDS: Final = 180.0
_PAUSE_SECONDS: Final = 3.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit code. Without a strength the public one runs."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] not in STRENGTHS and given[0] not in ("-h", "--help"):
        given.insert(0, "public")
    options = _parser().parse_args(given)
    try:
        answer = _RUN[options.strength](options)
    except VerificationError as error:
        return answers.print_failure(NOT_VERIFIED, options.strength, str(error), as_json=options.json)
    except Unreachable as error:
        return answers.print_failure(NOT_CHECKED, options.strength, str(error), as_json=options.json)
    answer.print(as_json=options.json)
    return GOOD


def _public(options: argparse.Namespace) -> answers.Verified:
    with closing(open_source(options.location)) as source:
        report = verify_public(source, _trusted(options, source))
    return answers.of_public(report, pinned=bool(options.key))


def _entitled(options: argparse.Namespace) -> answers.Verified:
    headers = _as_auditor(options.token_file)
    owners = [Owner.parse(each, headers) for each in options.owner]
    with closing(open_source(options.location, headers)) as source:
        trusted = _trusted(options, source)
        report = _once_it_has_all(lambda: verify_entitled(source, trusted, owners), seconds=options.wait)
    return answers.of_entitled(report, pinned=bool(options.key))


def _receipt(options: argparse.Namespace) -> answers.Verified:
    try:
        file = Path(options.file).read_bytes()
    except OSError as error:
        raise Unreachable(f"{options.file} cannot be read: {error.strerror}") from error
    quorum = _quorum(options.witness, options.witnesses_needed)
    return answers.of_receipt(verify_receipt(file, _given_key("--key", options.key), quorum=quorum))


_RUN: Final[Mapping[str, Callable[[argparse.Namespace], answers.Verified]]] = {
    "public": _public,
    "entitled": _entitled,
    "receipt": _receipt,
}


def _once_it_has_all(verify: Callable[[], EntitledReport], *, seconds: float) -> EntitledReport:
    """What owners recorded a moment ago, this verifier's own looks among it, may not be signed yet."""
    until = time.monotonic() + seconds
    while True:
        try:
            return verify()
        except Behind:
            if time.monotonic() >= until:
                raise
            time.sleep(_PAUSE_SECONDS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("audit.verify", description="Check a transparency log, or a receipt out of one.")
    strengths = parser.add_subparsers(dest="strength", required=True, metavar="public|entitled|receipt")
    public = strengths.add_parser("public", help="the tree, from its leaves: needs no rights")
    entitled = strengths.add_parser("entitled", help="the entries too, as an auditor of a partnership")
    receipt = strengths.add_parser("receipt", help="a disclosure receipt, without the log")
    for each in (public, entitled):
        each.add_argument("location", help="the log's http(s) address, or a folder that holds a copy of it")
        each.add_argument("--key", help="the verifier key you trust, or a file that holds it")
        each.add_argument("--since", help="a file with an older checkpoint that the log must extend")
        each.add_argument("--former-key", help="the verifier key of the log before this one, where it was another")
    entitled.add_argument("--token-file", help="a file with an auditor's access token; it may be replaced meanwhile")
    owner_help = "NAME=ADDRESS (or file) of a service whose recorded versions the log must have; may be given again"
    entitled.add_argument("--owner", action="append", default=[], help=owner_help)
    wait_help = "seconds to wait for what owners have only just recorded"
    entitled.add_argument("--wait", type=float, default=WAIT_SECONDS, help=wait_help)
    receipt.add_argument("file", help="the receipt")
    receipt.add_argument("--key", required=True, help="the verifier key you trust, or a file that holds it")
    for each in (public, entitled, receipt):
        each.add_argument("--witness", action="append", help="verifier key of a witness you trust; repeatable")
        each.add_argument("--witnesses-needed", type=int, help="how many of them must have cosigned; all by default")
        each.add_argument("--json", action="store_true", help="answer with one line of JSON")
    return parser


def _trusted(options: argparse.Namespace, source: Source) -> Trusted:
    key = _given_key("--key", options.key) if options.key else _own_key(source)
    return Trusted(
        key=key,
        older=_saved_checkpoint(options.since, key) if options.since else None,
        former_key=_given_key("--former-key", options.former_key) if options.former_key else None,
        quorum=_quorum(options.witness, options.witnesses_needed),
    )


def _as_auditor(token_file: str | None) -> Headers:
    if token_file is None:
        return nobody

    def headers() -> Mapping[str, str]:
        try:
            token = Path(token_file).read_text().strip()
        except OSError as error:
            raise Unreachable(f"--token-file cannot be read: {error.strerror}") from error
        return {"Authorization": f"Bearer {token}", "Access-Purpose": "audit"}

    return headers


def _given_key(option: str, text: str) -> VerifierKey:
    """A key named on the command line. A mistake there says nothing about the log."""
    try:
        path = Path(text)
        return VerifierKey.parse(path.read_text() if "+" not in text or path.is_file() else text)
    except (OSError, ValueError, VerificationError) as error:
        raise Unreachable(f"{option} is neither a verifier key nor a file with one ({error})") from error


def _quorum(witnesses: Sequence[str] | None, needed: int | None) -> Quorum | None:
    """The witnesses named on the command line; a mistake there says nothing about the log either."""
    if not witnesses and needed is None:
        return None
    try:
        keys = tuple(parse_witness_key(line) for line in witnesses or ())
        return Quorum(keys, len(keys) if needed is None else needed)
    except (ValueError, VerificationError) as error:
        raise Unreachable(f"--witness: {error}") from error


def _own_key(source: Source) -> VerifierKey:
    try:
        text = source.read("key")
    except Missing as error:
        raise Unreachable("There is no key here: name the one you trust with --key") from error
    return VerifierKey.parse(text.decode(errors="replace"))


def _saved_checkpoint(file: str, key: VerifierKey) -> Checkpoint:
    path = Path(file)
    try:
        return open_checkpoint(FolderSource(path.parent).read(path.name), key)
    except Missing as error:
        raise Unreachable(f"--since: there is no file {file}") from error
