"""Latency counts from the instant a request was due, and nothing that happened is left out."""

from collections.abc import Sequence

import pytest

from bench.accept.pressure import Closed, Open, Timetable
from bench.accept.sample import Sample


class Connection:
    """Sends nowhere, and remembers what it was given to send."""

    def __init__(self) -> None:
        self.since = 0.0
        self.sent: list[bytes] = []

    def send(self, request: bytes, *, since: float) -> None:
        self.since = since
        self.sent.append(request)


def open_loop(connections: Sequence[Connection], *, rate: float, count: int) -> tuple[Open, Sample]:
    sample = Sample()
    pressure = Open(lambda: b"request", sample, Timetable(0.0, rate, count))
    pressure.begin(connections)
    return pressure, sample


def test_requests_are_due_at_instants_that_no_answer_moves() -> None:
    pressure, _ = open_loop([Connection(), Connection()], rate=10, count=3)

    due = [pressure.tick(now=0.0), pressure.tick(now=0.1), pressure.tick(now=0.2)]

    assert due == [pytest.approx(0.1), pytest.approx(0.2), None]


def test_a_stall_is_charged_to_every_request_that_was_due_meanwhile() -> None:
    connection = Connection()
    pressure, sample = open_loop([connection], rate=10, count=3)

    for now in (0.0, 0.1, 0.2):
        pressure.tick(now=now)
    for now in (1.0, 1.01, 1.02):
        pressure.answered(connection, now=now)

    assert sample.latencies == [pytest.approx(1000), pytest.approx(910), pytest.approx(820)]
    assert sample.queued == 2
    assert pressure.finished


def test_a_generator_that_is_late_says_so_and_is_not_believed_to_have_been_in_time() -> None:
    connection = Connection()
    pressure, sample = open_loop([connection], rate=10, count=1)

    pressure.tick(now=0.004)
    pressure.answered(connection, now=0.010)

    assert sample.lateness == [pytest.approx(4)]
    assert sample.latencies == [pytest.approx(10)]


def test_an_open_loop_is_not_finished_while_an_answer_is_missing() -> None:
    first, second = Connection(), Connection()
    pressure, _ = open_loop([first, second], rate=10, count=2)

    pressure.tick(now=0.2)
    pressure.answered(second, now=0.3)

    assert not pressure.finished


def test_a_closed_loop_counts_no_answer_after_its_end_and_waits_for_all() -> None:
    first, second, sample = Connection(), Connection(), Sample()
    pressure = Closed(lambda: b"request", sample)
    pressure.begin([first, second], now=0.0, until=1.0)

    pressure.answered(first, now=0.5)
    pressure.answered(first, now=1.1)
    half_way = pressure.finished
    pressure.answered(second, now=1.2)

    assert (len(sample.latencies), sample.per_second) == (1, 1.0)
    assert (half_way, pressure.finished) == (False, True)
    assert (len(first.sent), len(second.sent)) == (2, 1)
