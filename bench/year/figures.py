"""From samples to figures: the rate of each stage, lag and memory over time, and what each process used."""

import os
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any, Final, TypeVar

from bench.year.sampler import OURS, Sample

T = TypeVar("T")

POINTS: Final = 240
MEMORY_POINTS: Final = 80
"""Of each series that is kept: enough for a picture, and a year's file stays small."""

STAGES: Final[Mapping[str, Callable[[Sample], int]]] = {
    "accepted": lambda sample: sample.accepted,
    "cases opened": lambda sample: sample.reach.cases,
    "notices queued": lambda sample: sample.reach.notices,
    "deliveries attempted": lambda sample: sample.reach.sent,
    "events logged": lambda sample: sample.reach.logged,
}

LAGS: Final[Mapping[str, Callable[[Sample], int]]] = {
    "events still to send": lambda sample: sample.reach.unsent,
    "behind: referral-intake": lambda sample: sample.reach.behind["referral_intake"],
    "behind: triage": lambda sample: sample.reach.behind["triage"],
    "behind: agency-notify": lambda sample: sample.reach.behind["agency_notify"],
    "behind: audit": lambda sample: sample.reach.behind["audit"],
}
"""The last four in messages of Kafka that a reader has still to apply."""


def stages(samples: Sequence[Sample], counted: Mapping[str, int]) -> dict[str, dict[str, float]]:
    """Of each stage: how many, the second at which the last one was done, and how many a second until then.

    ``counted`` are stages of which the rows were counted at the end: samples of these hold undone rows as well.
    """
    return {
        name: _stage([(sample.second, count(sample)) for sample in samples], counted.get(name))
        for name, count in STAGES.items()
    }


def _stage(reached: Sequence[tuple[float, int]], counted: int | None) -> dict[str, float]:
    first, total = reached[0][1], reached[-1][1]
    done_at = next(second for second, count in reached if count >= total)
    done = total - first if counted is None else counted
    return {"count": done, "done_after_seconds": done_at, "per_second": round(done / max(done_at, 1.0), 1)}


def thinned(samples: Sequence[T], points: int = POINTS) -> list[T]:
    """At most so many of them and the last one, evenly spread."""
    step = -(-len(samples) // points)
    return [*samples[:-1:step], samples[-1]] if samples else []


def lags(samples: Sequence[Sample]) -> dict[str, list[tuple[float, float]]]:
    """Every lag as points of time."""
    return {name: [(sample.second, lag(sample)) for sample in samples] for name, lag in LAGS.items()}


def progress(samples: Sequence[Sample]) -> dict[str, list[tuple[float, float]]]:
    """Every stage as points of time."""
    return {name: [(sample.second, count(sample)) for sample in samples] for name, count in STAGES.items()}


def memory(samples: Sequence[Sample]) -> dict[str, list[tuple[float, float]]]:
    """Of each process some of its memory in MiB, as points of time; it is looked at less often of a part."""
    return {name: thinned(points, MEMORY_POINTS) for name, points in _memory_points(samples).items()}


def _memory_points(samples: Sequence[Sample]) -> dict[str, list[tuple[float, float]]]:
    found: dict[str, list[tuple[float, float]]] = {}
    for sample in samples:
        for name, use in sample.used.items():
            found.setdefault(name, []).append((sample.second, use.mebibytes))
    return dict(sorted(found.items()))


def usage(samples: Sequence[Sample]) -> dict[str, dict[str, float]]:
    """Of each process: memory early, late and at most, in MiB; processor seconds, and as a share of one core."""
    seconds = max(samples[-1].second, 1.0)
    cpu = {name: use.cpu_seconds for sample in samples for name, use in sample.used.items()}
    return {name: {**_memory(points), **_cpu(cpu[name], seconds)} for name, points in _memory_points(samples).items()}


def _memory(points: Sequence[tuple[float, float]]) -> dict[str, float]:
    values = [mebibytes for _, mebibytes in points]
    third = max(1, len(values) // 3)
    return {
        "mib_median_of_second_third": round(median(values[third : 2 * third] or values), 1),
        "mib_median_of_last_third": round(median(values[-third:]), 1),
        "mib_most": max(values),
    }


def _cpu(cpu_seconds: float, seconds: float) -> dict[str, float]:
    return {"cpu_seconds": cpu_seconds, "share_of_a_core": round(cpu_seconds / seconds, 3)}


def cost(samples: Sequence[Sample], referrals: int) -> dict[str, float]:
    """Processor time of everything: for each referral, and how much of the whole machine the run was given."""
    used = sum(each["cpu_seconds"] for each in usage(samples).values())
    ours = usage(samples)[OURS]["cpu_seconds"]
    cores = os.cpu_count() or 1
    return {
        "cpu_ms_per_referral": round(1000 * (used - ours) / max(referrals, 1), 1),
        "cpu_ms_per_referral_of_the_measurement": round(1000 * ours / max(referrals, 1), 1),
        "share_of_all_cores": round(used / (cores * max(samples[-1].second, 1.0)), 3),
    }


def series(samples: Sequence[Sample]) -> dict[str, Any]:
    """What is kept of the samples: columns, so that the file stays small."""
    few, columns = thinned(samples), {**STAGES, **LAGS}
    return {
        "second": [sample.second for sample in few],
        **{name: [count(sample) for sample in few] for name, count in columns.items()},
        "memory_mib": {
            name: {"second": [second for second, _ in points], "mib": [mebibytes for _, mebibytes in points]}
            for name, points in memory(samples).items()
        },
    }
