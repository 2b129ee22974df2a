"""What a page says about one act: which fields it has, what it looks at first, what it sends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from triage_ui.drafts.model import Draft
from triage_ui.shell.visitor import Visitor

Ids = Mapping[str, Any]
"""What an address names, by its part's name: ``service`` a service, ``parked_id`` an ``int``, all others a ``UUID``."""
Mistakes = Mapping[str, str]
"""What is missing, by field, with what to do about it."""


@dataclass(frozen=True)
class Seen:
    """What the act is about, as it was read for this page. ``view`` is whatever the act's template needs."""

    reference: str
    version: str
    view: object


@dataclass(frozen=True)
class Row:
    """One answer on the page before sending, and the field where it is changed."""

    name: str
    value: str
    field: str = ""


class Act(Protocol):
    """One command that a person gives by a form, and the base of them all. The rules are the service's: this only says
    what is not filled in.
    """

    name: ClassVar[str]
    """A code, part of the address; drafts are kept under it."""
    path: ClassVar[str]
    title: ClassVar[str]
    """What the person does, as the page's heading says it."""
    template: ClassVar[str]
    fields: ClassVar[tuple[str, ...]]
    send_label: ClassVar[str]

    async def look(self, visitor: Visitor, ids: Ids) -> Seen:
        """Read what the act is about; the look is recorded."""

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """Fields that are not filled in."""

    def rows(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """The answers, to be checked before they are sent."""

    def standing(self, visitor: Visitor, seen: Seen, draft: Draft) -> Sequence[Row]:
        """What stands now, for somebody whose copy is not the newest."""

    def pause(self, seen: Seen, draft: Draft) -> str:
        """What to think of before a grave act, in one paragraph; empty for every other, as here."""
        return ""

    async def send(self, visitor: Visitor, ids: Ids, draft: Draft) -> str | None:
        """Give the command, under the draft's key. Raises what the services' caller raises.

        Hands back what the next page has to say of it, as numbers for its address, where being done is not all.
        """

    def back(self, ids: Ids) -> str:
        """Where the act began, and where it leads back to."""


class NothingToFillIn:
    """The base of acts that a person only confirms."""

    fields: ClassVar[tuple[str, ...]] = ()

    def mistakes(self, seen: Seen, draft: Draft) -> Mistakes:
        """None: there is no field."""
        return {}
