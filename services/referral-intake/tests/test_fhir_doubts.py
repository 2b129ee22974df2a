"""Dates of a message that cannot be right: those in words are asked for again as those of fields are."""

from typing import Any, Final

import pytest
from fhir_messages import (
    Json,
    concept,
    document_of,
    filled_in,
    finding,
    history_of,
    issues,
    message,
    send,
    take,
    with_entries,
)
from intake_caller import ADDRESS, Caller

from referral_intake.fhir.systems import code_system

TO_COME: Final = "This day is still to come."
ENDS_FIRST: Final = "This is before it began."
TURNED: Final = {"start": "2026-10-01", "end": "2025-01-01"}
FACTS, HISTORY = "/concern/facts", "/concern/history"
BARS: Final = "https://fhir.nhs.uk/CodeSystem/flag-categories-bars"


def worry(**elements: Any) -> Json:
    return {"resourceType": "Condition", "code": {"text": "Bruises"}, **elements}


def doubts(*resources: Json, **changes: Json) -> list[tuple[str, str]]:
    """Where in the form, and what is said of it."""
    found = take(with_entries(message(**changes), *resources)).handling.doubts
    return [(each.pointer, str(each.detail)) for each in found]


HERE: Final = "Bundle.entry[4].resource"


@pytest.mark.parametrize(
    ("resource", "doubt"),
    [
        (finding(effectiveDateTime="2026-12-24"), (FACTS, f"{HERE}.effective: {TO_COME}")),
        (finding(effectiveDateTime="2027"), (FACTS, f"{HERE}.effective: {TO_COME}")),
        (finding(effectiveDateTime="2015-01-01"), (FACTS, f"{HERE}.effective: This is long before the birth.")),
        (finding(effectivePeriod=TURNED), (FACTS, f"{HERE}.effective.end: {ENDS_FIRST}")),
        (finding(valuePeriod=TURNED), (FACTS, f"{HERE}.value.end: {ENDS_FIRST}")),
        (finding(note=[{"text": "So", "time": "2027-01-01T09:00:00Z"}]), (FACTS, f"{HERE}.note[0].time: {TO_COME}")),
        (worry(onsetDateTime="2027-01-01"), (FACTS, f"{HERE}.onset: {TO_COME}")),
        (worry(onsetDateTime="2010"), (FACTS, f"{HERE}.onset: This is long before the birth.")),
        (worry(recordedDate="2027-01-01"), (FACTS, f"{HERE}.recordedDate: {TO_COME}")),
        (
            worry(onsetDateTime="2026-02-01", abatementDateTime="2026-01-01"),
            (HISTORY, f"{HERE}.abatement: {ENDS_FIRST}"),
        ),
        (worry(onsetPeriod={"start": "2027-01-01"}), (FACTS, f"{HERE}.onset.start: {TO_COME}")),
        (
            {"resourceType": "Flag", "status": "active", "code": {"text": "A plan"}, "period": {"start": "2010"}},
            (FACTS, f"{HERE}.period.start: This is long before the birth."),
        ),
        (
            {"resourceType": "Consent", "category": [{"text": "A study"}], "dateTime": "2027-01-01"},
            (FACTS, f"{HERE}.dateTime: {TO_COME}"),
        ),
        (
            {"resourceType": "Flag", "status": "active", "code": {"text": "A plan"}, "period": TURNED},
            (FACTS, f"{HERE}.period.end: {ENDS_FIRST}"),
        ),
        (
            {"resourceType": "RelatedPerson", "name": [{"text": "Jo"}], "period": TURNED},
            ("/household/0/notes", f"{HERE}.period.end: {ENDS_FIRST}"),
        ),
        (
            {"resourceType": "Patient", "name": [{"text": "Ash"}], "deceasedDateTime": "2027-01-01"},
            ("/household/0/notes", f"{HERE}.deceased: {TO_COME}"),
        ),
        (
            {"resourceType": "Patient", "name": [{"text": "Ash"}], "birthDate": "2020", "deceasedDateTime": "2019-12"},
            ("/household/0/notes", f"{HERE}.deceased: This is before the birth."),
        ),
    ],
)
def test_a_date_among_the_words_that_cannot_be_right_is_asked_for_again(resource: Json, doubt: tuple[str, str]) -> None:
    assert doubts(resource) == [doubt]


def test_what_was_seen_after_the_death_is_asked_about() -> None:
    found = doubts(finding(effectiveDateTime="2026-11-10"), patient={"deceasedDateTime": "2026-11-01"})

    assert found == [(FACTS, f"{HERE}.effective: This is after the death.")]


@pytest.mark.parametrize(
    "resource",
    [
        finding(effectiveDateTime="2026-11-23"),
        finding(effectiveDateTime="2026-11"),
        finding(effectiveDateTime="2016-12-01"),
        finding(valueDateTime="2027-02-26"),
        finding(effectivePeriod={"start": "2026-11-20", "end": "2026-11"}),
        worry(onsetDateTime="2017", abatementDateTime="2017-09-01"),
        finding(subject={"display": "Jo, the mother"}, effectiveDateTime="1999-01-01"),
    ],
)
def test_a_date_that_can_be_right_is_not_asked_for_again(resource: Json) -> None:
    assert doubts(resource) == []


def test_a_plan_that_ended_before_it_began_is_no_ended_plan() -> None:
    code = concept("http://snomed.info/sct", "342191000000101", "Subject to child protection plan")
    flag = {"resourceType": "Flag", "status": "active", "code": code, "period": TURNED}

    form = take(with_entries(message(), flag)).form

    assert form.children[0].plans == ("child-protection",)


def test_a_risk_to_staff_whose_dates_are_turned_round_is_a_risk() -> None:
    flag = {"resourceType": "Flag", "category": [concept(BARS, "SS")], "code": {"text": "A dog"}, "period": TURNED}

    found = filled_in(flag)

    assert [risk["reason"] for risk in found["risks_to_staff"]] == ["A dog"]
    assert history_of(flag) == ""


async def test_contradictory_dates_are_told_to_sender_and_staff_until_they_are_put_right(caller: Caller) -> None:
    agreed = {
        "resourceType": "Consent",
        "status": "active",
        "category": [concept(code_system("agreement"), "to-checks")],
        "dateTime": "2027-06-01",
    }
    answer = await send(caller, with_entries(message(), finding(effectiveDateTime="2026-12-24"), agreed))

    [issue] = [
        each
        for each in issues(answer)
        if each.get("details", {}).get("coding", [{}])[0].get("code") == "contradictory-dates"
    ]
    assert issue["diagnostics"].endswith(f"This day is still to come. {HERE}.effective: {TO_COME}")
    assert issue["expression"] == ["Bundle.entry[5].resource.dateTime"]
    said = [{"pointer": FACTS, "detail": f"{HERE}.effective: {TO_COME}"}]
    assert (await document_of(caller, answer))["contradictory_dates"] == said
    path = answer.json()["entry"][1]["resource"]["output"][0]["valueUrl"].removeprefix(ADDRESS)
    added = await supplement(caller, path, kind="new-information", words="More.", key="add-1")
    assert pointers_of(added) == ["/consent/to_checks/given_on", FACTS]
    righted = [{"pointer": FACTS, "value": "No coat on 24 November.", "reason": "A slip."}]
    last = await supplement(caller, path, kind="correction", corrections=righted, key="add-2")
    assert pointers_of(last) == ["/consent/to_checks/given_on"]
    assert "contradictory_dates" not in await document_of(caller, answer)


async def supplement(caller: Caller, path: str, *, key: str, **changes: Any) -> Json:
    added = await caller.add(path, {"referrer": {"name": "Morgan"}, **changes}, key=key)
    assert added.status_code == 202, added.text
    found: Json = added.json()
    return found


def pointers_of(receipt: Json) -> list[str]:
    """The places of the dates that cannot be right."""
    found = {each["item"]: each["pointers"] for each in receipt["missing_information"]}
    places: list[str] = found.get("contradictory-dates", [])
    return places
