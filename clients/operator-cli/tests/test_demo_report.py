"""What the demonstration shows at its end: a line for each referral, one journey whole; for machines every journey."""

from dataclasses import replace
from io import StringIO

import pytest
from demo_journeys import LATER, seen
from rich.console import Console

from frontdoor.demo.examples import Example
from frontdoor.demo.report import Report
from frontdoor.journey import Journey

Walked = tuple[Example, Journey]


def report(*walked: Walked) -> Report:
    return Report(
        walked=walked,
        events_by_topic={"triage.v1": 12},
        notices_taken=4,
        messages=2,
        checkpoint="frontdoor.example.org/log\n12\nroot\n",
        verified={"line": "Verified.", "witnessed": None},
        audited={"wandsworth": {"line": "Verified as its auditor."}},
    )


def walked(reference: str, *, longer: bool = False, handed_over: bool = True) -> Walked:
    example, journey = seen(later=LATER if longer else None).journeys[0]
    handovers = example.handovers if handed_over else ()
    return replace(example, title=f"About {reference}", handovers=handovers), replace(journey, reference=reference)


def printed(shown: Report) -> str:
    console = Console(file=StringIO(), width=200)
    for each in shown.answer().shown:
        console.print(each, markup=False, highlight=False)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def whole(text: str) -> list[str]:
    """The references whose steps are shown."""
    lines = text.splitlines()
    return [lines[place - 2].split()[0] for place, line in enumerate(lines) if "since receipt" in line]


def test_each_referral_has_a_line_with_what_was_decided_and_who_accepted() -> None:
    text = printed(report(walked("WAN-0000-0001"), walked("WAN-0000-0002", longer=True)))

    line = next(line for line in text.splitlines() if "WAN-0000-0002" in line)
    assert "About WAN-0000-0002" in line
    assert text.count("strategy-discussion") >= 3, "each decision, and the one that superseded the first"
    assert "wandsworth-early-help" in text
    assert "Every step of 2 referrals was seen." in text


def test_the_shortest_that_was_handed_over_is_shown_whole() -> None:
    longer, chosen = walked("WAN-0000-0001", longer=True), walked("WAN-0000-0002")

    assert whole(printed(report(longer, chosen))) == ["WAN-0000-0002"]
    assert whole(printed(report(chosen, longer))) == ["WAN-0000-0002"]


@pytest.mark.parametrize("longer", [False, True])
def test_a_handover_counts_for_more_than_brevity(longer: bool) -> None:
    short, handed_over = walked("WAN-0000-0001", handed_over=False), walked("WAN-0000-0002", longer=longer)

    assert whole(printed(report(short, handed_over))) == ["WAN-0000-0002"]
    assert whole(printed(report(short))) == ["WAN-0000-0001"], "where nothing is handed over, one is shown all the same"


def test_machines_get_every_journey() -> None:
    data = report(walked("WAN-0000-0001"), walked("WAN-0000-0002")).answer().data

    assert [each["reference"] for each in data["journeys"]] == ["WAN-0000-0001", "WAN-0000-0002"]
    assert all(each["steps"] for each in data["journeys"])
