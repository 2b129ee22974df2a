"""What the demonstration shows at its end: the referrals, one journey, the checkpoint and the verifier's result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.console import RenderableType

from contracts.events import CaseDecided, HandoverAccepted
from frontdoor.answer import Answer, table
from frontdoor.demo.examples import Example
from frontdoor.journey import Journey, elapsed
from frontdoor.verify import witnessed_line

_COLUMNS: Final = ("reference", "about", "from", "decided", "accepted by", "steps", "took")
_OTHERS: Final = "This was the shortest of them. While a stack is up, `frontdoor journey REFERENCE` shows any other."


@dataclass(frozen=True)
class Report:
    """``walked`` is every referral with its journey; one journey is shown whole to people, all of them to machines.

    ``checkpoint`` is the signed note as the log serves it. ``verified`` is what the stand-alone verifier says of its
    tree, ``audited`` what it says to partnerships' auditors.
    """

    walked: Sequence[tuple[Example, Journey]]
    events_by_topic: Mapping[str, int]
    notices_taken: int
    messages: int
    checkpoint: str
    verified: Mapping[str, Any]
    audited: Mapping[str, Mapping[str, Any]]

    def answer(self) -> Answer:
        """Everything for machines, and for people what fits on some screens."""
        data = {
            "journeys": [journey.answer().data for _, journey in self.walked],
            "events_by_topic": dict(self.events_by_topic),
            "signed_notices_taken": self.notices_taken,
            "messages_received": self.messages,
            "checkpoint": self.checkpoint,
            "verified": dict(self.verified),
            "audited": {name: dict(report) for name, report in self.audited.items()},
        }
        return Answer(data, tuple(self._shown()))

    def _shown(self) -> Sequence[RenderableType]:
        return [
            table("Referrals", _COLUMNS, [_line(example, journey) for example, journey in self.walked]),
            *_shortest(self.walked).answer().shown,
            _OTHERS,
            "",
            table("Events by topic", ("topic", "events"), list(self.events_by_topic.items())),
            f"Signed notices accepted by agencies' systems: {self.notices_taken}; e-mails: {self.messages}",
            "",
            "The audit log's checkpoint:",
            self.checkpoint.rstrip(),
            "",
            self.verified["line"],
            *witnessed_line(self.verified),
            *(f"{name}: {report['line']}" for name, report in self.audited.items()),
            f"Every step of {len(self.walked)} referrals was seen.",
        ]


def _line(example: Example, journey: Journey) -> Sequence[object]:
    """What was decided is in order of time: a decision that supersedes another comes after it."""
    decided = [str(step.facts["outcome"]) for step in journey.of(CaseDecided)]
    teams = [str(step.facts["team"]) for step in journey.of(HandoverAccepted)]
    took = elapsed(journey.steps[-1].since_receipt).removeprefix("+")
    about = (journey.reference, example.title, example.sender)
    return (*about, "\n".join(decided), "\n".join(teams) or "nobody", len(journey.steps), took)


def _shortest(walked: Sequence[tuple[Example, Journey]]) -> Journey:
    """The one to read whole: every stage and no more steps than it takes; handed over, if any was."""
    handed_over = [journey for example, journey in walked if example.handovers]
    return min(handed_over or [journey for _, journey in walked], key=lambda journey: len(journey.steps))
