"""One turn: a verified activity in, the right room of the house, an invoke's answer out.

Nothing is decided here. Whose turn it is comes from the activity's Entra object id; what follows is talk (text), a press (cards), typeahead
or a dialog.
"""

from collections.abc import Mapping

from botbuilder.core import TurnContext
from botbuilder.schema import Activity, ActivityTypes

from approvals import outbox
from approvals.change import PersonId
from approvals.jobs.embedded import Kind, ask_for
from approvals.outbox import Chat
from approvals.store.sqlite import Tx
from approvals.words import say
from bot.counter import Counter, reader
from bot.dialogs import fetch, submitted
from bot.lists import help_for
from bot.pressed import Pressed, SignInAsked
from bot.presses import press, press_in_chat
from bot.replies import as_json, card_activity, text_activity
from bot.step_up.answers import incorrect_code, login_request, no_single_sign_on
from bot.talk import talk
from bot.typeahead import found
from bot.visit import Visit, visit_of
from cards.render import CONTENT_TYPE, Card, Link, Tone, message_card

Answer = dict[str, object]


class Turns:
    """The bot's side of every conversation."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._met_before: dict[PersonId, Chat] = {}
        """Chats that are known to be stored: nobody is looked up at each press."""

    async def __call__(self, context: TurnContext) -> Answer | None:
        """Deal with one activity; the answer of an invoke, None for anything else."""
        activity: Activity = context.activity
        visit = visit_of(activity, now=self._counter.desk.now())
        if visit is None:
            return None
        if activity.type == ActivityTypes.message:
            await self._message(activity, visit)
            return None
        if activity.type == ActivityTypes.invoke:
            return await self._invoke(activity, visit)
        if activity.type in (ActivityTypes.conversation_update, ActivityTypes.installation_update) and not _is_goodbye(activity):
            await self._met(visit)
        return None

    async def _message(self, activity: Activity, visit: Visit) -> None:
        await self._remember(visit)
        data = _mapping(activity.value)
        verb = data.get("verb")
        if isinstance(verb, str):
            # Action.Submit, where Action.Execute is dead: the press is the same, and it is answered in the chat.
            await press_in_chat(visit, verb, data, answer=lambda tx, pressed: self._tell(tx, visit, pressed), counter=self._counter)
            return
        await talk(visit, TurnContext.remove_recipient_mention(activity) or "", counter=self._counter)

    async def _invoke(self, activity: Activity, visit: Visit) -> Answer | None:
        value = _mapping(activity.value)
        match activity.name:
            case "adaptiveCard/action":
                return await self._action(visit, value)
            case "application/search":
                return await found(visit, value, counter=self._counter)
            case "task/fetch":
                return await fetch(visit, value, counter=self._counter)
            case "task/submit":
                return await submitted(visit, value, counter=self._counter)
            case _:
                return None

    async def _action(self, visit: Visit, value: Mapping[str, object]) -> Answer:
        await self._remember(visit)
        action = _mapping(value.get("action"))
        verb = action.get("verb")
        state, data = value.get("state"), _mapping(action.get("data"))
        code = state if isinstance(state, str) else None
        pressed = await press(visit, verb if isinstance(verb, str) else "", data, counter=self._counter, code=code)
        if isinstance(pressed, SignInAsked):
            return await self._ask_to_sign_in(visit, pressed, has_token="authentication" in value)
        return {"status": 200, "body": {"statusCode": 200, "type": CONTENT_TYPE, "value": pressed.card}}

    async def _ask_to_sign_in(self, visit: Visit, asked: SignInAsked, *, has_token: bool) -> Answer:
        if asked.is_wrong_code:
            return incorrect_code()
        language = (await self._counter.desk.store.read(lambda tx: reader(tx, visit.person))).language
        return no_single_sign_on(language=language) if has_token else login_request(asked, language=language)

    def _tell(self, tx: Tx, visit: Visit, pressed: Pressed | SignInAsked) -> None:
        if isinstance(pressed, SignInAsked):
            self._send_to_sign_in(tx, visit, pressed)
        else:
            self._answer(tx, visit, pressed)

    def _send_to_sign_in(self, tx: Tx, visit: Visit, asked: SignInAsked) -> None:
        """Where Action.Execute is dead no client asks for a sign-in: the way there is a button in the chat."""
        language = reader(tx, visit.person).language
        again = say("Sign in with the button below, then press Approve on the card again.")
        link = Link(title=language.words(say("Sign in")), url=asked.address)
        self._say(tx, visit, message_card(asked.reason, also=again, tone=Tone.WARN, language=language, link=link))

    async def _remember(self, visit: Visit) -> None:
        """Keep where this person is reached, once. Reading first: hardly ever is there anything to write."""
        chat, store = _chat(visit), self._counter.desk.store
        if not visit.is_personal or self._met_before.get(visit.person) == chat:
            return
        if not await store.read(lambda tx: outbox.knows_chat(tx, chat)):
            await store.write(lambda tx: outbox.remember_chat(tx, chat, now=visit.at))
        self._met_before[visit.person] = chat

    async def _met(self, visit: Visit) -> None:
        """The app was installed for somebody: they are greeted once, and can be reached from now on."""
        if not visit.is_personal:
            return
        await self._counter.desk.store.write(lambda tx: self._greet(tx, visit))

    def _greet(self, tx: Tx, visit: Visit) -> None:
        """A greeting stands first in a chat or nowhere: below a card that asks for a decision it would push that card out of sight."""
        if not outbox.remember_chat(tx, _chat(visit), now=visit.at) or outbox.is_shown_any(tx, visit.person):
            return
        who = reader(tx, visit.person)
        if who.is_welcome:
            self._say(tx, visit, help_for(who, counter=self._counter))

    def _answer(self, tx: Tx, visit: Visit, pressed: Pressed) -> None:
        """A living card is redrawn where it stands, with its words beside it: a second one would be out of date from the next step on."""
        if pressed.request is None:
            self._say(tx, visit, pressed.card)
            return
        ask_for(tx, (Kind.REDRAW, pressed.request), now=visit.at)
        if pressed.said is not None:
            activity = as_json(text_activity(pressed.said, language=reader(tx, visit.person).language))
            outbox.reply(tx, visit.person, activity, trigger=visit.trigger, is_private=not visit.is_personal, now=visit.at)

    def _say(self, tx: Tx, visit: Visit, card: Card) -> None:
        who = reader(tx, visit.person)
        activity = card_activity(card, say("Countersign has answered you."), language=who.language)
        outbox.reply(tx, visit.person, as_json(activity), trigger=visit.trigger, is_private=not visit.is_personal, now=visit.at)


def _is_goodbye(activity: Activity) -> bool:
    """Whether the app was taken away, not added: ``action`` is ``remove`` or ``remove-upgrade`` then."""
    return str(activity.action or "").startswith("remove")


def _chat(visit: Visit) -> Chat:
    return Chat(person=visit.person, teams_id=visit.teams_id, conversation=visit.conversation, service_url=visit.service_url)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
