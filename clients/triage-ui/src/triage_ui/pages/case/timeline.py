"""What happened in a case, the newest first, each with its own time; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from triage_ui.pages.case.children import Children
from triage_ui.services.triage_case import CaseView, HandoverLine, RequestLine
from triage_ui.shell.formats import label
from triage_ui.shell.words import Words


@dataclass(frozen=True)
class Happening:
    """One thing that happened; ``text`` are somebody's own words."""

    at: datetime
    what: str
    text: str = ""


@dataclass(frozen=True)
class Telling:
    """What the timeline is made of, and who reads it."""

    case: CaseView
    children: Children
    words: Words
    reader: str

    def by(self, subject: str) -> str:
        """Who, as far as the page may say it: the services name people by opaque numbers."""
        return "by you" if subject == self.reader else "by another person"


def timeline(telling: Telling) -> list[Happening]:
    """Everything, the newest first; of what happened at one moment, what followed from the other."""
    parts = (_coming_in, _ratings, _asking, _sender, _deciding, _handing_over, _ending)
    return sorted((one for part in parts for one in part(telling)), key=lambda one: one.at)[::-1]


def _coming_in(telling: Telling) -> Iterator[Happening]:
    case = telling.case
    yield Happening(case.received_at, f"Referral received from {telling.words.agency(case.agency)}")
    for news in case.news:
        if news.request_id or news.handover_id:
            continue  # an answer or a returned handover, which has a line of its own
        danger = ". It says that a child is in danger now" if news.immediate_danger else ""
        yield Happening(news.told_at, f"{news.label}{danger}")


def _ratings(telling: Telling) -> Iterator[Happening]:
    for one in telling.case.ratings:
        before = f", before {telling.words.rating(one.previous_rating).lower()}" if one.previous_rating else ""
        what = f"Rated {telling.words.rating(one.rating).lower()}{before}, {telling.by(one.rated_by)}"
        yield Happening(one.rated_at, what, one.rationale or "")


def _asking(telling: Telling) -> Iterator[Happening]:
    for one in telling.case.requests:
        agency = telling.words.agency(one.agency)
        yield Happening(one.requested_at, f"{agency} was asked for information")
        if one.opened_at:
            yield Happening(one.opened_at, f"{agency} opened the request")
        yield from _statements(one, agency)


def _statements(request: RequestLine, agency: str) -> Iterator[Happening]:
    said = {"answered": "answered", "corrected": "corrected its answer", "withdrawn": "withdrew its answer"}
    for one in request.statements:
        answer = f": {label(one.answer, 'answer').lower()}" if one.answer else ""
        yield Happening(one.said_at, f"{agency} {said.get(one.statement, one.statement)}{answer}")


def _sender(telling: Telling) -> Iterator[Happening]:
    for one in telling.case.questions:
        yield Happening(one.asked_at, f"{telling.words.agency(one.agency)} was asked a question about its referral")
        if one.answered_at:
            yield Happening(one.answered_at, f"{telling.words.agency(one.agency)} answered a question")


def _deciding(telling: Telling) -> Iterator[Happening]:
    for one in telling.case.recommendations:
        outcome, child = telling.words.outcome(one.outcome), telling.children.called(one.child_id)
        what = f"{outcome} recommended for {child}, {telling.by(one.recommended_by)}"
        yield Happening(one.recommended_at, what, one.rationale)
        if one.settled == "turned-down" and one.settled_at:
            yield Happening(one.settled_at, f"{outcome} for {child} was turned down", one.settled_rationale or "")
    for decision in telling.case.decisions:
        outcome, child = telling.words.outcome(decision.outcome), telling.children.called(decision.child_id)
        yield Happening(decision.decided_at, f"{outcome} authorised for {child}", decision.rationale)


def _handing_over(telling: Telling) -> Iterator[Happening]:
    for one in telling.case.handovers:
        team, who = telling.words.team(one.team), telling.children.listed(one.child_ids)
        yield Happening(one.offered_at, f"{who} offered to {team}")
        yield from _after_offer(one, team)


def _after_offer(handover: HandoverLine, team: str) -> Iterator[Happening]:
    if handover.accepted_at:
        yield Happening(handover.accepted_at, f"{team} accepted")
    if handover.returned_at:
        reason = label(handover.return_reason, "handover-return-reason")
        yield Happening(handover.returned_at, f"{team} returned the handover: {reason}", handover.return_note or "")
    if handover.withdrawn_at:
        yield Happening(handover.withdrawn_at, f"The offer to {team} was withdrawn")


def _ending(telling: Telling) -> Iterator[Happening]:
    case = telling.case
    if case.closed_at:
        yield Happening(case.closed_at, f"Case closed: {label(case.closed_reason, 'closure-reason')}")
    if case.reopened_at:
        yield Happening(case.reopened_at, "Case opened again")
