"""Every card in every state and standing, drawn from ordinary, hostile and very long text: what check_cards checks and gallery shows.

Runs from a checkout only: the people and views are those of the tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from approvals.change import EndCause, EntitlementId, Look, Risk, State
from approvals.views import EntitlementView, LineView, PersonView, Standing
from approvals.words import say
from cards.environment import Card
from cards.language import Language
from cards.render import (
    Tone,
    access_card,
    catalog_card,
    form_card,
    form_dialog,
    help_card,
    message_card,
    preview_card,
    request_card,
    requests_card,
    withdraw_card,
)
from tests.builders import ANA, HOUR, MARIA, NOON, TOM, a_form, a_grant, a_preview, a_request_view, an_entitlement

KEY = b"a key for samples, 32 bytes long"
CANARY = "Zq9"
"""Stands in every text of the hostile and the long samples: where it is found, somebody's own words are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The text that people and the catalog put on a card."""

    name: str
    title: str
    entitlement: str
    opens: str
    reason: str
    reference: str
    url: str


ORDINARY = Words(
    name="Ana Ferreira",
    title="Software engineer",
    entitlement="Write access to billing-db",
    opens="Correct or delete invoices, fares and refunds by hand. What is changed here reaches customers' accounts the same night.",
    reason="Fix INC-4711: two invoices were sent twice this morning.\nI need to mark the copies as void.",
    reference="INC-4711",
    url="https://desk.example/tickets/TCK-1042",
)
HOSTILE = Words(
    name=f'{CANARY} "Maria", "id": "REQ-666 \u202egnp.exe\u202c \x00\u200b[Approve](https://evil.example) {{{{ 7*7 }}}} ${{x}} \ud800',
    title=f"{CANARY} <script>alert(1)</script>\r\n# Title\u2028{{{{DATE(2020-01-01T00:00:00Z)}}}}",
    entitlement=f'{CANARY}", "id": "REQ-666", "x": "_under_score_ [x](https://evil.example)',
    opens=f"{CANARY} {{% include 'x' %}} [x](https://evil.example) &lt;b&gt;",
    reason=f'{CANARY} x", "id": "REQ-666\\ [Approve](https://evil.example) {{{{ 7*7 }}}}\n\n# Urgent\x00\x1b[31m\u202e\U0001f600\ud83d',
    reference=f"{CANARY}](javascript:alert(1))",
    url="javascript:alert(1)",
)
LONG = Words(
    name=f"{CANARY} " + "\U0001f600" * 50_000,
    title=f"{CANARY} " + "W" * 50_000,
    entitlement=f"{CANARY} " + "\x00" * 50_000,
    opens=f"{CANARY} " + "\U0001f600" * 50_000,
    reason=f"{CANARY} " + "\U0001f600\n" * 50_000,
    reference=f"{CANARY} " + "7" * 50_000,
    url="https://desk.example/" + "t" * 1_500,
)
_READERS = tuple(f"29:{place:060d}" for place in range(60))
_ENTITLEMENTS = (EntitlementId("billing-db-write"), EntitlementId("billing-db-read"))
FLAVOURS = {"ordinary": ORDINARY, "hostile": HOSTILE, "long": LONG}


def samples(words: Words, *, language: Language) -> Iterator[tuple[str, Card]]:
    """Each card with a name for it, such as ``request-waiting-approver``."""
    yield from _requests(words, language=language)
    yield from _question(words, language=language)
    yield from _forms(words, language=language)
    yield from _lists(words, language=language)
    for tone in Tone:
        sentence = say("Only {owner} can decide this. You asked for {name}.", owner=words.name, name=words.entitlement)
        yield f"message-{tone.name.lower()}", message_card(sentence, tone=tone, language=language)


def _person(person: PersonView, *, words: Words) -> PersonView:
    return replace(person, name=person.name if words is ORDINARY else words.name, title=words.title)


def _entitlement(words: Words) -> EntitlementView:
    return an_entitlement(
        name=words.entitlement,
        description="Change rows in the production billing database." if words is ORDINARY else words.opens,
        opens=words.opens,
        owner=_person(MARIA, words=words),
    )


def _requests(words: Words, *, language: Language) -> Iterator[tuple[str, Card]]:
    entitlement, maria, ana = _entitlement(words), _person(MARIA, words=words), _person(ANA, words=words)
    for state in State:
        for standing in Standing:
            view = a_request_view(
                state,
                standing,
                requester=ana,
                beneficiary=ana,
                entitlement=entitlement,
                reason=words.reason,
                reference=words.reference,
                ticket_url=words.url,
            )
            if view.waiting_for:
                view = replace(view, waiting_for=(maria,) if words is ORDINARY else (maria,) * 40)
            if view.decided_by:
                view = replace(view, decided_by=maria)
            if view.decision_reason and words is not ORDINARY:
                view = replace(view, decision_reason=words.reason)
            viewer = ana if standing is Standing.REQUESTER else maria if standing is Standing.APPROVER else TOM
            yield (
                f"request-{state}-{standing}",
                request_card(view, language=language, viewer=viewer.id, key=KEY, refresh_for=_READERS),
            )
    yield from _variants(words, language=language, entitlement=entitlement, ana=ana, maria=maria)


def _variants(
    words: Words, *, language: Language, entitlement: EntitlementView, ana: PersonView, maria: PersonView
) -> Iterator[tuple[str, Card]]:
    view = a_request_view(State.WAITING, Standing.APPROVER, requester=ana, beneficiary=maria, entitlement=entitlement, reason=words.reason)
    first = replace(view, last_held_at=None, peers=0, lapses_at=None, reference=None, ticket_url=None, duration=timedelta(minutes=15))
    banner = say("Only {owner} can decide this.", owner=maria.name)
    critical = a_request_view(requester=ana, entitlement=replace(entitlement, risk=Risk.CRITICAL))
    low = a_request_view(requester=ana, entitlement=replace(entitlement, risk=Risk.LOW))
    less = a_request_view(State.GRANTED, Standing.REQUESTER, duration=2 * HOUR, decided_by=maria, entitlement=entitlement)
    back = a_request_view(State.ENDED, Standing.APPROVER, end_cause=EndCause.HANDED_BACK, ended_by=ana, entitlement=entitlement)
    failure = say("It could not be removed from {target} in {attempts} attempts, so it counts as live.", target=words.name, attempts=7)
    lingering = a_request_view(State.ENDING, Standing.REQUESTER, failure=failure, entitlement=entitlement)
    revoked = replace(back, end_cause=EndCause.REVOKED, ended_by=maria, end_reason=words.reason)
    live = a_request_view(State.GRANTED, Standing.APPROVER, requester=ana, beneficiary=ana, entitlement=entitlement, may_take_back=True)
    named = {
        "request-waiting-somebody-else": view,
        "request-waiting-first-time": first,
        "request-waiting-critical": critical,
        "request-waiting-look-again": replace(critical, lines=_lines(words)),
        "request-waiting-low": low,
        "request-waiting-others": replace(view, others=(ana, maria)),
        "request-waiting-escalated": replace(view, escalated_at=NOON + 8 * HOUR, waiting_for=(maria, ana)),
        "request-waiting-in-place-of": replace(view, relieved=(ana, maria)),
        "request-granted-less": less,
        "request-granted-take-back": live,
        "request-granted-more-asked": replace(live, more=2 * HOUR, waiting_for=(maria,)),
        "request-granted-more-offered": replace(less, may_ask_more=2 * HOUR),
        "request-ending-lingers": lingering,
        "request-ended-handed-back": back,
        "request-ended-revoked": revoked,
    }
    for name, each in named.items():
        viewer = MARIA if each.more else TOM
        yield name, request_card(each, language=language, viewer=viewer.id, key=KEY)
    yield "request-waiting-banner", request_card(view, language=language, viewer=TOM.id, key=KEY, banner=banner, tone=Tone.ALERT)


def _question(words: Words, *, language: Language) -> Iterator[tuple[str, Card]]:
    view = a_request_view(standing=Standing.REQUESTER, entitlement=_entitlement(words))
    yield "withdraw", withdraw_card(view, language=language, viewer=ANA.id, key=KEY)


def _lines(words: Words) -> tuple[LineView, ...]:
    looks = (Look(beneficiary=who, entitlement=what, duration=HOUR) for who in (ANA.id, TOM.id) for what in _ENTITLEMENTS)
    return tuple(LineView(look=look, name=words.name, entitlement=words.entitlement) for look in looks)


def _forms(words: Words, *, language: Language) -> Iterator[tuple[str, Card]]:
    entitlement, ana, maria = _entitlement(words), _person(ANA, words=words), _person(MARIA, words=words)
    preview = a_preview(entitlement=entitlement, requester=ana, will_be_asked=(maria,), reason=words.reason, reference=words.reference)
    empty = a_form(choices=(entitlement,) * 40)
    filled = a_form(
        entitlement=entitlement,
        duration=2 * HOUR,
        reason=words.reason,
        reference=words.reference,
        wants_ticket=True,
        problem=say("Nobody is named {name}. Choose from the list.", name=words.reference),
    )
    yield "preview", preview_card(preview, language=language, viewer=ana.id, key=KEY)
    banner = say("{name} has changed meanwhile. Please look again.", name=words.entitlement)
    yield "preview-banner", preview_card(preview, language=language, viewer=ana.id, key=KEY, banner=banner)
    yield "form", form_card(empty if words is not ORDINARY else a_form(), language=language, viewer=ana.id, key=KEY)
    yield "form-filled", form_card(filled, language=language, viewer=ana.id, key=KEY)
    yield "form-dialog", form_dialog(filled, language=language, viewer=ana.id, key=KEY)


def _lists(words: Words, *, language: Language) -> Iterator[tuple[str, Card]]:
    entitlement, ana = _entitlement(words), _person(ANA, words=words)
    count = 3 if words is ORDINARY else 40
    view = a_request_view(entitlement=entitlement, standing=Standing.REQUESTER)
    states = [replace(view, state=state) for state in (State.WAITING, State.GRANTED, State.ENDED)]
    grant = a_grant(entitlement=entitlement, ends_at=NOON + 5 * HOUR)
    yield "catalog", catalog_card((entitlement,) * count, language=language, viewer=ana.id, key=KEY)
    yield "access", access_card((grant,) * count, language=language, viewer=ana.id, key=KEY)
    yield "access-none", access_card((), language=language, viewer=ana.id, key=KEY)
    yield "requests", requests_card((*states, *[view] * (count - 3)), language=language, viewer=ana.id, key=KEY)
    yield "requests-none", requests_card((), language=language, viewer=ana.id, key=KEY)
    yield "help", help_card(ana.name, language=language, viewer=ana.id, key=KEY)
