"""“Give REQ-1042 to Jonas”: an approver has somebody else decide, in words."""

from sqlalchemy import Text, cast
from sqlmodel import select

from approvals.change import Person, PersonId, RequestId, State
from approvals.operations.desk import Refused
from approvals.operations.reassign import reassign, who_else
from approvals.store.requests import find, stages_of
from approvals.store.sqlite import Tx
from approvals.store.tables import RequestRow
from approvals.views import Standing
from approvals.words import Sentence, say
from bot.counter import Counter
from bot.theirs import not_yours, request_id, view_for
from bot.understanding.outcome import Command
from bot.visit import Visit


def give(tx: Tx, command: Command, *, visit: Visit, counter: Counter) -> Sentence:
    """Have somebody else decide on the request that is named, or on the only one that waits for whoever says so."""
    request = request_id(command.argument)
    if request is None:
        mine = _waiting_for(tx, visit.person)
        if not mine:
            return say("Nothing waits for your decision, so there is nothing to give to anybody.")
        if len(mine) > 1:
            return say("Several requests wait for your decision. Say which: “give REQ-1042 to …”, as the card names it.")
        request = mine[0]
    view = view_for(tx, request, reader=visit.person, counter=counter)
    if view is None or view.standing is not Standing.APPROVER:
        return not_yours(command.argument)
    others = who_else(tx, find(tx, request), by=visit.person, desk=counter.desk)
    meant = [person for person in others if _is_meant(person, command.person or "")]
    if len(meant) > 1:
        return say("Several people are called that: {names}. Please say the whole name.", names=tuple(person.name for person in meant))
    outcome = reassign(tx, request, meant[0].id if meant else None, seen=None, act=visit.act, desk=counter.desk)
    if isinstance(outcome, Refused):
        return outcome.reason
    return say("{name} decides on {number} now, in your place.", name=meant[0].name, number=view.number)


def _waiting_for(tx: Tx, person: PersonId) -> list[RequestId]:
    """What waits for this person, two at most. Reads all that waits."""
    names_them = cast(RequestRow.__table__.c.stages, Text).contains(f'"{person}"', autoescape=True)  # type: ignore[attr-defined]
    rows = tx.exec(select(RequestRow).where(RequestRow.state == State.WAITING, names_them)).all()
    return [RequestId(row.id or 0) for row in rows if person in stages_of(row)[row.stage].approvers][:2]


def _is_meant(person: Person, said: str) -> bool:
    """Whether every word of what was said is a word of the name, or it is the address."""
    words = said.casefold().split()
    return bool(words) and (said.casefold() == person.email.casefold() or set(words) <= set(person.name.casefold().split()))
