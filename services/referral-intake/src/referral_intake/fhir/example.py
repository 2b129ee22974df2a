"""The example of a message that the API documentation shows: the least that a referral needs."""

from typing import Any, Final

EXAMPLE: Final[dict[str, Any]] = {
    "resourceType": "Bundle",
    "id": "3f0c52f4-2f2c-4f0e-8a2b-9e3e0f6f1a01",
    "type": "message",
    "timestamp": "2026-11-23T09:15:00Z",
    "entry": [
        {
            "fullUrl": "urn:uuid:6b8e4a52-0c5d-4f38-9d9c-0f6f1a010001",
            "resource": {
                "resourceType": "MessageHeader",
                "id": "6b8e4a52-0c5d-4f38-9d9c-0f6f1a010001",
                "eventCoding": {
                    "system": "https://fhir.nhs.uk/CodeSystem/message-events-bars",
                    "code": "servicerequest-request",
                },
                "source": {"name": "Ashcroft health visiting", "endpoint": "https://ashcroft.example.org/fhir"},
                "reason": {"coding": [{"system": "https://fhir.nhs.uk/CodeSystem/message-reason-bars", "code": "new"}]},
                "focus": [{"reference": "urn:uuid:6b8e4a52-0c5d-4f38-9d9c-0f6f1a010002"}],
            },
        },
        {
            "fullUrl": "urn:uuid:6b8e4a52-0c5d-4f38-9d9c-0f6f1a010002",
            "resource": {
                "resourceType": "ServiceRequest",
                "status": "active",
                "intent": "plan",
                "subject": {"reference": "urn:uuid:6b8e4a52-0c5d-4f38-9d9c-0f6f1a010003"},
                "requester": {"reference": "urn:uuid:6b8e4a52-0c5d-4f38-9d9c-0f6f1a010004"},
                "reasonCode": [
                    {
                        "coding": [
                            {
                                "system": "https://frontdoor.example.org/fhir/CodeSystem/concern-type",
                                "code": "neglect",
                            }
                        ],
                        "text": "Rowan had no coat on three cold mornings and says that he gets himself up.",
                    }
                ],
            },
        },
        {
            "fullUrl": "urn:uuid:6b8e4a52-0c5d-4f38-9d9c-0f6f1a010003",
            "resource": {
                "resourceType": "Patient",
                "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}],
                "name": [{"use": "official", "family": "Testerley", "given": ["Rowan"]}],
                "gender": "male",
                "birthDate": "2017-05-04",
                "address": [{"use": "home", "line": ["12 Invented Street"], "postalCode": "ZZ99 3AB"}],
            },
        },
        {
            "fullUrl": "urn:uuid:6b8e4a52-0c5d-4f38-9d9c-0f6f1a010004",
            "resource": {
                "resourceType": "Practitioner",
                "name": [{"family": "Adeyemi-Clarke", "given": ["Morgan"]}],
                "telecom": [{"system": "phone", "value": "020 7946 0199", "use": "work"}],
            },
        },
    ],
}
