"""What comes to the door: header sets that are right, nearly right, or nothing of the kind; for property tests."""

from datetime import UTC, timedelta, timezone
from typing import Final

from hypothesis import strategies as st

from contracts.bounds import EARLIEST, INTEGER, LATEST
from contracts.envelope import NAME_PATTERN, Envelope
from contracts.events import EVENTS
from contracts.topics import TOPICS

Headers = list[tuple[str, bytes | None]]

ODD_TEXTS: Final = (
    "", " ", "\x00", "case/\x00", "a\nb", "\u0663", "\uff17", "1_000", " 7", "07", "+7", "1e3", "0", "-1",
    str(2**31), str(2**40), str(2**63), "9" * 5000, "a" * 201, "case/" + "a" * 300, "case/../etc", "case", "case/",
    "{7d1c9a52-3b1e-4c55-9a54-000000000001}", "urn:uuid:7d1c9a52-3b1e-4c55-9a54-000000000001",
    "7D1C9A52-3B1E-4C55-9A54-000000000001", "7d1c9a523b1e4c559a54000000000001",
    "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "2026-W48-7", "2026-11-29", "20261129T100000Z",
    "2026-11-29 10:00:00+00:00", "2026-11-29T10:00:00", "2026-11-29T10:00:00.1234567Z", "2026-11-29T24:00:00Z",
    "2026-11-29T10:00:00+00:00:01", "\u0662\u0660\u0662\u0666-11-29T10:00:00Z",
    "-4713-01-01T00:00:00Z", "294277-01-01T00:00:00Z",
    "case.opened.v0", "case.opened.v1\n", "Case.Opened.v1", "a." * 200 + "a.v1", "1.1", "text/plain",
)  # fmt: skip
"""Each of them was, or is near to, something that Python accepts and a later step does not."""

_names: Final = st.from_regex(NAME_PATTERN, fullmatch=True).filter(str.isprintable)
_ids: Final = st.uuids().map(str)
_zones: Final = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_times: Final = st.datetimes(EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None) - timedelta(microseconds=1))
_instants: Final = st.builds(
    lambda at, zone: at.replace(tzinfo=UTC).astimezone(zone), _times, st.one_of(st.just(UTC), _zones)
)
_subjects: Final = st.one_of(
    st.builds("{}/{}".format, st.sampled_from(("referral", "case", "notice", "measure")), _ids),
    st.builds("{}/{}/{}".format, st.sampled_from(("access", "parked")), st.sampled_from(("triage", "audit")), _ids),
    st.from_regex(r"partner/[a-z0-9][a-z0-9-]{1,59}", fullmatch=True),
)
_traceparents: Final = st.from_regex(r"00-[1-9a-f][0-9a-f]{31}-[1-9a-f][0-9a-f]{15}-[0-9a-f]{2}", fullmatch=True)

envelopes: Final[st.SearchStrategy[Envelope]] = st.builds(
    Envelope,
    id=st.uuids(),
    source=st.sampled_from(sorted({owner for topic in TOPICS for owner in topic.owners})),
    type=st.sampled_from([*EVENTS, "measure.taken.v2"]),
    subject=_subjects,
    time=_instants,
    sequence=st.integers(1, INTEGER),
    partnership=_names,
    correlation_id=st.uuids(),
    causation_id=st.none() | st.uuids(),
    traceparent=st.none() | _traceparents,
)
"""Everything an owner may say."""

_odd: Final = st.one_of(
    st.sampled_from(ODD_TEXTS).map(str.encode),
    st.text(st.characters(codec="utf-8"), max_size=40).map(str.encode),
    st.binary(max_size=40),
    st.datetimes().map(lambda at: at.isoformat().encode()),
    st.datetimes(timezones=_zones).map(lambda at: at.isoformat().encode()),
    st.none(),
)


@st.composite
def header_sets(draw: st.DrawFn) -> Headers:
    """An envelope's headers, of which up to three were changed, dropped, doubled or joined by others."""
    headers: Headers = list(draw(envelopes).to_headers())
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(headers) - 1))
        name, value = headers[at]
        match draw(st.sampled_from(("change", "drop", "double", "join"))):
            case "change":
                headers[at] = (name, draw(_odd))
            case "drop" if len(headers) > 1:
                del headers[at]
            case "double":
                headers.insert(at, (name, draw(st.sampled_from((value, b"7")))))
            case _:
                headers.append((draw(st.text(max_size=10)), draw(_odd)))
    return headers
