"""Prints the lines of requirements.lock that some members need, with their hashes: what one image installs.

``python locked.py requirements.lock MEMBER… [--without NAME]``. What a member needs is read from the ``# via`` notes
that the resolver leaves, so that nothing is resolved again.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)==")


@dataclass(frozen=True)
class Block:
    """One pinned package: its lines with hashes, and who needs it."""

    name: str
    lines: tuple[str, ...]
    needed_by: frozenset[str]


def blocks(lock: str) -> Iterator[Block]:
    """The packages of a lock file in its order; one that is pinned twice, for two Pythons, comes twice."""
    lines: list[str] = []
    for line in [*lock.splitlines(), "end=="]:
        if _PIN.match(line) and lines:
            yield _block(lines)
            lines = []
        if lines or _PIN.match(line):
            lines.append(line)


def needed(lock: str, members: Sequence[str], *, without: Sequence[str] = ()) -> list[Block]:
    """What ``members`` need, directly or not. ``without``: never these, nor what only they need.

    Raises ``ValueError`` for a member that the lock does not know: a name with a mistake in it would need nothing.
    """
    known = list(blocks(lock))
    wanted = set(members)
    if unknown := wanted - {by for block in known for by in block.needed_by}:
        raise ValueError(f"requirements.lock knows no member {', '.join(sorted(unknown))}")
    while more := {b.name for b in known if b.needed_by & wanted} - wanted - set(without):
        wanted |= more
    return [block for block in known if block.name in wanted]


def _block(lines: Sequence[str]) -> Block:
    pin = _PIN.match(lines[0])
    assert pin is not None, "a block begins with its pin"
    notes = [line.strip().removeprefix("#").strip() for line in lines if line.strip().startswith("#")]
    needed_by = {note.removeprefix("via").split()[0] for note in notes if note.removeprefix("via").strip()}
    return Block(pin[1], tuple(line for line in lines if not line.strip().startswith("#")), frozenset(needed_by))


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 2 with one line when a member is unknown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lock", type=Path)
    parser.add_argument("members", nargs="+")
    parser.add_argument("--without", action="append", default=[])
    chosen = parser.parse_args(arguments)
    try:
        found = needed(chosen.lock.read_text(), chosen.members, without=chosen.without)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write("\n".join(line for block in found for line in block.lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
