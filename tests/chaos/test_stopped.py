"""Why a service ended: parts that were away are no news, anything else is, and only what came since."""

import json
from pathlib import Path

import pytest

from tests.chaos.stopped import AWAY, Logs, started_again


def write(log: Path, *entries: dict[str, str]) -> None:
    with log.open("a", encoding="utf-8") as lines:
        lines.writelines(json.dumps(entry) + "\n" for entry in entries)


def test_errors_of_records_are_not_among_those_of_a_broker_that_is_away() -> None:
    assert {"KafkaConnectionError", "UnknownTopicOrPartitionError", "NodeNotReadyError"} < AWAY
    assert not {"CorruptRecordException", "MessageSizeTooLargeError", "UnsupportedCodecError"} & AWAY


@pytest.mark.parametrize("error", sorted(AWAY))
def test_a_task_that_ended_because_a_part_was_away_is_no_violation(tmp_path: Path, error: str) -> None:
    logs = Logs(tmp_path)

    write(tmp_path / "triage-worker.log", {"event": "task failed", "task": "consumer", "error": error})

    assert logs.ended_by_what_they_read() == []


@pytest.mark.parametrize("event", ["task failed", "process failed"])
def test_a_task_that_ended_for_anything_else_is_named(tmp_path: Path, event: str) -> None:
    logs = Logs(tmp_path)

    write(tmp_path / "triage-worker.log", {"event": event, "task": "consumer", "error": "UnicodeDecodeError"})

    assert logs.ended_by_what_they_read() == ["a service stopped: 1 times triage-worker consumer: UnicodeDecodeError"]


def test_every_end_is_counted_whatever_it_was_for(tmp_path: Path) -> None:
    logs = Logs(tmp_path)
    silent = {"event": "task failed", "task": "consumer", "error": "KafkaSilent"}

    write(tmp_path / "triage-worker.log", silent, silent, {"event": "started"})

    assert logs.ends() == {"triage-worker consumer: KafkaSilent": 2}


def test_a_task_that_ended_without_an_error_is_named_too(tmp_path: Path) -> None:
    logs = Logs(tmp_path)

    write(tmp_path / "audit-worker.log", {"event": "task ended", "task": "gaps"})

    assert logs.ended_by_what_they_read() == ["a service stopped: 1 times audit-worker gaps: ended unasked"]


def test_what_was_written_before_and_what_is_no_line_of_ours_is_left_out(tmp_path: Path) -> None:
    write(tmp_path / "triage-api.log", {"event": "task failed", "task": "consumer", "error": "KeyError"})
    logs = Logs(tmp_path)

    with (tmp_path / "triage-api.log").open("ab") as log:
        log.write(b"Traceback \xff\n[1]\n" + json.dumps({"event": "message parked"}).encode() + b"\n")

    assert logs.ended_by_what_they_read() == []


def test_a_process_that_was_started_again_meanwhile_is_named() -> None:
    before = {"triage-worker": 3, "audit-worker": 1}

    assert started_again(before, before) == []
    assert started_again(before, {**before, "audit-worker": 2}) == [
        "ended although nothing was hurt: 1, such as audit-worker"
    ]
