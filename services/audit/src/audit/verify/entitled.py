"""The entitled strength: what the leaves commit to, for those who may read it, and that nothing of it is missing."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from audit.commitment import LEAF_BYTES, Opening, check_opening
from audit.merkle import HASH_BYTES, VerificationError, leaf_hash
from audit.sources import Source, read_ahead
from audit.tiles import names_at, split_hashes
from audit.tree import Edge, grow
from audit.verify.ledger import Ledger
from audit.verify.owners import Owner
from audit.verify.public import Former, PublicReport, Trusted, former_of, verify_public

CERTIFICATE: Final = "referral.disposed.v1"


@dataclass(frozen=True)
class EntitledReport:
    """What was proven beyond the tree.

    ``opened`` entries are what their leaves commit to; ``destroyed`` ones have lost their text, and have a certificate;
    ``closed`` ones were not shown: they are other partnerships'. ``aggregates`` are complete from their first version,
    ``shared`` ones are partly others'. ``looks`` are among the opened. The log has all that the services in
    ``compared`` have recorded.
    """

    public: PublicReport
    opened: int
    destroyed: int
    closed: int
    aggregates: int
    shared: int
    looks: int
    compared: tuple[str, ...]


@dataclass
class _Seen:
    """All leaves, one after another, and the facts of those that opened."""

    leaves: bytearray = field(default_factory=bytearray)
    ledger: Ledger = field(default_factory=Ledger)
    opened: int = 0
    last_index: int = -1
    without_text: list[tuple[int, str]] = field(default_factory=list)
    certified: set[str] = field(default_factory=set)
    former: Former | None = None
    former_hashes: dict[int, bytes] = field(default_factory=dict)

    def keep(self, leaves: Sequence[bytes]) -> None:
        """Remember the next leaves of the tree."""
        self.leaves += b"".join(leaves)

    def leaf(self, index: int) -> bytes:
        return bytes(self.leaves[index * LEAF_BYTES : (index + 1) * LEAF_BYTES])

    def next_at(self, index: int) -> None:
        """Each place once, in order. Raises ``VerificationError``."""
        if index <= self.last_index:
            raise VerificationError(f"Entry {index} was shown twice, or out of its order")
        self.last_index = index


def verify_entitled(source: Source, trusted: Trusted, owners: Sequence[Owner] = ()) -> EntitledReport:
    """Check the tree, then everything that is shown of its entries.

    Raises ``VerificationError`` naming the first thing found wrong, ``Behind`` for what may only be on its way, or
    ``Unreachable``.
    """
    before = {owner.name: owner.heads() for owner in owners}  # first: what is recorded later may be missing
    seen = _Seen()
    public = verify_public(source, trusted, keep=seen.keep)
    seen.former = public.former
    for page in _pages(source, public.size):
        _read_page(page, seen, trusted)
    _check_destroyed(seen)
    _check_former(source, seen)
    seen.ledger.check_gaps()
    for name, heads in before.items():
        seen.ledger.check_complete(name, heads)
    for owner in owners:
        seen.ledger.check_recorded(owner.name, owner.heads())
    return _report(public, seen, compared=tuple(before))


def _report(public: PublicReport, seen: _Seen, *, compared: tuple[str, ...]) -> EntitledReport:
    return EntitledReport(
        public=public,
        opened=seen.opened,
        destroyed=len(seen.without_text),
        closed=public.size - seen.opened - len(seen.without_text),
        aggregates=seen.ledger.whole,
        shared=seen.ledger.shared,
        looks=seen.ledger.looks,
        compared=compared,
    )


def _pages(source: Source, size: int) -> Iterator[dict[str, Any]]:
    """Pages of entries up to the checkpoint that was verified; the log may have grown since."""
    first: object = 0
    while type(first) is int and first < size:
        page = _json(source.read(f"v1/entries/{first}"), f"The page of entries from {first} on")
        yield page
        if type(page.get("next")) is int and page["next"] <= first:
            raise VerificationError("A page of entries does not lead on to the next one")
        first = page.get("next")


def _read_page(page: dict[str, Any], seen: _Seen, trusted: Trusted) -> None:
    try:
        listed = sorted([*page["entries"], *page["destroyed"]], key=lambda each: int(each["leaf_index"]))
        for each in listed:
            if (each["leaf_index"] + 1) * LEAF_BYTES > len(seen.leaves):
                return  # placed since the checkpoint that was verified
            seen.next_at(each["leaf_index"])
            if "salt" in each:
                opening = Opening(base64.b64decode(each["salt"], validate=True), each["entry"].encode())
                _read_entry(each["leaf_index"], opening, seen, trusted)
            else:
                seen.ledger.add(each["leaf_index"], str(each["subject"]), int(each["version"]))
                seen.without_text.append((each["leaf_index"], str(each["referral_id"])))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise VerificationError("A page of entries cannot be read") from error


def _read_entry(index: int, opening: Opening, seen: _Seen, trusted: Trusted) -> None:
    """The leaf commits to it; what it says of itself is counted."""
    check_opening(seen.leaf(index), opening, index=index)
    seen.opened += 1
    event = _event(index, opening.entry)
    if index == 0 and seen.former is None:
        seen.former = former_of(opening.entry, trusted)
    seen.ledger.add(index, event["subject"], event["sequence"])
    whose = str(event.get("partnership"))
    seen.ledger.recorded_by(event["subject"], str(event.get("source")), event["type"], whose)
    if event["type"] == CERTIFICATE:
        seen.certified.add(str(event.get("correlationid")))
    if seen.former is not None and 0 < index <= seen.former.checkpoint.size:
        kept = seen.leaf(index) if seen.former.leaves_kept else opening.entry
        seen.former_hashes[index - 1] = leaf_hash(kept)


def _event(index: int, entry: bytes) -> dict[str, Any]:
    event = _json(entry, f"Entry {index}")
    if not (isinstance(event.get("subject"), str) and isinstance(event.get("type"), str)):
        raise VerificationError(f"Entry {index} does not say what it is about")
    if type(event.get("sequence")) is not int:
        raise VerificationError(f"Entry {index} does not say which version of what it is")
    return event


def _check_destroyed(seen: _Seen) -> None:
    """Text is destroyed by two people's decision, whose certificate stays; without it somebody made away with it."""
    for index, referral_id in seen.without_text:
        if referral_id not in seen.certified:
            raise VerificationError(f"Entry {index} lost its text, and no certificate of destruction covers it")


def _check_former(source: Source, seen: _Seen) -> None:
    """What the former log signed last is what its tiles lead to, and each entry stands where it stood there."""
    if seen.former is None:
        return
    checkpoint, edge = seen.former.checkpoint, Edge()
    names = list(names_at(0, checkpoint.size))
    tiles = read_ahead(source, (f"v1/former-log/{name.path}" for name in names))
    for name, tile in zip(names, tiles, strict=True):
        hashes = split_hashes(tile)
        if len(tile) != name.width * HASH_BYTES:
            raise VerificationError(f"Tile {name.index} of the former log has another width than its place")
        for index, found in enumerate(hashes, edge.size):
            if seen.former_hashes.get(index, found) != found:
                raise VerificationError(f"Entry {index + 1} is not what stood at place {index} of the former log")
        edge, _ = grow(edge, hashes)
    if edge.root != checkpoint.root:
        raise VerificationError("The tiles of the former log do not lead to the root that it signed last")


def _json(text: bytes, what: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise VerificationError(f"{what} is not JSON") from error
    if not isinstance(said, dict):
        raise VerificationError(f"{what} is not a JSON object")
    return said
