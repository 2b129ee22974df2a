"""What a section of the first page is; each is read on its own, so that one service that is away hides no other's."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

from triage_ui.shell.visitor import Visitor

SHOWN: Final = 5
"""So many single things a section names; the page it leads to has all of them."""


@dataclass(frozen=True)
class Task:
    """Something to do: words, where it is done, how many there are, and what to know before."""

    words: str
    address: str
    count: int | None = None
    detail: str = ""
    late: bool = False


@dataclass(frozen=True)
class Section:
    """What waits in one kind of work. ``nothing`` is said when there is no task; ``more`` leads to all of it."""

    title: str
    tasks: Sequence[Task]
    nothing: str
    more: Task | None = None


@dataclass(frozen=True)
class Source:
    """Where a section comes from: ``roles`` have this kind of work, ``read`` asks the services what waits."""

    title: str
    roles: Collection[str]
    read: Callable[[Visitor], Awaitable[Section]]
