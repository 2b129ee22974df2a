"""What somebody wants to see of the queue: codes only, so that it may stand in an address; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from triage_ui.services.triage_queue import FilterCount, FilterCounts

NAMES: Final[Mapping[str, str]] = {
    "status": "Cases",
    "rating": "Rating",
    "waits_for": "Waits for",
    "assigned": "Who has it",
    "due": "Time",
    "news": "News",
}
"""The filters in the order of the form, with their labels."""
STATUSES: Final[Mapping[str, str]] = {"open": "Open", "closed": "Closed in the last 30 days"}
PAGE_SIZE: Final = "25"
_CODE: Final = re.compile(r"[a-z-]{1,40}")
_CURSOR: Final = re.compile(r"[A-Za-z0-9_.~=-]{1,200}")


@dataclass(frozen=True)
class Filter:
    """Chosen values by filter, and the place in the list. What is no code is as good as not chosen."""

    chosen: Mapping[str, str]
    cursor: str

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Filter":
        """Of an address, or of what was remembered."""
        codes = {name: asked[name] for name in NAMES if _CODE.fullmatch(asked.get(name, ""))}
        if codes.get("status") not in STATUSES:
            codes.pop("status", None)
        cursor = asked.get("cursor", "")
        return cls(codes, cursor if _CURSOR.fullmatch(cursor) else "")

    @property
    def narrows(self) -> bool:
        """Whether anything is chosen besides open cases."""
        return any(name != "status" or value != "open" for name, value in self.chosen.items())

    @property
    def service_query(self) -> dict[str, str]:
        """As the service is asked."""
        place = {"cursor": self.cursor} if self.cursor else {}
        return {**self.chosen, **place, "limit": PAGE_SIZE}

    @property
    def query(self) -> str:
        """As it is remembered, with the place."""
        return self.here.partition("?")[2]

    @property
    def is_everything(self) -> bool:
        """Whether nothing at all is chosen, not even a place."""
        return not self.chosen and not self.cursor

    def address(self, *, cursor: str = "", without: str = "") -> str:
        """The address of a page of the list, with one filter less where it is named."""
        codes = [f"{name}={value}" for name, value in self.chosen.items() if name != without]
        parts = [*codes, *([f"cursor={cursor}"] if cursor else [])]
        return f"/queue?{'&'.join(parts)}" if parts else "/queue?all=yes"

    @property
    def here(self) -> str:
        """The address of this very page."""
        return self.address(cursor=self.cursor)

    def chips(self, counts: FilterCounts) -> list[tuple[str, str]]:
        """Each chosen value in words, and the address without it."""
        found = []
        for name, value in self.chosen.items():
            labels = STATUSES if name == "status" else {one.value: one.label for one in options(name, counts)}
            if (name, value) != ("status", "open"):
                found.append((f"{NAMES[name]}: {labels.get(value, value).lower()}", self.address(without=name)))
        return found


def options(name: str, counts: FilterCounts) -> tuple[FilterCount, ...]:
    """The values of a filter, each with how many cases it would leave."""
    found: tuple[FilterCount, ...] = getattr(counts, name)
    return found
