"""A run: every planned request is sent, its answer judged, and what was told beside it searched for what was sent."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from uuid import UUID

from requests import PreparedRequest, Request
from requests.exceptions import RequestException
from schemathesis.checks import CheckFunction
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response

from tests.fuzz.asgi import ADDRESS, send
from tests.fuzz.cases import MUTANT, POSITIVE, Case, Planned
from tests.fuzz.echo import Said, Vocabulary, repeated
from tests.fuzz.judging import checks, findings
from tests.fuzz.target import Target

WORK_AFTER: Final = 500
"""So many requests between two rounds of the worker."""
_OFTEN: Final = 0.8
_SHOWN: Final = 1500
_KEY: Final = "Idempotency-Key"


@dataclass(frozen=True)
class Finding:
    """Something wrong, with one request that shows it."""

    operation: str
    what: str
    request: str
    answer: str


@dataclass
class Outcome:
    """What a run saw."""

    requests: int = 0
    unsendable: int = 0
    words_looked_for: int = 0
    statuses: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    findings: dict[tuple[str, str], Finding] = field(default_factory=dict)
    found: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, planned: Planned, response: Response) -> None:
        """Count an answer."""
        self.requests += 1
        self.kinds[planned.kind] += 1
        self.statuses[planned.operation, planned.role, response.status_code] += 1

    def find(self, finding: Finding) -> None:
        """Keep the first of each kind, and count all."""
        key = finding.operation, finding.what
        self.findings.setdefault(key, finding)
        self.found[key] += 1


async def run(target: Target, planned: Iterable[Planned], *, said: Said, run_seed: int) -> Outcome:
    """Send everything, one after the other."""
    outcome, random, own_checks = Outcome(), Random(run_seed), checks()
    vocabulary = Vocabulary(target.app.openapi(), ADDRESS, target.words)
    for nth, each in enumerate(planned):
        if nth % WORK_AFTER == 0:
            await target.work()
        _fill(each, target, random)
        request = _prepared(each, target, UUID(int=random.getrandbits(128), version=4))
        if request is None:
            outcome.unsendable += 1
            continue
        for finding in await _sent(each, request, target, said, (own_checks, vocabulary, outcome)):
            outcome.find(finding)
    return outcome


async def _sent(
    planned: Planned,
    request: PreparedRequest,
    target: Target,
    said: Said,
    judges: tuple[list[CheckFunction], Vocabulary, Outcome],
) -> list[Finding]:
    own_checks, vocabulary, outcome = judges
    said.take()
    try:
        response = await send(target.app, request)
    except Exception as error:  # whatever an app lets out is a finding
        return [Finding(planned.operation, f"No answer: {type(error).__name__}", _shown(request), said.take())]
    outcome.note(planned, response)
    words = vocabulary.words_of(request)
    outcome.words_looked_for += len(words)
    wrong = [*findings(planned, response, own_checks), *_told(words, response, said.take())]
    return [Finding(planned.operation, each, _shown(request), _answer(response)) for each in wrong]


def _told(words: set[str], response: Response, said: str) -> Iterator[str]:
    if echo := repeated(words, said):
        yield f"A log line or a span repeats what was sent: {echo}"
    if response.status_code >= 400 and (echo := repeated(words, response.content.decode())):
        yield f"A refusal repeats what was sent: {echo}"
    if '"level":"error"' in said and response.status_code < 500:
        yield f"An error was logged: {said}"


def _fill(planned: Planned, target: Target, random: Random) -> None:
    """Most of the time, ask about what is there: what is not ends at 404."""
    case = planned.case
    for name in case.operation.path_parameters if not _is_wrong(case, ParameterLocation.PATH) else ():
        if name.name in target.known and (planned.kind == MUTANT or random.random() < _OFTEN):
            case.path_parameters[name.name] = random.choice(target.known[name.name])
        case.path_parameters.setdefault(name.name, str(UUID(int=random.getrandbits(128), version=4)))
    if planned.kind == POSITIVE:
        case.body = _as_written(case.body)
        _fill_in(case.query, target, random)
        _fill_in(case.body, target, random)
    if planned.kind == MUTANT or (_KEY in case.headers and not _is_wrong(case, ParameterLocation.HEADER)):
        case.headers[_KEY] = f"{planned.kind}-{random.getrandbits(64):x}"  # a key that was used ends there


def _is_wrong(case: Case, location: ParameterLocation) -> bool:
    return case.meta is not None and case.meta.is_negative_at(location)


def _fill_in(values: Any, target: Target, random: Random) -> None:
    for name in values if isinstance(values, dict) else ():
        if name in target.known and random.random() < _OFTEN:
            values[name] = random.choice(target.known[name])


def _as_written(value: Any) -> Any:
    """Whole numbers as everybody writes them: ``1.0`` is an integer to JSON Schema and to nobody else."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _as_written(each) for name, each in value.items()}
    return [_as_written(each) for each in value] if isinstance(value, list) else value


def _prepared(planned: Planned, target: Target, request_id: UUID) -> PreparedRequest | None:
    """As it goes over the wire; None where no client could send it."""
    headers = {**target.people.headers(planned.role), "X-Request-Id": str(request_id)}
    try:
        kwargs = planned.case.as_transport_kwargs(base_url=ADDRESS, headers=headers)
        request = Request(**kwargs).prepare()
        for value in request.headers.values():
            value if isinstance(value, bytes) else value.encode("latin-1")
    except (RequestException, ValueError):
        return None
    planned.case.freeze_metadata()
    return request


def _shown(request: PreparedRequest) -> str:
    body: Any = request.body or b""
    text = body if isinstance(body, str) else body.decode(errors="replace")
    headers = {name: value for name, value in request.headers.items() if name.lower() != "authorization"}
    return f"{request.method} {request.url}\n{json.dumps(headers, default=str)}\n{text[:_SHOWN]}"


def _answer(response: Response) -> str:
    return f"{response.status_code} {response.headers}\n{response.content[:_SHOWN].decode(errors='replace')}"
