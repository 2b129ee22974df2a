"""The tree kept as tiles: growing its right edge, and reading roots and proofs from few tiles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from audit.merkle import EMPTY_ROOT, HASH_BYTES, Span, root_of
from audit.tiles import TILE_WIDTH, level_count

Tiles = Mapping[tuple[int, int], bytes]
"""Stored tiles by (level, index). One may be wider than needed: tiles only ever grow to the right."""


@dataclass(frozen=True)
class Row:
    """Some neighbouring hashes of one level, all of them inside one tile."""

    level: int
    start: int
    count: int

    @property
    def tile(self) -> tuple[int, int]:
        """The (level, index) of the tile that holds them."""
        return self.level, self.start // TILE_WIDTH


@dataclass(frozen=True)
class Edge:
    """All that is needed to grow a tree: its size and the hashes of each level's unfinished tile, lowest first."""

    size: int = 0
    rows: tuple[tuple[bytes, ...], ...] = ()

    @property
    def root(self) -> bytes:
        """The Merkle tree hash of the whole tree."""
        return _fold(self.rows)


@dataclass(frozen=True)
class GrownTile:
    """A tile that gained hashes, as it must be stored now; it is full when it has 256."""

    level: int
    index: int
    hashes: bytes


def edge_rows(size: int) -> tuple[Row, ...]:
    """Where an edge of this size is read from; a level whose last tile is full has no row."""
    return rows_of(Span(0, size))


def read_edge(size: int, tiles: Tiles) -> Edge:
    """The edge of a tree of ``size`` leaves, from its stored tiles. Raises ``KeyError`` for a missing one."""
    rows: list[tuple[bytes, ...]] = [()] * level_count(size)
    for row in edge_rows(size):
        rows[row.level] = tuple(_hashes(row, tiles))
    return Edge(size, tuple(rows))


def grow(edge: Edge, leaves: Sequence[bytes]) -> tuple[Edge, list[GrownTile]]:
    """Add leaf hashes on the right; returns the new edge and every tile that changed."""
    grown: list[GrownTile] = []
    rows: list[tuple[bytes, ...]] = []
    incoming = list(leaves)
    size = edge.size + len(leaves)
    new_levels = [()] * (level_count(size) - len(edge.rows))
    for level, old_row in enumerate([*edge.rows, *new_levels]):
        row = [*old_row, *incoming]
        first = (edge.size >> (8 * level)) // TILE_WIDTH
        chunks = [row[at : at + TILE_WIDTH] for at in range(0, len(row), TILE_WIDTH)]
        if incoming:
            grown += [GrownTile(level, first + n, b"".join(chunk)) for n, chunk in enumerate(chunks)]
        incoming = [root_of(chunk) for chunk in chunks if len(chunk) == TILE_WIDTH]
        rows.append(tuple(row[len(incoming) * TILE_WIDTH :]))
    return Edge(size, tuple(rows)), grown


def rows_of(span: Span) -> tuple[Row, ...]:
    """The fewest stored hashes that make up a subtree of the tree, lowest level first.

    ``span`` must be a subtree (of a proof, or the whole tree): then each row lies inside one tile.
    """
    rows: list[Row] = []
    start = span.start
    for level in reversed(range(level_count(span.end - span.start))):
        first, last = start >> (8 * level), span.end >> (8 * level)
        if last > first:
            rows.append(Row(level, first, last - first))
        start = last << (8 * level)
    return tuple(reversed(rows))


def tiles_needed(spans: Iterable[Span]) -> set[tuple[int, int]]:
    """Every tile to fetch, as (level, index), before hashing these subtrees."""
    return {row.tile for span in spans for row in rows_of(span)}


def span_hash(span: Span, tiles: Tiles) -> bytes:
    """The hash of one subtree. Raises ``KeyError`` for a tile that was not fetched."""
    return _fold([_hashes(row, tiles) for row in rows_of(span)])


def _fold(rows: Iterable[Sequence[bytes]]) -> bytes:
    """Each row's subtrees are whole; what lies below them is one smaller subtree on their right."""
    below: tuple[bytes, ...] = ()
    for row in rows:
        if row:
            below = (root_of([*row, *below]),)
    return below[0] if below else EMPTY_ROOT


def _hashes(row: Row, tiles: Tiles) -> list[bytes]:
    tile = tiles[row.tile]
    first = row.start % TILE_WIDTH
    at = range(first * HASH_BYTES, (first + row.count) * HASH_BYTES, HASH_BYTES)
    if len(tile) < at.stop:
        raise KeyError(row.tile)
    return [tile[n : n + HASH_BYTES] for n in at]
