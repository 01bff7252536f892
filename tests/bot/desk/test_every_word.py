"""Every word of the helpdesk's pages is in the reader's language, but for what people and the catalog wrote."""

import re
from html import unescape

import pytest
from sqlalchemy import update

from approvals.store.tables import PersonRow
from cards.language import Language
from tests import pseudo
from tests.approvals.northwind import CATALOG, MARIA, PEOPLE, PRIYA, TOM
from tests.approvals.story import Story
from tests.bot.desk.browser import Browser
from tests.pseudo import brackets

__all__ = ["brackets"]

_HINTS = re.compile(r'(?:aria-label|placeholder|title|data-label)="([^"]*)"')
DATA = (
    "Countersign",
    "Fix INC-4711: two invoices were sent twice.",
    "INC-4711",
    "REQ-1001",
    "TCK-1001",
    "grp-billing-db-write",
    "local",
    *(each for one in PEOPLE for each in (one.name, one.title, one.department)),
    *(each for one in CATALOG.entitlements for each in (one.name, one.description, one.opens, one.system)),
)


@pytest.mark.parametrize("address", ["/desk", "/desk?show=closed", "/desk?search=nothing", "/desk/tickets/TCK-1001", "/desk/tickets/TCK-9"])
async def test_no_word_of_a_page_is_outside_of_gettext(address: str, priya: Browser, story: Story, brackets: Language) -> None:
    reads_greek = update(PersonRow).where(PersonRow.id == PRIYA).values(locale=pseudo.LANGUAGE)  # type: ignore[arg-type]
    await story.desk.store.write(lambda tx: tx.execute(reads_greek))
    request = await story.asked()
    await story.approves(request, by=TOM)
    await story.approves(request, by=MARIA)
    await story.executes(request)

    seen = await priya.gets(address)

    read = [seen.text, *map(unescape, _HINTS.findall(seen.html))]
    assert "\u27e6" in seen.text
    assert [left for text in read for left in pseudo.outside(text, data=DATA)] == []
