"""The loads a side is put under: as fast as it can, and at three rates that it is offered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from bench.accept.figures import Figures, together
from bench.accept.measure import Round
from bench.accept.sides import OURS, SAME_WORK, TWO_INSERTS

THROUGHPUT: Final = "throughput"
GENTLE: Final = "gentle"
BRISK: Final = "brisk"
OWN: Final = "own"

GENTLE_SHARE: Final = 0.6
"""Of what the slowest side but the peer of the same work can do: a rate for each that can do it with a tenth to spare.

That peer does so much for each request that a rate by its measure would press nobody else.
"""
BRISK_SHARE: Final = 0.7
"""Of what the two inserts can do: a rate for each that can do it with a tenth to spare."""
OWN_SHARE: Final = 0.7
"""Of what the side itself can do."""
_TO_SPARE: Final = 0.9


@dataclass
class Load:
    """One side under one load at one number of connections. ``rate`` is None in a closed loop."""

    side: str
    connections: int
    name: str
    rate: float | None = None
    rounds: list[Round] = field(default_factory=list)

    @property
    def figures(self) -> Figures:
        """Of all rounds together."""
        return together([each.sample for each in self.rounds], [each.figures for each in self.rounds])


def open_loads(connections: int, able: Mapping[str, float]) -> list[Load]:
    """The rates that sides are offered, from what each was able to do in a closed loop."""
    gentle = GENTLE_SHARE * min(rate for side, rate in able.items() if side != SAME_WORK)
    brisk = BRISK_SHARE * able[TWO_INSERTS]
    loads = [Load(side, connections, GENTLE, gentle) for side in able if able[side] * _TO_SPARE > gentle]
    loads += [Load(side, connections, BRISK, brisk) for side in (TWO_INSERTS, OURS) if able[side] * _TO_SPARE > brisk]
    loads += [Load(side, connections, OWN, OWN_SHARE * able[side]) for side in able if side != TWO_INSERTS]
    return loads
