"""What the demonstration shows at its end: journeys, events by topic, the checkpoint and the verifier's result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType

from frontdoor.answer import Answer, table
from frontdoor.journey import Journey
from frontdoor.verify import witnessed_line


@dataclass(frozen=True)
class Report:
    """``checkpoint`` is the signed note as the log serves it.

    ``verified`` is what the stand-alone verifier says of its tree, ``audited`` what it says to partnerships' auditors.
    """

    journeys: Sequence[Journey]
    events_by_topic: Mapping[str, int]
    notices_taken: int
    messages: int
    checkpoint: str
    verified: Mapping[str, Any]
    audited: Mapping[str, Mapping[str, Any]]

    def answer(self) -> Answer:
        """Everything, for machines and for people."""
        journeys = [journey.answer() for journey in self.journeys]
        data = {
            "journeys": [journey.data for journey in journeys],
            "events_by_topic": dict(self.events_by_topic),
            "signed_notices_taken": self.notices_taken,
            "messages_received": self.messages,
            "checkpoint": self.checkpoint,
            "verified": dict(self.verified),
            "audited": {name: dict(report) for name, report in self.audited.items()},
        }
        return Answer(data, tuple(self._shown([shown for journey in journeys for shown in journey.shown])))

    def _shown(self, journeys: Sequence[RenderableType]) -> Sequence[RenderableType]:
        return [
            *journeys,
            table("Events by topic", ("topic", "events"), list(self.events_by_topic.items())),
            f"Signed notices accepted by agencies' systems: {self.notices_taken}; e-mails: {self.messages}",
            "",
            "The audit log's checkpoint:",
            self.checkpoint.rstrip(),
            "",
            self.verified["line"],
            *witnessed_line(self.verified),
            *(f"{name}: {report['line']}" for name, report in self.audited.items()),
            f"Every step of {len(self.journeys)} referrals was seen.",
        ]
