"""What `make status` prints of each part and process."""

import pytest

from local_stack.__main__ import _show_standings
from local_stack.health import Standing


@pytest.mark.parametrize(
    ("restarts", "said"),
    [(0, "ready\n"), (1, "ready (started again once)\n"), (3, "ready (started again 3 times)\n")],
)
def test_how_often_a_process_was_started_again_is_said_in_words(
    restarts: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _show_standings([Standing("triage-api", "ready", restarts)])

    assert capsys.readouterr().out.endswith(said)
