"""The form and the preview: in a chat and as a dialog, refused with the reason, and changed with nothing lost."""

from infra.serving import Local
from infra.simulator import Card, Choice
from infra.simulator.shape import JsonObject, object_at, objects_at, text_at
from tests.infra.scenes import ANA, TOM, execute, fields, heard, parts, previewed, quiet, requests, screen, seen


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
