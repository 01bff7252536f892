"""Views in, Adaptive Cards out. Pure: no clock, no I/O but the templates, read once.

Every function returns the content of the card as a dict of JSON values; :func:`attachment` wraps it for an activity. What people wrote
stands in TextRuns only, which read no Markdown; TextBlocks hold translated words alone (platform.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from approvals.change import PersonId, Risk, State
from approvals.views import EntitlementView, FormView, GrantView, PreviewView, RequestView, Standing
from approvals.words import Sentence
from cards import facts
from cards.actions import Button, Verb, digest, menu, mint
from cards.durations import iso, shorter_than
from cards.environment import Card, Json, parse_card, template
from cards.language import Language
from cards.lines import choices
from cards.text import line, passage, returned
from cards.wording import Tone, badge, summary, told

__all__ = [
    "Card",
    "Link",
    "Tone",
    "access_card",
    "attachment",
    "catalog_card",
    "form_card",
    "form_dialog",
    "help_card",
    "message_card",
    "preview_card",
    "request_card",
    "requests_card",
    "summary",
    "withdraw_card",
]

CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"
OPENS = 400
"""Longest telling of what an entitlement opens, in characters."""
LISTED = 12
"""How many lines a list card shows before it says how many more there are: twelve of the longest stay below 28 KB."""
_RISK_TONE: Mapping[Risk, str] = {Risk.LOW: "default", Risk.MEDIUM: "default", Risk.HIGH: Tone.WARN, Risk.CRITICAL: Tone.ALERT}
"""The colour of the risk while something is still to be decided; afterwards it is told without colour."""


class Look(StrEnum):
    """How a button is drawn, by its Adaptive Cards name."""

    PLAIN = "default"
    MAIN = "positive"
    DANGER = "destructive"


@dataclass(frozen=True, slots=True)
class Press:
    """A button ready for a template. ``submit`` is the data of the Action.Submit fallback, which has no place for a verb."""

    title: str
    verb: Verb
    look: Look
    data: Mapping[str, Json]
    submit: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A button that opens a page in the browser."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """For whom a card is drawn."""

    language: Language
    viewer: PersonId
    key: bytes

    def press(self, title: str, button: Button, *, look: Look = Look.PLAIN, extra: Mapping[str, Json] | None = None) -> Press:
        data: dict[str, Json] = {**mint(button, viewer=self.viewer, key=self.key), **(extra or {})}
        return Press(title, button.verb, look, data, {**data, "verb": button.verb})

    def draw(self, name: str, /, **values: object) -> Card:
        language = self.language
        return parse_card(template(name).render(_=language.text, lang=language.tag, language=language, **values))


def attachment(card: Card) -> dict[str, Json]:
    """The card as an activity carries it."""
    return {"contentType": CONTENT_TYPE, "content": card}


def request_card(
    view: RequestView,
    *,
    language: Language,
    viewer: PersonId,
    key: bytes,
    banner: Sentence | None = None,
    tone: Tone = Tone.WARN,
    refresh_for: tuple[str, ...] = (),
) -> Card:
    """The living card of a request, for any state and standing.

    ``banner`` says what came of a press, above everything else. ``refresh_for`` are the Teams ids (at most 60) whose clients fetch their
    own view when they show the card; without any there is no refresh.
    """
    reader = _Reader(language=language, viewer=viewer, key=key)
    shown = digest(view.terms)
    presses = _presses(view, shown=shown, reader=reader)
    return reader.draw(
        "request.json.j2",
        view=view,
        told=told(view, language=language, viewer=viewer),
        banner=banner,
        banner_tone=tone,
        risk=facts.risk_heading(view.entitlement),
        risk_tone=_RISK_TONE[view.entitlement.risk] if view.state is State.WAITING else "default",
        facts=facts.request_facts(view, language=language),
        opens=passage(view.entitlement.opens, limit=OPENS).text,
        reason=passage(view.reason),
        decision_reason=passage(view.decision_reason or view.end_reason),
        refresh=reader.press("", Button(Verb.REFRESH, "request", view.id, view.version, shown)),
        refresh_for=refresh_for[:60],
        presses=presses,
        shorter=[(language.duration(step), iso(step)) for step in shorter_than(view.duration)] if "approve_less" in presses else [],
        whole=(language.duration(view.duration), iso(view.duration)),
        others=[(facts.person(each, language=language), each.id) for each in view.others[:LISTED]],
        lines=choices(view, language=language, viewer=viewer, key=key),
    )


def _presses(view: RequestView, *, shown: str, reader: _Reader) -> dict[str, Press]:
    _ = reader.language.text

    def press(title: str, verb: Verb, look: Look = Look.PLAIN) -> Press:
        return reader.press(title, Button(verb, "request", view.id, view.version, shown), look=look)

    if view.more is not None and any(one.id == reader.viewer for one in view.waiting_for):
        return {
            "approve": press(_("Give more time"), Verb.APPROVE, Look.MAIN),
            "approve_looked": press(_("Give more time now"), Verb.APPROVE, Look.MAIN),
            "deny": press(_("Refuse with this reason"), Verb.DENY, Look.DANGER),
            "take_back": press(_("Take it back now"), Verb.TAKE_BACK, Look.DANGER),
        }
    if view.standing is Standing.APPROVER and view.state is State.WAITING:
        return {
            "approve": press(_("Approve"), Verb.APPROVE, Look.MAIN),
            "approve_less": press(_("Approve this time"), Verb.APPROVE, Look.MAIN),
            "approve_looked": press(_("Approve now"), Verb.APPROVE, Look.MAIN),
            "deny": press(_("Deny with this reason"), Verb.DENY, Look.DANGER),
            "reassign": press(_("Give it to them"), Verb.REASSIGN),
        }
    if view.may_take_back:
        return {"take_back": press(_("Take it back now"), Verb.TAKE_BACK, Look.DANGER)}
    if view.standing is not Standing.REQUESTER:
        return {}
    if view.state is State.WAITING:
        # "Keep it" changes nothing: it draws the card as it stands, with the question closed.
        return {"withdraw": press(_("Yes, withdraw"), Verb.WITHDRAW, Look.DANGER), "keep": press(_("Keep it"), Verb.REFRESH)}
    if view.state is State.GRANTED:
        done = {"own": press(_("I'm done"), Verb.HAND_BACK, Look.MAIN)}
        if view.may_ask_more is None:
            return done
        title = reader.language.text("{duration} more", duration=reader.language.duration(view.may_ask_more))
        more = Button(Verb.MORE, "request", view.id, view.version, shown)
        return {**done, "more": reader.press(title, more, extra={"duration": iso(view.may_ask_more)})}
    if view.state in (State.DENIED, State.LAPSED, State.WITHDRAWN, State.REFUSED, State.ENDED):
        return {"own": reader.press(_("Ask again"), menu(Verb.FORM), extra={"entitlement": view.entitlement.id})}
    return {}


def withdraw_card(view: RequestView, *, language: Language, viewer: PersonId, key: bytes) -> Card:
    """Whether the requester really wants to withdraw ``view``, which waits. Either button makes the card that of the request."""
    reader = _Reader(language=language, viewer=viewer, key=key)
    return reader.draw("withdraw.json.j2", view=view, presses=_presses(view, shown=digest(view.terms), reader=reader))


def preview_card(view: PreviewView, *, language: Language, viewer: PersonId, key: bytes, banner: Sentence | None = None) -> Card:
    """What the requester is about to send, to be checked by them first."""
    reader = _Reader(language=language, viewer=viewer, key=key)
    _, shown = language.text, digest(view)

    def press(title: str, verb: Verb, look: Look = Look.PLAIN) -> Press:
        return reader.press(title, Button(verb, "draft", view.draft, view.version, shown), look=look)

    return reader.draw(
        "preview.json.j2",
        view=view,
        banner=banner,
        banner_tone=Tone.WARN,
        risk=facts.risk_heading(view.entitlement),
        risk_tone=_RISK_TONE[view.entitlement.risk],
        facts=facts.preview_facts(view, language=language),
        opens=passage(view.entitlement.opens, limit=OPENS).text,
        reason=passage(view.reason),
        submit=press(_("Send request"), Verb.SUBMIT, Look.MAIN),
        edit=press(_("Edit"), Verb.EDIT),
        discard=press(_("Discard"), Verb.DISCARD, Look.DANGER),
    )


def form_card(view: FormView, *, language: Language, viewer: PersonId, key: bytes) -> Card:
    """The request form in a chat. Inputs: ``entitlement``, ``duration`` (ISO 8601, durations.py), ``reason``, ``reference``."""
    return _form("form.json.j2", view, reader=_Reader(language=language, viewer=viewer, key=key))


def form_dialog(view: FormView, *, language: Language, viewer: PersonId, key: bytes) -> Card:
    """The request form in a dialog, where Action.Execute is not supported: its button is an Action.Submit with the verb in its data."""
    return _form("dialog.json.j2", view, reader=_Reader(language=language, viewer=viewer, key=key))


def _form(name: str, view: FormView, *, reader: _Reader) -> Card:
    language, shown = reader.language, digest(view)
    _ = language.text
    lengths, chosen = _lengths(view)
    return reader.draw(
        name,
        view=view,
        choices=_choices(view),
        lengths=[(language.duration(length), iso(length)) for length in lengths],
        chosen=iso(chosen) if chosen else None,
        reason=returned(view.reason),
        reference=line(view.reference or ""),
        preview=reader.press(_("Preview"), Button(Verb.PREVIEW, "draft", view.draft, view.version, shown), look=Look.MAIN),
        discard=reader.press(_("Cancel"), Button(Verb.DISCARD, "draft", view.draft, view.version, shown)),
    )


def _choices(view: FormView) -> tuple[EntitlementView, ...]:
    # What is chosen already must be among the choices, or the input would show nothing.
    if view.entitlement is None or any(choice.id == view.entitlement.id for choice in view.choices[:LISTED]):
        return view.choices[:LISTED]
    return (view.entitlement, *view.choices[: LISTED - 1])


def _lengths(view: FormView) -> tuple[list[timedelta], timedelta | None]:
    usual = view.entitlement.usual_duration if view.entitlement else None
    chosen = view.duration or (usual if usual in view.durations else None)
    return sorted({*view.durations, *([chosen] if chosen else [])}), chosen


def catalog_card(
    entries: tuple[EntitlementView, ...], *, language: Language, viewer: PersonId, key: bytes, banner: Sentence | None = None
) -> Card:
    """What can be asked for. Each line's button opens the form with ``entitlement`` in its data, as the form's own input would send it."""
    reader = _Reader(language=language, viewer=viewer, key=key)
    ask = language.text("Ask for it")
    return reader.draw(
        "catalog.json.j2",
        rows=[
            (entry, facts.risk(entry), reader.press(ask, menu(Verb.FORM), extra={"entitlement": entry.id})) for entry in entries[:LISTED]
        ],
        more=_more(entries, language=language),
        banner=banner,
        form=reader.press(language.text("Search everything"), menu(Verb.FORM), look=Look.MAIN),
    )


def access_card(grants: tuple[GrantView, ...], *, language: Language, viewer: PersonId, key: bytes, banner: Sentence | None = None) -> Card:
    """What the reader holds now, with a button on each line that hands it back (``shown`` is the digest of that GrantView)."""
    reader = _Reader(language=language, viewer=viewer, key=key)
    done = language.text("I'm done")
    return reader.draw(
        "access.json.j2",
        rows=[
            (grant, reader.press(done, Button(Verb.HAND_BACK, "request", grant.request, grant.version, digest(grant))))
            for grant in grants[:LISTED]
        ],
        more=_more(grants, language=language),
        banner=banner,
        form=reader.press(language.text("Request access"), menu(Verb.FORM), look=Look.MAIN),
    )


def requests_card(views: tuple[RequestView, ...], *, language: Language, viewer: PersonId, key: bytes) -> Card:
    """The reader's requests with their states, in the order given."""
    reader = _Reader(language=language, viewer=viewer, key=key)
    return reader.draw(
        "requests.json.j2",
        rows=[(view, badge(view.state)) for view in views[:LISTED]],
        more=_more(views, language=language),
        form=reader.press(language.text("Request access"), menu(Verb.FORM), look=Look.MAIN),
    )


def help_card(name: str, *, language: Language, viewer: PersonId, key: bytes, banner: Sentence | None = None) -> Card:
    """What one can write to Countersign, for somebody called ``name``."""
    reader, _ = _Reader(language=language, viewer=viewer, key=key), language.text
    return reader.draw(
        "help.json.j2",
        name=name,
        banner=banner,
        presses=[
            reader.press(_("Request access"), menu(Verb.FORM), look=Look.MAIN),
            reader.press(_("What can I ask for?"), menu(Verb.CATALOG)),
            reader.press(_("My access"), menu(Verb.ACCESS)),
            reader.press(_("My requests"), menu(Verb.REQUESTS)),
        ],
    )


def message_card(
    sentence: Sentence, *, also: Sentence | None = None, tone: Tone = Tone.QUIET, language: Language, link: Link | None = None
) -> Card:
    """One sentence, and one more with ``also``: an answer or a refusal. ``link`` is a button that opens a page; there is no other."""
    reader = _Reader(language=language, viewer=PersonId(""), key=b"")
    return reader.draw("message.json.j2", sentences=[each for each in (sentence, also) if each], tone=tone, link=link)


def _more(rows: tuple[object, ...], *, language: Language) -> str | None:
    left = len(rows) - LISTED
    return language.plural("{count} more is not shown.", "{count} more are not shown.", left) if left > 0 else None
