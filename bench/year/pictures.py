"""The pictures of a year: how far behind each reader is, how far each stage is, and memory over time."""

from collections.abc import Mapping

from bench.year import figures
from bench.year.measuring import Outcome
from bench.year.svg import Chart


def draw(outcome: Outcome) -> Mapping[str, str]:
    """SVG by name."""
    samples = figures.thinned(outcome.samples)
    year = f"{len(outcome.acknowledged.answers):,} referrals"
    marks = [(second, f"{name} killed") for second, name in outcome.struck]
    charts = {
        "lag": Chart(f"Events behind, {year}", "events", figures.lags(samples), marks),
        "progress": Chart(f"Done by stage, {year}", "count", figures.progress(samples), marks),
        "memory": Chart(f"Memory of each process, {year}", "MiB", figures.memory(outcome.samples), marks),
    }
    return {name: chart.svg() for name, chart in charts.items()}
