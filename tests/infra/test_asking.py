"""Asking, as the people who ask live it: in words, with the form, and what they can find out about their own requests."""

import asyncio
from pathlib import Path

import pytest

from infra.serving import Local
from infra.simulator import Card, Choice
from infra.simulator.shape import JsonObject, object_at, objects_at, text_at
from tests.infra.scenes import (
    ANA,
    ASK,
    FIRST,
    JONAS,
    MARIA,
    TOM,
    asked,
    beside,
    catalog_without,
    execute,
    fields,
    granted,
    heard,
    joins,
    leaves,
    ledger,
    parts,
    previewed,
    quiet,
    refusals,
    requests,
    screen,
    seen,
    told,
)


async def test_one_sentence_is_enough_for_a_preview(local: Local) -> None:
    preview = await previewed(local)

    assert preview.titles == ("Send request", "Edit", "Discard")
    for words in ("Write access to billing-db", "4 hours", "INC-4711", "Maria Lindqvist", "to fix INC-4711"):
        assert preview.shows(words), words
    assert await requests(local) == []


async def test_the_person_who_decides_is_asked_in_their_own_chat_and_nobody_else_is(local: Local) -> None:
    await asked(local)

    sim = local.simulator
    written_to = {chat.title for chat in sim.world.chats if any(message.is_bot for message in chat.messages.values())}
    assert written_to == {"Ana Ferreira", "Maria Lindqvist"}


async def test_the_requester_gets_a_living_card_with_both_numbers(local: Local) -> None:
    await asked(local)

    card = local.simulator.person(ANA).latest_card(containing="Waiting for a decision")
    assert card.shows("REQ-1001")
    assert card.shows("TCK-1001")
    assert card.titles == ("Withdraw", "Yes, withdraw", "Keep it")


async def test_the_form_searches_the_catalog_and_leads_to_the_preview(local: Local) -> None:
    ana = local.simulator.person(ANA)
    await ana.says("request access")
    form = await seen(local, ANA, "What do you need?")

    found = await ana.searches("catalog", "refund", on=form)
    shown = await ana.presses(
        "Preview",
        inputs={"entitlement": "payments-console-refund", "duration": "PT1H", "reason": "Refund a double booking", "reference": "INC-9"},
        on=form,
    )

    assert found.results == (Choice(title="Issue refunds in the payments console", value="payments-console-refund"),)
    preview = screen(shown)
    assert preview.shows("Not sent yet")
    for words in ("Issue refunds in the payments console", "1 hour", "Refund a double booking", "INC-9", "Jonas Weber"):
        assert preview.shows(words), words


async def test_typeahead_offers_what_is_for_the_own_department_only(local: Local) -> None:
    ana = local.simulator.person(ANA)
    await ana.says("request access")
    form = await seen(local, ANA, "What do you need?")

    ledgers = await ana.searches("catalog", "ledger", on=form)
    other = await ana.invokes({"queryText": "ledger", "dataset": "people"}, name="application/search", on=form)

    assert ledgers.results == (Choice(title="Read the general ledger", value="ledger-read"),)
    assert other.results == ()


async def test_a_form_without_anything_typed_offers_nothing_that_is_for_others(local: Local) -> None:
    tom = local.simulator.person(TOM)
    await tom.says("request access")
    form = await seen(local, TOM, "What do you need?")

    everything = await tom.searches("catalog", "", on=form)

    field = next(part for part in parts(dict(form), "Input.ChoiceSet") if part["id"] == "entitlement")
    offered = [text_at(choice, "value") for choice in objects_at(field, "choices")]
    assert "billing-db-write" in offered
    assert "billing-db-admin" not in offered
    assert everything.results is not None
    assert len(everything.results) == 15
    assert "billing-db-admin" not in [choice.value for choice in everything.results]


async def test_an_incomplete_form_comes_back_with_what_is_missing_and_all_that_was_typed(local: Local) -> None:
    ana = local.simulator.person(ANA)
    await ana.says("request access")
    form = await seen(local, ANA, "What do you need?")
    typed: JsonObject = {"entitlement": "billing-db-write", "duration": "PT2H", "reference": "INC-7"}
    data: JsonObject = {**object_at(form.button("Preview").action, "data"), **typed, "reason": " "}

    again = screen(await ana.invokes(execute("preview", data), on=form))

    assert again.shows("Please say why you need it: the approver sees only what you write.")
    assert fields(again) == {**typed, "reason": ""}


async def test_a_dialog_says_what_is_wrong_and_then_posts_the_preview_in_the_chat(local: Local) -> None:
    ana = local.simulator.person(ANA)
    await ana.open_chat()
    help_card = await seen(local, ANA, "Ask for access here")

    opened = await ana.invokes({"data": {"entitlement": "billing-db-write"}}, name="task/fetch", on=help_card)
    assert opened.dialog is not None
    button = Card(opened.dialog.card, message=None).button("Preview")
    filled = button.send({"duration": "PT2H", "reason": "to fix INC-4711"})
    wrong = await ana.invokes({"data": {**filled, "duration": "PT24H"}}, name="task/submit", on=help_card)
    assert wrong.dialog is not None
    fixed = Card(wrong.dialog.card, message=None)
    right = await ana.invokes({"data": {**fixed.button("Preview").send({"duration": "PT2H"})}}, name="task/submit", on=help_card)

    assert opened.dialog.title == "Request access"
    assert fixed.shows("1 day is too long: at most 8 hours. Please ask for less.")
    assert fields(fixed) == {"entitlement": "billing-db-write", "duration": "PT24H", "reason": "to fix INC-4711", "reference": "INC-4711"}
    assert right.toast == "Your preview is in the chat. Please check it there, then send it."
    preview = await seen(local, ANA, "Not sent yet")
    assert preview.shows("2 hours")


async def test_the_greeting_opens_the_form_as_a_dialog(local: Local) -> None:
    ana = local.simulator.person(ANA)
    await ana.open_chat()
    await seen(local, ANA, "Ask for access here")

    dialog = await ana.opens_dialog("Request in a window")
    fields = {"entitlement": "billing-db-write", "duration": "PT4H", "reason": "to fix INC-4711"}
    closed = await ana.submits_dialog("Preview", inputs=fields)

    assert "Preview" in dialog.titles
    assert closed.toast == "Your preview is in the chat. Please check it there, then send it."
    await seen(local, ANA, "Not sent yet")


async def test_a_dialog_that_arrives_twice_posts_one_preview_whose_button_is_good(local: Local) -> None:
    ana = local.simulator.person(ANA)
    await ana.open_chat()
    await seen(local, ANA, "Ask for access here")
    await ana.opens_dialog("Request in a window")
    local.simulator.faults.add("deliver", "duplicate")

    await ana.submits_dialog("Preview", inputs={"entitlement": "billing-db-write", "duration": "PT4H", "reason": "to fix INC-4711"})
    await quiet(local)
    sent = screen(await ana.presses("Send request", on=await seen(local, ANA, "Not sent yet")))

    assert len([card for card in ana.cards() if "Discard" in card.titles or card.shows("REQ-1001")]) == 1
    assert sent.shows("Sent. You will be told as soon as it is decided.")


async def test_an_altered_dialog_sends_nothing(local: Local) -> None:
    ana = local.simulator.person(ANA)
    await ana.open_chat()
    help_card = await seen(local, ANA, "Ask for access here")
    opened = await ana.invokes({"data": {}}, name="task/fetch", on=help_card)
    assert opened.dialog is not None
    data = object_at(Card(opened.dialog.card, message=None).button("Preview").action, "data")

    answer = await ana.invokes({"data": {**data, "id": 77}}, name="task/submit", on=help_card)

    assert answer.toast == "This form was altered, or made for somebody else. Nothing was sent."


async def test_one_question_is_asked_at_a_time_and_wrong_answers_are_asked_again(local: Local) -> None:
    ana = local.simulator.person(ANA)

    for said, question in (
        ("I need write access to billing-db", "How long do you need “Write access to billing-db”?"),
        ("banana", "How long exactly do you need"),
        ("yes", "“Yes” alone does not answer what I asked.\nHow long do you need “Write access to billing-db”? For example 4 hours"),
        ("4", "4 what: hours or days?"),
        ("hours", "Why do you need “Write access to billing-db” for 4 hours?"),
        ("because", "Why do you need “Write access to billing-db” for 4 hours?"),
    ):
        before = len(told(ana))
        await ana.says(said)
        await local.simulator.wait_for(lambda before=before: len(told(ana)) > before, what=f"an answer to {said!r}")
        assert question in told(ana)[-1]
    await ana.says("to fix INC-4711")

    preview = await seen(local, ANA, "Not sent yet")
    assert preview.shows("4 hours")
    assert preview.shows("INC-4711")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("who owns payroll?", "Julia Brandt owns “Prepare the payroll run” and decides who gets it."),
        ("who owns it", "Maria Lindqvist owns “Write access to billing-db” and decides who gets it; Jonas Weber stands in."),
        ("who owns the frobnicator?", "I cannot tell what that is about. Name it as the catalog does: “catalog” shows what there is."),
        (
            "why do you want to know?",
            (
                "That is a question that I have no answer to. You can ask me “who owns billing-db?”, “what can I ask for?”, “my access”, "
                "“my requests” and “status REQ-1042”. To get access, say “I need …”; “help” shows more."
            ),
        ),
    ],
)
async def test_a_question_is_answered_and_never_taken_for_the_reason(local: Local, said: str, answer: str) -> None:
    ana = local.simulator.person(ANA)
    await ana.says("I need write access to billing-db for 4 hours")
    why = await heard(local, ANA, "Why do you need “Write access to billing-db” for 4 hours?")

    await ana.says(said)
    await quiet(local)
    await ana.says("to fix INC-4711")
    preview = await seen(local, ANA, "Not sent yet")

    assert told(ana)[1:] == [f"{answer}\n{why}"]
    assert preview.shows("to fix INC-4711")


async def test_whoever_has_left_is_not_named_as_the_one_who_decides(local: Local) -> None:
    await leaves(local, MARIA)
    ana = local.simulator.person(ANA)

    await ana.says("who owns write access to billing-db?")
    await quiet(local)
    await leaves(local, JONAS)
    await ana.says("who owns write access to billing-db?")
    await quiet(local)

    assert told(ana) == [
        "Jonas Weber decides who gets “Write access to billing-db”: its owner has left.",
        "Nobody can decide on “Write access to billing-db” now: its owner has left. Ask the helpdesk to name another.",
    ]


async def test_help_half_way_through_loses_nothing(local: Local) -> None:
    ana = local.simulator.person(ANA)
    await ana.says("I need write access to billing-db")
    await heard(local, ANA, "How long do you need")

    await ana.says("help")
    await quiet(local)
    helped = ana.latest_card()
    await ana.says("4 hours")

    assert helped.shows("Ask for access here")
    assert await heard(local, ANA, "Why do you need “Write access to billing-db” for 4 hours?")


async def test_cancel_half_way_through_forgets_what_was_said(local: Local) -> None:
    ana = local.simulator.person(ANA)
    await ana.says("I need write access to billing-db")
    await heard(local, ANA, "How long do you need")

    await ana.says("cancel")
    await heard(local, ANA, "Cancelled; nothing was sent.")
    await ana.says("4 hours")
    await heard(local, ANA, "I did not understand that.")
    await ana.says("cancel")

    assert await heard(local, ANA, "There is nothing to cancel")


async def test_what_can_be_asked_for_is_what_is_for_the_own_department(local: Local) -> None:
    tom = local.simulator.person(TOM)

    await tom.says("what can I ask for")
    card = await seen(local, TOM, "What you can ask for")

    assert card.shows("Write access to billing-db")
    assert not card.shows("Administrator of billing-db")


async def test_a_line_of_the_catalog_opens_the_form_on_it(local: Local) -> None:
    ana = local.simulator.person(ANA)
    await ana.says("catalog")
    card = await seen(local, ANA, "What you can ask for")

    opened = await ana.presses("Ask for it", on=card)

    assert fields(screen(opened))["entitlement"] == "billing-db-read"
    assert fields(screen(opened))["duration"] == "PT4H"


async def test_my_access_and_my_requests_show_ones_own_and_nobody_elses(local: Local) -> None:
    await granted(local)
    sim = local.simulator
    ana, tom = sim.person(ANA), sim.person(TOM)

    for person in (ana, tom):
        await person.says("my access")
        await person.says("my requests")
    await quiet(local)

    assert ana.latest_card(containing="Your access now").shows("Write access to billing-db")
    assert ana.latest_card(containing="Your requests").shows("Live")
    assert tom.latest_card(containing="Your access now").shows("You hold nothing that was granted here.")
    assert tom.latest_card(containing="Your requests").shows("You have asked for nothing yet.")


async def test_status_posts_a_card_that_lives_on(local: Local) -> None:
    approval = await asked(local)
    sim = local.simulator
    ana = sim.person(ANA)

    await ana.says("status")
    await quiet(local)
    await ana.says("status REQ-1001")
    await quiet(local)
    waiting = [card for card in ana.cards() if card.shows("Waiting for a decision")]
    await sim.person(MARIA).presses("Approve", on=approval)
    await quiet(local)

    assert len(waiting) == 3
    assert all(ana.now(card).shows("You have this access now") for card in waiting)


async def test_a_strangers_number_tells_nothing_not_even_that_it_exists(local: Local) -> None:
    await asked(local)
    tom = local.simulator.person(TOM)

    for said in ("status REQ-1001", "status REQ-9", "withdraw REQ-1001", "withdraw REQ-9"):
        await tom.says(said)
        await quiet(local)

    assert told(tom) == [
        "I find no request REQ-1001 of yours. “my requests” lists them.",
        "I find no request REQ-9 of yours. “my requests” lists them.",
        "I find no request REQ-1001 of yours. “my requests” lists them.",
        "I find no request REQ-9 of yours. “my requests” lists them.",
    ]
    assert [card for card in tom.cards() if card.shows("billing-db-write") or card.shows("Ana Ferreira")] == []


async def test_the_preview_can_be_changed_in_the_form_and_dropped(local: Local) -> None:
    ana = local.simulator.person(ANA)
    preview = await previewed(local)

    form = screen(await ana.presses("Edit", on=preview))
    again = screen(await ana.presses("Preview", inputs={"duration": "PT2H"}))
    gone = screen(await ana.presses("Discard"))
    late = screen(await ana.presses("Send request", on=preview))

    assert fields(form) == {"entitlement": "billing-db-write", "duration": "PT4H", "reason": "to fix INC-4711", "reference": "INC-4711"}
    assert again.shows("2 hours")
    assert gone.words == ("Discarded; nothing was sent. Say “request access” whenever you need something.",)
    assert late.words == ("This preview is not there any more; nothing was sent by it. Say “request access” to begin again.",)
    assert await requests(local) == []


async def test_an_old_preview_sends_nothing_but_shows_what_it_has_become(local: Local) -> None:
    ana = local.simulator.person(ANA)
    old = await previewed(local)
    await ana.says("make it 2 hours")
    await local.simulator.wait_for(lambda: ana.latest_card(containing="2 hours"), what="the new preview")

    answer = screen(await ana.presses("Send request", on=old))

    assert answer.shows("Something changed since this preview was drawn. Please look again before you send it.")
    assert answer.shows("2 hours")
    assert await requests(local) == []


async def test_the_same_preview_sent_twice_at_once_is_one_request(local: Local) -> None:
    ana = local.simulator.person(ANA)
    preview = await previewed(local)

    answers = await asyncio.gather(*(ana.presses("Send request", on=preview) for _ in range(3)))
    await quiet(local)

    assert all(screen(answer).shows("REQ-1001") for answer in answers)
    assert await requests(local) == [(FIRST, "waiting", 1)]
    assert len([card for card in local.simulator.person(MARIA).cards() if card.shows("Your decision is needed")]) == 1


async def test_a_second_request_for_the_same_is_told_which_one_is_open(local: Local) -> None:
    await asked(local)

    await local.simulator.person(ANA).says(ASK)
    form = await seen(local, ANA, "You have already asked for this: REQ-1001. Say “status REQ-1001” to see it.")

    assert fields(form)["entitlement"] == "billing-db-write"
    assert await requests(local) == [(FIRST, "waiting", 1)]


async def test_too_long_a_time_comes_back_as_a_form_with_the_reason_and_nothing_lost(local: Local) -> None:
    await local.simulator.person(ANA).says("I need write access to billing-db for 3 days to fix INC-4711")

    form = await seen(local, ANA, "3 days is too long: at most 8 hours. Please ask for less.")

    assert fields(form) == {"entitlement": "billing-db-write", "duration": "PT72H", "reason": "to fix INC-4711", "reference": "INC-4711"}


async def test_a_form_says_that_a_ticket_is_needed_where_the_policy_wants_one_for_what_was_chosen(local: Local) -> None:
    ana = local.simulator.person(ANA)

    await ana.says("I need admin access to billing-db for 1 hour to add an index")
    refused = await seen(local, ANA, "A ticket or incident number is needed for this, such as INC-4711.")
    await ana.says("what now?")
    await heard(local, ANA, "Your request is still on its form, and nothing is sent")
    whole = screen(await ana.presses("Preview", inputs={"reference": "INC-4711"}, on=refused))
    await ana.says("what now?")

    assert refused.shows("Incident or ticket (needed for this access)")
    assert whole.shows("Not sent yet")
    assert await heard(local, ANA, "Your request is ready: press “Send request” on its preview")


async def test_what_only_the_requester_owns_is_refused_because_nobody_else_can_decide(local: Local) -> None:
    await local.simulator.person("julia.brandt").says("I need payroll for 4 hours to fix INC-4711")

    form = await seen(local, "julia.brandt", "Nobody can decide on Prepare the payroll run for you")

    assert fields(form)["entitlement"] == "payroll-run"


async def test_an_owner_who_asks_is_decided_on_by_the_deputy(local: Local) -> None:
    card = await asked(local, who=MARIA, of=JONAS)

    assert card.shows("Maria Lindqvist")
    assert "Approve" in card.titles


async def test_access_from_outside_is_not_asked_for_again(local: Local) -> None:
    preview = await previewed(local)
    await joins(local, ANA, since=local.house.desk.now())

    answer = screen(await local.simulator.person(ANA).presses("Send request", on=preview))

    assert answer.shows("You have this access already, from outside of Countersign; there is nothing to ask for.")
    assert await requests(local) == []
    assert await refusals(local) == [(None, "Ana Ferreira", 7)]


async def test_somebody_who_has_left_is_told_so_and_gets_nothing(local: Local) -> None:
    sim = local.simulator
    sim.install("viktor.hansen")
    viktor = sim.person("viktor.hansen")

    await viktor.says(ASK)
    card = await seen(local, "viktor.hansen", "The directory does not know you as an active member of this organisation.")
    searched = await viktor.invokes({"queryText": "", "dataset": "catalog"}, name="application/search", on=card)
    dialog = await viktor.invokes({"data": {}}, name="task/fetch", on=card)

    assert card.titles == ()
    assert searched.results == ()
    assert dialog.dialog is not None
    assert Card(dialog.dialog.card, message=None).words == card.words
    assert await requests(local) == []


async def test_somebody_whom_the_directory_does_not_know_is_told_so(tmp_path: Path) -> None:
    async with beside(tmp_path, catalog=catalog_without(tmp_path, email="tom.okafor@northwind.example")) as local:
        await local.simulator.person(TOM).says(ASK)

        card = await seen(local, TOM, "The directory does not know you as an active member of this organisation.")

        assert card.titles == ()
        assert await requests(local) == []


@pytest.mark.parametrize("title", ["Payments on call", "Access requests"])
async def test_in_company_the_answer_goes_to_the_own_chat_and_only_a_pointer_stays(local: Local, title: str) -> None:
    sim = local.simulator
    ana, chat = sim.person(ANA), sim.chat(title)

    await ana.says(ASK, chat=chat, mention=False)
    await ana.says(ASK, chat=chat)
    preview = await seen(local, ANA, "Not sent yet")
    await quiet(local)

    public = [message for message in ana.messages_in(chat) if message.is_bot]
    assert [message.text for message in public] == ["I have answered you in our own chat, where only you can read it."]
    assert [message.attachments for message in public] == [()]
    assert preview.shows("INC-4711")
    assert len(ana.cards()) == 1


async def test_an_answer_in_a_channel_stays_in_its_thread(local: Local) -> None:
    sim = local.simulator
    ana, channel = sim.person(ANA), sim.chat("Access requests")
    await ana.says("who knows how this works?", chat=channel, mention=False)
    began = ana.messages_in(channel)[0].id

    await ana.says("help", chat=channel, thread=began)
    await quiet(local)

    assert [message.thread for message in ana.messages_in(channel)] == [began, began, began]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("🙏🙏🙏", "I found no words in that message."),
        ("x" * 10_000, "That message is longer than"),
        ("approve", "Deciding is done with the buttons on the card"),
        ("Tom needs write access to billing-db for 4 hours to fix INC-4711", "I can ask for access for yourself only."),
    ],
    ids=["emoji", "10,000 characters", "approve", "for somebody else"],
)
async def test_what_cannot_be_taken_for_a_request_is_answered_with_what_can_be_said(local: Local, said: str, answer: str) -> None:
    await local.simulator.person(ANA).says(said)

    assert await heard(local, ANA, answer)
    assert await requests(local) == []


async def test_what_people_write_stays_text_wherever_it_is_shown(local: Local) -> None:
    hostile = '**Urgent** [Approve](https://evil.example) {{7*7}} ${x} "quoted", \\u0022'
    text = f"I need write access to billing-db for 4 hours because {hostile}"
    preview = await previewed(local, text=text)
    await local.simulator.person(ANA).presses("Send request", on=preview)
    approval = await seen(local, MARIA, "Your decision is needed")

    for card in (preview, approval):
        runs = [str(part["text"]) for part in parts(dict(card), "TextRun")]
        blocks = [str(part["text"]) for part in parts(dict(card), "TextBlock")]
        assert [run for run in runs if hostile in run]
        assert [block for block in blocks if "evil.example" in block] == []
        assert "evil" not in str(parts(dict(card), "Action.OpenUrl"))


async def test_asking_again_after_a_denial_makes_the_card_that_of_the_new_request(local: Local) -> None:
    sim = local.simulator
    ana, maria = sim.person(ANA), sim.person(MARIA)
    await maria.presses("Deny with this reason", inputs={"reason": "Which invoices?"}, on=await asked(local))
    await quiet(local)
    denied = await seen(local, ANA, "The request was denied")

    await ana.presses("Ask again", on=denied)
    await ana.presses("Preview", inputs={"reason": "The two invoices of INC-4711"})
    await ana.presses("Send request")
    await quiet(local)
    await maria.presses("Approve", on=await seen(local, MARIA, "Your decision is needed"))
    await quiet(local)

    assert ana.now(denied).shows("You have this access now")
    assert ana.now(denied).shows("REQ-1002")
    assert await ledger(local, FIRST + 1) == [
        ("request:submit", "Ana Ferreira"),
        ("request:approve", "Maria Lindqvist"),
        ("grant:intended", "Countersign"),
        ("grant:grant", "Countersign"),
    ]
