"""Where each role's work is. The menu only leads there: what somebody may see and do the services say."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

STAFF: Final = frozenset({"contact-officer", "social-worker", "mash-manager"})
ASSIGNERS: Final = frozenset({"mash-manager"})
AGENCY: Final = frozenset({"agency-representative"})
TEAM: Final = frozenset({"macpt-member", "early-help-lead"})
RECORDS: Final = frozenset({"records-officer", "mash-manager", "caldicott-guardian"})
HOLDERS: Final = frozenset({"records-officer"})
AUDITORS: Final = frozenset({"auditor", "caldicott-guardian"})
DISCLOSERS: Final = frozenset({"data-protection-officer"})
OPERATORS: Final = frozenset({"operator"})


@dataclass(frozen=True)
class Item:
    """A place in the menu."""

    text: str
    path: str


HOME: Final = Item("What next", "/")
QUEUE: Final = Item("Queue", "/queue")
INBOX: Final = Item("Inbox", "/inbox")
REFER: Final = Item("Refer a child", "/refer")
REFERRALS: Final = Item("Your referrals", "/referrals")
AUDIT: Final = Item("Audit", "/audit")
PROOF: Final = Item("Check a proof", "/audit/proof")
DISPOSAL: Final = Item("Records", "/records")
OPERATOR: Final = Item("Services", "/operator")
DRAFTS: Final = Item("Your drafts", "/drafts")
_BY_ROLES: Final = (
    (STAFF, QUEUE),
    (AGENCY, REFER),
    (AGENCY, REFERRALS),
    (AUDITORS, AUDIT),
    (DISCLOSERS, PROOF),
    (RECORDS, DISPOSAL),
    (OPERATORS, OPERATOR),
)


def items_of(roles: Collection[str], *, reads_notices: bool) -> list[Item]:
    """The menu of somebody with these roles; an inbox has everybody to whom the partnership's pack sends notices."""
    own = [item for needed, item in _BY_ROLES if not needed.isdisjoint(roles)]
    inbox = [INBOX] if reads_notices else []
    return [HOME, *own[:1], *inbox, *own[1:], DRAFTS]
