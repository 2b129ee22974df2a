"""What somebody does at the referral form, and what came of it."""

import json
import re
from typing import Any, Final

import httpx2
from sqlalchemy import select
from ui_world import SignedInBrowser, World

from triage_ui.drafts.tables import draft

REFERRALS: Final = "/v1/referrals"
WORDS: Final = "Because of <b>this</b> \N{CHILD} अनुष्का \N{RIGHT-TO-LEFT OVERRIDE}x"
SHOWN: Final = "Because of &lt;b&gt;this&lt;/b&gt; \N{CHILD} अनुष्का \N{RIGHT-TO-LEFT OVERRIDE}x"
FORM_KEY: Final = re.compile(r'name="form_key" value="([0-9a-f-]{36})"')


async def begun(person: SignedInBrowser) -> str:
    """A referral that was begun: its address."""
    found = FORM_KEY.search((await person.get("/refer")).text)
    assert found is not None
    answer = await person.post("/refer", form_key=found[1])
    assert answer.headers["location"] == f"/refer/{found[1]}/first/danger"
    return f"/refer/{found[1]}"


async def written(person: SignedInBrowser) -> str:
    """One with a child and a worry."""
    home = await begun(person)
    added = await person.post(f"{home}/children/add")
    assert added.headers["location"] == f"{home}/children/1/name"
    await person.post(f"{home}/children/1/name", then="next", first_name="Rowan", last_name="Testerley")
    await save(person, f"{home}/concern/facts", {"concern-facts": WORDS}, then="all")
    return home


async def save(person: SignedInBrowser, path: str, fields: dict[str, Any], *, then: str = "next") -> httpx2.Response:
    """Save one page."""
    return await person.post(path, then=then, **fields)


async def send(person: SignedInBrowser, home: str, *, key: str | None = None) -> httpx2.Response:
    """Press the button on the page that checks the answers."""
    return await person.post(f"{home}/check", form_key=home.rpartition("/")[2] if key is None else key)


def sent_of(world: World) -> list[dict[str, Any]]:
    """The referrals that intake was sent."""
    return [json.loads(one.content) for one in world.services.sent(REFERRALS)]


async def kept_in(world: World) -> str:
    """Everything that stands in drafts now, opened."""
    store, found = world.dependencies.drafts, []
    async with world.dependencies.db.transaction() as tx:
        for row in await tx.execute(select(draft)):
            one = await store.find(tx, row.subject, row.form_key, now=world.clock.now())
            found.append(one.fields if one else {})
    return json.dumps(found)
