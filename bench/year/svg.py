"""Draws lines over time as an SVG that needs nothing but itself, readable on a light and on a dark page."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

Points = Sequence[tuple[float, float]]

_WIDTH, _HEIGHT = 860, 420
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 230, 40, 45
_TICKS: Final = 5
_COLOURS: Final = (
    "#1d70b8", "#d4351c", "#00703c", "#f47738", "#4c2c92", "#28a197", "#b58840", "#d53880", "#505a5f", "#85994b",
    "#5694ca", "#912b88", "#2b8cc4", "#6f72af", "#f499be", "#0b0c0c", "#a5662b", "#7a9e00", "#c08ad0", "#008a8a",
)  # fmt: skip


@dataclass(frozen=True)
class Chart:
    """Lines by name over seconds; ``marks`` are moments with a word for each."""

    title: str
    unit: str
    lines: Mapping[str, Points]
    marks: Sequence[tuple[float, str]] = ()

    def svg(self) -> str:
        """The picture, whole."""
        return "\n".join([*self._frame(), *self._grid(), *self._marked(), *self._drawn(), "</svg>", ""])

    @property
    def _far(self) -> float:
        return max((second for points in self.lines.values() for second, _ in points), default=0.0) or 1.0

    @property
    def _high(self) -> float:
        return _round_up(max((value for points in self.lines.values() for _, value in points), default=0.0))

    def _x(self, second: float) -> float:
        return round(_LEFT + second / self._far * (_WIDTH - _LEFT - _RIGHT), 1)

    def _y(self, value: float) -> float:
        return round(_HEIGHT - _BOTTOM - value / self._high * (_HEIGHT - _TOP - _BOTTOM), 1)

    def _frame(self) -> Iterator[str]:
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
            f'font-family="sans-serif" font-size="12"><title>{escape(self.title)}</title>'
        )
        yield f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>'
        yield _text(_LEFT, 22, f"{self.title} ({self.unit})", size=15)

    def _grid(self) -> Iterator[str]:
        right = _WIDTH - _RIGHT
        for tick in range(_TICKS + 1):
            value, second = self._high * tick / _TICKS, self._far * tick / _TICKS
            yield f'<path d="M{_LEFT} {self._y(value)}H{right}" stroke="#b1b4b6" stroke-width="0.5"/>'
            yield _text(_LEFT - 8, self._y(value) + 4, _short(value), anchor="end")
            yield _text(self._x(second), _HEIGHT - _BOTTOM + 18, _time(second, self._far), anchor="middle")

    def _marked(self) -> Iterator[str]:
        for second, word in self.marks:
            x = self._x(min(second, self._far))
            yield f'<path d="M{x} {_TOP}V{_HEIGHT - _BOTTOM}" stroke="#505a5f" stroke-dasharray="3 3">'
            yield f"<title>{escape(word)}</title></path>"

    def _drawn(self) -> Iterator[str]:
        for place, (name, points) in enumerate(self.lines.items()):
            colour, y = _COLOURS[place % len(_COLOURS)], _TOP + 10 + 18 * place
            path = " ".join(f"{self._x(second)},{self._y(value)}" for second, value in points)
            yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
            yield f'<path d="M{_WIDTH - _RIGHT + 15} {y}h18" stroke="{colour}" stroke-width="3"/>'
            yield _text(_WIDTH - _RIGHT + 40, y + 4, name)


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 12) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}" fill="#0b0c0c">{escape(words)}</text>'


def _round_up(value: float) -> float:
    """The next round number: its ticks are round too."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0) if step * power >= value)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def _time(second: float, far: float) -> str:
    return f"{second / 60:.0f} min" if far >= 300 else f"{second:.0f} s"
