"""The options of a run of the scenario."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bench.accept.sides import OURS, SIDES

CONNECTIONS: Final = (32, 128)
FLAME: Final = "flame"


@dataclass(frozen=True)
class Options:
    """The defaults are those of a result that is kept."""

    only: str | None = None
    """One side alone, to work on it: nothing is compared and nothing kept."""
    connections: tuple[int, ...] = CONNECTIONS
    seconds: float = 2.0
    rounds: int = 5
    rate: float | None = None
    """With ``only``: requests are due at this rate instead of each after the last answer."""
    pinned: bool = True
    profile: str | None = None
    """With ``only ours``: ``calls``, ``samples`` or ``flame`` of the server process."""

    @property
    def is_whole(self) -> bool:
        """Whether the result is worth keeping."""
        enough = self.rounds >= Options.rounds and self.seconds >= Options.seconds
        return enough and self.connections == CONNECTIONS


def parse(arguments: Sequence[str]) -> Options:
    """The options. Ends the process with code 2 and a line that says why when they make no sense."""
    parser = argparse.ArgumentParser(prog="python -m bench accept", description="Measure accepting a referral.")
    parser.add_argument("--only", choices=SIDES, help="one side alone; prints, keeps nothing")
    parser.add_argument("--connections", type=int, nargs="+", default=list(CONNECTIONS), metavar="N")
    parser.add_argument("--seconds", type=float, default=Options.seconds, help="of each round")
    parser.add_argument("--rounds", type=int, default=None, help="of each measurement (5; with --only 1)")
    parser.add_argument("--rate", type=float, help="with --only: an open loop with so many requests in a second")
    parser.add_argument("--unpinned", action="store_true", help="let the system choose processors")
    parser.add_argument(
        "--profile",
        choices=("calls", "samples", FLAME),
        nargs="?",
        const="calls",
        help="ours alone, under a profiler",
    )
    found = parser.parse_args(arguments)
    only = OURS if found.profile else found.only
    if found.rate and not only:
        parser.error("--rate needs --only")
    return Options(
        only=only,
        connections=tuple(found.connections),
        seconds=found.seconds,
        rounds=found.rounds or (1 if only else Options.rounds),
        rate=found.rate,
        pinned=not found.unpinned,
        profile=found.profile,
    )
