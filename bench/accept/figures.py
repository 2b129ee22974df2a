"""The figures of one round, and of several rounds together."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final

from bench.accept.cpu import SERVER
from bench.accept.sample import Sample
from bench.percentile import percentile

Figures = dict[str, float]

_TAIL: Final = 0.999


def figures_of(sample: Sample, shares: Mapping[str, float]) -> Figures:
    """A round's rate, latencies in milliseconds and processor use in percent of one.

    ``per_server_cpu_second`` is the rate for each second of processor time that the server was given: what it costs
    to accept, whatever else was busy on the machine.
    """
    return {
        "per_second": round(sample.per_second, 1),
        "p50_ms": round(percentile(sample.latencies, 0.5), 2),
        "p99_ms": round(percentile(sample.latencies, 0.99), 2),
        "p999_ms": round(percentile(sample.latencies, _TAIL), 2),
        "max_ms": round(max(sample.latencies), 2),
        "per_server_cpu_second": round(100 * sample.per_second / max(shares[SERVER], 0.1), 1),
        "queued": sample.queued,
        "over_1_s": sum(latency > 1000 for latency in sample.latencies),
        "sent_late_p99_ms": round(percentile(sample.lateness, 0.99), 2) if sample.lateness else 0.0,
        **{f"{name}_cpu_percent": share for name, share in shares.items()},
    }


def together(samples: Sequence[Sample], rounds: Sequence[Figures]) -> Figures:
    """Medians over the rounds, so that one disturbed round does not decide; the tail is that of all answers."""
    latencies = [latency for sample in samples for latency in sample.latencies]
    return {
        **{name: round(median(each[name] for each in rounds), 2) for name in rounds[0]},
        "answers": len(latencies),
        "p999_ms": round(percentile(latencies, _TAIL), 2),
        "max_ms": round(max(latencies), 2),
    }
