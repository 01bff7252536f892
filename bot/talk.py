"""What somebody wrote, and the answer: a command carried out, a question back, or the preview of what was understood.

Reading the text touches no record; then one transaction does what it asks for and keeps the answer for sending, so that a message is
dealt with exactly once, and an answer that was promised is sent.
"""

from approvals import outbox, reading
from approvals.change import State
from approvals.operations import drafts
from approvals.operations.inbox import is_first_time
from approvals.operations.withdraw import withdraw
from approvals.store.sqlite import Tx
from approvals.views import Standing
from approvals.words import Sentence, say
from bot import drafting, giving, inquiring, live, ruling
from bot.counter import Counter, Reader, reader
from bot.heard import heard
from bot.lists import access, catalog, help_for, requests
from bot.presses import stranger_card
from bot.replies import as_json, card_activity, text_activity
from bot.theirs import concerns, not_yours, request_id, said, show_card, view_for
from bot.understanding.draft import Draft
from bot.understanding.normalise import LONGEST
from bot.understanding.outcome import Command, CommandKind, Inquiry, Progress, Unclear
from bot.understanding.read import understand
from bot.visit import Visit
from cards.render import Card, withdraw_card

Answer = Sentence | tuple[Sentence, ...] | Card | None
"""A sentence or a few, a card, or nothing where the answer is a card that is posted by itself."""


async def talk(visit: Visit, text: str, *, counter: Counter) -> None:
    """Deal with one message. In a group or a channel the answer goes to the person's own chat: it is nobody else's business."""
    desk = counter.desk
    who, stored = await desk.store.read(lambda tx: (reader(tx, visit.person), drafts.draft_of(tx, visit.person)))
    draft = Draft.from_json(stored.body) if stored else None
    zone = who.person.time_zone if who.person else "UTC"
    understood = understand(text, draft=draft, catalog=desk.catalog, now=visit.at, time_zone=zone)
    # A question changes nothing, and its answer may take a while to find: it is found on a snapshot, beside the writer.
    found: tuple[Sentence, ...] = ()
    if isinstance(understood, Inquiry) and who.is_welcome:
        found = await desk.store.read(lambda tx: inquiring.answer(tx, understood, by=visit.person, counter=counter))
    await desk.store.write(lambda tx: _answer(tx, visit, text, understood, found=found, counter=counter))


def _answer(
    tx: Tx,
    visit: Visit,
    text: str,
    understood: Command | Inquiry | Progress | Unclear,
    *,
    found: tuple[Sentence, ...],
    counter: Counter,
) -> None:
    if not is_first_time(tx, visit.trigger, now=visit.at):
        return
    who = reader(tx, visit.person)
    if not who.is_welcome:
        _send(tx, visit, stranger_card(who), who=who)
        return
    before = drafts.draft_of(tx, visit.person)
    match understood:
        case Progress():
            answer: Answer = _progress(tx, visit, understood, who=who, counter=counter)
        case Inquiry():
            answer = found
        case Unclear():
            answer = understood.hint
        case Command():
            answer = _command(tx, visit, understood, who=who, counter=counter)
    about = before or drafts.draft_of(tx, visit.person)
    if about is not None:
        written = text[:LONGEST]
        drafts.note_written(tx, about.id, written, understood=heard(understood, by=visit.person), act=visit.act, desk=counter.desk)
    _send(tx, visit, answer, who=who)


def _send(tx: Tx, visit: Visit, answer: Answer, *, who: Reader) -> None:
    if answer is not None:
        if isinstance(answer, dict):
            activity = card_activity(answer, say("Countersign has answered you."), language=who.language)
        else:
            sentences = (answer,) if isinstance(answer, Sentence) else answer
            activity = text_activity(*sentences, language=who.language)
        outbox.reply(tx, visit.person, as_json(activity), trigger=visit.trigger, is_private=not visit.is_personal, now=visit.at)
    if not visit.is_personal:
        pointer = text_activity(say("I have answered you in our own chat, where only you can read it."), language=who.language)
        outbox.reply(tx, visit.person, as_json(pointer), trigger=visit.trigger, is_private=False, now=visit.at)


def _progress(tx: Tx, visit: Visit, progress: Progress, *, who: Reader, counter: Counter) -> Answer:
    if progress.question is not None:
        drafts.keep(tx, visit.person, progress.draft.to_json(), now=visit.at)
        return (progress.remark, progress.question) if progress.remark else progress.question
    return drafting.preview(tx, progress.draft, visit=visit, reader=who, counter=counter)


def _command(tx: Tx, visit: Visit, command: Command, *, who: Reader, counter: Counter) -> Answer:
    match command.kind:
        case CommandKind.CANCEL:
            return _cancel(tx, visit)
        case CommandKind.FORM:
            return drafting.edit(tx, visit=visit, reader=who, counter=counter)
        case CommandKind.STATUS:
            return _status(tx, visit, command.argument, counter=counter)
        case CommandKind.WITHDRAW:
            return _withdraw(tx, visit, command.argument, who=who, counter=counter)
        case CommandKind.REASSIGN:
            return giving.give(tx, command, visit=visit, counter=counter)
        case CommandKind.DONE | CommandKind.EXTEND | CommandKind.REVOKE:
            return live.answer(tx, visit, command, who=who, counter=counter)
        case CommandKind.POLICY:
            return ruling.policy(tx, command.argument, act=visit.act, desk=counter.desk)
        case CommandKind.ROLL_BACK:
            return ruling.roll_back(tx, command.argument, act=visit.act, desk=counter.desk)
        case _:
            return _looked_up(tx, command.kind, who=who, counter=counter)


def _looked_up(tx: Tx, kind: CommandKind, *, who: Reader, counter: Counter) -> Card:
    match kind:
        case CommandKind.CATALOG:
            return catalog(tx, who, counter=counter)
        case CommandKind.ACCESS:
            return access(tx, who, counter=counter)
        case CommandKind.REQUESTS:
            return requests(tx, who, counter=counter)
        case _:
            return help_for(who, counter=counter)


def _cancel(tx: Tx, visit: Visit) -> Sentence:
    if drafts.draft_of(tx, visit.person) is None:
        return say("There is nothing to cancel: you are not in the middle of a request. To take one back, say “withdraw” and its number.")
    drafts.drop(tx, visit.person)
    return say("Cancelled; nothing was sent. Say “request access” whenever you need something.")


def _status(tx: Tx, visit: Visit, argument: str | None, *, counter: Counter) -> Answer:
    """A living card of the request: posted anew, and kept up to date from then on."""
    request = request_id(argument)
    if request is None:
        mine = reading.my_requests(tx, visit.person, shelf=counter.desk.shelf, most=1)
        if not mine:
            return say("You have not asked for anything yet. Say “request access” to begin.")
        request = mine[0].id
    if not concerns(view_for(tx, request, reader=visit.person, counter=counter)):
        return not_yours(argument)
    show_card(tx, visit, request)
    return None


def _withdraw(tx: Tx, visit: Visit, argument: str | None, *, who: Reader, counter: Counter) -> Answer:
    """Ask whether it is really meant; what waits no more is answered by the operation itself."""
    request = request_id(argument)
    if request is None:
        waiting = [view for view in reading.my_requests(tx, visit.person, shelf=counter.desk.shelf) if view.waiting_for]
        if not waiting:
            return say("Nothing of yours waits for a decision, so there is nothing to withdraw. To give access back, say “I'm done”.")
        if len(waiting) > 1:
            return say("Which request do you want to withdraw? Say “withdraw REQ-…”; “my requests” lists them.")
        request = waiting[0].id
    view = view_for(tx, request, reader=visit.person, counter=counter)
    if view is not None and view.standing is Standing.REQUESTER and view.state is State.WAITING:
        return withdraw_card(view, language=who.language, viewer=who.id, key=counter.key)
    already = say("You have withdrawn this request already. Still needed? You can ask again.")
    told = said(lambda: withdraw(tx, request, act=visit.act, desk=counter.desk), done=already)
    # A refusal says that there is such a request: evidence has it, a stranger does not read it.
    return told if concerns(view) else not_yours(argument)
