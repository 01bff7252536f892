"""What can be said about access that is live: handed back, asked for longer, taken back."""

from datetime import timedelta

from approvals import reading
from approvals.operations.end import end
from approvals.operations.extend import ask_for_more
from approvals.store.sqlite import Tx
from approvals.words import Sentence, say
from bot.counter import Counter, Reader
from bot.lists import access
from bot.theirs import concerns, not_yours, request_id, said, show_card, view_for
from bot.understanding.durations import lengths as read_lengths
from bot.understanding.match import search
from bot.understanding.outcome import Command, CommandKind
from bot.visit import Visit
from cards.render import Card


def answer(tx: Tx, visit: Visit, command: Command, *, who: Reader, counter: Counter) -> Sentence | Card | None:
    """A sentence or a card; nothing where the answer is a card that is posted by itself."""
    match command.kind:
        case CommandKind.EXTEND:
            return _extend(tx, visit, command, counter=counter)
        case CommandKind.REVOKE:
            return _revoke(tx, visit, command, counter=counter)
        case _:
            return _done(tx, visit, command.argument, who=who, counter=counter)


def _done(tx: Tx, visit: Visit, argument: str | None, *, who: Reader, counter: Counter) -> Sentence | Card:
    """Hand back: the one grant there is, or the one that was named; otherwise the list with a button on each."""
    grants = reading.my_access(tx, visit.person, shelf=counter.desk.shelf)
    if not grants:
        return say("You have no access through Countersign that could be handed back.")
    wanted = grants if argument is None else tuple(grant for grant in grants if grant.number == argument.upper())
    if argument is not None and not wanted:
        named = {offer.id for offer in search(counter.desk.catalog, argument, limit=3)}
        wanted = tuple(grant for grant in grants if grant.entitlement.id in named)
    if len(wanted) != 1:
        return access(tx, who, counter=counter, banner=say("Which one are you done with?"))
    done = say("Thank you. {name} is being taken back now; you will be told when it is gone.", name=wanted[0].entitlement.name)
    return said(lambda: end(tx, wanted[0].request, act=visit.act, desk=counter.desk), done=done)


def _extend(tx: Tx, visit: Visit, command: Command, *, counter: Counter) -> Sentence | None:
    """Ask for more time for the one grant there is, or the one that was named; without a length, show its card, which offers one."""
    grants = reading.my_access(tx, visit.person, shelf=counter.desk.shelf)
    wanted = [grant for grant in grants if command.argument in (None, grant.number)]
    if not wanted:
        return say("You have no access through Countersign that could be extended.")
    if len(wanted) > 1:
        return say("Which one do you need longer? Say “extend REQ-… by 2 hours”; “my access” lists them.")
    request, lengths = wanted[0].request, read_lengths(command.why or "", now=visit.at, time_zone="UTC")
    more = lengths[0].means if len(lengths) == 1 else None
    if not isinstance(more, timedelta):
        show_card(tx, visit, request)
        return None
    done = say("Asked for {more} more. Until somebody agrees, it ends as planned; you are told either way.", more=more)
    return said(lambda: ask_for_more(tx, request, more, act=visit.act, desk=counter.desk), done=done)


def _revoke(tx: Tx, visit: Visit, command: Command, *, counter: Counter) -> Sentence | None:
    """Take back somebody's access with the reason that was given; without one, show the card that asks for it."""
    request = request_id(command.argument)
    if request is None or not concerns(view_for(tx, request, reader=visit.person, counter=counter)):
        return not_yours(command.argument)
    if not command.why:
        show_card(tx, visit, request)
        return None
    done = say("{request} is being taken back now; its card tells you when the access is gone.", request=command.argument or "")
    return said(lambda: end(tx, request, act=visit.act, desk=counter.desk, why=command.why or ""), done=done)
