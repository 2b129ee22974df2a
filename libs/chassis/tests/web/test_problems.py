"""Problems: each says what to do about what was sent, and none repeats a word that somebody wrote."""

from uuid import UUID

import httpx2
import pytest
import structlog
from edge_app import SECRET, errors, problem

from chassis.web import problems
from contracts.problems import Problem

# -- wrong fields -----------------------------------------------------------------------------------------------------


async def test_a_good_form_is_taken(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/forms", json={"children": [{"first_name": "Zoë"}]})

    assert (answer.status_code, answer.json()) == (201, {"children": 1})


async def test_each_wrong_field_is_pointed_at_with_what_to_do(client: httpx2.AsyncClient) -> None:
    child = {"first_name": "x", "born_on": SECRET, "rating": SECRET, "nhs_number": "12"}

    answer = await client.post("/forms", json={"children": [child, {}]})

    assert errors(answer) == {
        "/children/0/first_name": "Send at least 2 characters",
        "/children/0/born_on": "Send a date of the calendar, such as 2026-03-02",
        "/children/0/rating": "Send one of 'red', 'amber', 'green' or 'blue'",
        "/children/0/nhs_number": "Send ten digits",
        "/children/1/first_name": "Add this",
    }


async def test_a_day_that_no_month_has_and_a_child_that_is_no_object_say_what_belongs_there(
    client: httpx2.AsyncClient,
) -> None:
    children = [{"first_name": "Zoë", "born_on": "2017-02-31"}, "Rowan"]

    answer = await client.post("/forms", json={"children": children})

    assert errors(answer) == {
        "/children/0/born_on": "Send a date of the calendar, such as 2026-03-02",
        "/children/1": "Send a JSON object here",
    }


async def test_names_that_somebody_wrote_are_not_repeated_even_where_a_field_name_belongs(
    client: httpx2.AsyncClient,
) -> None:
    body = {"children": [{"first_name": "Zoë", SECRET: 1}], "notes": {SECRET: 1}}

    answer = await client.post("/forms", json=body)

    assert errors(answer) == {
        "/children/0": "Remove the field that is not in the API description",
        "/notes": "Send text",
    }


async def test_a_validator_that_repeats_its_input_is_silenced(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/forms", json={"children": [{"first_name": "Zoë", "nhs_number": "echo"}]})

    assert errors(answer) == {"/children/0/nhs_number": "Change this to what the API description says"}


async def test_an_item_of_one_of_several_kinds_is_pointed_at_without_its_kind(client: httpx2.AsyncClient) -> None:
    answer = await client.post(
        "/ways", json={"ways": [{"kind": "by-phone", "number": "020 7946 0199 0"}, {"kind": "by-post"}]}
    )

    assert errors(answer) == {"/ways/0/number": "Send at most 11 characters", "/ways/1/street": "Add this"}


@pytest.mark.parametrize("written", ["frist_name", "firstName", "first-name", "FIRST_NAME", "first_names"])
async def test_a_misspelt_field_is_answered_with_the_field_that_may_be_meant(
    client: httpx2.AsyncClient, written: str
) -> None:
    answer = await client.post("/forms", json={"children": [{"first_name": "Zoë", written: "Rowan"}], SECRET: 1})

    assert errors(answer) == {
        "/children/0": "Remove the field that is not in the API description, or call it first_name if that is meant",
        "": "Remove the field that is not in the API description",
    }


async def test_a_field_of_ours_at_another_place_is_not_proposed_again(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/forms", json={"children": [{"first_name": "Zoë", "children": []}]})

    assert errors(answer) == {"/children/0/children": "Remove the field that is not in the API description"}


async def test_names_are_looked_for_in_the_first_unknown_fields_only(client: httpx2.AsyncClient) -> None:
    unknown = {f"first_name{number}": 1 for number in range(40)} | {"first_name" * 20: 1}

    answer = await client.post("/forms", json={"children": [{"first_name": "Zoë", **unknown}]})

    proposed = [error for error in problem(answer, 422)["errors"] if "first_name" in error["detail"]]
    assert len(proposed) == problems.MOST_GUESSES


async def test_an_empty_body_is_answered_with_what_belongs_there(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/forms", headers={"Content-Type": "application/json"})

    assert errors(answer) == {"": "Send a JSON object with Content-Type: application/json"}


def test_a_refusal_lists_as_many_fields_as_help_and_no_more() -> None:
    mistakes = [{"type": "extra_forbidden", "loc": ("body", number)} for number in range(2_000)]

    refused = problems.refusal(mistakes, frozenset())

    assert [error.pointer for error in refused.errors] == [f"/{number}" for number in range(problems.MOST_ERRORS)]


# -- wrong addresses and parameters -----------------------------------------------------------------------------------


async def test_wrong_parameters_are_named(client: httpx2.AsyncClient) -> None:
    wrong = await client.get(f"/forms/{SECRET}", params={"limit": SECRET})
    missing = await client.get("/keyed")
    too_long = await client.get("/keyed", headers={"Idempotency-Key": "123456"})

    assert errors(wrong) == {"path:form_id": "Send a UUID", "query:limit": "Send a whole number"}
    assert errors(missing) == {"header:idempotency-key": "Add this"}
    assert errors(too_long) == {"header:idempotency-key": "Send at most 5 characters"}


async def test_an_unknown_address_and_a_wrong_method_are_problems(client: httpx2.AsyncClient) -> None:
    unknown = await client.get(f"/{SECRET}")
    wrong_method = await client.delete("/forms")

    assert problem(unknown, 404)["detail"].startswith("Check the address, without a slash at its end.")
    assert problem(wrong_method, 405)["detail"] == "Send one of these: POST"
    assert wrong_method.headers["allow"] == "POST"


@pytest.mark.parametrize("address", [f"/forms/{UUID(int=1)}?limt=5&limit=1", "/v1/inner/x?Depth=1"])
async def test_a_misspelt_parameter_is_refused_and_not_passed_over(client: httpx2.AsyncClient, address: str) -> None:
    answer = await client.get(address)

    [(pointer, detail)] = errors(answer).items()
    ours = "limit" if "limit" in address else "depth"
    assert pointer == "query"
    assert detail == (
        f"Remove the parameter that is not in the API description, or call it {ours} if that is meant. "
        f"There are: {ours}"
    )


async def test_a_parameter_that_counts_once_is_not_passed_over_when_it_is_there_twice(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.get(f"/forms/{UUID(int=1)}?limit=5&limit=1")

    assert errors(answer) == {"query:limit": "Send this once"}


async def test_an_unknown_parameter_is_not_repeated(client: httpx2.AsyncClient) -> None:
    answer = await client.get(f"/forms/{UUID(int=1)}", params={SECRET: SECRET})

    assert errors(answer) == {"query": "Remove the parameter that is not in the API description. There are: limit"}


async def test_addresses_that_ask_for_nothing_may_be_decorated(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/cacheable?from=elsewhere")).status_code == 200


# -- what goes wrong on our side --------------------------------------------------------------------------------------


async def test_a_problem_keeps_its_headers(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/fails/problem")

    assert problem(answer, 409)["detail"] == "Look again"
    assert answer.headers["retry-after"] == "3"


async def test_an_unavailable_database_says_when_to_try_again(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/fails/database")

    problem(answer, 503)
    assert answer.headers["retry-after"] == "2"


@pytest.mark.parametrize("how", ["unforeseen", "response"])
async def test_what_nobody_foresaw_is_a_constant_text_with_every_header(client: httpx2.AsyncClient, how: str) -> None:
    with structlog.testing.capture_logs() as lines:
        answer = await client.get(f"/fails/{how}")

    assert problem(answer, 500) == {
        "type": "https://frontdoor.example.org/problems/fault",
        "title": "Something went wrong on our side. Send the same request again later",
        "status": 500,
    }
    assert answer.headers["cache-control"] == "no-store"
    assert UUID(answer.headers["x-request-id"]).version == 4
    assert [line["event"] for line in lines] == ["request failed", "request answered"]


def test_every_kind_of_problem_has_a_title_of_its_own() -> None:
    kinds = Problem.__subclasses__()

    assert len({kind.title for kind in kinds}) == len(kinds)
