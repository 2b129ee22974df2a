"""The envelope: what Kafka headers must say, and how little of a malformed one is repeated."""

import pytest

from contracts.envelope import Envelope
from contracts.problems import Invalid

REFERRAL = "7d1c9a52-3b1e-4c55-9a54-000000000001"
HEADERS = {
    "ce_specversion": "1.0",
    "ce_id": "7d1c9a52-3b1e-4c55-9a54-000000000002",
    "ce_source": "triage",
    "ce_type": "case.opened.v1",
    "ce_subject": "case/7d1c9a52-3b1e-4c55-9a54-000000000003",
    "ce_time": "2026-11-23T10:00:00+00:00",
    "ce_sequence": "7",
    "ce_partnership": "wandsworth",
    "ce_correlationid": REFERRAL,
}


def read(headers: dict[str, str]) -> Envelope:
    return Envelope.from_headers([(name, value.encode()) for name, value in headers.items()])


def test_the_required_headers_are_enough() -> None:
    envelope = read(HEADERS)

    assert (envelope.type, envelope.sequence, str(envelope.correlation_id)) == ("case.opened.v1", 7, REFERRAL)
    assert (envelope.causation_id, envelope.traceparent) == (None, None)


def test_the_key_is_the_referral() -> None:
    assert read(HEADERS).key == REFERRAL.encode()


def test_headers_of_others_are_ignored() -> None:
    assert read({**HEADERS, "x-broker-note": "hello"}) == read(HEADERS)


@pytest.mark.parametrize("missing", sorted(HEADERS))
def test_each_required_header_is_required(missing: str) -> None:
    with pytest.raises(Invalid):
        read({name: value for name, value in HEADERS.items() if name != missing})


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("ce_specversion", "0.3"),
        ("ce_id", "not-a-uuid"),
        ("ce_type", "CaseOpened"),
        ("ce_type", "case.opened"),
        ("ce_time", "yesterday"),
        ("ce_time", "2026-11-23T10:00:00"),
        ("ce_subject", "case/\x00"),
        ("ce_source", "triage\x00"),
        ("ce_partnership", "wands\nworth"),
        ("ce_sequence", "0"),
        ("ce_sequence", "1.5"),
        ("ce_correlationid", ""),
        ("ce_causationid", "unknown"),
        # Python reads these as numbers, ids and times; what is stored behind the door does not.
        ("ce_sequence", "2147483648"),
        ("ce_sequence", "1099511627776"),
        ("ce_sequence", "1_000"),
        ("ce_sequence", " 7"),
        ("ce_sequence", "07"),
        ("ce_sequence", "+7"),
        ("ce_sequence", "\u0667"),
        ("ce_sequence", "9" * 5000),
        ("ce_id", "{7d1c9a52-3b1e-4c55-9a54-000000000002}"),
        ("ce_id", "urn:uuid:7d1c9a52-3b1e-4c55-9a54-000000000002"),
        ("ce_id", "7d1c9a523b1e4c559a54000000000002"),
        ("ce_correlationid", "7D1C9A52-3B1E-4C55-9A54-000000000001"),
        ("ce_causationid", "7d1c9a52-3b1e-4c55-9a54-00000000000\uff11"),
        ("ce_time", "0001-01-01T00:00:00+01:00"),
        ("ce_time", "9999-12-31T23:59:59-01:00"),
        ("ce_time", "1999-12-31T23:59:59+00:00"),
        ("ce_time", "2200-01-01T00:00:00+00:00"),
        ("ce_time", "2026-11-29"),
        ("ce_time", "2026-W48-7T10:00:00Z"),
        ("ce_time", "20261129T100000Z"),
        ("ce_time", "2026-11-29 10:00:00Z"),
        ("ce_time", "2026-11-29T10:00:00.1234567Z"),
        ("ce_time", "2026-11-29T10:00:00+00:00:01"),
        ("ce_time", "\uff12\uff10\uff12\uff16-11-29T10:00:00Z"),
        ("ce_type", "case.opened.v0"),
        ("ce_type", "case.opened.v1\n"),
        ("ce_type", "a" + ".a" * 60 + ".v1"),
        ("ce_subject", "case"),
        ("ce_subject", "case/7"),
        ("ce_subject", "case/7d1c9a52-3b1e-4c55-9a54-000000000003/1"),
        ("ce_subject", "referral/../7d1c9a52-3b1e-4c55-9a54-000000000003"),
        ("ce_subject", "access/7d1c9a52-3b1e-4c55-9a54-000000000003"),
        ("ce_subject", "partner/Lantern House"),
        ("ce_subject", "measure/" + "7" * 101),
        ("ce_subject", "measure/a/b/c"),
        ("ce_source", "a" * 101),
        ("ce_partnership", "wandsworth\u2028"),
        ("content-type", "application/xml"),
    ],
)
def test_a_malformed_header_is_refused_without_repeating_it(header: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        read({**HEADERS, header: value})

    assert not value or value not in str(refused.value) or header == "ce_specversion"


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(Invalid):
        Envelope.from_headers([("ce_specversion", b"1.0"), ("ce_id", b"\xff\xfe")])


def pairs(**changed: bytes | None) -> list[tuple[str, bytes | None]]:
    return list({**{name: value.encode() for name, value in HEADERS.items()}, **changed}.items())


@pytest.mark.parametrize("name", sorted({*HEADERS, "ce_causationid", "content-type"}))
def test_an_attribute_without_a_value_or_with_two_is_refused(name: str) -> None:
    for headers in (pairs(**{name: None}), [*pairs(**{name: b"1.0"}), (name, b"1.0")]):
        with pytest.raises(Invalid):
            Envelope.from_headers(headers)


def test_what_others_put_beside_our_headers_is_never_read() -> None:
    foreign = [("x-note", b"\xff\xfe"), ("x-note", None), ("", b"\x00"), ("ce_dataschema", b"x" * 100_000)]

    assert Envelope.from_headers([*pairs(), *foreign]) == read(HEADERS)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-11-23T10:00:00Z", "2026-11-23T10:00:00+00:00"),
        ("2026-11-23T10:00:00.5-00:00", "2026-11-23T10:00:00.500000+00:00"),
        ("2026-11-23T10:00:00.000001+23:59", "2026-11-23T10:00:00.000001+23:59"),
    ],
)
def test_every_form_that_rfc_3339_gives_a_time_is_accepted(text: str, written: str) -> None:
    assert dict(read({**HEADERS, "ce_time": text}).to_headers())["ce_time"] == written.encode()


TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_trace_goes_on() -> None:
    assert read({**HEADERS, "traceparent": TRACE}).traceparent == TRACE


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        None,
        b"00",
        b"\xff\xfe",
        TRACE.encode() + b"\n",
        TRACE.upper().encode(),
        b"ff" + TRACE[2:].encode(),
        b"00-" + b"0" * 32 + b"-b7ad6b7169203331-01",
        b"00-0af7651916cd43dd8448eb211c80319c-" + b"0" * 16 + b"-01",
        b"x" * 100_000,
    ],
)
def test_a_broken_trace_is_dropped_and_holds_nothing_up(broken: bytes | None) -> None:
    assert Envelope.from_headers([*pairs(), ("traceparent", broken)]) == read(HEADERS)
    assert Envelope.from_headers([*pairs(), ("traceparent", TRACE.encode()), ("traceparent", broken)]) == read(HEADERS)


@pytest.mark.parametrize(
    "subject",
    [
        "partner/lantern-youth-club",
        "access/referral-intake/7d1c9a52-3b1e-4c55-9a54-000000000003",
        "parked/audit/00000000-0000-0000-0000-000000000000",
        "measure/of-a-newer-owner:2026.11",
    ],
)
def test_aggregates_of_every_kind_pass_and_so_do_those_of_a_newer_owner(subject: str) -> None:
    assert read({**HEADERS, "ce_subject": subject}).subject == subject
