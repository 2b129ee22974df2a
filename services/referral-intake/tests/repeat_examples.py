"""Children who are referred again, and what a repeat is known by. The names are invented."""

from typing import Any

from intake_caller import Caller, recorded
from intake_examples import form
from supplement_examples import correction, id_of

ROWAN = {"first_name": "Rowan", "last_name": "O'Testerley", "date_of_birth": "2017-05-04"}
ALDER = {"first_name": "Alder", "last_name": "Siblingtest", "date_of_birth": "2014-01-01"}
HAZEL = {
    "first_name": "Hazel",
    "last_name": "Siblingtest",
    "date_of_birth": "2018-01-01",
    "nhs_number": "9990000123",
}
NAME, SURNAME = "/children/0/first_name", "/children/0/last_name"


def about(**child: Any) -> dict[str, Any]:
    return form(children=[child])


async def repeated(caller: Caller, child: dict[str, Any], *, key: str) -> str | None:
    """Which referral one about this child is likely a repeat of."""
    answer = (await caller.post(about(**child), key=key)).json()
    return str(answer["likely_repeat_of"]["referral_id"]) if "likely_repeat_of" in answer else None


async def put_right(caller: Caller, path: str, pointer: str, value: Any, *, key: str) -> None:
    """What was sent by mistake is corrected."""
    answer = await caller.add(path, correction(pointer, value), key=key)
    assert answer.status_code == 202, answer.text


async def previous_of(caller: Caller, path: str) -> str | None:
    """What its sender sees, which is what every service is notified of."""
    shown = (await caller.get(path)).json()["previous_referral_id"]
    [*_, latest] = [event for event in await recorded(caller) if event["referral_id"] == str(id_of(path))]
    assert latest.get("facts", latest)["previous_referral_id"] == shown
    return None if shown is None else str(shown)
