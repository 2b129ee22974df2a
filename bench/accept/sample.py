"""What one round measured, and the figures made of it."""

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
