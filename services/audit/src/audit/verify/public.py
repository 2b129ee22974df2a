"""The public strength: the tree, from its leaves up. It sees commitments, and knows nothing of what they commit to."""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from audit.checkpoint import Checkpoint, VerifierKey, open_checkpoint
from audit.commitment import Opening, check_leaves, check_opening
from audit.merkle import HASH_BYTES, VerificationError, leaf_hash
from audit.quorum import Quorum, Witnessed, read_witnessed
from audit.sources import Missing, Source, Unreachable, read_ahead
from audit.tiles import TILE_WIDTH, TileName, decode_bundle, names_at
from audit.tree import Edge, GrownTile, grow

CONTINUED: Final = "log.continued.v1"
LEAVES_KEPT: Final = "leaves_kept"
"""In its data: the former log's leaves stand here too, each a place further. Else they were entries without a salt."""


@dataclass(frozen=True)
class Former:
    """The log before this one: what it signed last, as this one's first entry says."""

    checkpoint: Checkpoint
    leaves_kept: bool = False

    def __str__(self) -> str:
        return f"{self.checkpoint.origin} at {self.checkpoint.size}"


class _Carried:
    """The tree of the leaves that a former log's would be: all but the first, up to the size that it had signed."""

    def __init__(self, former: Former | None) -> None:
        self._signed = former.checkpoint if former is not None and former.leaves_kept else None
        self._edge = Edge()

    def add(self, first_index: int, hashes: Sequence[bytes]) -> None:
        """The next leaves of this log."""
        if self._signed is not None:
            end = max(0, self._signed.size + 1 - first_index)
            self._edge, _ = grow(self._edge, hashes[max(0, 1 - first_index) : end])

    def check(self) -> None:
        """Raises ``VerificationError`` unless they lead to what the former log signed last."""
        signed = self._signed
        if signed is not None and (self._edge.size, self._edge.root) != (signed.size, signed.root):
            raise VerificationError(f"The log does not go on with the {signed.size} leaves of {signed.origin}")


@dataclass(frozen=True)
class PublicReport:
    """What was proven of the tree: so many leaves under this signed root; it extends, and continues, what is named."""

    origin: str
    size: int
    root: str
    key: str
    extends_size: int | None = None
    former: Former | None = None
    witnessed: Witnessed | None = None


@dataclass(frozen=True)
class Trusted:
    """What the person who verifies brings along: the key, an older checkpoint, the key of the log before this one, and
    by how many of which witnesses the log has to be cosigned."""

    key: VerifierKey
    older: Checkpoint | None = None
    former_key: VerifierKey | None = None
    quorum: Quorum | None = None


def ignore(_leaves: Sequence[bytes]) -> None:
    """For those who want no leaves."""


def verify_public(
    source: Source, trusted: Trusted, *, keep: Callable[[Sequence[bytes]], None] = ignore
) -> PublicReport:
    """Check everything that the log's checkpoint promises of its tree, and that it extends the older one.

    ``keep`` is given all leaves in their order. Raises ``VerificationError`` naming the first thing found wrong, or
    ``Unreachable``.
    """
    # 1. The signed checkpoint is the only thing that is believed. What is witnessed is read first: the log only grows.
    witnessed = read_witnessed(source, trusted.key, trusted.quorum) if trusted.quorum else None
    checkpoint = _read_checkpoint(source, trusted.key)
    earlier = _earlier(checkpoint, trusted.older, witnessed)
    # 2. Every hash is made again from the leaves and compared with the stored tiles.
    former, opening = _read_former(source, trusted) if checkpoint.size else (None, None)
    carried = _Carried(former)
    edge, first_leaf = _grown(source, checkpoint.size, earlier=earlier, carried=carried, keep=keep)
    carried.check()
    if opening is not None:
        check_opening(first_leaf, opening, index=0)
    # 3. The root they lead to must be the one that was signed.
    if edge.root != checkpoint.root:
        raise VerificationError(f"The leaves lead to the root {edge.root.hex()}, not to the signed one")
    return PublicReport(
        origin=checkpoint.origin,
        size=edge.size,
        root=edge.root.hex(),
        key=str(trusted.key),
        extends_size=trusted.older.size if trusted.older else None,
        former=former,
        witnessed=witnessed,
    )


def _grown(
    source: Source,
    size: int,
    *,
    earlier: Sequence[Checkpoint],
    carried: _Carried,
    keep: Callable[[Sequence[bytes]], None],
) -> tuple[Edge, bytes]:
    """The tree of all leaves, which extends what is ``earlier``, and the first of them; empty when there is none."""
    edge, first = Edge(), b""
    for leaves, tile in _read_leaves(source, size):
        check_leaves(edge.size, leaves)
        first = first or leaves[0]
        keep(leaves)
        hashes = [leaf_hash(leaf) for leaf in leaves]
        for each in earlier:
            _check_older(edge, hashes, each)
        carried.add(edge.size, hashes)
        edge, grown = grow(edge, hashes)
        _check_tiles(source, grown, level_0=tile)
    _check_unfinished_tiles(source, edge)
    return edge, first


def _read_checkpoint(source: Source, key: VerifierKey) -> Checkpoint:
    try:
        note = source.read("checkpoint")
    except Missing as error:
        raise Unreachable("There is no log here: it has no checkpoint") from error
    return open_checkpoint(note, key)


def _earlier(checkpoint: Checkpoint, older: Checkpoint | None, witnessed: Witnessed | None) -> Sequence[Checkpoint]:
    """What the log must extend. Raises ``VerificationError`` when it is smaller than one of them."""
    earlier = [*([older] if older else []), *([witnessed.checkpoint] if witnessed else [])]
    for each in earlier:
        if each.size > checkpoint.size:
            raise VerificationError(f"The log shrank: {each.size} leaves were signed, now it has {checkpoint.size}")
    return earlier


def _read_leaves(source: Source, size: int) -> Iterator[tuple[list[bytes], bytes]]:
    """Each bundle's leaves, with the stored level 0 tile that claims to be their hashes."""
    names = list(names_at(None, size))
    paths = (path for name in names for path in (name.path, replace(name, level=0).path))
    answers = read_ahead(source, paths)
    for name, bundle, tile in zip(names, answers, answers, strict=True):
        yield list(decode_bundle(bundle, count=name.width)), tile


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
        raise VerificationError(f"Tile {made.index} of level {made.level} is not what the leaves lead to")


def _check_older(edge: Edge, hashes: Sequence[bytes], older: Checkpoint) -> None:
    """When these leaves reach the older checkpoint's size, its root must be met on the way."""
    if not edge.size < older.size <= edge.size + len(hashes):
        return
    then, _ = grow(edge, hashes[: older.size - edge.size])
    if then.root != older.root:
        raise VerificationError(f"The log was rewritten: its first {older.size} leaves are not those once signed")


def _read_former(source: Source, trusted: Trusted) -> tuple[Former, Opening] | tuple[None, None]:
    """The log before this one, if the log names one. What names it MUST be what the first leaf commits to."""
    try:
        said = source.read("predecessor")
    except Missing:
        return None, None
    try:
        named = json.loads(said)
        opening = Opening(base64.b64decode(named["salt"], validate=True), named["entry"].encode())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise VerificationError("What the log says of its predecessor cannot be read") from error
    former = former_of(opening.entry, trusted)
    if former is None:
        raise VerificationError("The log's first entry does not name a log before this one")
    return former, opening


def former_of(entry: bytes, trusted: Trusted) -> Former | None:
    """The former log that an entry names, once its checkpoint's signature is proven; None for any other entry.

    Without a key of its own the former log is believed to have been signed with this one's, under its own origin.
    """
    try:
        event = json.loads(entry)
        if event["type"] != CONTINUED:
            return None
        note, kept = event["data"]["checkpoint"].encode(), event["data"].get(LEAVES_KEPT) is True
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise VerificationError("The log's first entry cannot be read") from error
    origin = note.split(b"\n", 1)[0].decode()
    former_key = trusted.former_key or VerifierKey(origin, trusted.key.public_key)
    return Former(open_checkpoint(note, former_key), leaves_kept=kept)
