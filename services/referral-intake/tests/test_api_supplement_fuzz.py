"""``POST …/supplements`` with whatever comes to mind: never a fault, and never a stored edition that is not whole."""

import json
from hashlib import sha256
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intake_caller import Caller
from intake_examples import form
from supplement_examples import correction, news

from referral_intake.form import ReferralForm

T = TypeVar("T")

NAMES = sorted({*ReferralForm.model_fields, *form()["children"][0], "child_id", "history", "edition", "referral_id"})
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=8,
)
steps = st.lists(st.sampled_from([*NAMES, "0", "1", "-", ""]) | st.text(max_size=3), min_size=1, max_size=5)
pointers = steps.map(lambda found: "/" + "/".join(found)) | st.text(max_size=20)
corrections = st.lists(st.fixed_dictionaries({"pointer": pointers, "value": values}), min_size=1, max_size=3)


def drawn(strategy: st.SearchStrategy[T], *, count: int) -> list[T]:
    """Values of a strategy, the same each time, for a test that runs once against one database."""
    found: list[T] = []

    @settings(max_examples=count, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(value: T) -> None:
        found.append(value)

    collect()
    return found


async def post(caller: Caller, path: str, body: bytes, *, key: str) -> int:
    headers = {"Idempotency-Key": key, "Content-Type": "application/json", **caller.signer.bearer()}
    return (await caller.http.post(f"{path}/supplements", content=body, headers=headers)).status_code


async def whole(caller: Caller) -> None:
    """Every edition is what was published, follows from the one before, and is a referral with its first child."""
    rows = await caller.rows("SELECT edition, salt, content FROM document ORDER BY edition")
    events = await caller.rows("SELECT data FROM event WHERE topic = 'referral-intake.v1' ORDER BY version")
    published = [json.loads(event.data)["content_commitment"] for event in events]
    assert [sha256(row.salt + row.content).hexdigest() for row in rows] == published
    stored = [json.loads(row.content, parse_constant=pytest.fail) for row in rows]
    child_ids = [str(row.child_id) for row in await caller.rows("SELECT child_id FROM child ORDER BY place")]
    for number, edition in enumerate(stored, 1):
        assert edition.get("edition", 1) == number
        assert [child["child_id"] for child in edition["children"]] == child_ids
        assert edition["reference"] == stored[0]["reference"]
    if len(stored) > 1:
        assert [line["edition"] for line in stored[-1]["history"]] == [row.edition for row in rows]


async def test_whatever_is_put_right_nothing_fails_and_nothing_stored_is_broken(caller: Caller) -> None:
    path = (await caller.post(form())).headers["location"]
    statuses = set()

    for number, made in enumerate(drawn(corrections, count=150)):
        body = json.dumps(correction("", 0, corrections=made)).encode()
        statuses.add(await post(caller, path, body, key=f"fuzz-{number}"))

    assert {202, 422} <= statuses <= {202, 400, 422}
    await whole(caller)


STRANGE = [
    b"1e999", b"-1e999", b"1" * 4_000, b"0.1", b'"\\u0000"', b'"\\ud800"', b"NaN", b'{"a":1,"a":2}',
    b"[" * 40 + b"]" * 40,
]  # fmt: skip


@pytest.mark.parametrize("pointer", ["/strengths", "/children/0/sex", "/household/-", "/risks_to_staff", "/concern"])
async def test_strange_values_are_refused_and_leave_nothing_behind(caller: Caller, pointer: str) -> None:
    path = (await caller.post(form())).headers["location"]
    body = json.dumps(correction(pointer, "VALUE")).encode()

    statuses = [await post(caller, path, body.replace(b'"VALUE"', value), key="strange") for value in STRANGE]

    assert set(statuses) <= {400, 422}
    assert await caller.count("document") == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b'{"kind":"new-information"}', b'{"kind":7}', b'"text"', b"{", b"\xff\xfe",
     json.dumps(news(unknown=1)).encode(), json.dumps(news(referrer=None)).encode(),
     json.dumps(news(words="x" * 20_001)).encode(), json.dumps(news(question_id="not-an-id")).encode(),
     json.dumps(correction("/" + "x" * 300, 1)).encode()],
)  # fmt: skip
async def test_a_body_that_is_no_supplement_is_refused(caller: Caller, body: bytes) -> None:
    path = (await caller.post(form())).headers["location"]

    status = await post(caller, path, body, key="strange")

    assert status in (400, 422)
    assert await caller.count("document") == 1


@pytest.mark.parametrize("referral_id", ["x", "00000000-0000-4000-8000-000000000404", "%00", "a" * 300])
async def test_an_address_that_leads_to_no_referral_is_refused(caller: Caller, referral_id: Any) -> None:
    status = await post(caller, f"/v1/referrals/{referral_id}", json.dumps(news()).encode(), key="strange")

    assert status in (400, 404, 422)
