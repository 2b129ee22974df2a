"""C2SP tlog-tiles: the names, paths and bytes of hash tiles and entry bundles."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from audit.merkle import HASH_BYTES, VerificationError

TILE_WIDTH: Final = 256
MAX_LEVEL: Final = 63
MAX_ENTRY_BYTES: Final = 65_535  # the length prefix of an entry is a uint16
_LENGTH_BYTES: Final = 2

_PATH: Final = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)"
    r"/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?",
    re.ASCII,
)


@dataclass(frozen=True)
class TileName:
    """A hash tile, or an entry bundle where ``level`` is None; partial when narrower than 256."""

    level: int | None
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Where it is found below the log's prefix, for example ``tile/0/x001/234.p/7``."""
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_encode_index(self.index)}{partial}"

    def is_within(self, size: int) -> bool:
        """Whether a tree of ``size`` leaves has all the hashes (or entries) this name asks for."""
        hashes = size >> (8 * (self.level or 0))
        return self.index * TILE_WIDTH + self.width <= hashes


def find_name(path: str) -> TileName | None:
    """What a path such as ``tile/0/x001/234.p/7`` names; None for every other spelling.

    One thing has one address: superfluous zeroes or leading ``x000`` groups are refused.
    """
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    level = None if match["level"] == "entries" else int(match["level"])
    index = int(match["index"].replace("x", "").replace("/", ""))
    width = int(match["width"] or TILE_WIDTH)
    name = TileName(level, index, width)
    return name if name.path == path and (level or 0) <= MAX_LEVEL else None


def names_at(level: int | None, size: int) -> Iterator[TileName]:
    """Every tile of one level (or every entry bundle) of a tree of ``size`` leaves, left to right."""
    hashes = size >> (8 * (level or 0))
    full, rest = divmod(hashes, TILE_WIDTH)
    for index in range(full):
        yield TileName(level, index)
    if rest:
        yield TileName(level, full, rest)


def level_count(size: int) -> int:
    """How many levels of tiles a tree of ``size`` leaves has."""
    return (size.bit_length() + 7) // 8


def split_hashes(tile: bytes) -> list[bytes]:
    """The hashes of a tile. Raises ``VerificationError`` when they do not come out even."""
    if len(tile) % HASH_BYTES:
        raise VerificationError("A tile is not a whole number of hashes")
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries one after another, each after its length as a big-endian uint16.

    Raises ``OverflowError`` for an entry above 65,535 bytes, which no log of this kind can hold.
    """
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries)


def decode_bundle(bundle: bytes, *, count: int) -> Sequence[bytes]:
    """Exactly ``count`` entries. Raises ``VerificationError`` when there are more, fewer or a part of one."""
    entries: list[bytes] = []
    at = 0
    for _ in range(count):
        body = at + _LENGTH_BYTES
        end = body + int.from_bytes(bundle[at:body], "big")
        if body > len(bundle) or end > len(bundle):
            raise VerificationError(f"An entry bundle ends inside entry {len(entries)} of {count}")
        entries.append(bundle[body:end])
        at = end
    if at != len(bundle):
        raise VerificationError(f"An entry bundle holds more than its {count} entries")
    return entries


def _encode_index(index: int) -> str:
    """Groups of three digits, all but the last marked ``x``: files and folders never share a name."""
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.append(f"x{index % 1000:03}")
    return "/".join(reversed(groups))
