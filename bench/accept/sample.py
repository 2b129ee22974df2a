"""What one round measured, and the figures made of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Sample:
    """Latencies are milliseconds; ``lateness`` is how long after its instant the generator itself sent a request."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    lateness: list[float] = field(default_factory=list)
    answers: int = 0
    """All of them, with those that came too late to be measured."""
    queued: int = 0
    """Requests that were due while every connection still waited for an answer; their waiting counts as latency."""

    @property
    def per_second(self) -> float:
        """Answers in a second."""
        return len(self.latencies) / self.seconds


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
