"""Waiting has a bound; a port that is taken stays taken."""

import socket

import pytest

from local_stack.errors import StackError
from local_stack.ports import Ports
from local_stack.waiting import until


def test_waiting_ends_as_soon_as_the_answer_is_yes(capsys: pytest.CaptureFixture[str]) -> None:
    answers = iter([False, False, True])

    until("the broker", lambda: next(answers), timeout_seconds=10)

    assert capsys.readouterr().out == "waiting for the broker\n"


def test_waiting_gives_up_in_time_and_says_for_what() -> None:
    with pytest.raises(StackError, match=r"the broker did not come within 0\.2 seconds"):
        until("the broker", lambda: False, timeout_seconds=0.2)


def test_waiting_ends_at_once_when_it_can_no_longer_succeed() -> None:
    with pytest.raises(StackError, match="the broker will not come"):
        until("the broker", lambda: False, timeout_seconds=60, still_possible=lambda: False)


def test_a_port_that_is_given_out_can_be_used_and_is_given_to_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = Ports(), Ports()
    monkeypatch.setattr("local_stack.ports._RANGE", range(20_000, 20_500))
    taken = {ours.take() for _ in range(20)}

    others = {theirs.take() for _ in range(20)}

    assert len(taken) == 20
    assert not taken & others
    ours.release()
    theirs.release()


def test_a_port_that_somebody_listens_on_is_not_given_out(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = Ports()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.getsockname()[1]
        monkeypatch.setattr("local_stack.ports._RANGE", range(number, number + 1))
        monkeypatch.setattr("local_stack.ports._TRIES", 1)

        with pytest.raises(StackError, match="no free port"):
            ports.take()
