"""Tells agency-notify where the agencies' systems are: the sink's address, or a mailbox at it."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from contracts.codes import Channel
from frontdoor.client import Caller
from policy.load import load_packs
from policy.pack import Pack
from policy.packs import Packs
from policy.rules import Agency, Team


def mailbox_of(agency: str) -> str:
    """Where an agency's e-mail goes."""
    return f"notices@{agency}.example.org"


async def register(operator: Caller, partnerships_folder: Path, agencies_url: str) -> int:
    """Set the endpoints of every agency and team of every pack. Returns how many agencies and teams there are."""
    bodies = endpoints_by_agency(load_packs(partnerships_folder), agencies_url)
    for agency, body in bodies.items():
        await operator.ask("PUT", "agency-notify", f"/v1/endpoints/{agency}", json=body)
    return len(bodies)


def endpoints_by_agency(packs: Packs, agencies_url: str) -> Mapping[str, Mapping[str, object]]:
    """What is sent for each agency and team, as the last version that names it says."""
    versions = (pack for partnership in packs.partnerships for pack in packs.versions(partnership))
    return {agency: body for pack in versions for agency, body in endpoints_of(pack, agencies_url)}


def endpoints_of(pack: Pack, agencies_url: str) -> Iterable[tuple[str, Mapping[str, object]]]:
    """Each agency's code with what is sent for it: the channels that its pack promises."""
    told: tuple[Agency | Team, ...] = (*pack.agencies, *pack.teams)
    for agency in told:
        hook = f"{agencies_url}/agencies/{agency.code}/hook"
        addresses = {Channel.WEBHOOK: hook, Channel.EMAIL: mailbox_of(agency.code)}
        endpoints = [
            {"channel": named.channel, "address": addresses[named.channel]}
            for named in agency.channels
            if named.channel in addresses
        ]
        yield agency.code, {"partnership": pack.partnership, "endpoints": endpoints}
