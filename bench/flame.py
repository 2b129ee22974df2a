"""A flame graph: what calls what, each as wide as its share of the samples, in one SVG file that needs nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Final

WIDTH: Final = 1200
ROW: Final = 16
NARROWEST: Final = 0.002
"""Of all samples: what is narrower is left out, and with it what it called."""
_CHARACTER: Final = 6.2
_HUES: Final = ("#f4a261", "#e9c46a", "#e76f51", "#f2b880", "#e5989b", "#ffb703")

Stacks = Mapping[tuple[str, ...], int]
"""How often each stack was met, outermost call first."""


@dataclass
class Frame:
    """A call in one place, with what it called; ``count`` is of all samples in it and within it."""

    name: str
    count: int = 0
    calls: dict[str, "Frame"] = field(default_factory=dict)


def flame(stacks: Stacks, title: str) -> str:
    """The SVG."""
    root = _tree(stacks)
    height = (_depth(root, root.count) + 2) * ROW
    rows = "\n".join(_rows(root, root.count, x=0.0, level=1))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="monospace" font-size="11"><text x="4" y="12">{escape(title)}: {root.count} samples</text>\n'
        f"{rows}\n</svg>\n"
    )


def _tree(stacks: Stacks) -> Frame:
    root = Frame("all")
    for stack, count in stacks.items():
        at = root
        at.count += count
        for name in stack:
            at = at.calls.setdefault(name, Frame(name))
            at.count += count
    return root


def _shown(frame: Frame, whole: int) -> list[Frame]:
    return [each for each in frame.calls.values() if each.count >= NARROWEST * whole]


def _depth(frame: Frame, whole: int) -> int:
    return 1 + max((_depth(each, whole) for each in _shown(frame, whole)), default=0)


def _rows(frame: Frame, whole: int, *, x: float, level: int) -> Iterator[str]:
    width = WIDTH * frame.count / whole
    share = f"{frame.name} {100 * frame.count / whole:.1f} %"
    shown = frame.name[: max(0, int(width / _CHARACTER) - 1)]
    label = f'<text x="{x + 2:.1f}" y="{level * ROW + 12}">{escape(shown)}</text>' if len(shown) > 1 else ""
    hue = _HUES[sum(frame.name.encode()) % len(_HUES)]
    yield (
        f'<g><title>{escape(share)}</title><rect x="{x:.1f}" y="{level * ROW}" width="{width:.1f}" '
        f'height="{ROW - 1}" fill="{hue}"/>{label}</g>'
    )
    for each in _shown(frame, whole):
        yield from _rows(each, whole, x=x, level=level + 1)
        x += WIDTH * each.count / whole
