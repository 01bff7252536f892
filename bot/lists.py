"""The cards that list something: what can be asked for, what somebody has, and what they have asked for."""

from approvals import reading
from approvals.store.sqlite import Tx
from approvals.words import Sentence
from bot.counter import Counter, Reader, may_ask_for
from cards.render import Card, access_card, catalog_card, help_card, requests_card


def catalog(tx: Tx, reader: Reader, *, counter: Counter) -> Card:
    """What this reader can ask for: entries for other departments are left out."""
    own = [offer for offer in counter.desk.catalog.entitlements if may_ask_for(offer, reader=reader)]
    return catalog_card(reading.offers(tx, own), language=reader.language, viewer=reader.id, key=counter.key)


def access(tx: Tx, reader: Reader, *, counter: Counter, banner: Sentence | None = None) -> Card:
    """What this reader has now."""
    grants = reading.my_access(tx, reader.id, shelf=counter.desk.shelf)
    return access_card(grants, language=reader.language, viewer=reader.id, key=counter.key, banner=banner)


def requests(tx: Tx, reader: Reader, *, counter: Counter) -> Card:
    """What this reader has asked for."""
    views = reading.my_requests(tx, reader.id, shelf=counter.desk.shelf)
    return requests_card(views, language=reader.language, viewer=reader.id, key=counter.key)


def help_for(reader: Reader, *, counter: Counter, banner: Sentence | None = None) -> Card:
    """What can be said."""
    name = reader.person.name if reader.person else ""
    return help_card(name, language=reader.language, viewer=reader.id, key=counter.key, banner=banner)
