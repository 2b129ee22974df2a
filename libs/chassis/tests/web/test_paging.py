"""Cursors: whatever was written is read again, and whatever was not written is refused."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.web.paging import read_cursor, read_instant, read_moment, write_cursor

instants = st.datetimes(timezones=st.just(UTC))


def cursor_of(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode()


@given(instants, st.uuids())
def test_a_moment_is_read_as_it_was_written(at: datetime, id_: UUID) -> None:
    assert read_moment(write_cursor(at, id_)) == (at, id_)


def test_an_instant_is_read_in_utc_so_that_equal_ones_make_equal_cursors() -> None:
    noon = datetime(2026, 11, 23, 12, 0, tzinfo=timezone(timedelta(hours=1)))

    assert read_instant(noon.isoformat()).isoformat() == "2026-11-23T11:00:00+00:00"


def test_a_cursor_of_another_list_is_refused() -> None:
    cursor = write_cursor(1, "2026-11-23T12:00:00+00:00", UUID(int=1))

    assert len(read_cursor(cursor, parts=3)) == 3
    with pytest.raises(ValueError, match="another list"):
        read_moment(cursor)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-23T12:00:00 00000000-0000-0000-0000-000000000001",
        "0001-01-01T00:00:00+14:00 00000000-0000-0000-0000-000000000001",
        "2026-11-23T12:00:00+00:00 1",
        "yesterday 00000000-0000-0000-0000-000000000001",
        "2026-11-23T12:00:00+00:00 00000000-0000-0000-0000-000000000001 more",
        "2026-11-23T12:00:00+00:00 \u0660",
    ],
)
def test_what_nobody_wrote_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_moment(cursor_of(text))


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read_moment(text)
    except ValueError:
        return

    assert read_moment(write_cursor(*found)) == found
