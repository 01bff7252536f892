"""What every turn needs to hand: the desk behind the counter, the key that buttons are signed with, and how a person reads."""

from dataclasses import dataclass

from approvals.change import Entitlement, Person, PersonId
from approvals.operations.desk import Desk
from approvals.store.people import people
from approvals.store.sqlite import Tx
from bot.step_up.sign_ins import SignIns
from cards.language import Language

DATASET = "catalog"
"""The name under which typeahead searches the catalog."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """The composition that infra makes once. ``key`` signs buttons, of one tenant only; ``sign_ins`` is where approvers sign in anew."""

    desk: Desk
    key: bytes
    sign_ins: SignIns


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who is to be answered: their record in the directory (None if it does not know them) and their language."""

    id: PersonId
    person: Person | None

    @property
    def language(self) -> Language:
        """The language, dates and clock of this reader."""
        if self.person is None:
            return Language()
        return Language(self.person.locale, self.person.time_zone)

    @property
    def is_welcome(self) -> bool:
        """Whether the directory knows them as an active member."""
        return self.person is not None and self.person.enabled


def may_ask_for(offer: Entitlement, *, reader: Reader) -> bool:
    """Whether this reader can be offered an entry of the catalog: those for other departments are left out (check 4 of mediation)."""
    return not offer.departments or (reader.person is not None and reader.person.department in offer.departments)


def reader(tx: Tx, person: PersonId) -> Reader:
    """The reader with this Entra object id."""
    return Reader(id=person, person=people(tx, person).get(person))
