"""What we want to be true of ours beside the others, and whether it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bench.accept.sides import NONE, ORM, OURS, SAME_WORK, TWO_INSERTS

Line = Mapping[str, Mapping[str, Mapping[str, float]]]
"""Side, connections, figure: what the run's last line says."""

AT_LEAST: Final = {SAME_WORK: 3.0, TWO_INSERTS: 1.0, ORM: 3.0, NONE: 0.5}
"""Ours, as a multiple of each peer's requests in a second."""

SAME_RATES: Final = ("p99_ms", "p99_ms_brisk")
"""The 99th percentiles at a rate that ours and the two inserts were both offered."""


@dataclass(frozen=True)
class Goal:
    """One goal at one number of connections. ``found`` is None when ours could not be offered the rate at all."""

    text: str
    found: float | None
    met: bool

    def __str__(self) -> str:
        found = "not possible" if self.found is None else f"{self.found:.2f} x"
        return f"{'met    ' if self.met else 'NOT MET'}  {self.text}: {found}"


def goals(line: Line) -> Iterator[Goal]:
    """Every goal at every number of connections."""
    for connections in line[OURS]:
        for side, wanted in AT_LEAST.items():
            found = line[OURS][connections]["per_second"] / line[side][connections]["per_second"]
            yield Goal(f"{connections} connections, at least {wanted} x {side}", round(found, 3), found >= wanted)
        for name in SAME_RATES:
            yield _no_later(line, connections, name)


def _no_later(line: Line, connections: str, name: str) -> Goal:
    ours, peers = line[OURS][connections].get(name), line[TWO_INSERTS][connections][name]
    text = f"{connections} connections, {name} no worse than {TWO_INSERTS}"
    return Goal(text, None if ours is None else round(ours / peers, 3), ours is not None and ours <= peers)
