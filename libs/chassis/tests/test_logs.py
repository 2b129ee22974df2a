"""What a log line says: listed fields and codes, and nothing of what people wrote."""

import json
import logging
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telemetry_examples import PLANTED

from chassis import telemetry
from chassis.telemetry import fields, logs

log = telemetry.logger("test")


def test_a_line_is_json_with_its_service_time_and_listed_fields(lines: Any) -> None:
    referral_id = uuid4()

    log.info("case opened", referral_id=referral_id, count=2, source="referral-intake")

    (line,) = lines()
    assert datetime.fromisoformat(line.pop("timestamp")).utcoffset() is not None
    assert line == {
        "event": "case opened",
        "level": "info",
        "logger_name": "test",
        "service": "triage",
        "referral_id": str(referral_id),
        "count": 2,
        "source": "referral-intake",
    }


def test_a_field_that_is_not_on_the_list_is_dropped_and_counted(lines: Any) -> None:
    before = fields.withheld_total.labels("log")._value.get()

    log.info("case opened", child_name=PLANTED[0], body={"name": PLANTED[0]})

    (line,) = lines()
    assert line["fields_dropped"] == 2
    assert "child_name" not in line
    assert fields.withheld_total.labels("log")._value.get() == before + 2


@pytest.mark.parametrize("planted", PLANTED)
def test_personal_data_in_a_listed_field_is_withheld(lines: Any, planted: str) -> None:
    log.warning("batch failed", reason=planted, error=planted)

    (line,) = lines()
    assert line["reason"] == line["error"] == "withheld"


@given(st.text(min_size=1).filter(lambda text: any(c.isspace() or not c.isascii() for c in text)))
def test_words_never_pass_for_a_code(words: str) -> None:
    assert fields.plain(words, of="log") == "withheld"


@pytest.mark.parametrize("value", [1, 2.5, True, None, "referral-intake.v1", "/v1/cases/{case_id}", "DBAPIError"])
def test_codes_and_counts_pass_as_they_are(value: Any) -> None:
    assert fields.plain(value, of="log") == value


def test_times_and_ids_pass_as_text() -> None:
    at, id_ = datetime(2026, 3, 2, 9, 30, tzinfo=UTC), uuid4()

    assert fields.plain(at, of="log") == "2026-03-02T09:30:00+00:00"
    assert fields.plain(id_, of="log") == str(id_)


def test_an_exception_is_its_class_and_place_without_its_text(lines: Any) -> None:
    try:
        raise LookupError(PLANTED[0])
    except LookupError:
        log.exception("batch failed")

    (line,) = lines()
    assert line["error"] == "LookupError"
    assert line["error_at"].startswith(f"{__name__}:")
    assert PLANTED[0] not in json.dumps(line)


def test_a_library_line_keeps_its_logger_level_and_template_but_no_values(lines: Any) -> None:
    handler = logs.LibraryLog()

    for message, arguments in (("cannot parse %s", (PLANTED[0],)), (f"cannot parse {PLANTED[0]}", ())):
        handler.emit(logging.LogRecord("aiokafka.consumer", logging.ERROR, "fetcher.py", 7, message, arguments, None))

    with_values, ready_made = lines()
    assert with_values["template"] == "cannot parse %s"
    assert with_values["logger_name"] == "aiokafka.consumer"
    assert with_values["level"] == "error"
    assert with_values["error_at"] == "fetcher:7"
    assert "template" not in ready_made
    assert PLANTED[0] not in json.dumps([with_values, ready_made], ensure_ascii=False)


_PROCESS = """
import asyncio, logging, sys, threading, warnings
from chassis import telemetry
telemetry.configure("triage")
planted = "Amelia Planted-Name"
logging.getLogger("uvicorn.error").error("crash of %s", planted)
logging.getLogger("sqlalchemy.engine").info("SELECT %s", planted)
warnings.warn(planted, stacklevel=1)
threading.Thread(target=lambda: 1 / 0, name=planted).start()
async def lost():
    asyncio.get_running_loop().call_exception_handler({"message": planted, "exception": ValueError(planted)})
asyncio.run(lost())
telemetry.logger("own").info("ready", port=8000)
telemetry.flush()
raise ValueError(planted)
"""


def test_a_whole_process_says_nothing_but_json_without_values() -> None:
    ended = subprocess.run([sys.executable, "-c", _PROCESS], capture_output=True, text=True, check=False, env={})

    said = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 1
    assert ended.stderr == ""
    assert "Planted" not in ended.stdout
    assert sorted(line["logger_name"] for line in said) == [
        "asyncio",
        "chassis.telemetry.logs",
        "chassis.telemetry.logs",
        "own",
        "py.warnings",
        "uvicorn.error",
    ]
    assert {line.get("error") for line in said} == {None, "ZeroDivisionError", "ValueError"}
