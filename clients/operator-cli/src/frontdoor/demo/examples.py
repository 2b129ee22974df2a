"""The invented referrals, and what the demonstration does with each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Decision:
    """What is decided for one child; the first child is number 1."""

    child: int
    outcome: str
    level: str


@dataclass(frozen=True)
class Later:
    """What the sender reports once the case is closed, and what is then decided again; a child is in danger now."""

    words: str
    decision: Decision
    handovers: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """``referral`` is what ``sender`` posts; the rest is what people then do. ``follows`` must be posted before."""

    name: str
    title: str
    sender: str
    partnership: str
    suggested_rating: str
    rating: str
    asked: tuple[str, ...]
    decisions: tuple[Decision, ...]
    handovers: tuple[str, ...]
    follows: str | None
    referral: Mapping[str, Any]
    danger_later: Later | None = None

    @classmethod
    def read(cls, file: Path) -> Self:
        """The example in a file."""
        written = json.loads(file.read_text())
        expected = written["expected"]
        return cls(
            name=file.stem,
            title=written["title"],
            sender=written["sender"],
            partnership=written["partnership"],
            suggested_rating=expected["suggested_rating"],
            rating=expected["rating"],
            asked=tuple(expected["asked"]),
            decisions=tuple(Decision(**outcome) for outcome in expected["outcomes"]),
            handovers=tuple(expected["handovers"]),
            follows=expected.get("same_child_as", {}).get("file"),
            referral=written["referral"],
            danger_later=_later(expected["danger_later"]) if "danger_later" in expected else None,
        )

    @property
    def immediate_danger(self) -> bool:
        """Whether the sender says that a child is in danger now."""
        return bool(self.referral.get("immediate_danger"))


def _later(written: Mapping[str, Any]) -> Later:
    decision = Decision(written["child"], written["outcome"], written["level"])
    return Later(written["words"], decision, tuple(written["handovers"]))


def read_all(folder: Path) -> Sequence[Example]:
    """Every example of a folder, by name."""
    return [Example.read(file) for file in sorted(folder.glob("*.json"))]
