"""The acts that the case page leads to, as triage offers them to this reader: where each is done, or why not."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from triage_ui.services.triage_case import ActLine, CaseView
from triage_ui.shell.formats import mid_sentence
from triage_ui.shell.words import Words

_PAGES: Final = {
    "rate": ("Rate the case", "rate"),
    "ask": ("Ask an agency", "ask"),
    "ask-sender": ("Ask the sender", "ask-sender"),
    "recommend": ("Recommend an outcome for a child", "recommend"),
    "authorise": ("Authorise or turn down", "authorise"),
    "offer": ("Offer a handover", "offer-handover"),
    "take-back": ("Take an offer back", "take-back"),
    "close": ("Close the case", "close"),
}
"""The acts that have a page, and what the page is called in an address."""


@dataclass(frozen=True)
class Offered:
    """One act: where it is done, or why this reader cannot do it now and who can."""

    label: str
    path: str = ""
    why_not: str = ""
    hint: str = ""


def acts_of(case: CaseView, words: Words, roles: Collection[str]) -> list[Offered]:
    """What can be done with a case by somebody with these roles, in the order in which triage names it.

    Of a closed case only what can be done: why nothing else can is said once, by the page.
    """
    shown = [line for line in case.acts if line.act in _PAGES and (line.offered or not case.closed_at)]
    return [_offered(line, case, words, roles) for line in shown]


def _offered(line: ActLine, case: CaseView, words: Words, roles: Collection[str]) -> Offered:
    label, page = _PAGES[line.act]
    label = f"{label}: {_about(line, case, words)}" if line.about else label
    if not line.offered:
        return Offered(label, why_not=_why_not(line, words, roles))
    address = f"/cases/{case.case_id}/{page}" + (f"/{line.about}" if line.about else "")
    return Offered(label, address, hint="You will be asked to sign in again." if line.sign_in_again else "")


def _why_not(line: ActLine, words: Words, roles: Collection[str]) -> str:
    """The reason; and who can, where that is somebody else and not this reader at another time."""
    reason, who = line.words or "Not now", " or ".join(mid_sentence(words.role(role)) for role in line.roles)
    if not who or not (line.act == "authorise" or set(line.roles).isdisjoint(roles)):
        return f"{reason}."
    what, _, _ = reason.partition(". ")  # then follows whom to ask, which is said here
    return f"{what}. Who can: {who}."


def _about(line: ActLine, case: CaseView, words: Words) -> str:
    """What a recommendation or an offer is about, in words."""
    outcomes = {one.recommendation_id: one.outcome for one in case.recommendations}
    teams = {one.handover_id: one.team for one in case.handovers}
    if line.about in outcomes:
        return mid_sentence(words.outcome(outcomes[line.about]))
    return words.team(teams[line.about]) if line.about in teams else ""
