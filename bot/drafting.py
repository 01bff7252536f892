"""From what somebody wants to a preview: the request form, the preview card, and the press that submits.

A draft is stored under an id and a version; its buttons carry both, so that a press on an old preview is answered with the present one.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from approvals import reading
from approvals.change import Denied, Entitlement, EntitlementId, Proposal
from approvals.operations import drafts
from approvals.operations.desk import Done, Refused
from approvals.operations.drafts import Stored
from approvals.operations.inbox import is_first_time
from approvals.operations.submit import Prospect, prospect, submit
from approvals.store.people import people
from approvals.store.requests import find
from approvals.store.sqlite import Tx
from approvals.views import FormView, PreviewView
from approvals.words import Sentence, say
from bot.counter import Counter, Reader, may_ask_for
from bot.pressed import Pressed
from bot.understanding.draft import Draft
from bot.understanding.references import first as first_reference
from bot.visit import Visit
from cards.actions import Button, digest
from cards.durations import read_iso
from cards.render import Card, Tone, form_card, message_card, preview_card, request_card

_OFFERED_DURATIONS = tuple(timedelta(minutes=minutes) for minutes in (30, 60, 120, 240, 480, 1440, 3 * 1440, 7 * 1440))
_REASON_AT_MOST = 1_000


def form(tx: Tx, draft: Draft, *, visit: Visit, reader: Reader, counter: Counter, problem: Sentence | None = None) -> Card:
    """The form, with what is known filled in; the draft is stored."""
    stored = drafts.keep(tx, visit.person, draft.to_json(), now=visit.at)
    view = form_view(tx, draft, stored=stored, reader=reader, counter=counter, problem=problem)
    return form_card(view, language=reader.language, viewer=reader.id, key=counter.key)


def form_view(tx: Tx, draft: Draft, *, stored: Stored, reader: Reader, counter: Counter, problem: Sentence | None = None) -> FormView:
    """What the form shows of a draft. Only what is for the reader, and durations that the chosen entitlement allows, are offered."""
    catalog = counter.desk.catalog
    chosen = catalog.find(draft.entitlement) if draft.entitlement else None
    longest = chosen.max_duration if chosen else max(_OFFERED_DURATIONS)
    return FormView(
        draft=stored.id,
        version=stored.version,
        entitlement=reading.offers(tx, [chosen])[0] if chosen else None,
        duration=draft.duration,
        reason=draft.reason,
        reference=draft.reference,
        choices=reading.offers(tx, [offer for offer in catalog.entitlements if may_ask_for(offer, reader=reader)]),
        durations=tuple(length for length in _OFFERED_DURATIONS if length <= longest) or (longest,),
        problem=problem,
    )


def preview(tx: Tx, draft: Draft, *, visit: Visit, reader: Reader, counter: Counter, banner: Sentence | None = None) -> Card:
    """The preview of a complete draft; or, where mediation would refuse it, the form with the reason why."""
    proposal = proposal_of(draft, visit)
    answer = prospect(tx, proposal, desk=counter.desk)
    if isinstance(answer.answer, Denied):
        return form(tx, draft, visit=visit, reader=reader, counter=counter, problem=answer.answer.reason)
    stored = drafts.keep(tx, visit.person, draft.to_json(), now=visit.at)
    view = _preview_view(tx, proposal, stored=stored, prospect=answer)
    return preview_card(view, language=reader.language, viewer=reader.id, key=counter.key, banner=banner)


def fill_in(tx: Tx, inputs: Mapping[str, object], *, visit: Visit, reader: Reader, counter: Counter) -> Card:
    """The form was filled in: the preview, or the form again with what is missing and all that was typed."""
    draft, problem = read_form(inputs, counter=counter)
    if problem is not None:
        return form(tx, draft, visit=visit, reader=reader, counter=counter, problem=problem)
    return preview(tx, draft, visit=visit, reader=reader, counter=counter)


def edit(tx: Tx, *, visit: Visit, reader: Reader, counter: Counter, entitlement: object = None) -> Card:
    """The form on the present draft, begun afresh where there is none or where another entitlement was picked from a list."""
    stored = drafts.draft_of(tx, visit.person)
    draft = Draft.from_json(stored.body) if stored else Draft()
    chosen = _entitlement(entitlement, counter)
    if chosen is not None and chosen.id != draft.entitlement:
        draft = Draft(entitlement=chosen.id)
    return form(tx, replace(draft, asked=None, offered=()), visit=visit, reader=reader, counter=counter)


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
        return Pressed(form(tx, draft, visit=visit, reader=reader, counter=counter, problem=outcome.reason))
    drafts.drop(tx, visit.person)
    return _request(tx, outcome, reader=reader, counter=counter, banner=say("Sent. You will be told as soon as it is decided."))


def read_form(inputs: Mapping[str, object], *, counter: Counter) -> tuple[Draft, Sentence | None]:
    """What the form's inputs say, and the first thing that is wrong with them; nothing that was typed is lost."""
    offer, duration = _entitlement(inputs.get("entitlement"), counter), read_iso(inputs.get("duration"))
    reason, reference = _line(inputs.get("reason")), _line(inputs.get("reference"))
    draft = Draft(
        entitlement=offer.id if offer else None,
        duration=duration,
        reason=reason[:_REASON_AT_MOST],
        reference=(first_reference(reference) or reference[:64] or None) if reference else first_reference(reason),
    )
    if offer is None:
        return draft, say("Please choose what you need from the list: type a few letters of its name.")
    if duration is None:
        return draft, say("Please choose for how long you need it.")
    if not reason:
        return draft, say("Please say why you need it: the approver sees only what you write.")
    return draft, None


def proposal_of(draft: Draft, visit: Visit) -> Proposal:
    """A complete draft as a proposal. Whose it is comes from the visit, never from what was typed.

    Raises:
        ValueError: the draft is not complete.
    """
    if draft.entitlement is None or draft.duration is None:
        raise ValueError("a draft without entitlement or duration is no proposal yet")
    return Proposal(
        requester=visit.person,
        beneficiary=visit.person,
        entitlement=draft.entitlement,
        duration=draft.duration,
        reason=draft.reason,
        reference=draft.reference,
    )


def _preview_view(tx: Tx, proposal: Proposal, *, stored: Stored, prospect: Prospect) -> PreviewView:
    answer, offer, requester = prospect.answer, prospect.facts.entitlement, prospect.facts.requester
    if isinstance(answer, Denied) or answer.obligations is None or offer is None or requester is None:
        raise ValueError("only what mediation would allow has a preview")
    asked = tuple(one for stage in answer.stages for one in stage.approvers)
    known = people(tx, *asked)
    return PreviewView(
        draft=stored.id,
        version=stored.version,
        requester=reading.person_view(requester),
        entitlement=reading.offers(tx, [offer])[0],
        duration=proposal.duration,
        reason=proposal.reason,
        reference=proposal.reference,
        will_be_asked=tuple(reading.person_view(known[one]) for one in asked if one in known),
        lapses_after=answer.obligations.lapses_after,
    )


def _is_what_was_shown(tx: Tx, proposal: Proposal, button: Button, *, stored: Stored, ahead: Prospect) -> bool:
    if button.seen != stored.version:
        return False
    return digest(_preview_view(tx, proposal, stored=stored, prospect=ahead)) == button.shown


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


def _entitlement(value: object, counter: Counter) -> Entitlement | None:
    return counter.desk.catalog.find(EntitlementId(value)) if isinstance(value, str) else None


def _line(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
