"""Sets where the agencies' systems and the people of roles are: the sink's address, or a mailbox at it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from contracts.codes import Channel
from frontdoor.client import Caller
from policy.load import load_packs
from policy.pack import Pack
from policy.packs import Packs
from policy.rules import Agency, Endpoint, Team


def mailbox_of(agency: str) -> str:
    """Where an agency's e-mail goes."""
    return f"notices@{agency}.example.org"


async def register(operator: Caller, partnerships_folder: Path, agencies_url: str) -> int:
    """Set the endpoints of each agency, team and role for which a pack names channels. Returns how many these are."""
    bodies = endpoints_by_path(load_packs(partnerships_folder), agencies_url)
    for path, body in bodies.items():
        await operator.ask("PUT", "agency-notify", f"/v1/endpoints/{path}", json=body)
    return len(bodies)


def endpoints_by_path(packs: Packs, agencies_url: str) -> Mapping[str, Mapping[str, object]]:
    """What is sent for each agency, team and role, as the last version that names it says."""
    versions = (pack for partnership in packs.partnerships for pack in packs.versions(partnership))
    return {path: body for pack in versions for path, body in endpoints_of(pack, agencies_url)}


def endpoints_of(pack: Pack, agencies_url: str) -> Iterable[tuple[str, Mapping[str, object]]]:
    """The code of each agency, or of it and its role, with what is sent for it: the channels that its pack promises."""
    bodies: tuple[Agency | Team, ...] = (*pack.agencies, *pack.teams)
    for body in bodies:
        yield body.code, _form(pack, body.channels, agency=body.code, mailbox=mailbox_of(body.code), url=agencies_url)
    for named in pack.role_channels:
        agency = next((team.code for team in pack.teams if team.role == named.role), f"{pack.partnership}-mash")
        mailbox = mailbox_of(f"{named.role}.{pack.partnership}")
        form = _form(pack, named.channels, agency=agency, mailbox=mailbox, url=agencies_url)
        yield f"{agency}/roles/{named.role}", form


def _form(pack: Pack, channels: Sequence[Endpoint], *, agency: str, mailbox: str, url: str) -> Mapping[str, object]:
    addresses = {Channel.WEBHOOK: f"{url}/agencies/{agency}/hook", Channel.EMAIL: mailbox}
    endpoints = [
        {"channel": named.channel, "address": addresses[named.channel]}
        for named in channels
        if named.channel in addresses
    ]
    return {"partnership": pack.partnership, "endpoints": endpoints}
