"""The figures of one round, and of several rounds together."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

from bench.accept.sample import Sample, percentile

Figures = Mapping[str, float]

_TAIL: Final = 0.999


def figures_of(sample: Sample, shares: Mapping[str, float]) -> dict[str, float]:
    """A round's rate, latencies in milliseconds and processor use in percent of one."""
    return {
        "per_second": round(sample.per_second, 1),
        "p50_ms": round(percentile(sample.latencies, 0.5), 2),
        "p99_ms": round(percentile(sample.latencies, 0.99), 2),
        "p999_ms": round(percentile(sample.latencies, _TAIL), 2),
        "max_ms": round(max(sample.latencies), 2),
        "queued": sample.queued,
        "sent_late_p99_ms": round(percentile(sample.lateness, 0.99), 2) if sample.lateness else 0.0,
        **{f"{name}_cpu_percent": share for name, share in shares.items()},
    }


def medians_of(rounds: Sequence[Figures]) -> dict[str, float]:
    """Each figure's median, so that one disturbed round does not decide."""
    return {name: round(median(each[name] for each in rounds), 2) for name in rounds[0]}
