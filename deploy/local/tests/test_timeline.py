"""Where the time of a start goes."""

import os
import re

import pytest

from local_stack.children import Identity
from local_stack.timeline import Timeline


def test_each_thing_is_a_line_in_the_order_of_its_beginning_with_its_processor_time() -> None:
    timeline = Timeline()
    with timeline.span("outer"), timeline.span("inner"):
        sum(range(2_000_000))

    lines = timeline.report({"outer": Identity.of(os.getpid())}).splitlines()

    assert [line.split()[0] for line in lines] == ["what", "outer", "inner", "all"]
    assert re.fullmatch(r"outer +0\.0 +\d+\.\d +\d+\.\d +\d+\.\d", lines[1])
    assert re.fullmatch(r"inner +0\.0 +\d+\.\d +\d+\.\d", lines[2]), "nobody knows whose processor time that is"
    assert float(lines[1].split()[-1]) > 0


def test_what_failed_took_its_time_as_well() -> None:
    timeline = Timeline()
    with pytest.raises(ValueError, match="no"), timeline.span("failing"):
        raise ValueError("no")

    assert "failing" in timeline.report({})


def test_a_process_that_has_ended_counts_nothing() -> None:
    timeline = Timeline()
    with timeline.span("gone"):
        pass

    assert timeline.report({"gone": Identity(os.getpid(), 0.0)}).splitlines()[1].endswith(" 0.0")
