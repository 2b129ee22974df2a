"""The next thing that simulated staff do with a case, from the case as triage shows it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bench.year import mix
from bench.year.callers import Who, system_of
from contracts.codes import Answer, LawfulBasis, Outcome
from local_stack.sandbox import moves
from local_stack.sandbox.scripts import Script

Case = Mapping[str, Any]

ASKED: Final[Mapping[str, tuple[str, str]]] = {
    "wandsworth": ("metropolitan-police", "wandsworth-health-visiting"),
    "warwickshire": ("warwickshire-police", "warwick-general-hospital"),
}
"""Who is asked: the first that did not send the referral itself."""
_QUESTION: Final = "What do you know of this child and family in the last twelve months?"
_RATED: Final = "Read with the referral form. What is described needs this pace."


@dataclass(frozen=True)
class Move:
    """What somebody posts; ``sees_case`` when the case's version has to be named with it."""

    who: Who
    path: str
    body: Mapping[str, object]
    sees_case: bool = True


def next_move(case: Case, teams: Mapping[str, str]) -> Move | None:
    """Rate, ask an agency, answer, recommend, authorise, offer, accept, close: the next of these, None at the end.

    ``teams`` has the role that accepts for each team.
    """
    path = f"/v1/cases/{case['case_id']}"
    worker = _member(case, moves.WORKER)
    if case["closed_at"] is not None:
        return None
    if case["rating"] is None:
        return Move(worker, f"{path}/rating", {"rating": case["suggested_rating"], "rationale": _RATED})
    if not case["requests"]:
        asked = {"agency": _asked(case), "lawful_basis": LawfulBasis.CHILDREN_ACT_2004_S11, "question": _QUESTION}
        return Move(worker, f"{path}/information-requests", asked)
    for request in case["requests"]:
        if not request["statements"]:
            agency = system_of(case["partnership"], request["agency"])
            body = {"answer": Answer.NOTHING_HELD}
            return Move(agency, f"/v1/information-requests/{request['request_id']}/answer", body, sees_case=False)
    return _towards_the_end(case, teams)


def outcome_of(case: Case) -> Outcome:
    """What is decided for every child of a case, in the shares of the mix, by its id."""
    total = sum(row.parts for row in mix.OUTCOMES.rows)
    place = int(case["case_id"].replace("-", "")[-8:], 16) % total
    for row in mix.OUTCOMES.rows:
        if place < row.parts:
            return Outcome(row.name)
        place -= row.parts
    raise AssertionError("the place is below the sum of all parts")


def _towards_the_end(case: Case, teams: Mapping[str, str]) -> Move | None:
    found = moves.next_move(Script(outcome_of(case), ""), case)
    if found is None:
        return None
    if found.who in teams:
        return Move(Who(case["partnership"], found.who, teams[found.who]), found.path, found.body, sees_case=False)
    return Move(_member(case, found.who), found.path, found.body)


def _asked(case: Case) -> str:
    return next(agency for agency in ASKED[case["partnership"]] if agency != case["agency"])


def _member(case: Case, role: str) -> Who:
    return Who(case["partnership"], f"{case['partnership']}-mash", role)
