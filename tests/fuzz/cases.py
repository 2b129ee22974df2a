"""What is sent: what the API document allows, what it forbids, its boundaries, and its examples with things wrong."""

import copy
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from random import Random
from typing import Any, Final

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.generation.feedback import NO_FEEDBACK
from schemathesis.schemas import APIOperation, BaseSchema

from tests.fuzz.mutants import mutants
from tests.fuzz.people import CLAIMS, let_in

Operation = APIOperation[Any, Any, Any, Any]
Case = schemathesis.Case[Operation]
Document = Mapping[str, Any]

COVERAGE: Final = "coverage"
POSITIVE: Final = "positive"
NEGATIVE: Final = "negative"
MUTANT: Final = "mutant"
KINDS: Final = (COVERAGE, POSITIVE, NEGATIVE, MUTANT)

_COVERED: Final = 0.45
"""The share of a run that goes to boundaries; what is over goes to what is drawn."""
_GRAFTS: Final = 0.67
_ABOUT_REFERRALS: Final = "/v1/referrals"
_UNLISTED: Final = {
    path: {"get": {"responses": {"200": {"description": "An answer", "content": {kind: {}}}, **extra}}}
    for path, kind, extra in (
        ("/health/live", "application/json", {}),
        ("/health/ready", "application/json", {"503": {"description": "Not ready"}}),
        ("/metrics", "text/plain", {}),
        ("/openapi.json", "application/json", {}),
    )
}
"""What every service answers beside its API."""


_LASTING: Final = "/v1/queue/changes"
"""Answered for as long as the token lasts, and never whole: the tests of triage ask for it."""


_HEADER_MISSING: Final = ("400", "401", "403", "422", "428")
"""What is answered without a header that is needed; 428 (RFC 6585) without the version that was seen."""


@dataclass(frozen=True)
class Planned:
    """A request, who sends it and what it is."""

    operation: str
    kind: str
    role: str
    case: Case


def schema_of(document: Document) -> BaseSchema:
    """The document as the generator reads it."""
    whole = copy.deepcopy(dict(document))
    whole["paths"] = {**whole["paths"], **copy.deepcopy(_UNLISTED)}
    whole["paths"].pop(_LASTING, None)
    config = SchemathesisConfig()
    config.projects.default.generation.update(with_security_parameters=False, allow_x00=False)
    config.projects.default.checks.missing_required_header.expected_statuses = [*_HEADER_MISSING]
    return schemathesis.openapi.from_dict(whole, config=config)


def plan(schema: BaseSchema, *, requests: int, run_seed: int, examples: Mapping[str, Sequence[Any]]) -> list[Planned]:
    """About so many requests, in an order that the seed decides; every operation with every role.

    ``examples`` are bodies to spoil, by operation, beside those that the document shows.
    """
    random = Random(run_seed)
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    boundaries = {operation.label: _boundaries(schema, operation) for operation in operations}
    share = min(1.0, _COVERED * requests / sum(map(len, boundaries.values())))
    planned = [each for operation in operations for each in _covered(operation, boundaries[operation.label], share)]
    for nth, operation in enumerate(operations):
        drawn = max(2 * len(CLAIMS), (requests - len(planned)) // (len(operations) - nth))
        planned.extend(_drawn(operation, drawn, Random(run_seed + nth), examples.get(operation.label, ())))
    random.shuffle(planned)
    return planned


def _boundaries(schema: BaseSchema, operation: Operation) -> list[Case]:
    config = schema.config.generation_for(operation=operation, phase=COVERAGE)
    cases = schema.iter_coverage_cases(operation, generation_modes=list(GenerationMode), generation_config=config)
    return _grafted(operation, list(cases), Random(operation.label))


def _covered(operation: Operation, cases: Sequence[Case], share: float) -> Iterator[Planned]:
    """Evenly spread over all boundaries, and at least ten; sent by those whom the operation is for."""
    wanted = min(len(cases), max(10, round(len(cases) * share)))
    roles = cycle(sorted(let_in(operation.label)))
    for nth in range(wanted):
        yield Planned(operation.label, COVERAGE, next(roles), cases[nth * len(cases) // wanted])


def _drawn(operation: Operation, count: int, random: Random, more: Sequence[Any]) -> Iterator[Planned]:
    """In turn one by those whom the operation is for, and one by everybody in turn."""
    pairs = zip(cycle(sorted(let_in(operation.label))), cycle(CLAIMS), strict=False)
    roles = list(islice((role for pair in pairs for role in pair), count))
    kinds = (POSITIVE, NEGATIVE, MUTANT, MUTANT) if "requestBody" in operation.definition.raw else (POSITIVE, NEGATIVE)
    wanted = Counter(chosen := [random.choice(kinds) for _ in roles])
    streams = {
        POSITIVE: _grafted(operation, _examples(operation, GenerationMode.POSITIVE, wanted[POSITIVE], random), random),
        NEGATIVE: _examples(operation, GenerationMode.NEGATIVE, wanted[NEGATIVE], random),
        MUTANT: list(_mutated(operation, wanted[MUTANT], random, more)),
    }
    cases = {kind: cycle(stream) for kind, stream in streams.items()}
    for kind, role in zip(chosen, roles, strict=True):
        for case in islice(cases[kind if streams[kind] else POSITIVE], 1):
            yield Planned(operation.label, kind if streams[kind] else POSITIVE, role, case)


def _examples(operation: Operation, mode: GenerationMode, count: int, random: Random) -> list[Case]:
    """Up to so many cases that the seed decides; none where there is nothing to get wrong."""
    found: list[Case] = []

    @seed(random.getrandbits(32))
    @settings(
        max_examples=max(1, count),
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode, feedback=NO_FEEDBACK))
    def collect(case: Case) -> None:
        found.append(case)

    try:
        collect()
    except Unsatisfiable:
        return []
    return found


def _grafted(operation: Operation, cases: list[Case], random: Random) -> list[Case]:
    """The same; of forms about a referral, two in three are an example with up to three parts of what was drawn.

    A form drawn at random says too little for anybody to act on, and what comes after that is never reached.
    """
    content = operation.definition.raw.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None or not operation.path.startswith(_ABOUT_REFERRALS):
        return cases
    shown = list(_shown(content, operation.schema.raw_schema))
    for case in cases:
        if isinstance(case.body, dict) and _is_allowed(case) and random.random() < _GRAFTS:
            names = random.sample(sorted(case.body), min(len(case.body), random.randint(1, 3)))
            case.body = _grafted_on(random.choice(shown), {name: case.body[name] for name in names})
    return cases


def _grafted_on(example: Any, drawn: Any) -> Any:
    """What was drawn, with what the example says beside it."""
    if isinstance(example, dict) and isinstance(drawn, dict):
        return {**example, **{name: _grafted_on(example.get(name), each) for name, each in drawn.items()}}
    if isinstance(example, list) and isinstance(drawn, list):
        return [_grafted_on(example[0], each) for each in drawn] or example
    return drawn


def _is_allowed(case: Case) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive


def _mutated(operation: Operation, count: int, random: Random, more: Sequence[Any]) -> Iterator[Case]:
    body = operation.definition.raw.get("requestBody", {})
    for media_type, content in body.get("content", {}).items():
        shown = [*_shown(content, operation.schema.raw_schema), *more]
        for nth, example in enumerate(shown):
            for mutant in islice(mutants(example, random), count // len(shown) + (nth == 0)):
                yield operation.Case(body=mutant, media_type=media_type)


def _shown(content: Mapping[str, Any], document: Document) -> Iterator[Any]:
    """The examples of a body: beside its schema, and in it."""
    if "example" in content:
        yield content["example"]
    yield from (each["value"] for each in content.get("examples", {}).values())
    name = content["schema"].get("$ref", "").rpartition("/")[2]
    yield from document["components"]["schemas"].get(name, {}).get("examples", ())
