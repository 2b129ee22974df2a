"""The next thing that the front door team does with a case that has a script: from the case as triage shows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from contracts.codes import Outcome
from local_stack.sandbox.scripts import Script

Case = Mapping[str, Any]

OFFICER, WORKER, MANAGER = "contact-officer", "social-worker", "mash-manager"
QUESTION: Final = "Who else lives in the home, and who collects the child from school?"

_RECOMMENDED: Final = "Recommended by the sandbox."
_AUTHORISED: Final = "Authorised by the sandbox."
_SUMMARY: Final = "Offered by the sandbox."
_LEVELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Outcome.NO_FURTHER_ACTION: "1",
        Outcome.INFORMATION_AND_ADVICE: "1",
        Outcome.EARLY_HELP: "2",
        Outcome.SPECIALIST_AGENCY: "2",
        Outcome.ASSESSMENT: "3",
        Outcome.STRATEGY_DISCUSSION: "4",
    }
)
_ANOTHER_LEVEL: Final = "2"


@dataclass(frozen=True)
class Move:
    """What ``who`` posts to ``path``: a role of the partnership's staff, or a team."""

    who: str
    path: str
    body: Mapping[str, object]


def next_move(script: Script, case: Case) -> Move | None:
    """The next move, or None while there is nothing to do but wait. Two people stand behind each decision."""
    if script.rests and case["reopened_at"]:
        return None
    if script.asks and not case["questions"]:
        return Move(OFFICER, f"/v1/cases/{case['case_id']}/questions", {"question": QUESTION})
    if any(question["answered_at"] is None for question in case["questions"]):
        return None
    if script.when_late and not (case["overdue"] or case["decisions"]):
        return None
    return next(_moves(script, case), None)


def _moves(script: Script, case: Case) -> Iterator[Move]:
    path = f"/v1/cases/{case['case_id']}"
    waiting = {each["child_id"]: each for each in case["recommendations"] if each["settled"] is None}
    for child in case["children"]:
        if child["decided"]:
            continue
        if child["child_id"] in waiting:
            agreed = {"recommendation_id": waiting[child["child_id"]]["recommendation_id"], "agree": True}
            yield Move(MANAGER, f"{path}/decisions", {**agreed, "rationale": _AUTHORISED})
        else:
            decided = {"outcome": script.outcome, "level": _LEVELS.get(script.outcome, _ANOTHER_LEVEL)}
            body = {"child_id": child["child_id"], **decided, "rationale": _RECOMMENDED}
            yield Move(WORKER, f"{path}/recommendations", body)
    yield from _handing_over(path, case)
    if case["closed_at"] is None and all(handover["accepted_at"] for handover in case["handovers"]):
        yield Move(MANAGER, f"{path}/closure", {})


def _handing_over(path: str, case: Case) -> Iterator[Move]:
    offered = {child_id for handover in case["handovers"] for child_id in handover["child_ids"]}
    for decision in case["decisions"]:
        if decision["team"] and decision["child_id"] not in offered:
            body = {"team": decision["team"], "child_ids": [decision["child_id"]], "summary": _SUMMARY}
            yield Move(WORKER, f"{path}/handovers", body)
    for handover in case["handovers"]:
        if handover["accepted_at"] is None:
            yield Move(handover["team"], f"/v1/handovers/{handover['handover_id']}/acceptance", {})
