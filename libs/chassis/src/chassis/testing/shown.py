"""What a scraper is shown of this process."""

from prometheus_client import REGISTRY


def shown(name: str, **labels: str) -> float | None:
    """The value of ``frontdoor_<name>`` with these labels; None while there is none."""
    return REGISTRY.get_sample_value(f"frontdoor_{name}", labels)
