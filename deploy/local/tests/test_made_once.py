"""What takes long is made once, whole or not at all."""

import threading
from pathlib import Path

import pytest

from local_stack.made_once import made_once


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "frontdoor" / "made"


def test_two_who_want_it_at_once_get_the_same_thing_made_once() -> None:
    made, both_asked = [], threading.Barrier(2)

    def make(draft: Path) -> None:
        made.append(draft)
        draft.write_text("whole")

    def want() -> None:
        both_asked.wait(10)
        assert made_once("thing", make).read_text() == "whole"

    other = threading.Thread(target=want)
    other.start()
    want()
    other.join(10)

    assert len(made) == 1


def test_what_fails_half_way_leaves_nothing_and_is_made_again(own_cache: Path) -> None:
    def fail(draft: Path) -> None:
        draft.write_text("half")
        raise RuntimeError("no room")

    with pytest.raises(RuntimeError, match="no room"):
        made_once("thing", fail)

    assert [path.name for path in own_cache.iterdir()] == ["thing.lock"]
    assert made_once("thing", lambda draft: draft.mkdir()).is_dir()
