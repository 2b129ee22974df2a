"""The stand-alone verifier: re-derives a whole log from its raw entries and trusts nothing the writer stored.

``python -m audit.verify <address or folder> [--key <verifier key or file>] [--since <saved checkpoint>]
[--witness <verifier key>]… [--witnesses-needed <number>] [--json]`` exits 0 when the log is good, 1 when it is not,
2 when it could not be checked. It needs Python, the ``cryptography`` package and the files it imports: no database,
no service, no settings.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audit.checkpoint import Checkpoint, VerifierKey, open_checkpoint
from audit.cosignature import parse_witness_key
from audit.merkle import HASH_BYTES, VerificationError, leaf_hash
from audit.quorum import Quorum, read_witnessed
from audit.sources import FolderSource, Missing, Source, Unreachable, open_source, read_ahead
from audit.tiles import TILE_WIDTH, TileName, decode_bundle, names_at
from audit.tree import Edge, GrownTile, grow

GOOD, NOT_VERIFIED, NOT_CHECKED = 0, 1, 2


@dataclass(frozen=True)
class Report:
    """What was proven: this many entries under this root, and every aggregate complete from its first version."""

    origin: str
    size: int
    root: str
    key: str
    aggregates: int
    extends_size: int | None = None
    witnessed: Mapping[str, Any] | None = None


class Versions:
    """The last version seen of each aggregate. Within what the log holds, nothing may be left out."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._last)

    def check(self, first_index: int, entries: Sequence[bytes]) -> None:
        """Each entry is the next version of its aggregate. Raises ``VerificationError``."""
        last = self._last
        for index, entry in enumerate(entries, first_index):
            subject, version = _read_version(index, entry)
            expected = last.get(subject, 0) + 1
            if version != expected:
                raise VerificationError(
                    f"Entry {index} is version {version} of {subject}, where version {expected} belongs"
                )
            last[subject] = version


def verify_log(
    source: Source, key: VerifierKey, *, older: Checkpoint | None = None, quorum: Quorum | None = None
) -> Report:
    """Check everything the log's checkpoint promises, and that it extends ``older`` and what ``quorum`` cosigned.

    Raises ``VerificationError`` naming the first thing found wrong, or ``Unreachable``.
    """
    # 1. The signed checkpoint is the only thing that is believed. What is witnessed is read first: the log only grows.
    witnessed = read_witnessed(source, key, quorum) if quorum else None
    checkpoint = _read_checkpoint(source, key)
    earlier = [*([older] if older else []), *([witnessed.checkpoint] if witnessed else [])]
    for each in earlier:
        if each.size > checkpoint.size:
            raise VerificationError(f"The log shrank: {each.size} entries were signed, now it has {checkpoint.size}")
    # 2. Every hash is made again from the raw entries and compared with the stored tiles.
    versions = Versions()
    edge = Edge()
    for entries, tile in _read_entries(source, checkpoint.size):
        versions.check(edge.size, entries)
        leaves = [leaf_hash(entry) for entry in entries]
        for each in earlier:
            _check_older(edge, leaves, each)
        edge, grown = grow(edge, leaves)
        _check_tiles(source, grown, level_0=tile)
    _check_unfinished_tiles(source, edge)
    # 3. The root they lead to must be the one that was signed.
    if edge.root != checkpoint.root:
        raise VerificationError(f"The entries lead to the root {edge.root.hex()}, not to the signed one")
    return Report(
        checkpoint.origin,
        edge.size,
        edge.root.hex(),
        str(key),
        len(versions),
        older.size if older else None,
        witnessed.report(datetime.now(UTC)) if witnessed else None,  # noqa: TID251 - it stands alone, without a clock
    )


def _read_checkpoint(source: Source, key: VerifierKey) -> Checkpoint:
    try:
        note = source.read("checkpoint")
    except Missing as error:
        raise Unreachable("There is no log here: it has no checkpoint") from error
    return open_checkpoint(note, key)


def _read_entries(source: Source, size: int) -> Iterator[tuple[Sequence[bytes], bytes]]:
    """Each entry bundle's entries, with the stored level 0 tile that claims to be their hashes."""
    names = list(names_at(None, size))
    paths = (path for name in names for path in (name.path, replace(name, level=0).path))
    answers = read_ahead(source, paths)
    for name, bundle, tile in zip(names, answers, answers, strict=True):
        yield decode_bundle(bundle, count=name.width), tile


def _check_tiles(source: Source, grown: Sequence[GrownTile], *, level_0: bytes) -> None:
    """The level 0 tile is at hand; a tile above is compared once, when it has become full."""
    for tile in grown:
        if tile.level == 0:
            _check_tile(tile, level_0)
        elif len(tile.hashes) == TILE_WIDTH * HASH_BYTES:
            _check_tile(tile, source.read(TileName(tile.level, tile.index).path))


def _check_unfinished_tiles(source: Source, edge: Edge) -> None:
    for level, row in enumerate(edge.rows):
        if level > 0 and row:
            tile = GrownTile(level, (edge.size >> (8 * level)) // TILE_WIDTH, b"".join(row))
            _check_tile(tile, source.read(TileName(level, tile.index, len(row)).path))


def _check_tile(made: GrownTile, stored: bytes) -> None:
    if made.hashes != stored:
        raise VerificationError(f"Tile {made.index} of level {made.level} is not what the entries lead to")


def _check_older(edge: Edge, leaves: Sequence[bytes], older: Checkpoint) -> None:
    """When these leaves reach the older checkpoint's size, its root must be met on the way."""
    if not edge.size < older.size <= edge.size + len(leaves):
        return
    then, _ = grow(edge, leaves[: older.size - edge.size])
    if then.root != older.root:
        raise VerificationError(f"The log was rewritten: its first {older.size} entries are not those once signed")


def _read_version(index: int, entry: bytes) -> tuple[str, int]:
    try:
        named = json.loads(entry)
        subject, version = named["subject"], named["sequence"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise VerificationError(f"Entry {index} is not a readable event") from error
    if not isinstance(subject, str) or type(version) is not int:
        raise VerificationError(f"Entry {index} does not say which version of what it is")
    return subject, version


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. Returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        with closing(open_source(options.location)) as source:
            key = _given_key(options.key) if options.key else _own_key(source)
            older = _saved_checkpoint(options.since, key) if options.since else None
            quorum = _quorum(options.witness, options.witnesses_needed)
            report = verify_log(source, key, older=older, quorum=quorum)
    except VerificationError as error:
        return _tell_failure(NOT_VERIFIED, f"Not verified: {error}", as_json=options.json)
    except Unreachable as error:
        return _tell_failure(NOT_CHECKED, f"Could not check: {error}", as_json=options.json)
    _tell_success(report, pinned=bool(options.key), as_json=options.json)
    return GOOD


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("audit.verify", description="Check a transparency log from its raw entries.")
    parser.add_argument("location", help="the log's http(s) address, or a folder that holds a copy of it")
    parser.add_argument("--key", help="the verifier key you trust, or a file that holds it")
    parser.add_argument("--since", help="a file with an older checkpoint that the log must extend")
    parser.add_argument("--witness", action="append", help="verifier key of a witness you trust; repeatable")
    parser.add_argument("--witnesses-needed", type=int, help="how many of them must have cosigned; all by default")
    parser.add_argument("--json", action="store_true", help="answer with one line of JSON")
    return parser


def _given_key(text: str) -> VerifierKey:
    """A key named on the command line. A mistake there says nothing about the log."""
    try:
        path = Path(text)
        return VerifierKey.parse(path.read_text() if "+" not in text or path.is_file() else text)
    except (OSError, ValueError, VerificationError) as error:
        raise Unreachable(f"--key is neither a verifier key nor a file with one ({error})") from error


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


def _tell_success(report: Report, *, pinned: bool, as_json: bool) -> None:
    if as_json:
        line = json.dumps({"verified": True, "key_pinned": pinned, **asdict(report)})
    else:
        extends = "" if report.extends_size is None else f", extending the checkpoint at {report.extends_size:,}"
        trust = "" if pinned else " (key taken from the log itself; name the one you trust with --key)"
        line = (
            f"Verified: {report.origin} holds {report.size:,} entries of {report.aggregates:,} aggregates, "
            f"none missing or altered{extends}; root {report.root}{trust}"
            f"{_witnesses(report.witnessed) if report.witnessed else ''}"
        )
    sys.stdout.write(line + "\n")


def _witnesses(witnessed: Mapping[str, Any]) -> str:
    names = ", ".join(f"{name} at {time}" for name, time in witnessed["cosigned_at"].items())
    return (
        f"\nWitnessed: its first {witnessed['size']:,} entries, by {len(witnessed['cosigned_at'])} witnesses "
        f"({witnessed['needed']} needed), {witnessed['age_seconds']:,} seconds ago: {names}"
    )


def _tell_failure(code: int, line: str, *, as_json: bool) -> int:
    if as_json:
        verified = False if code == NOT_VERIFIED else None
        sys.stdout.write(json.dumps({"verified": verified, "problem": line}) + "\n")
    else:
        sys.stderr.write(line + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
