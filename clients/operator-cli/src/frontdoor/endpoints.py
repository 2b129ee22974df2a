"""``frontdoor endpoint …``: by which channels agencies, and the roles of the hub and of teams, are reached."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final

import typer

from contracts.codes import Channel
from frontdoor.answer import Answer, table
from frontdoor.client import Caller
from frontdoor.errors import CalledWrongly
from frontdoor.running import AsJson, run

NOTIFY: Final = "agency-notify"
_COLUMNS: Final = ("partnership", "agency", "role", "channel", "address", "switched off")
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
