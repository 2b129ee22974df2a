"""Percentiles by nearest rank, and the scenarios that take theirs that way."""

import pytest

from bench.pages import Figures
from bench.percentile import percentile


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 50), (0.95, 95), (0.99, 99), (0.991, 100), (0.999, 100), (1.0, 100)]
)
def test_a_percentile_is_a_value_that_was_measured(share: float, value: float) -> None:
    values = list(range(100, 0, -1))

    assert percentile(values, share) == value


def test_the_percentile_of_one_answer_is_that_answer() -> None:
    assert percentile([7.0], 0.99) == 7.0


def test_no_rank_is_missed_by_a_fraction() -> None:
    counts = range(1, 1001)

    found = [percentile(range(1, count + 1), 0.95) for count in counts]

    assert found == [-(-95 * count // 100) for count in counts]


def test_a_pages_figures_are_of_the_nearest_rank() -> None:
    figures = Figures.of("case", [float(value) for value in range(400, 0, -1)])

    assert figures == Figures("case", 400, p50_ms=200.0, p95_ms=380.0, p99_ms=396.0, max_ms=400.0)
