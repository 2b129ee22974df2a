"""Confidentiality labels: which restrict nobody, which restrict the referral, and which nobody here can keep."""

from collections.abc import Iterator
from typing import Any, Final

from referral_intake.fhir.issues import Issue, IssueCode, error

_CONFIDENTIALITY: Final = frozenset(
    {
        "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
        "http://hl7.org/fhir/v3/Confidentiality",
        "urn:oid:2.16.840.1.113883.5.25",
    }
)
_ONE_OF_THEM: Final = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
_OF_A_DOCUMENT: Final = "confidentiality"
"""An element of Composition, whose codes are of that system."""
_OPEN: Final = frozenset({"U", "L", "M", "N"})
_RESTRICTED: Final = frozenset({"R", "V"})
_KEPT: Final = _OPEN | _RESTRICTED
"""Open: unrestricted, low, moderate and normal, which every referral is, or less. Restricted, and very restricted.

HL7 v3 code system Confidentiality, 2.16.840.1.113883.5.25, as FHIR 4.0.1 of 30 October 2019 has it. The NHS's
demographics service marks people as restricted whose whereabouts are kept from others.
"""
_INLINE: Final = "http://hl7.org/fhir/uv/security-label-ds4p/StructureDefinition/extension-inline-sec-label"
_ADVICE: Final = (
    "This label says who may see or use what is labelled, and we do not know it. Phone the front door team and say "
    "so; they say how to send it. Do not take the label away to send it here. If a child is in danger now, call 999."
)


def not_kept(node: Any, path: str) -> Iterator[Issue]:
    """Each label below a place that nobody here knows how to keep."""
    for place, label in labels(node, path):
        if not is_known(label):
            yield error(IssueCode.SUPPRESSED, _ADVICE, place)


def is_restricted(node: Any, path: str) -> bool:
    """Whether any label below a place restricts who may see what is labelled: then it restricts the whole."""
    return any(label["code"] in _RESTRICTED for _, label in labels(node, path))


def understood(node: Any, path: str) -> Iterator[str]:
    """The places of the labels, which are kept: system and code; what they are called is not read."""
    for place, _ in labels(node, path):
        yield from (f"{place}.{name}" for name in ("system", "code"))


def is_known(label: Any) -> bool:
    """Whether a label restricts nobody, or in a way that is kept here."""
    code = label.get("code") if isinstance(label, dict) else None
    return is_confidentiality(label) and isinstance(code, str) and code in _KEPT


def is_confidentiality(label: Any) -> bool:
    """Whether a code is one of HL7's Confidentiality, which is a label also where it is sent as a mere tag."""
    system = label.get("system") if isinstance(label, dict) else None
    return isinstance(system, str) and system in _CONFIDENTIALITY


def labels(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every label below a place: of a resource, of a document, of one element."""
    if isinstance(node, list):
        for number, inner in enumerate(node):
            yield from labels(inner, f"{path}[{number}]")
    elif isinstance(node, dict):
        if node.get("url") == _INLINE:
            yield path, node.get("valueCoding")
        for name, inner in node.items():
            yield from _below(name, inner, path)


def _below(name: str, inner: Any, path: str) -> Iterator[tuple[str, Any]]:
    if name == "security" and path.endswith(".meta"):
        yield from _each(inner, f"{path}.{name}")
    elif name == "tag" and path.endswith(".meta"):
        yield from (each for each in _each(inner, f"{path}.{name}") if is_confidentiality(each[1]))
    elif name == "securityLabel":
        yield from _codings(inner, f"{path}.{name}")
    elif name == _OF_A_DOCUMENT and inner is not None:
        yield f"{path}.{name}", {"system": _ONE_OF_THEM, "code": inner}
    else:
        yield from labels(inner, f"{path}.{name}")


def _each(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(node, list):
        yield from ((f"{path}[{number}]", label) for number, label in enumerate(node))
    elif node is not None:
        yield path, node


def _codings(node: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Labels of documents are concepts, each of them with codes, or with words that nobody can weigh."""
    for place, concept in _each(node, path):
        codings = concept.get("coding") if isinstance(concept, dict) else None
        yield from _each(codings, f"{place}.coding") if codings else ((place, concept),)
