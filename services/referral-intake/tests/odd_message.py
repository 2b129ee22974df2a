"""One message that says odd things in many of the ways R4 has: what is not so, what nobody reads, what is elsewhere."""

from copy import deepcopy
from typing import Final

from fhir_messages import Json, message, url, with_entries

from referral_intake.fhir.example import EXAMPLE

_CHILD: Final = EXAMPLE["entry"][2]["fullUrl"]
_ABOUT: Final = {"subject": {"reference": _CHILD}}
_OF_A_VERSION: Final = {"reference": f"{_CHILD}/_history/3"}
_SNOMED: Final = "http://snomed.info/sct"
_NHS_NUMBER: Final = "https://fhir.nhs.uk/Id/nhs-number"
_CONFIDENTIALITY: Final = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
_ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_RISK: Final = "https://frontdoor.example.org/fhir/CodeSystem/flag-category"


def odd_message() -> Json:
    """A child, a request and a practitioner with odd elements, and odd resources beside them."""
    bundle = message(header=_HEADER, request=_REQUEST, patient=_PATIENT, who=_PRACTITIONER)
    bundle |= {
        "meta": {"tag": [{"code": "tag-of-bundle"}], "security": [{"system": _CONFIDENTIALITY, "code": "R"}]},
        "signature": {"type": [{"code": "sig"}], "when": "2026-11-23T09:00:00Z", "who": {"display": "Signer"}},
        "total": 3,
        "link": [{"relation": "self", "url": "https://sender.example.org/self"}],
    }
    bundle["entry"][2] |= {"request": {"method": "POST", "url": "Patient"}, "search": {"mode": "match", "score": 0.5}}
    return deepcopy(with_entries(bundle, *_RECORDS, *_OBSERVATIONS, *_NOT_SO, *_PEOPLE, *_SAYINGS, *_PASSED_OVER))


def _unknown(number: int) -> list[Json]:
    return [{"url": f"https://sender.example.org/extension{number}", "valueString": f"extension {number}"}]


_HEADER: Final[Json] = {
    "extension": _unknown(1),
    "meta": {"tag": [{"code": "tag-of-header"}]},
    "definition": "https://sender.example.org/definition",
    "enterer": {"display": "Clerk"},
    "responsible": {"display": "Head of service"},
    "author": {"display": "Author"},
}
_REQUEST: Final[Json] = {
    "extension": _unknown(2),
    "identifier": [{"value": "REQ-1"}, {"value": "REQ-2", "system": "https://sender.example.org"}],
    "basedOn": [{"display": "an earlier request"}],
    "occurrenceDateTime": "2026-12-01",
    "authoredOn": "2026-11-22T23:30:00Z",
    "performer": [{"display": "Wandsworth MASH"}],
    "supportingInfo": [{"reference": url(5)}],
    "patientInstruction": "stay at home",
    "note": [{"text": "He was alone.", "authorReference": {"reference": "#nurse"}, "time": "2026-11-20T10:00:00Z"}],
    "contained": [{"resourceType": "Practitioner", "id": "nurse", "name": [{"text": "Nurse Note"}]}],
    "category": [{"text": "Safeguarding"}],
    "reasonReference": [{"reference": "Condition/elsewhere", "display": "a reason that was not sent"}],
    "quantityQuantity": {"value": 3},
    "asNeededBoolean": False,
}
_PATIENT: Final[Json] = {
    "extension": _unknown(3),
    "meta": {
        "tag": [{"system": "https://sender.example.org", "code": "tag-of-child", "display": "VIP"}],
        "lastUpdated": "2026-11-23T09:00:00Z",
        "security": [{"system": _CONFIDENTIALITY, "code": "N"}],
    },
    "text": {"status": "additional", "div": "<div>Do NOT phone the father</div>"},
    "identifier": [
        {"system": _NHS_NUMBER, "value": "9990000018", "extension": _unknown(31)},
        {"system": "https://sender.example.org/record", "value": "MRN-77", "assigner": {"display": "St Invented"}},
    ],
    "name": [
        {"use": "official", "family": "Testerley", "given": ["Rowan"], "_given": [{"extension": _unknown(32)}]},
        {"use": "nickname", "given": ["Ro"], "period": {"end": "2020-01-01"}},
    ],
    "telecom": [
        {"system": "other", "value": "pigeon-1", "rank": 1},
        {"system": "phone", "value": "07700 900111", "rank": 3, "period": {"end": "2027-01-01"}},
        {"system": "fax", "value": "020 7946 0001"},
        {"value": "07700 900999"},
        {"system": "sms", "value": "07700 900222", "use": "temp"},
    ],
    "birthDate": None,
    "_birthDate": {"extension": [{"url": _ABSENT, "valueCode": "asked-declined"}]},
    "gender": "other",
    "multipleBirthInteger": 2,
    "maritalStatus": {"text": "never married"},
    "managingOrganization": {"display": "Invented Trust"},
    "generalPractitioner": [
        {"identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "Y99999"}}
    ],
    "communication": [
        {"language": {"text": "Urdu"}, "preferred": False},
        {"language": {"text": "Polish"}, "preferred": True},
    ],
    "link": [
        {"type": "seealso", "other": {"reference": url(4)}},
        {"type": "refer", "other": {"reference": "Patient/elsewhere", "display": "a better record"}},
    ],
    "contact": [
        {
            "name": {"text": "Aunt Jo"},
            "relationship": [{"text": "Emergency contact"}],
            "telecom": [{"system": "phone", "value": "07700 900333", "period": {"start": "2030-01-01"}}],
        },
        {"relationship": [{"text": "school office"}], "organization": {"display": "Ashcroft Primary"}},
    ],
    "address": [
        {
            "use": "home",
            "line": ["12 Invented Street"],
            "postalCode": "ZZ99 3AB",
            "period": {"end": "2027-06-01"},
            "extension": _unknown(33),
        },
        {"use": "billing", "text": "1 Invented Road", "type": "postal"},
    ],
    "photo": [{"url": "https://sender.example.org/photo", "title": "a photograph"}],
    "contained": [{"resourceType": "Practitioner", "id": "gp", "name": [{"text": "Dr Contained"}]}],
}
_PRACTITIONER: Final[Json] = {
    "extension": _unknown(4),
    "qualification": [{"code": {"text": "Health visitor"}}],
    "birthDate": "1980-01-01",
    "gender": "female",
    "identifier": [{"system": "https://fhir.nhs.uk/Id/sds-user-id", "value": "5551"}],
    "telecom": [
        {"system": "phone", "value": "020 7946 0199", "use": "work"},
        {"system": "email", "value": "morgan@example.org", "period": {"end": "2020-01-01"}},
    ],
}
_RECORDS: Final[tuple[Json, ...]] = (
    {
        "resourceType": "Patient",
        "name": [{"text": "Rowan Other-Record"}],
        "birthDate": "2017-05-05",
        "address": [{"line": ["3 Invented Mews"], "postalCode": "ZZ99 3AD"}],
        "telecom": [{"system": "phone", "value": "07700 900444", "use": "mobile"}],
    },
)
_OBSERVATIONS: Final[tuple[Json, ...]] = (
    {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "Visit"},
        **_ABOUT,
        "extension": _unknown(5),
        "component": [
            {"code": {"text": "Sleep"}, "dataAbsentReason": {"coding": [{"code": "masked"}]}},
            {
                "code": {"text": "Titre"},
                "valueRatio": {"numerator": {"value": 1, "comparator": "<"}, "denominator": {"value": 8}},
            },
            {
                "code": {"text": "Bruise"},
                "valueRange": {"low": {"value": 0}, "high": {"value": 2.5, "unit": "cm"}},
                "extension": _unknown(51),
                "referenceRange": [{"text": "none is usual"}],
            },
            {
                "code": {"text": "Pulse"},
                "valueSampledData": {"origin": {"value": 0}, "period": 10, "dimensions": 1, "data": "E 1 U"},
            },
            {"code": {"text": "Drawing"}, "valueAttachment": {"title": "a drawing of home"}},
        ],
        "performer": [{"display": "Nurse Seen"}],
        "device": {"display": "Scale"},
        "issued": "2026-11-20T10:00:00Z",
        "category": [{"text": "survey"}],
        "effectiveTiming": {"event": ["2026-11-01"]},
    },
    {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "Seen by"},
        "valueReference": {"display": "Jo"},
    },
    {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "Weight"},
        "subject": {"display": "Somebody else"},
        "_valueString": {"extension": [{"url": _ABSENT, "valueCode": "unknown"}]},
    },
    {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": _SNOMED, "code": "111", "display": "At risk", "userSelected": True}]},
        "valueCodeableConcept": {"coding": [{"system": _SNOMED, "code": "373067005", "display": "No"}]},
    },
)
_NOT_SO: Final[tuple[Json, ...]] = (
    {
        "resourceType": "Observation",
        "status": "entered-in-error",
        "code": {"text": "Mistaken finding"},
        "valueBoolean": True,
    },
    {
        "resourceType": "Condition",
        "code": {"text": "Refuted fracture"},
        **_ABOUT,
        "verificationStatus": {"coding": [{"code": "refuted"}]},
    },
    {
        "resourceType": "AllergyIntolerance",
        "code": {"text": "Refuted penicillin"},
        "patient": {"reference": _CHILD},
        "verificationStatus": {"coding": [{"code": "refuted"}]},
        "extension": _unknown(6),
    },
    {"resourceType": "Immunization", "status": "not-done", "vaccineCode": {"text": "MMR that was not done"}},
    {"resourceType": "Procedure", "status": "not-done", "code": {"text": "X-ray that was not done"}},
    {"resourceType": "MedicationStatement", "status": "not-taken", "medicationCodeableConcept": {"text": "Inhaler"}},
    {
        "resourceType": "Encounter",
        "status": "cancelled",
        "class": {"code": "AMB"},
        **_ABOUT,
        "location": [{"location": {"display": "Cancelled ward"}}],
    },
    {"resourceType": "CarePlan", "status": "revoked", "intent": "plan", **_ABOUT, "description": "Revoked plan"},
)
_PEOPLE: Final[tuple[Json, ...]] = (
    {
        "resourceType": "RelatedPerson",
        "active": False,
        "name": [{"text": "Sam Formerly"}],
        "patient": _OF_A_VERSION,
        "extension": _unknown(7),
    },
    {
        "resourceType": "RelatedPerson",
        "name": [{"text": "Jo Testerley"}],
        "patient": {"identifier": {"system": _NHS_NUMBER, "value": "9990000018"}},
        "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "FTH"}]}],
        "period": {"end": "2027-01-01"},
        "identifier": [{"system": _NHS_NUMBER, "value": "9990000026"}],
        "birthDate": "1985",
    },
    {"resourceType": "Practitioner", "name": [{"text": "Dr Formerly"}], "active": False},
    {"resourceType": "Practitioner", "id": "future", "name": [{"text": "Vic Future"}]},
    {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": "Practitioner/future"},
        "code": [{"text": "Health visitor"}],
        "availableTime": [{"daysOfWeek": ["mon"]}],
        "period": {"start": "2030-01-01"},
        "extension": _unknown(8),
    },
)
_SAYINGS: Final[tuple[Json, ...]] = (
    {
        "resourceType": "Condition",
        "code": {"text": "Asthma"},
        "subject": _OF_A_VERSION,
        "clinicalStatus": {"coding": [{"code": "active"}], "extension": _unknown(91)},
        "extension": _unknown(9),
        "stage": [{"summary": {"text": "stage 2"}}],
        "asserter": {"display": "Dr Asserter"},
    },
    {"resourceType": "Flag", "status": "inactive", "code": {"text": "A dog"}, **_ABOUT, "author": {"display": "Clerk"}},
    {
        "resourceType": "Flag",
        "status": "active",
        "category": [{"coding": [{"system": _RISK, "code": "risk-to-staff"}]}],
        "code": {"text": "A bigger dog"},
        **_ABOUT,
        "extension": _unknown(10),
        "period": {"end": "2027-01-01"},
    },
    {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"text": "privacy"},
        "category": [{"text": "Research"}],
        "patient": {"reference": _CHILD},
        "provision": {"type": "deny"},
        "extension": _unknown(11),
        "verification": [{"verified": False}],
    },
    {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"text": "Letter"},
        **_ABOUT,
        "content": [
            {"attachment": {"title": "Letter A", "url": "https://sender.example.org/a", "size": 5}},
            {"attachment": {"title": "Letter B", "url": "https://sender.example.org/b"}},
        ],
        "relatesTo": [{"code": "appends", "target": {"display": "another letter"}}],
        "extension": _unknown(12),
    },
)
_PASSED_OVER: Final[tuple[Json, ...]] = (
    {
        "resourceType": "Provenance",
        "target": [{"reference": _CHILD}],
        "recorded": "2026-11-20T10:00:00Z",
        "agent": [{"who": {"display": "Somebody"}}],
    },
    {
        "resourceType": "Composition",
        "status": "final",
        "title": "Discharge",
        "section": [{"title": "Home", "emptyReason": {"coding": [{"code": "withheld"}]}}],
    },
    {"resourceType": "Organization", "name": "Invented Trust", "alias": ["IT"], "extension": _unknown(13)},
    {"resourceType": "Location", "name": "Invented Ward", "mode": "kind"},
    {"resourceType": "FamilyMemberHistory", "status": "health-unknown", "relationship": {"text": "mother"}},
    {"resourceType": "QuestionnaireResponse", "status": "in-progress", "item": [{"answer": [{"valueBoolean": False}]}]},
    {"resourceType": "Basic", "code": {"text": "basic"}},
)
