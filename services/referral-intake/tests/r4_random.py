"""Resources made at random from R4's own definitions: every element, every kind of value, extensions on anything.

``r4_definitions.json`` has, for each resource that is read and each data type, its elements and their types, of the
StructureDefinitions of FHIR 4.0.1 (HL7, CC0). Every text, number and day in a resource is there once, so that it is
seen where it went.
"""

import json
import random
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from fhir_messages import Json, url

DEFINITIONS: Final[dict[str, dict[str, str]]] = json.loads(
    (Path(__file__).parent / "r4_definitions.json").read_text(encoding="utf-8")
)
KINDS: Final = (
    "Condition", "Observation", "Consent", "DocumentReference", "Flag", "Encounter", "Patient", "RelatedPerson",
    "Practitioner", "PractitionerRole", "Organization", "Location", "ServiceRequest",
)  # fmt: skip
MOST_DEPTH: Final = 5

_CODES: Final[dict[str, str]] = {
    "Identifier.use": "usual|official|temp|secondary|old",
    "HumanName.use": "usual|official|temp|nickname|anonymous|old|maiden",
    "ContactPoint.use": "home|work|temp|old|mobile",
    "ContactPoint.system": "phone|fax|email|pager|url|sms|other",
    "Address.use": "home|work|temp|old|billing",
    "Address.type": "postal|physical|both",
    "Observation.status": "registered|preliminary|final|amended|corrected|unknown",
    "DocumentReference.docStatus": "preliminary|final|amended",
    "DocumentReference.status": "current|superseded",
    "ServiceRequest.priority": "routine|urgent|asap|stat",
    "ServiceRequest.intent": "proposal|plan|order",
    "Consent.status": "draft|proposed|active|rejected|inactive",
    "Flag.status": "active|inactive",
    "Encounter.status": "arrived|in-progress|finished|cancelled",
    "EncounterLocation.status": "planned|active|reserved|completed",
    "Location.status": "active|suspended|inactive",
    "PatientLink.type": "replaced-by|replaces|refer|seealso",
    "ConsentProvision.type": "deny|permit",
    "Narrative.status": "additional",
}
_STATUSES: Final = {
    "clinicalStatus": ("active", "recurrence", "resolved", "remission"),
    "verificationStatus": ("confirmed", "provisional", "unconfirmed"),
}
_REFUSED: Final = frozenset(
    {
        *("modifierExtension", "implicitRules", "security", "securityLabel"),  # refused, and tested as such
        *("data", "actor", "action", "purpose", "class", "dataPeriod", "provision"),
        "photo",
    }
)
_KNOWN_EXTENSIONS: Final = (
    "https://frontdoor.example.org/fhir/StructureDefinition/child-description",
    "https://frontdoor.example.org/fhir/StructureDefinition/family-member-notes",
    "https://frontdoor.example.org/fhir/StructureDefinition/address-do-not-contact-reason",
    "https://frontdoor.example.org/fhir/StructureDefinition/staff-risk-advice",
    "https://frontdoor.example.org/fhir/StructureDefinition/agreement-limited-to",
)
_OFTEN: Final = frozenset({"category", "code", "coding", "name", "period", "policyRule", "relationship", "telecom"})
_KNOWN_NUMBERS: Final = (
    "https://fhir.nhs.uk/Id/nhs-number",
    "https://fhir.nhs.uk/Id/ods-organization-code",
    "https://frontdoor.example.org/fhir/Id/upn",
)
_KNOWN_CODES: Final = (
    ("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "MTH"),
    ("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "ONESELF"),
    ("http://snomed.info/sct", "342191000000101"),
    ("http://snomed.info/sct", "902961000000107"),
    ("https://fhir.nhs.uk/CodeSystem/flag-categories-bars", "SG"),
    ("https://fhir.nhs.uk/CodeSystem/flag-categories-bars", "SS"),
    ("https://frontdoor.example.org/fhir/CodeSystem/agreement", "to-checks"),
    ("https://frontdoor.example.org/fhir/CodeSystem/agreement", "lawful-basis"),
    ("https://frontdoor.example.org/fhir/CodeSystem/concern-type", "neglect"),
    ("https://frontdoor.example.org/fhir/CodeSystem/family-role", "guardian"),
    ("https://frontdoor.example.org/fhir/CodeSystem/requested-response", "safeguarding"),
    ("https://frontdoor.example.org/fhir/CodeSystem/attachment-kind", "body-map"),
    ("https://frontdoor.example.org/fhir/CodeSystem/referral-field", "concern.impact"),
)
_CHOICE: Final = re.compile(r"(value|effective|onset|abatement|deceased|multipleBirth|author|occurrence)[A-Z]")


class Maker:
    """Makes resources; ``marks`` are the texts, numbers and days that it put into them."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._count = 0
        self.marks: set[str] = set()

    def resource(self, kind: str) -> Json:
        """A resource of one kind, with about a third of its elements."""
        return {"resourceType": kind, **self._element(kind, 0)}

    def _element(self, kind: str, depth: int) -> Json:
        made: Json = {}
        choices: set[str] = set()
        for name, type_ in DEFINITIONS[kind].items():
            choice = _CHOICE.match(name)
            if choice and choice.group(1) in choices:
                continue
            if name in _REFUSED or self._random.random() > self._share(name, depth):
                continue
            value = self._values(kind, name, type_, depth)
            if value is not None:
                choices |= {choice.group(1)} if choice else set()
                made[name] = value
                made |= self._primitive_extension(name, value)
        if kind == "Extension":
            made["url"] = made.get("url") or self._text()
        return made | self._known(kind)

    def _known(self, kind: str) -> Json:
        """Systems that are known, so that what stands beside a known code or number is seen, too."""
        if kind not in ("Coding", "Identifier") or self._random.random() > 0.3:
            return {}
        if kind == "Identifier":
            return {"system": self._random.choice(_KNOWN_NUMBERS)}
        system, code = self._random.choice(_KNOWN_CODES)
        return {"system": system, "code": code, "display": self._text()}

    def _share(self, name: str, depth: int) -> float:
        """How often an element is there: those that much depends on more often, and fewer the deeper down."""
        return 0.8 if name in _OFTEN else 0.45 if depth < 2 else 0.25

    def _values(self, kind: str, name: str, type_: str, depth: int) -> Any:
        if name in _STATUSES and kind == "Condition":
            return {"coding": [{"code": self._random.choice(_STATUSES[name])}]}
        if type_.endswith("[]"):
            found = [self._value(kind, name, type_[:-2], depth) for _ in range(self._random.randint(1, 2))]
            return [each for each in found if each is not None] or None
        return self._value(kind, name, type_, depth)

    def _value(self, kind: str, name: str, type_: str, depth: int) -> Any:
        codes = _CODES.get(f"{kind}.{name}") or (type_[5:] if type_.startswith("code:") else None)
        if codes:
            return self._random.choice(codes.split("|"))
        if type_ in DEFINITIONS:
            made = self._element(type_, depth + 1) if depth < MOST_DEPTH else {}
            return made or None
        return self._plain(kind, name, type_)

    def _plain(self, kind: str, name: str, type_: str) -> Any:
        if name == "rank":
            return self._random.randint(1, 3)
        makers: dict[str, Callable[[], Any]] = {
            "boolean": lambda: self._random.choice([True, False]),
            "integer": lambda: int(self._mark(str(100_000 + self._next()))),
            "decimal": lambda: Decimal(self._mark(f"{self._next()}.{self._random.randint(100, 999)}0")),
            "date": self._day,
            "dateTime": self._day,
            "instant": lambda: f"{self._day()}T12:00:00Z",
            "time": lambda: "08:30:00",
            "string": lambda: self._string(kind, name),
        }
        return makers[type_]() if type_ in makers else None

    def _day(self) -> str:
        return self._mark((date(1930, 1, 1) + timedelta(days=self._next())).isoformat())

    def _string(self, kind: str, name: str) -> str:
        if name == "gender":
            return self._random.choice(["male", "female", "unknown"])
        if kind == "Reference" and name == "reference":
            return url(self._random.randint(1, 4))
        if kind == "Reference" and name == "type":
            return self._random.choice(["Patient", "Organization", "Practitioner"])
        if kind == "Extension" and name == "url" and self._random.random() < 0.5:
            return self._random.choice(_KNOWN_EXTENSIONS)
        return self._text()

    def _primitive_extension(self, name: str, value: Any) -> Json:
        if isinstance(value, dict | list) or self._random.random() > 0.1:
            return {}
        return {f"_{name}": {"extension": [{"url": self._text(), "valueCode": self._text()}]}}

    def _text(self) -> str:
        return self._mark(f"zq{self._next()}x")

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _mark(self, mark: str) -> str:
        self.marks.add(mark)
        return mark
