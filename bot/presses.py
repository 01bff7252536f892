"""A press on a card: the button is opened, the operation is asked, and the presser gets the card as it stands then.

Always a card, whatever was sent: a forged button, somebody else's, an outdated one and a second press each get their own words.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from approvals import outbox, reading
from approvals.change import Decision, PersonId, RequestId, State, Verdict
from approvals.errors import UnknownRequestError
from approvals.jobs.embedded import Kind, ask_for
from approvals.operations.decide import decide, still_asks
from approvals.operations.desk import Done, Outcome, Refused
from approvals.operations.end import end
from approvals.operations.extend import ask_for_more
from approvals.operations.forged import refuse_forged
from approvals.operations.inbox import is_first_time
from approvals.operations.reassign import reassign, who_else
from approvals.operations.sign_in import SignInNeeded
from approvals.operations.staleness import Seen
from approvals.operations.withdraw import withdraw
from approvals.store.requests import find
from approvals.store.sqlite import Tx
from approvals.views import Standing
from approvals.words import Sentence, say
from bot import drafting
from bot.counter import Counter, Reader, reader
from bot.lists import access, catalog, help_for, requests
from bot.pressed import Pressed, SignInAsked
from bot.visit import Visit
from cards.actions import Button, Verb, digest, open_button
from cards.durations import read_iso
from cards.lines import read_look
from cards.render import Card, Tone, message_card, request_card

_LARGEST = 2**53


async def press(visit: Visit, verb: str, data: Mapping[str, object], *, counter: Counter, code: str | None = None) -> Pressed | SignInAsked:
    """What the presser sees after pressing ``verb`` with ``data`` (the button's own values and the inputs, merged by the client).

    ``code`` is what the page of a sign-in handed to the client.
    """
    button = open_button(verb, data, viewer=visit.person, key=counter.key)
    if button is not None and button.verb is Verb.REFRESH:
        return await _refresh(visit, RequestId(button.id), counter=counter)
    return await counter.desk.store.write(lambda tx: _pressed(tx, visit, verb, button, data, code=code, counter=counter))


async def press_in_chat(
    visit: Visit, verb: str, data: Mapping[str, object], *, answer: Callable[[Tx, Pressed | SignInAsked], None], counter: Counter
) -> None:
    """Press where only the chat can answer: ``answer`` is written with what the press did, so that neither is there without the other."""
    button = open_button(verb, data, viewer=visit.person, key=counter.key)

    def act(tx: Tx) -> None:
        if button is not None and button.verb is Verb.REFRESH:
            pressed, is_known = _now(tx, visit, RequestId(button.id), counter=counter)
            if not is_known:
                _keep(tx, visit, RequestId(button.id))
            answer(tx, pressed)
            return
        answer(tx, _pressed(tx, visit, verb, button, data, code=None, counter=counter))

    await counter.desk.store.write(act)


def _pressed(
    tx: Tx, visit: Visit, verb: str, button: Button | None, data: Mapping[str, object], *, code: str | None, counter: Counter
) -> Pressed | SignInAsked:
    if button is not None and button.subject == "request":
        return _on_request(tx, visit, button, data, code=code, counter=counter)
    who = reader(tx, visit.person)
    if button is None:
        return _forged(tx, visit, verb, data.get("id"), who=who, counter=counter)
    if not who.is_welcome:
        return Pressed(stranger_card(who))
    if button.verb is Verb.SUBMIT:
        return drafting.send(tx, button, visit=visit, reader=who, counter=counter)
    return Pressed(_on_draft(tx, visit, button, data, who=who, counter=counter))


def _on_draft(tx: Tx, visit: Visit, button: Button, data: Mapping[str, object], *, who: Reader, counter: Counter) -> Card:
    match button.verb:
        case Verb.PREVIEW:
            return drafting.fill_in(tx, data, visit=visit, reader=who, counter=counter)
        case Verb.DISCARD:
            return drafting.discard(tx, visit=visit, reader=who)
        case Verb.EDIT | Verb.FORM:
            return drafting.edit(tx, visit=visit, reader=who, counter=counter, entitlement=data.get("entitlement"))
        case Verb.CATALOG:
            return catalog(tx, who, counter=counter)
        case Verb.ACCESS:
            return access(tx, who, counter=counter)
        case Verb.REQUESTS:
            return requests(tx, who, counter=counter)
        case _:
            return help_for(who, counter=counter)


def _on_request(
    tx: Tx, visit: Visit, button: Button, data: Mapping[str, object], *, code: str | None, counter: Counter
) -> Pressed | SignInAsked:
    request = RequestId(button.id)
    # The client repeats what it got no answer to: then the answer is the card as it stands, which shows what the first press did.
    is_new = is_first_time(tx, visit.trigger, now=visit.at)
    act = _act if is_new else _repeated
    outcome = act(tx, visit, button, data, code=code, counter=counter)
    who = reader(tx, visit.person)
    if not who.is_welcome:
        return Pressed(stranger_card(who))
    outbox.adopt(tx, request, person=visit.person, trigger=visit.trigger)
    if isinstance(outcome, SignInNeeded):
        address = counter.sign_ins.address(outcome.sought)
        return SignInAsked(address=address, reason=outcome.reason, is_wrong_code=outcome.is_wrong_code)
    said = outcome.reason if isinstance(outcome, Refused) else None
    card = request_now(tx, request, reader=who, counter=counter, banner=said, refresh_for=(visit.teams_id,))
    return Pressed(card, request=request, said=said)


def _act(tx: Tx, visit: Visit, button: Button, data: Mapping[str, object], *, code: str | None, counter: Counter) -> Outcome | SignInNeeded:
    request, desk = RequestId(button.id), counter.desk
    match button.verb:
        case Verb.APPROVE | Verb.DENY:
            word = _word(visit, button.verb, data)
            return decide(tx, request, word, seen=_seen(button), act=visit.act, desk=desk, looked=read_look(data.get("look")), code=code)
        case Verb.REASSIGN:
            to = data.get("to")
            return reassign(tx, request, PersonId(to) if isinstance(to, str) else None, seen=_seen(button), act=visit.act, desk=desk)
        case Verb.WITHDRAW:
            return withdraw(tx, request, act=visit.act, desk=desk)
        case Verb.HAND_BACK:
            return end(tx, request, act=visit.act, desk=desk)
        case Verb.MORE:
            return ask_for_more(tx, request, _chosen(data) or timedelta(), act=visit.act, desk=desk)
        case Verb.TAKE_BACK:
            return end(tx, request, act=visit.act, desk=desk, why=_typed(data, "why"))
        case _:
            return Done(request)


def _repeated(
    tx: Tx, visit: Visit, button: Button, data: Mapping[str, object], *, code: str | None, counter: Counter
) -> Outcome | SignInNeeded:
    request = RequestId(button.id)
    if button.verb is not Verb.APPROVE or code is not None:
        return Done(request)
    word = _word(visit, button.verb, data)
    looked = read_look(data.get("look"))
    return still_asks(tx, request, word, seen=_seen(button), act=visit.act, desk=counter.desk, looked=looked) or Done(request)


def _seen(button: Button) -> Seen:
    return Seen(version=button.seen, fits=lambda terms: digest(terms) == button.shown, shown=button.shown)


def _word(visit: Visit, verb: Verb, data: Mapping[str, object]) -> Decision:
    return Decision(
        approver=visit.person,
        verdict=Verdict.APPROVE if verb is Verb.APPROVE else Verdict.DENY,
        at=visit.at,
        duration=_chosen(data),
        reason=_typed(data, "reason"),
    )


def _typed(data: Mapping[str, object], name: str) -> str:
    text = data.get(name)
    return text.strip() if isinstance(text, str) else ""


def _chosen(data: Mapping[str, object]) -> timedelta | None:
    """The time that an approver chose; None where they were not asked. One that cannot be read is no time at all, which is refused."""
    return (read_iso(data["duration"]) or timedelta()) if "duration" in data else None


def _forged(tx: Tx, visit: Visit, verb: str, claimed: object, *, who: Reader, counter: Counter) -> Pressed:
    if not is_first_time(tx, visit.trigger, now=visit.at):
        sentence = say("This press was refused already. Nothing was changed, and the attempt was recorded.")
        return Pressed(message_card(sentence, tone=Tone.ALERT, language=who.language))
    named = RequestId(claimed) if type(claimed) is int and 0 < claimed < _LARGEST else None
    refused = refuse_forged(tx, verb=verb, claimed=named, act=visit.act, desk=counter.desk)
    if refused.request is None or not who.is_welcome:
        return Pressed(message_card(refused.reason, tone=Tone.ALERT, language=who.language))
    card = request_now(tx, refused.request, reader=who, counter=counter, banner=refused.reason)
    return Pressed(card, request=refused.request, said=refused.reason)


async def _refresh(visit: Visit, request: RequestId, *, counter: Counter) -> Pressed:
    """Reading is all that there is to do, but for a card that is not known: it was posted, and its posting never confirmed."""
    store = counter.desk.store
    pressed, is_known = await store.read(lambda tx: _now(tx, visit, request, counter=counter))
    if not is_known:
        await store.write(lambda tx: _keep(tx, visit, request))
    return pressed


def _now(tx: Tx, visit: Visit, request: RequestId, *, counter: Counter) -> tuple[Pressed, bool]:
    """The card as it stands, and whether the one that asks for it is kept up to date or never can be."""
    who = reader(tx, visit.person)
    if not who.is_welcome:
        return Pressed(stranger_card(who)), True
    pressed = Pressed(request_now(tx, request, reader=who, counter=counter), request=request)
    return pressed, not visit.card or outbox.is_copy(tx, visit.trigger)


def _keep(tx: Tx, visit: Visit, request: RequestId) -> None:
    try:
        find(tx, request)
    except UnknownRequestError:
        return
    if not outbox.is_copy(tx, visit.trigger):
        outbox.adopt(tx, request, person=visit.person, trigger=visit.trigger)
        ask_for(tx, (Kind.REDRAW, request), now=visit.at)


def request_now(
    tx: Tx,
    request: RequestId,
    *,
    reader: Reader,
    counter: Counter,
    banner: Sentence | None = None,
    refresh_for: tuple[str, ...] | None = None,
) -> Card:
    """The request as this reader may see it now. ``refresh_for`` is how Teams names the reader, looked up where it is not at hand."""
    try:
        row = find(tx, request)
    except UnknownRequestError:
        return message_card(say("This request is not there any more."), tone=Tone.WARN, language=reader.language)
    view = reading.request_view(tx, row, reader=reader.id, shelf=counter.desk.shelf)
    if view.standing is Standing.APPROVER and view.state is State.WAITING:
        others = who_else(tx, row, by=reader.id, desk=counter.desk)
        view = replace(view, others=tuple(reading.person_view(person) for person in others))
    return request_card(
        view,
        language=reader.language,
        viewer=reader.id,
        key=counter.key,
        banner=banner,
        refresh_for=reading.teams_ids(tx, reader.id) if refresh_for is None else refresh_for,
    )


def stranger_card(reader: Reader) -> Card:
    """For somebody whom the directory does not know, or no longer."""
    sentence = say("The directory does not know you as an active member of this organisation. Please ask the helpdesk.")
    return message_card(sentence, tone=Tone.ALERT, language=reader.language)
