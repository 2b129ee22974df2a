"""Versions of one partnership's pack, made from the one that ships."""

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from policy.pack import Pack
from policy.testing import packs_of
from policy.working_time import LONDON

PARTNERSHIPS: Final = Path(__file__).parents[3] / "partnerships"
SHIPPED: Final = (PARTNERSHIPS / "wandsworth.yaml").read_text(encoding="utf-8")
BEGINS: Final = "effective_from: 2026-11-01\n"


@cache
def wandsworth() -> Pack:
    """Wandsworth's pack as it ships."""
    return packs_of(PARTNERSHIPS)["wandsworth"]


def version(begins: date, ends: date | None = None, **changes: Any) -> Pack:
    """The same rules for other days; ``changes`` replace fields."""
    dates = {"effective_from": begins, "effective_until": ends}
    made = wandsworth().model_copy(update=dates | changes)
    made.__dict__.pop("version_id", None)  # copied along with the rest, and this is another content
    return made


def write_version(folder: Path, name: str, begins: date, ends: date | None = None) -> Path:
    """A file of the folder with Wandsworth's rules for other days."""
    assert BEGINS in SHIPPED
    dates = f"effective_from: {begins}\n" + (f"effective_until: {ends}\n" if ends else "")
    path = folder / name
    path.write_text(SHIPPED.replace(BEGINS, dates, 1), encoding="utf-8")
    return path


def noon(day: date) -> datetime:
    """Midday in London."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=LONDON)
