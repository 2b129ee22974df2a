"""``POST /fhir/R4/$process-message`` refuses as FHIR does: an outcome that points into the bundle."""

import pytest
from fhir_messages import MEDIA_TYPE, PATH, issues, message, places, send
from intake_caller import Caller

from chassis.run.service import Service
from referral_intake.model import Rates


async def test_a_refusal_points_into_the_senders_bundle_and_never_repeats_it(caller: Caller) -> None:
    secret = "Zebediah-Quince"
    document = message(
        patient={"name": [{"family": secret}], "birthDate": None, "address": None, "identifier": None},
        who={"telecom": None, "name": [{"text": secret}]},
        request={"reasonCode": None},
    )

    answer = await send(caller, document)

    assert (answer.status_code, answer.headers["content-type"]) == (422, MEDIA_TYPE)
    assert {issue["code"] for issue in issues(answer)} == {"business-rule"}
    assert places(answer) == [
        "Bundle.entry[3].resource.telecom",
        "Bundle.entry[2].resource.address",
        "Bundle.entry[1].resource.reasonCode",
    ]
    assert secret not in answer.text
    assert await caller.count("referral") == 0


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Type": "application/fhir+xml"}, 415, "SEND_UNSUPPORTED_MEDIA_TYPE"),
        ({"Content-Type": ""}, 415, "SEND_UNSUPPORTED_MEDIA_TYPE"),
        ({"Accept": "application/fhir+xml"}, 406, "SEND_NOT_ACCEPTABLE"),
        ({"Idempotency-Key": "two words"}, 400, "SEND_BAD_REQUEST"),
    ],
)
async def test_what_the_headers_ask_for_is_refused_as_an_outcome(
    caller: Caller, headers: dict[str, str], status: int, code: str
) -> None:
    answer = await send(caller, message(), headers=headers)

    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert issues(answer)[0]["details"]["coding"][0]["code"] == code


@pytest.mark.parametrize(
    ("body", "status"), [(b"{", 400), (b'{"a":1,"a":2}', 400), (b"[" * 50 + b"]" * 50, 400), (b" " * 1_048_577, 413)]
)
async def test_what_is_refused_before_the_route_is_an_outcome_too(caller: Caller, body: bytes, status: int) -> None:
    answer = await send(caller, body)

    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert answer.headers["content-length"] == str(len(answer.content))
    assert issues(answer)[0]["severity"] == "error"


async def test_nobody_is_let_in_without_a_token(caller: Caller) -> None:
    answer = await caller.http.post(PATH, json=message(), headers={"Content-Type": MEDIA_TYPE})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert issues(answer)[0]["code"] == "login"
    assert await caller.count("referral") == 0


@pytest.mark.parametrize("role", ["social-worker", "operator", "agency-representative"])
async def test_only_partner_systems_send_messages(caller: Caller, role: str) -> None:
    answer = await send(caller, message(), roles=[role])

    assert answer.status_code == 403
    assert issues(answer)[0]["details"]["coding"][0]["code"] == "SEND_FORBIDDEN"


async def test_a_partnership_without_a_pack_is_told_so(caller: Caller) -> None:
    answer = await send(caller, message(), partnership="nowhere")

    assert answer.status_code == 403
    assert "999" in issues(answer)[0]["diagnostics"]


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/fhir/R4/Patient/1", 404), ("GET", PATH, 405)])
async def test_what_there_is_not_is_an_outcome(caller: Caller, method: str, path: str, status: int) -> None:
    answer = await caller.http.request(method, path)

    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE)
    assert answer.json()["resourceType"] == "OperationOutcome"


async def test_other_doors_keep_their_own_problems(caller: Caller) -> None:
    answer = await caller.http.get("/v1/referrals")

    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_partner_over_its_limit_is_told_when_to_come_back_and_an_emergency_is_taken(
    caller: Caller, service: Service
) -> None:
    standing = service.app.state.dependencies.standing
    standing.everybody = Rates(referrals_per_minute=2, reads_per_minute=2)
    sent = [await send(caller, {**message(), "id": f"message-{number}"}) for number in range(2)]

    limited = await send(caller, {**message(), "id": "message-3"})
    refused = await send(caller, {})
    emergency = await send(caller, {**message(request={"priority": "stat"}), "id": "message-4"})

    assert [answer.status_code for answer in (*sent, limited, refused, emergency)] == [200, 200, 429, 429, 200]
    assert int(limited.headers["retry-after"]) > 0
    assert issues(limited)[0]["code"] == "throttled"
    assert emergency.headers["ratelimit-remaining"] == "0"


async def test_a_database_that_is_away_is_an_outcome_that_says_to_try_again(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> object:
        raise ConnectionError

    monkeypatch.setattr("referral_intake.accepting.handlers.accept", away)

    answer = await send(caller, message())

    assert answer.status_code == 503
    assert issues(answer)[0]["code"] == "transient"
    assert issues(answer)[0]["details"]["coding"][0]["code"] == "REC_SERVICE_UNAVAILABLE"
