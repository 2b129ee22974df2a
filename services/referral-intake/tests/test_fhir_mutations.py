"""Messages with something deleted, retyped, doubled or moved: taken or refused with a place, and nothing else."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

from fhir_messages import EXAMPLES, Json, load, send, take
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_caller import Caller

from referral_intake.fhir import MessageRefused

SECRET: Final = "Zebediah-Quince"
DOCUMENTS: Final = [load(path) for path in EXAMPLES]
ODD_VALUES: Final[list[Any]] = [
    *(None, True, 0, -1.5, 10**30, "", " ", SECRET, "2017-02-31", "urn:uuid:x", "#"),
    *([], {}, [None], [[]], [{}], {SECRET: 1}),
]

Step = tuple[Any, Any]  # what holds a node, and the name or place it has there


def steps(node: Any) -> Iterator[Step]:
    """Every node of a document, by what holds it."""
    for name in node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ():
        yield node, name
        yield from steps(node[name])


@st.composite
def mutated(draw: st.DrawFn) -> Json:
    """One of the examples, changed in one to five places."""
    document = deepcopy(draw(st.sampled_from(DOCUMENTS)))
    for _ in range(draw(st.integers(1, 5))):
        nodes = list(steps(document))
        if not nodes:
            break
        holder, name = nodes[draw(st.integers(0, len(nodes) - 1))]
        _change(draw, holder, name, nodes)
    return document


def _change(draw: st.DrawFn, holder: Any, name: Any, nodes: list[Step]) -> None:
    match draw(st.sampled_from(["delete", "retype", "double", "move"])):
        case "delete":
            del holder[name]
        case "retype":
            holder[name] = deepcopy(draw(st.sampled_from(ODD_VALUES)))
        case "double" if isinstance(holder, list):
            holder.append(deepcopy(holder[name]))
        case "double":
            holder[f"{name}{SECRET}"] = deepcopy(holder[name])
        case _:
            other, place = nodes[draw(st.integers(0, len(nodes) - 1))]
            holder[name] = deepcopy(other[place])


@settings(max_examples=800, deadline=None)
@given(mutated())
def test_a_changed_message_is_taken_or_refused_and_nothing_of_it_is_repeated(document: Json) -> None:
    try:
        said = list(take(document).not_taken)
    except MessageRefused as refused:
        said = [word for issue in refused.issues for word in (issue.advice, *issue.places)]
        assert said

    text = " ".join(said)
    assert SECRET not in text
    assert not {"Larkhill", "Qamberi", "Rookwood", "Testerley", "Achterberg"} & set(text.replace(".", " ").split())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=mutated())
async def test_a_changed_message_is_never_a_fault_of_ours(caller: Caller, document: Json) -> None:
    answer = await send(caller, document)

    assert answer.status_code in {200, 400, 422}
    assert answer.headers["content-type"] == "application/fhir+json"
    assert SECRET not in answer.text
