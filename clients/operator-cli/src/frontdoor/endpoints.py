"""``frontdoor endpoint …``: by which channels agencies, and the roles of the hub and of teams, are reached."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from contracts.codes import Channel
from frontdoor.answer import Answer, table
from frontdoor.client import Caller
from frontdoor.errors import GOOD, CalledWrongly, Wrong
from frontdoor.running import AsJson, run

NOTIFY: Final = "agency-notify"
_COLUMNS: Final = ("partnership", "agency", "role", "channel", "address", "switched off")
_HEALTH_COLUMNS: Final = ("partnership", "agency", "role", "channel", "stands", "waiting", "last answers")
_LOOK_AGAIN_SECONDS: Final = 0.5
_LOOKS: Final = 60
Endpoint = Mapping[str, Any]

app = typer.Typer(help="Channels by which agencies and roles are notified.", no_args_is_help=True)


@app.command("list")
def list_endpoints(context: typer.Context, as_json: AsJson = False) -> None:
    """Show every channel, those that are switched off too."""
    run(context, list_all, as_json=as_json)


@app.command("set")
def set_endpoints(
    context: typer.Context,
    agency: Annotated[str, typer.Argument(help="An agency or team of the pack, by its code.")],
    partnership: Annotated[str, typer.Option(help="Its partnership.")],
    role: Annotated[str | None, typer.Option(help="Only for this role, at its team or else at the hub.")] = None,
    webhook: Annotated[str | None, typer.Option("--webhook", help="A web address for signed notices.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="A mailbox.")] = None,
    none: Annotated[bool, typer.Option("--none", help="Switch every channel off.")] = False,
    as_json: AsJson = False,
) -> None:
    """Set all channels of an agency, or of one of its roles; one that is left out is switched off."""

    async def act(caller: Caller) -> Answer:
        wanted = _wanted(webhook, email, none=none)
        return await replace(caller, agency, role, {"partnership": partnership, "endpoints": wanted})

    run(context, act, as_json=as_json)


@app.command("health")
def show_health(context: typer.Context, as_json: AsJson = False) -> None:
    """Show how every channel does and what it answered last; ends with 1 when one fails or is switched off."""
    run(context, health, as_json=as_json)


@app.command("test")
def send_one_test(
    context: typer.Context,
    agency: Annotated[str, typer.Argument(help="An agency or team of the pack, by its code.")],
    partnership: Annotated[str, typer.Option(help="Its partnership.")],
    channel: Annotated[Channel, typer.Option(help="Which channel of it.")] = Channel.WEBHOOK,
    role: Annotated[str | None, typer.Option(help="That of this role, not the agency's own.")] = None,
    as_json: AsJson = False,
) -> None:
    """Send a signed test notice, which is about no child, and wait for what comes of it."""
    run(context, lambda caller: send_test(caller, (partnership, agency, role, channel.value)), as_json=as_json)


async def health(caller: Caller) -> Answer:
    """How every endpoint does. Ends with 1 when one fails or is switched off."""
    found = (await caller.get(NOTIFY, "/v1/endpoint-health"))["endpoints"]
    rows = [(*_named(each), _standing(each), each["waiting"], "\n".join(map(_said, each["answers"]))) for each in found]
    bad = any(each["failures"] or each["disabled_at"] for each in found)
    shown = table("Endpoints", _HEALTH_COLUMNS, rows)
    return Answer({"endpoints": found}, (shown,), exit_code=Wrong.exit_code if bad else GOOD)


async def send_test(caller: Caller, whose: tuple[str, str, str | None, str]) -> Answer:
    """Have a test sent and wait for its end. Raises ``Wrong`` when it fails, and ``CalledWrongly`` for no endpoint."""
    found = (await caller.get(NOTIFY, "/v1/endpoints"))["endpoints"]
    endpoint = next((each for each in found if _key(each) == whose), None)
    if endpoint is None:
        raise CalledWrongly("There is no such endpoint; `frontdoor endpoint list` shows them")
    path = f"/v1/endpoints/{endpoint['endpoint_id']}/tests"
    test = await caller.post(NOTIFY, path, None)
    for _ in range(_LOOKS):
        if test["state"] != "waiting":
            break
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        test = await caller.get(NOTIFY, f"{path}/{test['test_id']}")
    return _of_test(test)


def _of_test(test: Mapping[str, Any]) -> Answer:
    if test["state"] == "answered":
        return Answer(test, (f"The test notice was accepted ({test['status'] or 'by the mail server'}).",))
    why = test["failure"] or "no worker of agency-notify sent it in time; is one running?"
    line = f"The test notice {test['state']}: {why}" + (f" ({test['status']})" if test["status"] else "")
    return Answer(test, (line,), exit_code=Wrong.exit_code)


async def list_all(caller: Caller) -> Answer:
    """Every endpoint."""
    return _answer("Endpoints", (await caller.get(NOTIFY, "/v1/endpoints"))["endpoints"])


async def replace(caller: Caller, agency: str, role: str | None, form: Mapping[str, object]) -> Answer:
    """Make these all endpoints of an agency, or of one role of it."""
    path = f"/v1/endpoints/{agency}" + (f"/roles/{role}" if role else "")
    found = (await caller.ask("PUT", NOTIFY, path, json=form)).json()["endpoints"]
    return _answer(f"Endpoints of {role or agency}", found)


def of_agency(found: Iterable[Endpoint], partnership: str, agency: str) -> Sequence[Endpoint]:
    """An agency's own endpoints, without those of its roles."""
    whose = (partnership, agency, None)
    return [each for each in found if (each["partnership"], each["agency"], each.get("role")) == whose]


def _key(each: Endpoint) -> tuple[str, str, str | None, str]:
    return each["partnership"], each["agency"], each.get("role"), each["channel"]


def _named(each: Endpoint) -> tuple[str, str, str, str]:
    partnership, agency, role, channel = _key(each)
    return partnership, agency, role or "", channel


def _standing(each: Endpoint) -> str:
    if each["disabled_at"]:
        return f"off: {each['disabled_reason']}"
    return f"failed {each['failures']} in a row" if each["failures"] else "in order"


def _said(answer: Mapping[str, Any]) -> str:
    what = "test" if answer["is_test"] else "notice"
    status = f" {answer['status']}" if answer["status"] else ""
    return f"{str(answer['at']).partition('.')[0]} {what} {answer['failure'] or 'accepted'}{status}"


def _wanted(webhook: str | None, email: str | None, *, none: bool) -> Sequence[Mapping[str, str]]:
    """Nothing is switched off because a word was forgotten: that has to be said."""
    given = {Channel.WEBHOOK.value: webhook, Channel.EMAIL.value: email}
    wanted = [{"channel": channel, "address": address} for channel, address in given.items() if address]
    if bool(wanted) == none:
        raise CalledWrongly("Give --webhook, --email or both; or --none to switch every channel off")
    return wanted


def _answer(title: str, found: Sequence[Endpoint]) -> Answer:
    rows = [
        (
            each["partnership"],
            each["agency"],
            each.get("role") or "",
            each["channel"],
            each["address"],
            f"{each['disabled_reason']} {each['disabled_at']}" if each["disabled_at"] else "no",
        )
        for each in found
    ]
    return Answer({"endpoints": list(found)}, (table(title, _COLUMNS, rows),))
