"""What arrives at the FHIR door is a message that can be read, or is refused with every reason and its place."""

from typing import Any

import pytest
from fhir_messages import EXAMPLES, HEADER, PATIENT, REQUEST, Json, load, message, take, url, with_entries

from referral_intake.fhir import MessageRefused
from referral_intake.fhir.reading import MAX_ENTRIES

ORGANISATION = {"resourceType": "Organization", "name": "Invented Trust"}


def refused(document: object) -> list[tuple[str, tuple[str, ...]]]:
    """Why a message is not taken: the kind of each issue, and its places."""
    with pytest.raises(MessageRefused) as error:
        take(document)
    return [(issue.code.value, issue.places) for issue in error.value.issues]


def changed(place: int, **changes: Any) -> Json:
    """The example with one entry changed."""
    document = message()
    document["entry"][place].update(changes)
    return document


@pytest.mark.parametrize(
    ("document", "code", "place"),
    [
        (None, "structure", "Bundle"),
        ([], "structure", "Bundle"),
        ({}, "required", "Bundle.resourceType"),
        ({**message(), "resourceType": "Patient"}, "value", "Bundle.resourceType"),
        ({**message(), "type": "document"}, "value", "Bundle.type"),
        ({**message(), "entry": []}, "required", "Bundle.entry"),
        ({**message(), "entry": "none"}, "structure", "Bundle.entry"),
        ({**message(), "entry": message()["entry"] * MAX_ENTRIES}, "too-costly", "Bundle.entry"),
        (changed(PATIENT, resource=None), "structure", "Bundle.entry[2].resource"),
        (changed(PATIENT, resource={"name": []}), "required", "Bundle.entry[2].resource"),
        (changed(PATIENT, resource={"resourceType": 7}), "required", "Bundle.entry[2].resource"),
        (changed(PATIENT, fullUrl=7), "structure", "Bundle.entry[2].fullUrl"),
        (changed(PATIENT, fullUrl=url(REQUEST)), "invariant", "Bundle.entry[2].fullUrl"),
        (changed(HEADER, resource=ORGANISATION), "invariant", "Bundle.entry[0].resource"),
        (message(patient={"birthDate": "4 May 2017"}), "value", "Bundle.entry[2].resource.birthDate"),
        (message(patient={"birthDate": 2017}), "structure", "Bundle.entry[2].resource.birthDate"),
        (message(patient={"birthDate": "2017-02-30"}), "value", "Bundle.entry[2].resource.birthDate"),
        (message(patient={"gender": "girl"}), "value", "Bundle.entry[2].resource.gender"),
        (message(patient={"name": "Rowan"}), "structure", "Bundle.entry[2].resource.name"),
        (message(patient={"name": [{"given": ["R", 7]}]}), "structure", "Bundle.entry[2].resource.name[0].given[1]"),
        (message(patient={"id": "a b"}), "value", "Bundle.entry[2].resource.id"),
        (
            message(patient={"extension": [{"valueString": "x"}]}),
            "required",
            "Bundle.entry[2].resource.extension[0].url",
        ),
        (message(request={"priority": "now"}), "value", "Bundle.entry[1].resource.priority"),
        (message(request={"doNotPerform": True}), "not-supported", "Bundle.entry[1].resource.doNotPerform"),
        (message(request={"status": "revoked"}), "not-supported", "Bundle.entry[1].resource.status"),
        (message(request={"status": "entered-in-error"}), "not-supported", "Bundle.entry[1].resource.status"),
        (message(request={"subject": None}), "not-found", "Bundle.entry[1].resource.subject"),
        (message(header={"eventCoding": None}), "not-supported", "Bundle.entry[0].resource.event"),
        (
            message(header={"eventCoding": {"code": "servicerequest-request"}}),
            "not-supported",
            "Bundle.entry[0].resource.event",
        ),
        (message(header={"focus": None}), "not-found", "Bundle.entry[0].resource.focus"),
        (
            message(header={"reason": {"coding": [{"code": "update"}]}}),
            "not-supported",
            "Bundle.entry[0].resource.reason",
        ),
    ],
)
def test_what_is_no_new_referral_is_refused_where_it_goes_wrong(document: object, code: str, place: str) -> None:
    assert refused(document)[0] == (code, (place,))


def test_everything_that_is_wrong_with_the_shape_is_said_at_once() -> None:
    document = message(patient={"gender": "girl", "birthDate": 1}, request={"priority": "now"}, who={"name": 1})

    assert [place for _, places in refused(document) for place in places] == [
        "Bundle.entry[1].resource.priority",
        "Bundle.entry[2].resource.gender",
        "Bundle.entry[2].resource.birthDate",
        "Bundle.entry[3].resource.name",
    ]


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (message(patient={"modifierExtension": [{"url": "x"}]}), "Bundle.entry[2].resource.modifierExtension"),
        (message(patient={"implicitRules": "x"}), "Bundle.entry[2].resource.implicitRules"),
        (
            message(patient={"name": [{"family": "T", "modifierExtension": [{"url": "x"}]}]}),
            "Bundle.entry[2].resource.name[0].modifierExtension",
        ),
        (
            message(request={"contained": [{"resourceType": "Basic", "modifierExtension": [{"url": "x"}]}]}),
            "Bundle.entry[1].resource.contained[0].modifierExtension",
        ),
        (
            with_entries(message(), {"resourceType": "CarePlan", "secret-word": {"modifierExtension": [{"url": "x"}]}}),
            "Bundle.entry[4].resource.children().modifierExtension",
        ),
    ],
)
def test_what_may_change_the_meaning_and_is_not_understood_is_refused_wherever_it_stands(
    document: Json, place: str
) -> None:
    assert refused(document) == [("extension", (place,))]


def test_an_empty_modifier_changes_nothing() -> None:
    assert take(message(patient={"modifierExtension": []})).form.children


# -- references -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "resource_id", "reference"),
    [
        ("urn:uuid:6B8E4A52-0C5D-4F38-9D9C-0F6F1A010003", None, {"reference": url(PATIENT)}),
        ("https://records.example.org/fhir/Patient/77", None, {"reference": "Patient/77"}),
        (
            "https://records.example.org/fhir/Patient/77",
            None,
            {"reference": "https://records.example.org/fhir/Patient/77/_history/2"},
        ),
        (url(PATIENT), "77", {"reference": "Patient/77"}),
        (
            url(PATIENT),
            None,
            {"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}},
        ),
    ],
)
def test_a_reference_finds_its_resource_by_every_way_that_r4_knows(
    address: str, resource_id: str | None, reference: Json
) -> None:
    document = message(request={"subject": reference}, patient={"id": resource_id})
    document["entry"][PATIENT]["fullUrl"] = address

    assert take(document).form.children[0].first_name == "Rowan"


def test_a_contained_resource_is_found_within_its_own_resource_only() -> None:
    contained = [{"resourceType": "Practitioner", "id": "me", "name": [{"text": "Sam Elsewhere"}]}]

    here = take(message(request={"contained": contained, "requester": {"reference": "#me"}}))
    elsewhere = take(message(patient={"contained": contained}, request={"requester": {"reference": "#me"}}))

    assert here.form.referrer.name == "Sam Elsewhere"
    assert elsewhere.form.referrer.name is None


@pytest.mark.parametrize(
    "reference",
    [
        {"reference": "urn:uuid:00000000-0000-4000-8000-000000000000"},
        {"reference": "Patient/nobody"},
        {"reference": "#nobody"},
        {"reference": " "},
        {"identifier": {"value": "nobody"}},
        {"display": "Rowan"},
        {"reference": url(REQUEST)},
    ],
)
def test_a_child_that_the_message_does_not_hold_is_asked_for(reference: Json) -> None:
    assert refused(message(request={"subject": reference})) == [("not-found", ("Bundle.entry[1].resource.subject",))]


def test_two_resources_of_one_name_are_never_confused() -> None:
    twin = {"resourceType": "Patient", "id": "77"}
    document = with_entries(message(patient={"id": "77"}, request={"subject": {"reference": "Patient/77"}}), twin)

    assert refused(document) == [("not-found", ("Bundle.entry[1].resource.subject",))]


def test_references_in_a_circle_end() -> None:
    circle = [
        {
            "resourceType": "PractitionerRole",
            "practitioner": {"reference": url(5)},
            "organization": {"reference": url(4)},
        },
        {
            "resourceType": "PractitionerRole",
            "practitioner": {"reference": url(4)},
            "organization": {"reference": url(5)},
        },
    ]

    taken = take(with_entries(message(request={"requester": {"reference": url(4)}}), *circle))

    assert taken.form.referrer.name is None


def test_as_many_entries_as_are_allowed_are_read() -> None:
    document = with_entries(message(), *[ORGANISATION] * (MAX_ENTRIES - 4))

    assert len(take(document).not_taken) == MAX_ENTRIES - 4


# -- ids ------------------------------------------------------------------------------------------------------------


def test_a_header_without_an_id_goes_by_the_id_of_its_entry() -> None:
    assert take(message(header={"id": None})).message_id == "6b8e4a52-0c5d-4f38-9d9c-0f6f1a010001"


def test_a_header_that_has_no_id_at_all_is_refused() -> None:
    document = message(header={"id": None})
    document["entry"][HEADER]["fullUrl"] = "https://records.example.org/fhir/MessageHeader/1"

    assert refused(document) == [("required", ("Bundle.entry[0].resource",))]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_key_of_a_message_is_its_own(path: Any) -> None:
    document = load(path)

    keys = {take(each).key for each in (document, {**document, "id": "another"}, message())}

    assert take(load(path)).key == take(document).key
    assert len(keys) == (3 if document != message() else 2)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": [{"text": "Ro"}] * 201}, "too-costly"),
        ({"name": [7] * 200_000}, "structure"),
        ({"name": [{"given": ["R"] * 201}]}, "too-costly"),
    ],
)
def test_more_repetitions_than_people_write_are_refused_at_the_first(change: Json, code: str) -> None:
    assert [kind for kind, _ in refused(message(patient=change))] == [code]


def test_a_field_that_many_places_said_is_refused_at_the_first_of_them() -> None:
    worries = [{"resourceType": "Condition", "note": [{"text": "x" * 50}] * 200}] * 3

    [(code, places)] = refused(with_entries(message(), *worries))

    assert code == "too-long"
    assert places[0] == "Bundle.entry[1].resource.reasonCode[0].text"
    assert len(places) == 20


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [("type", "document", "Send 'message'"), ("resourceType", "Parameters", "Send 'Bundle'")],
)
def test_the_one_thing_that_can_be_sent_is_named_as_one(name: str, value: str, advice: str) -> None:
    with pytest.raises(MessageRefused) as error:
        take({**message(), name: value})

    assert [issue.advice for issue in error.value.issues] == [advice]
