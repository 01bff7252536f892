"""The cards: which buttons a reader has, what stands where, and that nothing a person wrote changes what a press means."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.change import EndCause, PersonId, Risk, State
from approvals.views import RequestView, Standing
from approvals.words import say
from cards.actions import Button, Verb, digest, menu, open_button
from cards.language import Language
from cards.render import (
    Tone,
    access_card,
    attachment,
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
from tests.builders import ANA, HOUR, MARIA, TOM, a_form, a_grant, a_person, a_preview, a_request_view, an_entitlement

KEY = b"k" * 32
LISBON = Language("en-GB", "Europe/Lisbon")
FOR_ANA: dict[str, Any] = {"language": LISBON, "viewer": ANA.id, "key": KEY}
FOR_MARIA: dict[str, Any] = {"language": LISBON, "viewer": MARIA.id, "key": KEY}
VIEWERS = {Standing.REQUESTER: ANA.id, Standing.APPROVER: MARIA.id, Standing.RELIEVED: MARIA.id, Standing.ONLOOKER: TOM.id}


def objects(value: object) -> Iterator[dict[str, Any]]:
    """Every object inside a card, outermost first."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


def buttons(card: object) -> list[dict[str, Any]]:
    """Every Action.Execute that a person can press."""
    body = {key: value for key, value in card.items() if key != "refresh"} if isinstance(card, dict) else card
    return [each for each in objects(body) if each.get("type") == "Action.Execute"]


def presses(card: object, *, viewer: PersonId) -> list[tuple[str, Button | None]]:
    """What each button says and what it opens as for ``viewer``."""
    return [(each["title"], open_button(each["verb"], each["data"], viewer=viewer, key=KEY)) for each in buttons(card)]


def inputs(card: object) -> dict[str, Any]:
    """Every input by its id."""
    return {each["id"]: each for each in objects(card) if str(each.get("type")).startswith("Input.")}


def text(card: object) -> str:
    """All that a person reads, a line for each text."""
    return "\n".join(each["text"] for each in objects(card) if "text" in each)


def a_card(view: RequestView, **more: Any) -> Any:
    return request_card(view, language=LISBON, viewer=VIEWERS[view.standing], key=KEY, **more)


def test_an_approver_can_approve_approve_less_or_deny() -> None:
    view = a_request_view()
    card = a_card(view)
    shown = digest(view.terms)

    assert presses(card, viewer=MARIA.id) == [
        ("Approve", Button(Verb.APPROVE, "request", 1042, 1, shown)),
        ("Approve this time", Button(Verb.APPROVE, "request", 1042, 1, shown)),
        ("Deny with this reason", Button(Verb.DENY, "request", 1042, 1, shown)),
    ]


def test_an_approver_can_have_somebody_else_decide_where_somebody_could() -> None:
    view = a_request_view(others=(TOM,))
    card = a_card(view)

    assert presses(card, viewer=MARIA.id)[-1] == ("Give it to them", Button(Verb.REASSIGN, "request", 1042, 1, digest(view.terms)))
    assert inputs(card)["to"]["choices"] == [{"title": "Tom Okafor, Network engineer, Infrastructure", "value": TOM.id}]
    assert "to" not in inputs(a_card(a_request_view()))


def test_whoever_is_asked_in_the_place_of_another_reads_whose() -> None:
    assert "In place of\nTom Okafor" in text(a_card(a_request_view(relieved=(TOM,))))
    assert "In place of" not in text(a_card(a_request_view()))


EXPECTED = {
    (State.WAITING, Standing.APPROVER): [Verb.APPROVE, Verb.APPROVE, Verb.DENY],
    (State.WAITING, Standing.REQUESTER): [Verb.WITHDRAW, Verb.REFRESH],
    (State.GRANTED, Standing.REQUESTER): [Verb.HAND_BACK],
    (State.DENIED, Standing.REQUESTER): [Verb.FORM],
    (State.LAPSED, Standing.REQUESTER): [Verb.FORM],
    (State.WITHDRAWN, Standing.REQUESTER): [Verb.FORM],
    (State.REFUSED, Standing.REQUESTER): [Verb.FORM],
    (State.ENDED, Standing.REQUESTER): [Verb.FORM],
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("standing", Standing)
def test_a_reader_has_only_the_buttons_of_their_standing(state: State, standing: Standing) -> None:
    card = a_card(a_request_view(state, standing))

    assert [each["verb"] for each in buttons(card)] == EXPECTED.get((state, standing), [])


def test_who_may_take_access_back_is_asked_why() -> None:
    view = a_request_view(State.GRANTED, Standing.ONLOOKER, may_take_back=True)
    card = a_card(view)

    assert presses(card, viewer=TOM.id) == [("Take it back now", Button(Verb.TAKE_BACK, "request", 1042, 3, digest(view.terms)))]
    assert inputs(card)["why"]["isRequired"] is True


def test_the_holder_is_offered_more_time_with_one_tap_and_whoever_is_asked_gives_it_or_not() -> None:
    theirs = a_card(a_request_view(State.GRANTED, Standing.REQUESTER, may_ask_more=2 * HOUR))
    asked = a_card(a_request_view(State.GRANTED, Standing.APPROVER, more=2 * HOUR, waiting_for=(MARIA,), may_take_back=True))

    assert [(each["title"], each["data"].get("duration")) for each in buttons(theirs)] == [("2 hours more", "PT2H"), ("I'm done", None)]
    assert [each["verb"] for each in buttons(asked)] == [Verb.APPROVE, Verb.DENY, Verb.TAKE_BACK]
    assert "Ana Ferreira asks for 2 hours more, 6 hours in all." in text(asked)


def test_why_it_was_taken_back_stands_on_the_card() -> None:
    view = a_request_view(State.ENDED, Standing.REQUESTER, end_cause=EndCause.REVOKED, ended_by=MARIA, end_reason="The laptop was stolen.")

    assert "The reason given\nThe laptop was stolen." in text(a_card(view))


@pytest.mark.parametrize(
    ("change", "is_bound"),
    [
        ({"reason": "Something else"}, True),
        ({"entitlement": an_entitlement(opens="Everything.")}, True),
        ({"entitlement": an_entitlement(risk=Risk.CRITICAL)}, True),
        ({"beneficiary": TOM}, True),
        ({"asked_duration": 8 * HOUR}, True),
        ({"peers": 9}, False),
        ({"last_held_at": None}, False),
    ],
)
def test_a_button_is_bound_to_what_was_to_be_decided(change: dict[str, object], is_bound: bool) -> None:
    buttons_of = [presses(a_card(a_request_view(**more)), viewer=MARIA.id)[0][1] for more in ({}, change)]

    assert (buttons_of[0] != buttons_of[1]) is is_bound


@pytest.mark.parametrize("draw", [request_card, withdraw_card])
def test_withdrawing_is_asked_about_first_and_says_how_it_is_undone(draw: Callable[..., Any]) -> None:
    view = a_request_view(standing=Standing.REQUESTER)
    card = draw(view, language=LISBON, viewer=ANA.id, key=KEY)

    asked = (
        "Withdraw REQ-1042?\nNobody is asked to decide on it any more, and nothing is changed. If you need it after all, you can ask again."
    )
    bound = ("request", 1042, 1, digest(view.terms))
    assert asked in text(card)
    assert presses(card, viewer=ANA.id) == [
        ("Yes, withdraw", Button(Verb.WITHDRAW, *bound)),
        ("Keep it", Button(Verb.REFRESH, *bound)),
    ]
    assert [each for each in card["actions"] if each.get("verb") == Verb.WITHDRAW] == [] or draw is withdraw_card


def test_asking_again_opens_the_form_with_the_same_entitlement() -> None:
    (again,) = buttons(a_card(a_request_view(State.LAPSED, Standing.REQUESTER)))

    assert open_button(again["verb"], again["data"], viewer=ANA.id, key=KEY) == menu(Verb.FORM)
    assert again["data"]["entitlement"] == "billing-db-write"


def test_a_button_that_was_drawn_for_one_reader_opens_for_no_other() -> None:
    assert [button for _, button in presses(a_card(a_request_view()), viewer=TOM.id)] == [None, None, None]


def test_a_denial_needs_a_reason_and_approving_less_a_length() -> None:
    asked = inputs(a_card(a_request_view()))

    assert {key: asked[key]["isRequired"] for key in asked} == {"duration": True, "reason": True}
    assert [choice["value"] for choice in asked["duration"]["choices"]] == ["PT2H", "PT1H", "PT30M", "PT15M"]
    assert asked["reason"]["isMultiline"] is True


def test_the_shortest_request_cannot_be_shortened() -> None:
    card = a_card(a_request_view(duration=HOUR / 4, asked_duration=HOUR / 4))

    assert [each["title"] for each in buttons(card)] == ["Approve", "Deny with this reason"]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("standing", Standing)
def test_every_request_card_refreshes_for_those_who_are_named(state: State, standing: Standing) -> None:
    view = a_request_view(state, standing)
    refresh = a_card(view, refresh_for=("29:ana", "29:maria"))["refresh"]
    opened = open_button(refresh["action"]["verb"], refresh["action"]["data"], viewer=VIEWERS[standing], key=KEY)

    assert refresh["userIds"] == ["29:ana", "29:maria"]
    assert opened == Button(Verb.REFRESH, "request", 1042, view.version, digest(view.terms))


def test_no_more_than_sixty_people_refresh() -> None:
    card = a_card(a_request_view(), refresh_for=tuple(f"29:{place}" for place in range(100)))

    assert len(card["refresh"]["userIds"]) == 60


def test_nobody_named_means_no_refresh() -> None:
    assert "refresh" not in a_card(a_request_view())


def test_an_approver_sees_what_a_decision_needs() -> None:
    shown = text(a_card(a_request_view())).splitlines()

    for wanted in (
        "Ana Ferreira, Software engineer, Payments",
        "4 hours, from when access starts",
        "High risk. What it opens:",
        "Correct or delete every invoice in billing.",
        "3 other people",
        "Sat, 1 Nov 2025, 16:00 (Lisbon time)",
        "Tue, 25 Nov 2025, 12:00 (Lisbon time), or it lapses",
        "INC-4711 (their word, not checked)",
        "In their words",
        "Fix INC-4711: two invoices were sent twice.",
        "TCK-1042",
    ):
        assert wanted in shown


@pytest.mark.parametrize(("peers", "words"), [(0, "Nobody else"), (1, "1 other person"), (2, "2 other people")])
def test_holders_are_counted_in_words(peers: int, words: str) -> None:
    assert words in text(a_card(a_request_view(peers=peers, last_held_at=None))).splitlines()


def test_access_that_was_never_held_before_says_so() -> None:
    assert "Never before" in text(a_card(a_request_view(last_held_at=None))).splitlines()


def test_somebody_elses_access_names_both_people() -> None:
    shown = text(a_card(a_request_view(beneficiary=TOM))).splitlines()

    assert shown[shown.index("For") + 1] == "Tom Okafor, Network engineer, Infrastructure"
    assert shown[shown.index("Asked by") + 1] == "Ana Ferreira, Software engineer, Payments"


@pytest.mark.parametrize(("risk", "words"), [(risk, f"{risk.capitalize()} risk. What it opens:") for risk in Risk])
def test_the_risk_is_told_in_words(risk: Risk, words: str) -> None:
    assert words in text(a_card(a_request_view(entitlement=an_entitlement(risk=risk)))).splitlines()


def test_the_reason_of_a_denial_is_told_in_the_approvers_words() -> None:
    shown = text(a_card(a_request_view(State.DENIED, Standing.REQUESTER))).splitlines()

    assert shown[shown.index("The reason given") + 1] == "Use the replica: reading is enough for this."


def test_a_banner_stands_first() -> None:
    card = a_card(a_request_view(), banner=say("Only {owner} can decide this.", owner="Maria"), tone=Tone.ALERT)

    assert (card["body"][0]["style"], text(card["body"][0])) == ("attention", "Only Maria can decide this.")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "", None])
def test_only_a_web_address_becomes_a_link(url: str | None) -> None:
    card = a_card(a_request_view(ticket_url=url))

    assert [each for each in objects(card) if each.get("type") == "Action.OpenUrl"] == []


def test_a_ticket_links_to_its_page() -> None:
    (link,) = [each for each in objects(a_card(a_request_view())) if each.get("type") == "Action.OpenUrl"]

    assert link["url"] == "https://desk.example/tickets/TCK-1042"


def test_a_very_long_reason_is_clipped_and_the_card_says_so() -> None:
    card = a_card(a_request_view(reason="word " * 20_000))

    assert "Shortened here. The whole text stands on the ticket." in text(card).splitlines()
    assert len(json.dumps(card)) < 10_000


@pytest.mark.parametrize(
    "written",
    ['x", "id": "REQ-666', "[Approve](https://evil.example)", "{{ 7*7 }}", "# Title\n* item", "\\", "\U0001f600", "</script><b>"],
)
def test_what_a_requester_wrote_stands_word_for_word_in_one_text_run(written: str) -> None:
    card = a_card(a_request_view(reason=written))

    assert [each["type"] for each in objects(card) if each.get("text") == written] == ["TextRun"]
    assert {button.id for _, button in presses(card, viewer=MARIA.id) if button} == {1042}


@settings(max_examples=60, deadline=None)
@given(name=st.text(max_size=400), reason=st.text(max_size=2000), reference=st.text(max_size=400))
def test_no_text_changes_what_a_press_means_or_makes_the_card_too_large(name: str, reason: str, reference: str) -> None:
    view = a_request_view(
        reason=reason,
        reference=reference,
        requester=a_person(name, id="someone"),
        entitlement=an_entitlement(name=name, description=reason, opens=reason),
    )
    card = a_card(view)

    assert [button for _, button in presses(card, viewer=MARIA.id)] == [
        Button(verb, "request", 1042, 1, digest(view.terms)) for verb in (Verb.APPROVE, Verb.APPROVE, Verb.DENY)
    ]
    assert len(json.dumps(card)) <= 28 * 1024


def test_a_preview_can_be_sent_edited_or_discarded() -> None:
    view = a_preview()

    assert presses(preview_card(view, **FOR_ANA), viewer=ANA.id) == [
        ("Send request", Button(Verb.SUBMIT, "draft", 7, 2, digest(view))),
        ("Edit", Button(Verb.EDIT, "draft", 7, 2, digest(view))),
        ("Discard", Button(Verb.DISCARD, "draft", 7, 2, digest(view))),
    ]


def test_a_preview_says_who_is_asked_and_what_silence_means() -> None:
    shown = text(preview_card(a_preview(will_be_asked=(MARIA, TOM)), **FOR_ANA)).splitlines()

    assert shown[shown.index("Will be asked") + 1] == "Maria Lindqvist or Tom Okafor"
    assert shown[shown.index("No answer") + 1] == "After 3 days it lapses, and nothing changes"
    assert "Not sent yet" in shown


def test_a_preview_that_changed_says_so_first() -> None:
    card = preview_card(a_preview(), **FOR_ANA, banner=say("It changed. Please look again."))

    assert text(card).splitlines()[0] == "It changed. Please look again."


def test_an_empty_form_asks_for_everything_and_searches_the_catalog() -> None:
    asked = inputs(form_card(a_form(), **FOR_ANA))

    assert {key: asked[key].get("isRequired", False) for key in asked} == {
        "entitlement": True,
        "duration": True,
        "reason": True,
        "reference": False,
    }
    assert asked["entitlement"]["choices.data"] == {"type": "Data.Query", "dataset": "catalog"}
    assert asked["entitlement"]["style"] == "filtered"
    assert "value" not in asked["entitlement"]
    assert asked["reason"]["maxLength"] == 1000


def test_what_was_filled_in_survives() -> None:
    view = a_form(
        entitlement=an_entitlement(id="pager", name="Pager"),
        duration=3 * HOUR,
        reason="One\nTwo",
        reference="INC-1",
        problem=say("Too long."),
    )
    card = form_card(view, **FOR_ANA)
    asked = inputs(card)

    assert {key: asked[key]["value"] for key in asked} == {
        "entitlement": "pager",
        "duration": "PT3H",
        "reason": "One\nTwo",
        "reference": "INC-1",
    }
    assert {"title": "Pager", "value": "pager"} in asked["entitlement"]["choices"]
    assert {"title": "3 hours", "value": "PT3H"} in asked["duration"]["choices"]
    assert text(card).splitlines()[0] == "Too long."


def test_a_writer_gets_every_line_back() -> None:
    lines = "\n".join("x" * 9 for _ in range(90)) + "\n\n\nend"

    assert inputs(form_card(a_form(reason=lines), **FOR_ANA))["reason"]["value"] == lines


def test_a_long_preview_says_that_the_whole_is_sent() -> None:
    assert "Shortened here. It is sent whole." in text(preview_card(a_preview(reason="x\n" * 400), **FOR_ANA)).splitlines()


def test_the_usual_length_is_chosen_when_the_entitlement_is_known() -> None:
    assert inputs(form_card(a_form(entitlement=an_entitlement()), **FOR_ANA))["duration"]["value"] == "PT4H"


@pytest.mark.parametrize(
    ("wanted", "label"), [(True, "Incident or ticket (needed for this access)"), (False, "Incident or ticket, if you have one")]
)
def test_a_form_says_whether_what_was_chosen_needs_a_ticket(wanted: bool, label: str) -> None:
    card = form_card(a_form(entitlement=an_entitlement(), wants_ticket=wanted), **FOR_ANA)

    assert inputs(card)["reference"]["label"] == label
    assert "isRequired" not in inputs(card)["reference"]


def test_cancelling_a_form_needs_nothing_filled_in() -> None:
    card = form_card(a_form(), **FOR_ANA)
    (cancel,) = [each for each in buttons(card) if each["verb"] == "discard"]

    assert (cancel["associatedInputs"], cancel["fallback"]["associatedInputs"]) == ("none", "none")


def test_a_dialog_submits_the_same_button_with_its_verb() -> None:
    view = a_form()
    (action,) = form_dialog(view, **FOR_ANA)["actions"]
    data = action["data"]

    assert action["type"] == "Action.Submit"
    assert open_button(data["verb"], data, viewer=ANA.id, key=KEY) == Button(Verb.PREVIEW, "draft", 7, 1, digest(view))


def test_each_line_of_the_catalog_opens_the_form_for_itself() -> None:
    entries = (an_entitlement(), an_entitlement(id="vpn-admin", name="VPN administration"))
    card = catalog_card(entries, **FOR_ANA)

    assert [each["data"].get("entitlement") for each in buttons(card)] == ["billing-db-write", "vpn-admin", None]
    assert {button for _, button in presses(card, viewer=ANA.id)} == {menu(Verb.FORM)}


def test_access_is_handed_back_line_by_line() -> None:
    grant = a_grant()
    card = access_card((grant,), **FOR_ANA)

    assert presses(card, viewer=ANA.id)[0] == ("I'm done", Button(Verb.HAND_BACK, "request", 1042, 3, digest(grant)))
    assert "Ends Sat, 22 Nov 2025, 17:00 (Lisbon time)" in text(card).splitlines()


def test_requests_are_listed_with_their_state_in_words() -> None:
    card = requests_card((a_request_view(State.GRANTED, Standing.REQUESTER),), **FOR_ANA)

    assert text(card["body"]).splitlines() == [
        "Your requests",
        "Write access to billing-db",
        "REQ-1042, asked Sat, 22 Nov 2025, 12:00",
        "Live",
        "Write “status REQ-1042” to see one of them.",
    ]


@pytest.mark.parametrize(
    ("card", "words"),
    [
        (catalog_card((an_entitlement(),) * 40, **FOR_ANA), "28 more are not shown."),
        (access_card((a_grant(),) * 13, **FOR_ANA), "1 more is not shown."),
        (requests_card((a_request_view(),) * 14, **FOR_ANA), "2 more are not shown."),
        (access_card((), **FOR_ANA), "You hold nothing that was granted here. What you ask for appears here while it lasts."),
        (requests_card((), **FOR_ANA), "You have asked for nothing yet."),
    ],
)
def test_a_list_says_what_it_does_not_show(card: object, words: str) -> None:
    assert words in text(card).splitlines()


def test_help_leads_to_everything() -> None:
    card = help_card("Ana", **FOR_ANA)

    assert [button for _, button in presses(card, viewer=ANA.id)] == [
        menu(verb) for verb in (Verb.FORM, Verb.CATALOG, Verb.ACCESS, Verb.REQUESTS)
    ]


def test_a_message_is_one_sentence_without_buttons() -> None:
    card = message_card(say("Only {owner} can decide this.", owner="Maria"), tone=Tone.ALERT, language=LISBON)

    assert (text(card), buttons(card)) == ("Only Maria can decide this.", [])


def test_an_attachment_names_its_content_type() -> None:
    assert attachment({"type": "AdaptiveCard"}) == {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "content": {"type": "AdaptiveCard"},
    }


def test_every_card_says_its_version_its_language_and_a_way_on_without_cards() -> None:
    card = message_card(say("Hello."), language=Language("de-DE"))

    assert {key: card[key] for key in ("$schema", "type", "version", "lang", "msteams", "fallbackText")} == {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.5",
        "lang": "en",
        "msteams": {"width": "Full"},
        "fallbackText": "This app cannot show the card. Write “help” to go on in words.",
    }
