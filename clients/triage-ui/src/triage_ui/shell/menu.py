"""Where each role's work is. The menu only leads there: what somebody may see and do the services say."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

STAFF: Final = frozenset({"contact-officer", "social-worker", "mash-manager"})
AGENCY: Final = frozenset({"agency-representative"})
TEAM: Final = frozenset({"macpt-member", "early-help-lead"})


@dataclass(frozen=True)
class Item:
    """A place in the menu."""

    text: str
    path: str


QUEUE: Final = Item("Queue", "/queue")
INBOX: Final = Item("Inbox", "/inbox")
REFER: Final = Item("Refer a child", "/refer")
REFERRALS: Final = Item("Your referrals", "/referrals")
DRAFTS: Final = Item("Your drafts", "/drafts")


def items_of(roles: Collection[str]) -> list[Item]:
    """The menu of somebody with these roles; the first is where their day begins."""
    has = set(roles)
    items = [QUEUE] if has & STAFF else []
    own = [REFER, REFERRALS] if has & AGENCY else []
    return [*items, INBOX, *own, DRAFTS]


def home_of(roles: Collection[str]) -> str:
    """The first page after signing in."""
    return items_of(roles)[0].path
