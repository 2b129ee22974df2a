"""Requests that nobody should send, as bytes: too large, too deep, said twice, unspeakable, of the wrong kind."""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from referral_intake.form.example import EXAMPLE
from tests.fuzz.wire import chunked, request

PATH: Final = "/v1/referrals"
LIMIT: Final = 1_048_576
JSON: Final = "application/json"

_KEY: Final = "attack-KEY"

Headers = Mapping[str, str]


@dataclass(frozen=True)
class Attack:
    """Bytes, and which statuses are right; 0 is a connection that was closed without an answer."""

    name: str
    sent: bytes
    statuses: frozenset[int]
    answers: int = 1
    half_closed: bool = False


def attacks(who: Headers) -> list[Attack]:
    """All of them; each with an idempotency key of its own."""
    sender = _Sender({**who, "Idempotency-Key": _KEY})
    groups = (_sizes, _depths, _readings, _numbers, _kinds, _framing, _addresses)
    found = [attack for group in groups for attack in group(sender)]
    return [_keyed(attack, nth) for nth, attack in enumerate((*found, *_noise()))]


def heavy(who: Headers) -> list[Attack]:
    """Those that take the most memory while they are read: it stays with the process and is used again."""
    sender = _Sender({**who, "Idempotency-Key": _KEY})
    return [_keyed(attack, nth) for nth, attack in enumerate((*_sizes(sender), *_depths(sender)))]


def unended(who: Headers) -> list[Attack]:
    """Requests that stop in the middle, and a client that waits for an answer all the same."""
    body = request("POST", PATH, {**who, "Content-Type": JSON, "Content-Length": "100000"}, b"{}")
    return [
        _attack("a body shorter than said", body, 408),
        _attack("a line and no more", b"GET /\r\n", 408),
        _attack("half a line", b"GET /v1/refe", 408),
        _attack("nothing", b"", 408),
    ]


@dataclass(frozen=True)
class _Sender:
    who: Headers

    def post(self, body: bytes, *, kind: str | None = JSON, more: Headers | None = None) -> bytes:
        named = {"Content-Type": kind} if kind is not None else {}
        return request("POST", PATH, {**self.who, **named, **(more or {})}, body)

    def document(self, **changes: Any) -> bytes:
        return self.post(json.dumps({**EXAMPLE, **changes}).encode())


def _attack(name: str, sent: bytes, *statuses: int) -> Attack:
    return Attack(name, sent, frozenset(statuses))


def _keyed(attack: Attack, nth: int) -> Attack:
    return replace(attack, sent=attack.sent.replace(_KEY.encode(), b"attack-%03d" % nth))


def _sizes(sender: _Sender) -> Iterator[Attack]:
    whole = json.dumps(EXAMPLE).encode()
    filled = whole + b" " * (LIMIT - len(whole))
    text = json.dumps({**EXAMPLE, "strengths": "a" * (LIMIT - len(whole) - 50)}).encode()
    yield _attack("as large as may be", sender.post(filled), 202)
    yield _attack("one byte more", sender.post(filled + b" "), 413)
    yield _attack("one text as large as may be", sender.post(text), 422)
    for name, body, statuses in (("as large as may be", filled, (202,)), ("one byte more", filled + b" ", (413,))):
        parts = [body[at : at + 4096] for at in range(0, len(body), 4096)]
        yield _attack(f"in chunks, {name}", sender.post(chunked(*parts), more=_CHUNKED), *statuses)
    yield _attack("said to be huge", sender.post(b"", more={"Content-Length": "99999999999"}), 413)
    yield _attack("said to be beyond numbers", sender.post(b"", more={"Content-Length": "9" * 400}), 400)
    yield _attack("nothing", sender.post(b""), 422)
    yield _attack("a million brackets", sender.post(b"[" * (LIMIT - 1)), 400)
    yield _attack("forty thousand keys", sender.post(_many_keys(40_000)), 400)
    yield _attack("a hundred thousand children", sender.post(b'{"children": [%b]}' % b",".join([b"{}"] * 100_000)), 400)


def _many_keys(count: int) -> bytes:
    return json.dumps({f"key-{nth}": nth for nth in range(count)}).encode()


_CHUNKED: Final = {"Transfer-Encoding": "chunked"}


def _depths(sender: _Sender) -> Iterator[Attack]:
    for depth in (10, 31, 32, 33, 100, 1_000, 10_000, 100_000):
        statuses = (422,) if depth <= 32 else (400, 422)
        yield _attack(f"{depth} lists deep", sender.post(b"[" * depth + b"]" * depth), *statuses)
        nested = b'{"a":' * depth + b"1" + b"}" * depth
        yield _attack(f"{depth} objects deep", sender.post(nested), *statuses)
        yield _attack(f"{depth} lists never ended", sender.post(b'{"children":' + b"[" * depth), 400)


def _readings(sender: _Sender) -> Iterator[Attack]:
    for name, body, status in (
        ("one key twice", b'{"strengths": "a", "strengths": "b"}', 400),
        ("one key twice, once escaped", b'{"strengths": "a", "\\u0073trengths": "b"}', 400),
        ("one key twice, deep inside", b'{"concern": {"facts": "a", "facts": "b"}}', 400),
        ("a NUL byte", b'{"strengths": "a\x00b"}', 400),
        ("an escaped NUL", b'{"strengths": "a\\u0000b"}', 422),
        ("an escaped NUL in a key", b'{"a\\u0000b": 1}', 422),
        ("half a pair", b'{"strengths": "\\ud800"}', 422),
        ("the other half", b'{"strengths": "\\udfff words"}', 422),
        ("halves in a key", b'{"\\udc00\\ud800": 1}', 422),
        ("halves as bytes", b'{"strengths": "\xed\xa0\x80"}', 400),
        ("no UTF-8", b'{"strengths": "\xff\xfe"}', 400),
        ("Latin-1", '{"strengths": "Zoë"}'.encode("latin-1"), 400),
        ("UTF-16", json.dumps(EXAMPLE).encode("utf-16"), 400),
        ("a byte order mark", b"\xef\xbb\xbf{}", 422),
        ("no JSON", b"children=1", 400),
        ("half of it", json.dumps(EXAMPLE).encode()[:-40], 400),
        ("two documents", b"{}{}", 400),
        ("a comment", b"{/* */}", 400),
        ("a comma too many", b'{"children": [],}', 400),
        ("single quotes", b"{'children': []}", 400),
        ("null", b"null", 422),
        ("a text", b'"a referral"', 422),
        ("control characters", b'{"strengths": "a\x1bb"}', 400),
    ):
        yield _attack(name, sender.post(body), status)
    yield _attack("a whole pair", sender.document(strengths="\U0001f9d2 is loved"), 202)


def _numbers(sender: _Sender) -> Iterator[Attack]:
    whole = json.dumps(EXAMPLE)
    for number in ("1" + "0" * 4000, "-" + "9" * 100_000, "1e999", "-1e999", "1e-999", "-0", "1.0", "1e2", "0.1" * 1):
        body = re.sub(r'"immediate_danger": false', f'"immediate_danger": {number}', whole)
        yield _attack(f"{number[:12]} for yes or no", sender.post(body.encode()), 400, 422)
        child = json.dumps({**EXAMPLE, "household": [{"name": "Jo", "towards_children": [{"child": "HERE"}]}]})
        yield _attack(f"{number[:12]} for a place", sender.post(child.replace('"HERE"', number).encode()), 400, 422)
    for word in ("NaN", "Infinity", "-Infinity", "0x10", "01", "+1", ".5", "1_000"):
        yield _attack(f"{word} for a number", sender.post(f'{{"strengths": {word}}}'.encode()), 400)


def _kinds(sender: _Sender) -> Iterator[Attack]:
    body = json.dumps(EXAMPLE).encode()
    for kind in (None, "", "text/plain", "text/xml", "application/xml", "application/octet-stream", "*/*", "json"):
        yield _attack(f"of the kind {kind}", sender.post(body, kind=kind), 415)
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x"):
        yield _attack(f"of the kind {kind}", sender.post(body, kind=kind), 415)
    for kind in ("application/fhir+json", "application/merge-patch+json", "application/jsonx", "application"):
        yield _attack(f"of the kind {kind}", sender.post(body, kind=kind), 415)
    yield _attack("with a character set", sender.post(body, kind=f"{JSON}; charset=utf-8"), 202)
    for coding in ("gzip", "deflate", "br", "zstd", "gzip, gzip", "nonsense"):
        yield _attack(f"said to be {coding}", sender.post(body, more={"Content-Encoding": coding}), 415)
        packed = sender.post(gzip.compress(body), more={"Content-Encoding": coding})
        yield _attack(f"packed, said to be {coding}", packed, 415)
    yield _attack("packed, and not said to be", sender.post(gzip.compress(body)), 400)


def _framing(sender: _Sender) -> Iterator[Attack]:
    body = json.dumps(EXAMPLE).encode()
    ended = sender.post(body, more={"Content-Length": "100000"})
    yield Attack("shorter than said, and closed on one side", ended, frozenset({0, 400}), half_closed=True)
    yield Attack("complete, and closed on one side", sender.post(body), frozenset({0, 202}), half_closed=True)
    yield Attack("longer than said", sender.post(body, more={"Content-Length": "10"}), frozenset({0, 400}), answers=2)
    twice = sender.post(body, more={"Content-Length": "10", "content-length": str(len(body))})
    yield _attack("of two lengths", twice, 400)
    both = sender.post(chunked(body), more={**_CHUNKED, "Content-Length": str(len(body))})
    yield _attack("of a length and in chunks", both, 400)
    for length in ("-1", "+10", "0x10", "1e3", "ten", " ", "1,1"):
        yield _attack(f"of the length {length}", sender.post(body, more={"Content-Length": length}), 400)
    for name, chunks in (
        ("no size", b"not-a-size\r\n"),
        ("a negative size", b"-1\r\n"),
        ("an enormous size", b"f" * 17 + b"\r\n"),
        ("no end of a line", b"5\nhello"),
        ("another end", b"2\r\n{}xx"),
    ):
        yield _attack(f"in chunks of {name}", sender.post(chunks, more=_CHUNKED), 400)
    yield _attack("in chunks of one byte", sender.post(chunked(*(b"%c" % each for each in body)), more=_CHUNKED), 202)
    yield _attack("in an unknown coding", sender.post(body, more={"Transfer-Encoding": "nonsense"}), 400)
    expecting = sender.post(body, more={"Expect": "100-continue"})
    yield _attack("expecting to go on", expecting, 202)
    yield _attack("expecting something else", sender.post(body, more={"Expect": "the-unexpected"}), 202)
    pipelined = b"".join(request("GET", "/v1/code-lists/rating", {}) for _ in range(20))
    yield Attack("twenty at once", pipelined, frozenset({200}), answers=20)
    yield _attack(
        "of version 1.0", request("POST", PATH, {**sender.who, "Content-Type": JSON}, body, version="1.0"), 202
    )
    upgrade = {**sender.who, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    yield _attack("wanting another protocol", request("GET", PATH, upgrade), 200)
    yield _attack(
        "wanting HTTP/2", request("GET", PATH, {**sender.who, "Connection": "Upgrade", "Upgrade": "h2c"}), 200
    )


def _addresses(sender: _Sender) -> Iterator[Attack]:
    for address in (
        "/v1/referrals/%ff%fe",
        "/v1/referrals/%00",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//v1/referrals",
        "/v1/referrals/",
    ):
        yield _attack(f"to {address}", request("GET", address, sender.who), 400, 404, 405, 422)
    for query in ("cursor=%00", "cursor=" + "a" * 5_000, "limit=" + "9" * 5_000, "status=" + "&status=" * 500, "q=%ff"):
        yield _attack(f"asking {query[:20]}", request("GET", f"{PATH}?{query}", sender.who), 400, 422)
    yield _attack("to everything", request("OPTIONS", "*", sender.who), 400, 404, 405)
    yield _attack("to another host", request("GET", "http://169.254.169.254/latest/meta-data", sender.who), 404)
    yield _attack("to connect", request("CONNECT", "example.org:443", sender.who), 400, 404, 405)
    yield _attack("of an unknown method", request("REFER", PATH, sender.who), 400, 405)
    yield _attack("without a host", b"GET /v1/code-lists/rating HTTP/1.1\r\n\r\n", 200, 400)
    yield _attack("with a very long address", request("GET", "/" + "a" * 500_000, sender.who), 431, 0)
    for name, value in (("Authorization", "Bearer " + "a" * 20_000), ("Idempotency-Key", "k" * 20_000)):
        yield _attack(
            f"with a long {name}",
            request("POST", PATH, {**sender.who, "Content-Type": JSON, name: value}, b"{}"),
            400,
            401,
        )
    for value in ("a b", "\x7f", "é", " ", "x\ty"):
        headers = {**sender.who, "Content-Type": JSON, "Idempotency-Key": value}
        yield _attack(f"with the key {value!r}", request("POST", PATH, headers, b"{}"), 400)
    traced = {**sender.who, "traceparent": "00-" + "z" * 32 + "-" + "0" * 16 + "-ff", "X-Request-Id": "not-an-id"}
    yield _attack("traced wrongly", request("GET", PATH, traced), 200)


def _noise() -> Iterator[Attack]:
    for name, noise in (
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x5a" * 500),
        ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("nothing but lines", b"\r\n" * 1000 + b"x\r\n\r\n"),
        ("NUL bytes", b"\x00" * 10_000),
        ("every byte", bytes(range(256)) * 20),
        ("SSH", b"SSH-2.0-OpenSSH_9.6\r\n"),
        ("a proxy's line", b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("folded headers", b"GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n"),
        ("a header without a name", b"GET / HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n"),
        ("a header with a space in its name", b"GET / HTTP/1.1\r\nHost: x\r\nX y: a\r\n\r\n"),
        ("a header of many lines", b"GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n"),
        ("many headers", b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 50_000),
        ("one long header", b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 1_000_000),
    ):
        yield _attack(name, noise, 0, 400, 401, 404, 431)
