"""The published contract: one JSON Schema per event and an AsyncAPI 3 document, generated from the models.

``python -m contracts.documents FOLDER`` writes them; with ``--check`` it exits 1 and names what is stale.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from contracts.bounds import EARLIEST, INTEGER, LATEST
from contracts.envelope import MOST_SUBJECT, MOST_TYPE, NAME_PATTERN, SUBJECT_PATTERN, TYPE_PATTERN
from contracts.events import EVENTS, Event
from contracts.topics import PARTITIONS, TOPICS, topic_of

ASYNCAPI: Final = "3.0.0"

_HEADERS: Final[Mapping[str, Any]] = {
    "type": "object",
    "required": [
        "ce_specversion",
        "ce_id",
        "ce_source",
        "ce_type",
        "ce_subject",
        "ce_time",
        "ce_sequence",
        "ce_partnership",
        "ce_correlationid",
    ],
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": {"type": "string", "format": "uuid"},
        "ce_source": {
            "type": "string",
            "pattern": NAME_PATTERN,
            "description": "The service that recorded the event; an owner of the topic",
        },
        "ce_type": {"type": "string", "pattern": TYPE_PATTERN, "maxLength": MOST_TYPE},
        "ce_subject": {
            "type": "string",
            "pattern": SUBJECT_PATTERN,
            "maxLength": MOST_SUBJECT,
            "description": "The aggregate, as kind/id",
        },
        "ce_time": {
            "type": "string",
            "format": "date-time",
            "description": f"From {EARLIEST.year} until the year {LATEST.year} begins, to the microsecond",
        },
        "ce_sequence": {
            "type": "string",
            "pattern": "^[1-9][0-9]{0,9}$",
            "description": f"Version within the aggregate, from 1, without gaps, at most {INTEGER}",
        },
        "ce_partnership": {"type": "string", "pattern": NAME_PATTERN},
        "ce_correlationid": {
            "type": "string",
            "format": "uuid",
            "description": "The referral; also the message key",
        },
        "ce_causationid": {"type": "string", "format": "uuid"},
        "traceparent": {"type": "string", "description": "W3C trace context; anything else is left unread"},
        "content-type": {"type": "string", "const": "application/json"},
    },
}


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema of an event's data, as its producer promises it."""
    schema = event.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": event.TYPE, **schema}


def schemas() -> dict[str, str]:
    """File name -> text of every event's schema."""
    return {
        f"{event_type}.json": json.dumps(schema_of(event), indent=2, sort_keys=True) + "\n"
        for event_type, event in EVENTS.items()
    }


def asyncapi() -> str:
    """The AsyncAPI document: who sends what on which topic. Schemas stand beside it."""
    document = {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "Frontdoor events",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 in Kafka's binary binding. No personal data is ever on the bus.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic.name) for topic in TOPICS},
        "operations": {
            f"{owner}.{topic.name}": {"action": "send", "channel": {"$ref": f"#/channels/{topic.name}"}}
            for topic in TOPICS
            for owner in sorted(topic.owners)
        },
        "components": {
            "schemas": {"Headers": dict(_HEADERS)},
            "messages": {event_type: _message(event) for event_type, event in EVENTS.items()},
        },
    }
    return yaml.safe_dump(document, sort_keys=False, width=110, allow_unicode=True)


def _channel(topic: str) -> dict[str, Any]:
    types = [event_type for event_type in EVENTS if topic_of(event_type).name == topic]
    return {
        "address": topic,
        "description": "The message key is the referral, so that one referral stays in order.",
        "messages": {event_type: {"$ref": f"#/components/messages/{event_type}"} for event_type in types},
        "bindings": {"kafka": {"topic": topic, "partitions": PARTITIONS}},
    }


def _message(event: type[Event]) -> dict[str, Any]:
    summary = " ".join((event.__doc__ or "").split("\n\n")[0].split())
    return {
        "name": event.TYPE,
        "summary": summary,
        "headers": {"$ref": "#/components/schemas/Headers"},
        "payload": {"$ref": f"./schemas/{event.TYPE}.json"},
        "bindings": {"kafka": {"key": {"type": "string", "format": "uuid"}}},
    }


def generated() -> dict[Path, str]:
    """Every generated file, by its path below the member's folder."""
    files = {Path("schemas") / name: text for name, text in schemas().items()}
    return {**files, Path("asyncapi.yaml"): asyncapi()}


def stale(folder: Path) -> list[Path]:
    """Generated files that are missing, changed by hand or left over."""
    wanted = generated()
    left_over = {path.relative_to(folder) for path in folder.glob("schemas/*.json")} - set(wanted)
    changed = [
        path
        for path, content in wanted.items()
        if not (folder / path).exists() or (folder / path).read_text("utf-8") != content
    ]
    return sorted([*changed, *left_over])


def write(folder: Path) -> None:
    """Bring the generated files up to date."""
    for path in stale(folder):
        (folder / path).unlink(missing_ok=True)
    (folder / "schemas").mkdir(parents=True, exist_ok=True)
    for path, content in generated().items():
        (folder / path).write_text(content, "utf-8")


def main(arguments: list[str]) -> int:
    """0 when written or fresh, 1 when something is stale, 2 when called wrongly."""
    match arguments:
        case [folder]:
            write(Path(folder))
            return 0
        case ["--check", folder]:
            found = stale(Path(folder))
            for path in found:
                sys.stderr.write(f"{Path(folder) / path} is stale. Run: make schemas\n")
            return 1 if found else 0
        case _:
            sys.stderr.write("usage: python -m contracts.documents [--check] FOLDER\n")
            return 2


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
