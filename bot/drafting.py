"""A draft's cards: the form, the preview, and the press that submits.

Buttons carry the draft's id and version, so that a press on an old preview is answered with the present one.
"""

from collections.abc import Mapping

from approvals import reading
from approvals.change import Denied, Proposal
from approvals.operations import drafts
from approvals.operations.desk import Done, Refused
from approvals.operations.drafts import Stored
from approvals.operations.inbox import is_first_time
from approvals.operations.submit import Prospect, prospect, submit
from approvals.store.requests import find
from approvals.store.sqlite import Tx
from approvals.views import FormView, PreviewView
from approvals.words import Sentence, say
from bot import proposing
from bot.counter import Counter, Reader
from bot.pressed import Pressed
from bot.proposing import proposal_of
from bot.understanding.draft import Draft
from bot.visit import Visit
from cards.actions import Button, digest
from cards.render import Card, Tone, form_card, message_card, preview_card, request_card


def card_of(view: FormView | PreviewView, *, reader: Reader, counter: Counter, banner: Sentence | None = None) -> Card:
    """The form or the preview as a card in a chat; ``banner`` says why a preview is shown again."""
    if isinstance(view, FormView):
        return form_card(view, language=reader.language, viewer=reader.id, key=counter.key)
    return preview_card(view, language=reader.language, viewer=reader.id, key=counter.key, banner=banner)


def preview(tx: Tx, draft: Draft, *, visit: Visit, reader: Reader, counter: Counter, banner: Sentence | None = None) -> Card:
    """The preview of a complete draft; or, where mediation would refuse it, the form with the reason why."""
    view = proposing.previewed(tx, draft, visit=visit, reader=reader, counter=counter)
    return card_of(view, reader=reader, counter=counter, banner=banner)


def fill_in(tx: Tx, inputs: Mapping[str, object], *, visit: Visit, reader: Reader, counter: Counter) -> Card:
    """The form was filled in: the preview, or the form again with what is missing and all that was typed."""
    view = proposing.filled_in(tx, inputs, visit=visit, reader=reader, counter=counter)
    return card_of(view, reader=reader, counter=counter)


def edit(tx: Tx, *, visit: Visit, reader: Reader, counter: Counter, entitlement: object = None) -> Card:
    """The form on the present draft, begun afresh where there is none or where another entitlement was picked from a list."""
    view = proposing.begun(tx, visit=visit, reader=reader, counter=counter, entitlement=entitlement)
    return card_of(view, reader=reader, counter=counter)


def discard(tx: Tx, *, visit: Visit, reader: Reader) -> Card:
    """Forget the draft."""
    drafts.drop(tx, visit.person)
    sentence = say("Discarded; nothing was sent. Say “request access” whenever you need something.")
    return message_card(sentence, tone=Tone.QUIET, language=reader.language)


def send(tx: Tx, button: Button, *, visit: Visit, reader: Reader, counter: Counter) -> Pressed:
    """Submit was pressed on a preview: the requester's living card, or why it was not sent."""
    desk = counter.desk
    stored = drafts.draft_of(tx, visit.person)
    is_repeat = not is_first_time(tx, visit.trigger, now=visit.at)
    if stored is None or stored.id != button.id or is_repeat:
        return _already_sent(tx, button, visit=visit, reader=reader, counter=counter)
    draft = Draft.from_json(stored.body)
    proposal = proposal_of(draft, visit)
    ahead = prospect(tx, proposal, desk=desk)
    if not isinstance(ahead.answer, Denied) and not _is_what_was_shown(tx, proposal, button, stored=stored, ahead=ahead):
        banner = say("Something changed since this preview was drawn. Please look again before you send it.")
        return Pressed(preview(tx, draft, visit=visit, reader=reader, counter=counter, banner=banner))
    outcome = submit(tx, proposal, draft=stored.id, act=visit.act, desk=desk)
    if isinstance(outcome, Refused):
        view = proposing.form(tx, draft, visit=visit, reader=reader, counter=counter, problem=outcome.reason)
        return Pressed(card_of(view, reader=reader, counter=counter))
    drafts.drop(tx, visit.person)
    return _request(tx, outcome, reader=reader, counter=counter, banner=say("Sent. You will be told as soon as it is decided."))


def _is_what_was_shown(tx: Tx, proposal: Proposal, button: Button, *, stored: Stored, ahead: Prospect) -> bool:
    if button.seen != stored.version:
        return False
    return digest(proposing.preview_view(tx, proposal, stored=stored, ahead=ahead)) == button.shown


def _already_sent(tx: Tx, button: Button, *, visit: Visit, reader: Reader, counter: Counter) -> Pressed:
    """A second press of Submit finds the request that the first one made."""
    request = reading.request_of_draft(tx, button.id, requester=visit.person)
    if request is None:
        sentence = say("This preview is not there any more; nothing was sent by it. Say “request access” to begin again.")
        return Pressed(message_card(sentence, tone=Tone.WARN, language=reader.language))
    return _request(tx, Done(request), reader=reader, counter=counter, banner=None)


def _request(tx: Tx, outcome: Done, *, reader: Reader, counter: Counter, banner: Sentence | None) -> Pressed:
    view = reading.request_view(tx, find(tx, outcome.request), reader=reader.id, shelf=counter.desk.shelf)
    card = request_card(view, language=reader.language, viewer=reader.id, key=counter.key, banner=banner, tone=Tone.GOOD)
    return Pressed(card, request=outcome.request, said=banner)
