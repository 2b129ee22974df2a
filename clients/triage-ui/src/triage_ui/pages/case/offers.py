"""The acts that the case page leads to: what there is to do. Whether somebody may do it the service says."""

from dataclasses import dataclass

from triage_ui.services.triage import CaseView
from triage_ui.shell.words import Words


@dataclass(frozen=True)
class Offered:
    """One act: where it is done, or why this reader cannot do it and who can."""

    label: str
    path: str = ""
    why_not: str = ""


def acts_of(case: CaseView, words: Words, *, reader: str) -> list[Offered]:
    """What can be done with an open case, the next thing first."""
    if case.closed_at is not None:
        return []
    here = f"/cases/{case.case_id}"
    rate = "Change the rating" if case.rating else "Rate the case"
    return [
        *_to_authorise(case, words, reader=reader),
        Offered(rate, f"{here}/rate"),
        Offered("Ask an agency", f"{here}/ask"),
        Offered("Ask the sender", f"{here}/ask-sender"),
        Offered("Recommend an outcome for a child", f"{here}/recommend"),
        *([Offered("Offer a handover", f"{here}/offer-handover")] if case.decisions else []),
        Offered("Close the case", f"{here}/close"),
    ]


def _to_authorise(case: CaseView, words: Words, *, reader: str) -> list[Offered]:
    offered = []
    for one in case.recommendations:
        if one.settled is not None:
            continue
        label = f"Authorise or turn down: {words.outcome(one.outcome).lower()}"
        if one.recommended_by == reader:
            who = " or ".join(words.authorisers(one.outcome)).lower() or "another person"
            why_not = f"You recommended this, so another person has to authorise it: {who}."
            offered.append(Offered(label, why_not=why_not))
        else:
            offered.append(Offered(label, f"/cases/{case.case_id}/authorise/{one.recommendation_id}"))
    return offered
