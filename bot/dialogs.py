"""The request form as a dialog: opened from a card, checked when it is sent, followed by the preview in the chat.

Shapes: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/task-modules/invoking-task-modules
"""

from collections.abc import Mapping

from approvals import outbox
from approvals.operations.inbox import is_first_time
from approvals.store.sqlite import Tx
from approvals.views import FormView
from approvals.words import Sentence, say
from bot import proposing
from bot.counter import Counter, Reader, reader
from bot.drafting import card_of
from bot.presses import stranger_card
from bot.replies import as_json, card_activity
from bot.visit import Visit
from cards.actions import Verb, open_button
from cards.render import Card, attachment, form_dialog

Answer = dict[str, object]


async def fetch(visit: Visit, value: Mapping[str, object], *, counter: Counter) -> Answer:
    """Open the form: on the present draft, or on the entitlement that the pressed line was about."""
    data = value.get("data")
    chosen = data.get("entitlement") if isinstance(data, Mapping) else None
    return await counter.desk.store.write(lambda tx: _open(tx, visit, chosen, counter=counter))


async def submitted(visit: Visit, value: Mapping[str, object], *, counter: Counter) -> Answer:
    """The form was sent: back with what is wrong with it, or closed and the preview posted in the chat."""
    data = value.get("data")
    inputs = data if isinstance(data, Mapping) else {}
    return await counter.desk.store.write(lambda tx: _take(tx, visit, inputs, counter=counter))


def _open(tx: Tx, visit: Visit, chosen: object, *, counter: Counter) -> Answer:
    who = reader(tx, visit.person)
    if not who.is_welcome:
        return _continue(stranger_card(who), who=who)
    return _form(proposing.begun(tx, visit=visit, reader=who, counter=counter, entitlement=chosen), who=who, counter=counter)


def _take(tx: Tx, visit: Visit, inputs: Mapping[str, object], *, counter: Counter) -> Answer:
    who = reader(tx, visit.person)
    if not who.is_welcome:
        return _continue(stranger_card(who), who=who)
    verb = inputs.get("verb")
    button = open_button(verb if isinstance(verb, str) else "", inputs, viewer=visit.person, key=counter.key)
    if button is None or button.verb is not Verb.PREVIEW:
        return _message(say("This form was altered, or made for somebody else. Nothing was sent."), who=who)
    view = proposing.filled_in(tx, inputs, visit=visit, reader=who, counter=counter)
    if isinstance(view, FormView):
        return _form(view, who=who, counter=counter)
    if is_first_time(tx, visit.trigger, now=visit.at):
        card = card_of(view, reader=who, counter=counter)
        activity = card_activity(card, say("Please check your request before it is sent."), language=who.language)
        outbox.reply(tx, visit.person, as_json(activity), trigger=visit.trigger, is_private=not visit.is_personal, now=visit.at)
    return _message(say("Your preview is in the chat. Please check it there, then send it."), who=who)


def _form(view: FormView, *, who: Reader, counter: Counter) -> Answer:
    return _continue(form_dialog(view, language=who.language, viewer=who.id, key=counter.key), who=who)


def _continue(card: Card, *, who: Reader) -> Answer:
    title = who.language.words(say("Request access"))
    task = {"type": "continue", "value": {"title": title, "height": "large", "width": "medium", "card": attachment(card)}}
    return {"status": 200, "body": {"task": task}}


def _message(sentence: Sentence, *, who: Reader) -> Answer:
    return {"status": 200, "body": {"task": {"type": "message", "value": who.language.words(sentence)}}}
