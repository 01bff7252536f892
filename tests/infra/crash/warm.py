"""What every bot would otherwise do for itself after its start, done once before the first fork: files, words, languages, templates."""

from datetime import UTC, datetime
from functools import cache

from approvals.change import PersonId, State
from approvals.views import Standing
from bot.understanding.read import understand
from cards.language import Language
from cards.render import help_card, preview_card, request_card
from infra import house
from infra.simulator import SAMPLE
from tests.builders import a_preview, a_request_view
from tests.infra.crash.people import ASK


def warm() -> None:
    """Fill the caches of whatever reads text and draws cards."""
    # A parsed organisation never changes; parsing it is most of what a start costs.
    house.read_catalog = cache(house.read_catalog)
    people, catalog = house.organisation(SAMPLE)
    understand(ASK, draft=None, catalog=catalog, now=datetime.now(UTC), time_zone="UTC")
    viewer, key = PersonId("nobody"), b"opens nothing"
    for locale in {person.locale for person in people}:
        language = Language(locale, "Europe/Lisbon")
        help_card("Ana", language=language, viewer=viewer, key=key)
        preview_card(a_preview(), language=language, viewer=viewer, key=key)
        for state in State:
            for standing in Standing:
                request_card(a_request_view(state, standing), language=language, viewer=viewer, key=key)
