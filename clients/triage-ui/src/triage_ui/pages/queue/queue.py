"""``/queue``: the cases of one's partnership in the order of the service; nothing is sorted or counted here."""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.codes import Rating
from triage_ui.services.triage import QueueLine
from triage_ui.shell.formats import count
from triage_ui.shell.rendering import pages_of
from triage_ui.shell.visitor import SignedIn

router = APIRouter()

PAGE_SIZE: Final = "25"
_STATUSES: Final = (("open", "Open"), ("closed", "Closed"))
_RATINGS: Final = frozenset(Rating)


@dataclass(frozen=True)
class Filter:
    """What somebody wants to see: codes only, so that it may stand in the address."""

    status: str
    rating: str
    cursor: str

    @classmethod
    def of(cls, request: Request) -> "Filter":
        """Of the address; a value that is none is as good as absent."""
        asked = request.query_params
        status = asked.get("status", "open")
        rating = asked.get("rating", "")
        known = {code for code, _ in _STATUSES}
        return cls(status if status in known else "open", rating if rating in _RATINGS else "", asked.get("cursor", ""))

    @property
    def query(self) -> dict[str, str]:
        """As the service is asked."""
        named = {"status": self.status, "rating": self.rating, "cursor": self.cursor, "limit": PAGE_SIZE}
        return {name: value for name, value in named.items() if value}

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """Each part that narrows the list, in words, and the address without it."""
        chips = []
        if self.status != "open":
            chips.append(("Closed cases", self._address(status="open")))
        if self.rating:
            chips.append((f"Rated {Rating(self.rating).label.lower()}", self._address(rating="")))
        return chips

    def after(self, cursor: str) -> str:
        """The address of a page."""
        return self._address(cursor=cursor)

    def _address(self, **changed: str) -> str:
        named = {"status": self.status, "rating": self.rating, **changed}
        query = "&".join(
            f"{name}={value}" for name, value in named.items() if value and (name, value) != ("status", "open")
        )
        return f"/queue?{query}" if query else "/queue"


def waiting_for(line: QueueLine) -> list[str]:
    """What the case waits for, in words; what somebody should read first stands first."""
    said = [
        (line.children_undecided, f"{count(line.children_undecided, 'child', 'children')} to decide"),
        (line.children_deciding_again, f"{count(line.children_deciding_again, 'child', 'children')} to decide again"),
        (line.children_stale, f"{count(line.children_stale, 'decision')} made before the newest facts"),
        (line.requests_outstanding, f"{count(line.requests_outstanding, 'agency', 'agencies')} not answered"),
        (line.questions_outstanding, f"{count(line.questions_outstanding, 'question')} to the sender open"),
        (line.handovers_outstanding, f"{count(line.handovers_outstanding, 'handover')} not accepted"),
    ]
    return [words for number, words in said if number] or ["Nothing open"]


@router.get("/queue")
async def show_queue(request: Request, visitor: SignedIn) -> Response:
    """The queue. No page of it names anybody."""
    chosen = Filter.of(request)
    page = await visitor.services.triage.queue(chosen.query)
    lines = [(line, waiting_for(line)) for line in page.cases]
    ratings = [(rating.value, rating.label) for rating in Rating]
    return pages_of(request).render(
        request,
        "pages/queue/queue.html",
        visitor=visitor,
        filter=chosen,
        lines=lines,
        next=chosen.after(page.next) if page.next else None,
        ratings=ratings,
        statuses=_STATUSES,
    )
