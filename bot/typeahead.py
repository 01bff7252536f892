"""Typeahead over the catalog: what a form's choice offers while somebody types.

Answer's shape: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/dynamic-search
"""

from collections.abc import Mapping

from approvals.store.sqlite import Tx
from bot.counter import DATASET, Counter, may_ask_for, reader
from bot.understanding.match import search
from bot.visit import Visit

_MOST = 15


async def found(visit: Visit, value: Mapping[str, object], *, counter: Counter) -> dict[str, object]:
    """The entries that fit what was typed, for this person's department; none for an unknown data set or a stranger."""
    text = value.get("queryText")
    is_ours = value.get("dataset") == DATASET and isinstance(text, str)
    results = await counter.desk.store.read(lambda tx: _results(tx, visit, str(text), counter=counter)) if is_ours else []
    return {
        "status": 200,
        "body": {"type": "application/vnd.microsoft.search.searchResponse", "statusCode": 200, "value": {"results": results}},
    }


def _results(tx: Tx, visit: Visit, text: str, *, counter: Counter) -> list[dict[str, str]]:
    who = reader(tx, visit.person)
    if not who.is_welcome:
        return []
    catalog = counter.desk.catalog
    hits = search(catalog, text, limit=len(catalog.entitlements))
    own = [offer for offer in hits if may_ask_for(offer, reader=who)]
    return [{"title": offer.name, "value": offer.id} for offer in own[:_MOST]]
