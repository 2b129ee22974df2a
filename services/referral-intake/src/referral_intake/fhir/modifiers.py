"""What may change the meaning of what is around it, and is not understood here: R4 has it refused."""

from collections.abc import Iterator
from typing import Any, Final

from referral_intake.fhir.issues import Issue, IssueCode, error

_MODIFIERS: Final = frozenset({"modifierExtension", "implicitRules", "_implicitRules"})
_ADVICE: Final = (
    "We do not understand this, and it may change the meaning of what is around it. Say in words what it means, in a "
    "note or in an Observation of ours, and send the message again without it."
)


def not_understood(node: object, path: str) -> Iterator[Issue]:
    """Each modifier below a place, whatever resource it is in."""
    if isinstance(node, list):
        for place, inner in enumerate(node):
            yield from not_understood(inner, f"{path}[{place}]")
    elif isinstance(node, dict):
        yield from _of_element(node, path)


def _of_element(node: dict[str, Any], path: str) -> Iterator[Issue]:
    for name, inner in node.items():
        if name in _MODIFIERS and inner:
            yield error(IssueCode.EXTENSION, _ADVICE, f"{path}.{name}")
        else:
            yield from not_understood(inner, f"{path}.{name}")
