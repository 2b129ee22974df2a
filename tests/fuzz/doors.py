"""Every door through which somebody's words come in, with words that nobody else has in each place for words."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from tests.e2e.planted import Planted

REFERRALS: Final = "/v1/referrals"
FHIR: Final = "/fhir/R4/$process-message"
_MESSAGE: Final = Path(__file__).parents[2] / "examples" / "fhir" / "urgent-care-bars-shaped.json"
_WORDS_IN_FHIR: Final = frozenset(
    {
        "text", "display", "family", "given", "line", "value", "valueString", "description", "div", "title", "comment",
        "city", "district", "postalCode",
    }
)  # fmt: skip
_PARTS: Final = (
    "immediate_safety", "concern", "child_voice", "household", "professionals", "help_offered", "risks_to_staff",
    "attachments",
)  # fmt: skip


@dataclass(frozen=True)
class Through:
    """A request through a door. ``role`` None sends no token of ours."""

    method: str
    path: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    role: str | None = "partner"

    @classmethod
    def of(cls, path: str, document: Any, *, kind: str = "application/json", **headers: str) -> "Through":
        """A document that is sent, under a key of its own."""
        named = {"Content-Type": kind, "Idempotency-Key": str(uuid4()), **headers}
        return cls("POST", path, json.dumps(document).encode(), named)


def referral(planted: Planted) -> Through:
    """Every field of the form."""
    return Through.of(REFERRALS, planted.referral())


def message(planted: Planted) -> Through:
    """A FHIR message, with words wherever it holds any."""
    return Through.of(FHIR, _spoken(json.loads(_MESSAGE.read_bytes()), planted), kind="application/fhir+json")


def additions(path: str, planted: Planted) -> list[Through]:
    """What is told of a referral later, in every way; taking it back is the last."""
    form, words = planted.referral(), planted.text()
    said = {"referrer": form["referrer"], "words": words}
    corrections = [{"pointer": "/children/0/first_name", "value": planted.text(), "reason": planted.text()}]
    supplements = (
        {"kind": "new-information", **said, **{part: form[part] for part in _PARTS}},
        {"kind": "correction", **said, "corrections": corrections},
        {"kind": "new-child", **said, "children": form["children"]},
    )
    withdrawal = {"reason": "other", **said}
    return [
        *(Through.of(f"{path}/supplements", each) for each in supplements),
        Through.of(f"{path}/withdrawal", withdrawal),
    ]


def refused(path: str, planted: Planted) -> Iterator[Through]:
    """What cannot be taken: it is told so without a word of it."""
    form = dict(planted.referral())
    yield Through.of(REFERRALS, {**form, planted.text(): planted.text()})
    yield Through.of(REFERRALS, {**form, "immediate_danger": planted.text()})
    yield Through.of(REFERRALS, {**form, "children": [{"date_of_birth": planted.text(), "sex": planted.text()}]})
    yield Through.of(REFERRALS, {"referrer": {"name": planted.text()}, "concern": {"types": [planted.text()]}})
    yield Through.of(REFERRALS, planted.text())
    yield Through.of(f"{path}/supplements", {"kind": planted.text(), "words": planted.text()})
    yield Through.of(f"{path}/supplements", {"kind": "correction", "corrections": [{"pointer": f"/{planted.text()}"}]})
    yield Through.of(f"{path}/supplements", {"kind": "answer", "question_id": str(uuid4()), "words": planted.text()})
    yield Through.of(f"{path}/withdrawal", {"reason": planted.text(), "words": planted.text()})
    yield Through.of(FHIR, {"resourceType": "Bundle", planted.text(): planted.text()}, kind="application/fhir+json")
    yield Through.of(FHIR, {"resourceType": planted.text()}, kind="application/fhir+json")
    yield Through.of(FHIR, [planted.text()], kind="application/fhir+json")
    for kind in ("text/plain", "multipart/form-data", planted.text()):
        yield Through.of(REFERRALS, form, kind=kind)
    broken = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
    for body in (
        f'{{"{planted.text()}": ',
        f'{{"a": "{planted.text()}", "a": 1}}',
        f'{{"a": "{planted.text()}\\u0000"}}',
    ):
        yield Through("POST", REFERRALS, body.encode(), broken)


def around(path: str, planted: Planted) -> Iterator[Through]:
    """Everything beside a body where something can be written: addresses, questions, headers, tokens."""
    for place in (f"{REFERRALS}/{planted.text()}", f"{path}/{planted.text()}", f"/{planted.text()}"):
        yield Through("GET", place)
    for place in (f"/v1/code-lists/{planted.text()}", f"/operator/references/{planted.text()}"):
        yield Through("GET", place, role="operator")
    for name in ("cursor", "q", "limit", "status", "received_from", "question", planted.text()):
        yield Through("GET", f"{REFERRALS}?{name}={planted.text()}")
    for name in _HEADERS:
        yield Through("GET", path, headers={name: planted.text()})
    yield Through.of(REFERRALS, {}, **{"Idempotency-Key": f"{planted.text()} x"})
    yield Through("GET", f"{path}/document", headers={"Access-Purpose": planted.text()}, role="social-worker")
    yield Through("GET", path, headers={"Authorization": f"Bearer {planted.text()}"}, role=None)
    yield Through("GET", path, headers={"Authorization": planted.text()}, role=None)
    yield Through(planted.text().replace("-", "").upper(), REFERRALS)


_HEADERS: Final = (
    "X-Request-Id", "X-Forwarded-For", "Forwarded", "User-Agent", "Referer", "Cookie", "From", "Accept", "Via",
    "Accept-Language", "If-None-Match", "traceparent", "tracestate", "baggage", "Origin", "Content-Encoding",
)  # fmt: skip


def _spoken(value: Any, planted: Planted, key: str = "") -> Any:
    """The same with planted words for words; codes, references and times stay."""
    if isinstance(value, dict):
        return {name: _spoken(inner, planted, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_spoken(inner, planted, key) for inner in value]
    return planted.text() if isinstance(value, str) and key in _WORDS_IN_FHIR else value
