"""The CapabilityStatement: what this door can do, for machines that ask before they knock."""

from typing import Any, Final

from referral_intake.fhir import systems
from referral_intake.fhir.answer import PATH

ROOT: Final = "/fhir/R4"
FHIR_VERSION: Final = "4.0.1"
MESSAGE: Final = "https://frontdoor.example.org/fhir/MessageDefinition/safeguarding-referral"

_OPERATION: Final = "http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message"
_DATE: Final = "2026-11-24"
_SECURITY: Final = (
    "OAuth 2.0 client credentials with private_key_jwt; the access token carries the role partner. "
    "This statement is open to everybody."
)


def capability_statement(*, public_url: str, version: str) -> dict[str, Any]:
    """The statement of this instance."""
    return {
        "resourceType": "CapabilityStatement",
        "url": f"{public_url}{ROOT}/metadata",
        "version": version,
        "name": "FrontdoorReferralIntake",
        "title": "Frontdoor referral intake",
        "status": "active",
        "date": _DATE,
        "publisher": "Frontdoor",
        "description": "Takes child-safeguarding referrals as BaRS-shaped messages and answers with a receipt.",
        "kind": "instance",
        "software": {"name": "Frontdoor referral intake", "version": version},
        "implementation": {"description": "Frontdoor referral intake", "url": public_url + ROOT},
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json", "json"],
        "rest": [_rest()],
        "messaging": [_messaging(public_url)],
    }


def _rest() -> dict[str, Any]:
    return {
        "mode": "server",
        "security": {
            "cors": False,
            "service": [
                {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                            "code": "OAuth",
                        }
                    ]
                }
            ],
            "description": _SECURITY,
        },
        "operation": [{"name": "process-message", "definition": _OPERATION}],
    }


def _messaging(public_url: str) -> dict[str, Any]:
    return {
        "endpoint": [
            {
                "protocol": {
                    "system": "http://terminology.hl7.org/CodeSystem/message-transport",
                    "code": "http",
                },
                "address": public_url + PATH,
            }
        ],
        "documentation": (
            f"The event servicerequest-request of {systems.MESSAGE_EVENTS}, with the reason new. The answer is given "
            "at once, and again for the same message."
        ),
        "supportedMessage": [{"mode": "receiver", "definition": MESSAGE}],
    }
