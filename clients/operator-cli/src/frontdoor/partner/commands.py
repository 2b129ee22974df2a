"""``frontdoor partner …``: which words call what."""

from pathlib import Path
from typing import Annotated

import typer

from contracts.codes import ContactSource, SuspensionReason
from frontdoor.answer import Answer
from frontdoor.client import Caller
from frontdoor.errors import CalledWrongly
from frontdoor.partner import adding, standing
from frontdoor.partner.keys import Jwk, read_key, read_keys
from frontdoor.running import AsJson, run

app = typer.Typer(help="Partner systems: who may send, with which key, how much.", no_args_is_help=True)

ClientId = Annotated[str, typer.Argument(help="The partner's name at the identity provider.")]
KeyFile = Annotated[Path | None, typer.Option("--key", help="A file with its public key: PEM or JSON Web Key.")]
KeySetFile = Annotated[Path | None, typer.Option("--jwks", help="A file with its public keys: JSON Web Key Set.")]
KeySetUrl = Annotated[str | None, typer.Option("--jwks-url", help="Where it publishes its public keys itself.")]
Scopes = Annotated[
    list[str] | None, typer.Option("--scope", help="referrals:send or referrals:read; may be repeated. Both if none.")
]
PerMinute = Annotated[int | None, typer.Option("--per-minute", help="Referrals it may send in any minute.")]
ReadsPerMinute = Annotated[int | None, typer.Option("--reads-per-minute", help="Reads it may make in any minute.")]
Webhook = Annotated[str | None, typer.Option("--webhook", help="Where its agency takes signed notices.")]
Email = Annotated[str | None, typer.Option("--email", help="Where its agency is written to.")]
Name = Annotated[str | None, typer.Option("--name", help="What people call it.")]
Change = Annotated[bool, typer.Option("--change", help="Agree something else with a partner that is there already.")]


@app.command("add")
def add_partner(
    context: typer.Context,
    client_id: ClientId,
    partnership: Annotated[str, typer.Option(help="The partnership it refers to.")],
    agency: Annotated[str, typer.Option(help="The agency it belongs to, by its code.")],
    source: Annotated[ContactSource, typer.Option(help="Its DfE source of contact.")],
    scope: Scopes = None,
    key: KeyFile = None,
    jwks: KeySetFile = None,
    jwks_url: KeySetUrl = None,
    name: Name = None,
    webhook: Webhook = None,
    email: Email = None,
    per_minute: PerMinute = None,
    reads_per_minute: ReadsPerMinute = None,
    change: Change = False,
    as_json: AsJson = False,
) -> None:
    """Make a partner's system known everywhere in one step; run again it does only what is missing."""

    async def act(caller: Caller) -> Answer:
        wanted = adding.Wanted(
            client_id=client_id,
            partnership=partnership,
            agency=agency,
            source=source,
            scopes=scope or (),
            keys=_keys(key, jwks, jwks_url),
            jwks_url=jwks_url,
            name=name,
            webhook=webhook,
            email=email,
            per_minute=per_minute,
            reads_per_minute=reads_per_minute,
            change=change,
        )
        return await adding.add(caller, wanted)

    run(context, act, as_json=as_json)


@app.command("list")
def list_partners(context: typer.Context, as_json: AsJson = False) -> None:
    """Show every partner, its standing, and who was limited lately."""
    run(context, standing.list_all, as_json=as_json)


@app.command("show")
def show_partner(context: typer.Context, client_id: ClientId, as_json: AsJson = False) -> None:
    """Show one partner everywhere, with its keys."""
    run(context, lambda caller: standing.show(caller, client_id), as_json=as_json)


@app.command("rotate")
def rotate_key(
    context: typer.Context,
    client_id: ClientId,
    key: Annotated[Path, typer.Option("--key", help="A file with the new public key.")],
    overlap: Annotated[str, typer.Option(help="How long the old key is believed beside it: 7d, 12h, 30m, 0.")] = "7d",
    as_json: AsJson = False,
) -> None:
    """Give a partner a new key; the old one ends by itself."""

    async def act(caller: Caller) -> Answer:
        return await standing.rotate(caller, client_id, read_key(key), overlap=standing.read_overlap(overlap))

    run(context, act, as_json=as_json)


@app.command("suspend")
def suspend_partner(
    context: typer.Context,
    client_id: ClientId,
    reason: Annotated[SuspensionReason, typer.Option(help="Why; the code is kept.")],
    as_json: AsJson = False,
) -> None:
    """Let a partner do nothing until it is restored, at once. What it sent stays and is worked on."""
    run(context, lambda caller: standing.suspend(caller, client_id, reason), as_json=as_json)


@app.command("restore")
def restore_partner(context: typer.Context, client_id: ClientId, as_json: AsJson = False) -> None:
    """Let a suspended partner act again."""
    run(context, lambda caller: standing.restore(caller, client_id), as_json=as_json)


def _keys(key: Path | None, jwks: Path | None, jwks_url: str | None) -> list[Jwk]:
    if sum(given is not None for given in (key, jwks, jwks_url)) != 1:
        raise CalledWrongly("Give one of --key, --jwks and --jwks-url")
    if key is not None:
        return [read_key(key)]
    return read_keys(jwks) if jwks is not None else []
