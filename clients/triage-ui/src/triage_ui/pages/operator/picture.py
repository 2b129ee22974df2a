"""A referral's journey as a picture: a lane for each service, time from left to right on a scale that grows; pure.

The list of steps below the picture says the same in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p
from typing import Final

from triage_ui.pages.operator.flow import Step
from triage_ui.services.operator import SERVICES

WIDTH: Final = 900
_LEFT: Final = 140
_RIGHT: Final = 30
_LANE: Final = 46
_TOP: Final = 20
_AXIS: Final = 34
_TICKS: Final = (
    (1, "1 second"), (60, "1 minute"), (3600, "1 hour"), (86_400, "1 day"), (604_800, "1 week"), (2_592_000, "30 days"),
)  # fmt: skip
_APART: Final = 70
"""Marks of the scale that stand closer than this are left out."""


@dataclass(frozen=True)
class Mark:
    """A point of the picture and what it stands for."""

    x: int
    y: int
    says: str


@dataclass(frozen=True)
class Picture:
    """``line`` joins the steps in order; ``lanes`` are the services, ``ticks`` the marks of the scale."""

    width: int
    height: int
    lanes: tuple[Mark, ...]
    ticks: tuple[Mark, ...]
    steps: tuple[Mark, ...]
    line: str
    left: int = _LEFT
    right: int = WIDTH - _RIGHT


def picture_of(steps: Sequence[Step]) -> Picture | None:
    """The picture of a journey; none before the receipt is in the log."""
    placed = [step for step in steps if step.seconds is not None]
    if not placed:
        return None
    last = max(step.seconds or 0.0 for step in placed)
    marks = tuple(Mark(_x(step.seconds or 0.0, last), _y(step.service), _says(step)) for step in placed)
    return Picture(
        width=WIDTH,
        height=_TOP + _LANE * len(SERVICES) + _AXIS,
        lanes=tuple(Mark(0, _y(service), service) for service in SERVICES),
        ticks=_ticks(last),
        steps=marks,
        line=" ".join(f"{mark.x},{mark.y}" for mark in marks),
    )


def _x(seconds: float, last: float) -> int:
    """Early steps are moments apart and late ones days: the scale is the logarithm."""
    share = log1p(max(0.0, seconds) * 10) / log1p(last * 10) if last > 0 else 0.0
    return _LEFT + 10 + round(share * (WIDTH - _LEFT - _RIGHT - 20))


def _y(service: str) -> int:
    lane = SERVICES.index(service) if service in SERVICES else len(SERVICES) - 1
    return _TOP + _LANE * lane + _LANE // 2


def _ticks(last: float) -> tuple[Mark, ...]:
    y = _TOP + _LANE * len(SERVICES) + 20
    found = [Mark(_x(0, last), y, "receipt")]
    for seconds, words in _TICKS:
        x = _x(seconds, last)
        if seconds <= last and x - found[-1].x >= _APART:
            found.append(Mark(x, y, words))
    return tuple(found)


def _says(step: Step) -> str:
    return f"{step.what}, {step.after or '0.0 seconds'} after the receipt"
