"""A message full of odd elements through the real door: all are taken or listed, and nothing is turned round."""

import json
from typing import Any, Final

from fhir_messages import places, send, take
from intake_caller import ADDRESS, Caller
from odd_message import odd_message
from test_fhir_ledger import check_fates

from referral_intake.fhir.r4.element import step

NEVER_SO: Final = (
    "Mistaken finding",
    "Refuted fracture",
    "Refuted penicillin",
    "MMR that was not done",
    "X-ray that was not done",
    "Inhaler",
    "Cancelled ward",
    "Revoked plan",
)
SAID: Final = (
    "Visit: Sleep: no value: masked; Titre: < 1 : 8; Bruise: from 0 to 2.5 cm; "
    "Pulse: E 1 U (origin 0, period 10, dimensions 1); Drawing (with a value that we could not take) "
    "(according to Nurse Seen)",
    "Seen by: Jo",
    "Somebody else: Weight: no value: unknown",
    "At risk (SNOMED CT 111): No (SNOMED CT 373067005)",
    "Asthma (according to Dr Asserter)",
    "He was alone. (Nurse Note, 2026-11-20 10:00)",
    "Another consent, not to this referral: Research, scope privacy, refused",
    "Reason whose record was not taken: a reason that was not sent",
)
WAS_SO: Final = (
    "former warning A dog (inactive)",
    "Rowan Testerley: name Ro (until 2020-01-01)",
    "Rowan Testerley: phone number 07700 900111 (until 2027-01-01)",
    "Rowan Testerley: also recorded as Rowan Other-Record",
    "Rowan Testerley: also recorded as born on 2017-05-05",
    "Rowan Testerley: another record's address 3 Invented Mews, ZZ99 3AD",
    "Rowan Testerley: another record's phone number 07700 900444",
    "Rowan Testerley: the sender's record is linked, refer Patient/elsewhere (a better record)",
    "Formerly in the family: Sam Formerly (the sender's record is not in use)",
    "Formerly worked with the family: Dr Formerly (the sender's record is not in use)",
    "Is to work with the family later: Vic Future, Health visitor (from 2030-01-01)",
    "Morgan Adeyemi-Clarke: former e-mail address morgan@example.org (until 2020-01-01)",
)
LISTED: Final = (
    "Bundle.meta.tag",
    "Bundle.signature",
    "Bundle.entry[1].resource.authoredOn",
    "Bundle.entry[2].resource.extension",
    "Bundle.entry[2].resource.text",
    "Bundle.entry[2].resource.telecom[0]",
    "Bundle.entry[2].resource.telecom[3]",
    "Bundle.entry[2].resource.birthDate.extension",
    "Bundle.entry[2].resource.multipleBirth",
    "Bundle.entry[2].resource.contact[1]",
    "Bundle.entry[5].resource.component[4].value",
    *(f"Bundle.entry[{number}].resource" for number in (*range(9, 17), *range(27, 34))),
)


async def test_everything_odd_is_taken_or_listed_for_sender_and_staff_alike(caller: Caller) -> None:
    answer = await send(caller, odd_message())

    path = answer.json()["entry"][1]["resource"]["output"][0]["valueUrl"].removeprefix(ADDRESS)
    document = (await caller.document(path, roles=["social-worker", "restricted-reader"])).json()
    receipt = (await caller.get(f"{path}/receipt")).json()
    assert answer.status_code == 200
    assert places(answer) == receipt["not_taken"] == document.pop("not_taken")
    assert set(LISTED) <= set(places(answer))
    assert sorted(document["concern"]["facts"].splitlines()[1:]) == sorted(SAID)
    assert sorted(document["concern"]["history"].splitlines()) == sorted(WAS_SO)
    assert not [words for words in NEVER_SO if words in json.dumps(document)]


async def test_what_is_odd_turns_nothing_else_round(caller: Caller) -> None:
    answer = await send(caller, odd_message())

    path = answer.json()["entry"][1]["resource"]["output"][0]["valueUrl"].removeprefix(ADDRESS)
    document = (await caller.document(path, roles=["social-worker", "restricted-reader"])).json()
    [child] = document["children"]
    assert document["restricted"] is True
    assert (child["first_name"], child["phone"]) == ("Rowan", "07700 900111, 07700 900222 (temp)")
    assert child["addresses"][0] == {
        "lines": ["12 Invented Street"],
        "postcode": "ZZ99 3AB",
        "kind": "home",
        "lived_until": "2027-06-01",
    }
    assert (child["gp"], child["first_language"]) == ({"code": "Y99999"}, "Polish, also Urdu")
    assert not {"date_of_birth", "sex"} & set(child)
    assert [member["name"] for member in document["household"]] == ["Jo Testerley", "Aunt Jo"]
    assert "professionals" not in document
    assert document["risks_to_staff"] == [{"reason": "A bigger dog", "review_on": "2027-01-01"}]
    assert document["attachments"] == [{"title": "Letter A", "held_at": "https://sender.example.org/a"}]


def test_every_element_of_the_odd_message_has_a_fate() -> None:
    document = odd_message()

    check_fates(document, take(document))


async def test_every_place_that_is_listed_is_one_of_the_senders(caller: Caller) -> None:
    sent = {place_of(steps) for steps in paths(odd_message())}

    listed = places(await send(caller, odd_message()))

    assert [place for place in listed if not any(each.startswith(place) for each in sent)] == []


def paths(node: Any, before: tuple[str, ...] = ("Bundle",)) -> list[tuple[str, ...]]:
    """Each leaf of a message, step by step."""
    if isinstance(node, dict):
        return [path for name, inner in node.items() for path in paths(inner, (*before, f".{step(name)}"))]
    if isinstance(node, list):
        return [path for number, inner in enumerate(node) for path in paths(inner, (*before, f"[{number}]"))]
    return [before]


def place_of(steps: tuple[str, ...]) -> str:
    """A path as it is shown."""
    return "".join(steps)
