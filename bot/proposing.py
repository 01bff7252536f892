"""From what somebody wants to what they are shown of it: the form with what is known, or the preview of what mediation would allow.

The walk is one, whichever way it is gone: in words, on a card or in a dialog. The draft is stored under an id and a version at each step.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from approvals import reading
from approvals.change import Denied, Entitlement, EntitlementId, Proposal
from approvals.operations import drafts
from approvals.operations.drafts import Stored
from approvals.operations.submit import Prospect, prospect, wants_ticket
from approvals.store.people import people
from approvals.store.sqlite import Tx
from approvals.views import FormView, PreviewView
from approvals.words import Sentence, say
from bot.counter import Counter, Reader, may_ask_for
from bot.understanding.draft import Draft
from bot.understanding.references import first as first_reference
from bot.visit import Visit
from cards.durations import read_iso

_OFFERED_DURATIONS = tuple(timedelta(minutes=minutes) for minutes in (30, 60, 120, 240, 480, 1440, 3 * 1440, 7 * 1440))
_REASON_AT_MOST = 1_000


def begun(tx: Tx, *, visit: Visit, reader: Reader, counter: Counter, entitlement: object = None) -> FormView:
    """The form on the present draft, begun afresh where there is none or where another entitlement was picked from a list."""
    stored = drafts.draft_of(tx, visit.person)
    draft = Draft.from_json(stored.body) if stored else Draft()
    chosen = _entitlement(entitlement, counter)
    if chosen is not None and chosen.id != draft.entitlement:
        draft = Draft(entitlement=chosen.id)
    return form(tx, draft, visit=visit, reader=reader, counter=counter)


def filled_in(tx: Tx, inputs: Mapping[str, object], *, visit: Visit, reader: Reader, counter: Counter) -> FormView | PreviewView:
    """The form was sent: the preview, or the form again with what is missing and all that was typed."""
    draft, problem = _read_form(inputs, counter=counter)
    if problem is not None:
        return form(tx, draft, visit=visit, reader=reader, counter=counter, problem=problem)
    return previewed(tx, draft, visit=visit, reader=reader, counter=counter)


def previewed(tx: Tx, draft: Draft, *, visit: Visit, reader: Reader, counter: Counter) -> FormView | PreviewView:
    """The preview of a complete draft; or, where mediation would refuse it, the form with the reason why."""
    proposal = proposal_of(draft, visit)
    ahead = prospect(tx, proposal, desk=counter.desk)
    if isinstance(ahead.answer, Denied):
        return form(tx, draft, visit=visit, reader=reader, counter=counter, problem=ahead.answer.reason)
    stored = drafts.keep(tx, visit.person, replace(draft, is_on_form=False).to_json(), now=visit.at)
    return preview_view(tx, proposal, stored=stored, ahead=ahead)


def form(tx: Tx, draft: Draft, *, visit: Visit, reader: Reader, counter: Counter, problem: Sentence | None = None) -> FormView:
    """The form, with what is known filled in. Only what is for the reader, and durations that the chosen one allows, are offered."""
    catalog = counter.desk.catalog
    stored = drafts.keep(tx, visit.person, replace(draft, asked=None, offered=(), is_on_form=True).to_json(), now=visit.at)
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
        wants_ticket=chosen is not None and _wants_ticket(tx, draft, chosen, visit=visit, counter=counter),
        problem=problem,
    )


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


def preview_view(tx: Tx, proposal: Proposal, *, stored: Stored, ahead: Prospect) -> PreviewView:
    """What the preview of a proposal shows.

    Raises:
        ValueError: mediation would refuse it.
    """
    answer, offer, requester = ahead.answer, ahead.facts.entitlement, ahead.facts.requester
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


def _wants_ticket(tx: Tx, draft: Draft, chosen: Entitlement, *, visit: Visit, counter: Counter) -> bool:
    proposal = proposal_of(replace(draft, duration=draft.duration or chosen.usual_duration), visit)
    return wants_ticket(tx, proposal, desk=counter.desk)


def _read_form(inputs: Mapping[str, object], *, counter: Counter) -> tuple[Draft, Sentence | None]:
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


def _entitlement(value: object, counter: Counter) -> Entitlement | None:
    return counter.desk.catalog.find(EntitlementId(value)) if isinstance(value, str) else None


def _line(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
