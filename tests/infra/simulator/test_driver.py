"""People at their Teams: what they do reaches the bot in Teams' shape, and what comes back is what they see."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from infra.simulator import NotOnScreen, NotSeen, Simulator, SimulatorError
from tests.infra.simulator.conftest import SmallBot, a_card, a_message, execute

ADAPTIVE = "application/vnd.microsoft.card.adaptive"
APPROVED = {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": "Approved by you"}]}
PICKER = {"type": "Input.ChoiceSet", "id": "what", "choices.data": {"type": "Data.Query", "dataset": "catalog"}}


def a_reply(card: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": 200, "type": ADAPTIVE, "value": card}


async def test_the_first_message_is_preceded_by_the_installation(sim: Simulator, bot: SmallBot) -> None:
    ana = sim.person("ana")
    await ana.says("hello")
    await ana.says("again")

    assert [activity["type"] for activity in bot.received] == ["installationUpdate", "conversationUpdate", "message", "message"]
    assert bot.received[1]["membersAdded"] == [{"id": f"28:{sim.app_id}"}]


async def test_a_message_in_a_personal_chat_has_the_shape_of_teams(sim: Simulator, bot: SmallBot) -> None:
    ana = sim.person("ana")
    await ana.says("hello")

    activity = bot.received[-1]
    moments = {"timestamp", "localTimestamp"}
    assert {name: value for name, value in activity.items() if name not in moments} == {
        "type": "message",
        "id": ana.messages[-1].id,
        "text": "hello",
        "textFormat": "plain",
        "channelId": "msteams",
        "serviceUrl": f"{sim.url}/",
        "from": {"id": ana.teams_id, "name": "Ana Ferreira", "aadObjectId": ana.id},
        "recipient": {"id": f"28:{sim.app_id}", "name": "Countersign"},
        "conversation": {"conversationType": "personal", "tenantId": sim.tenant_id, "id": ana.chat.id},
        "channelData": {"tenant": {"id": sim.tenant_id}},
        "entities": [{"type": "clientInfo", "locale": "en-GB", "country": "GB", "platform": "Web", "timezone": "Europe/Lisbon"}],
        "locale": "en-GB",
        "localTimezone": "Europe/Lisbon",
    }
    assert activity["timestamp"].endswith("Z")


async def test_in_a_group_the_bot_hears_only_what_mentions_it(sim: Simulator, bot: SmallBot) -> None:
    ana, group = sim.person("ana"), sim.chat("On call")
    unheard = await ana.says("just us", chat=group, mention=False)
    await ana.says("my <access>", chat=group)

    [activity] = bot.received
    assert unheard is None
    assert [message.text for message in group.messages.values()] == ["just us", "<at>Countersign</at> my <access>"]
    assert activity["text"] == "<at>Countersign</at> my <access>"
    assert activity["entities"][1] == {
        "type": "mention",
        "mentioned": {"id": f"28:{sim.app_id}", "name": "Countersign"},
        "text": "<at>Countersign</at>",
    }
    assert (activity["conversation"]["conversationType"], activity["conversation"]["isGroup"]) == ("groupChat", True)
    assert "my &lt;access&gt;" in activity["attachments"][0]["content"]


async def test_a_channel_conversation_is_its_thread(sim: Simulator, bot: SmallBot) -> None:
    ana, channel = sim.person("ana"), sim.chat("Access requests")
    await ana.says("help", chat=channel)
    first = next(iter(channel.messages))
    await ana.says("more", chat=channel, thread=first)

    assert [activity["conversation"]["id"] for activity in bot.received] == [f"{channel.id};messageid={first}"] * 2
    assert bot.received[0]["channelData"]["team"] == {"id": channel.team_id}


async def test_nobody_acts_in_a_chat_that_they_are_not_in(sim: Simulator, bot: SmallBot) -> None:
    with pytest.raises(SimulatorError, match="Priya Nair is not in the chat 'On call'"):
        await sim.person("priya").says("hello", chat=sim.chat("On call"))


async def test_a_press_travels_as_an_invoke_and_only_the_presser_sees_its_card(sim: Simulator, bot: SmallBot) -> None:
    ana, maria, group = sim.person("ana"), sim.person("maria"), sim.chat("On call")
    message = await bot.post(group.id, a_card(execute("Approve", "approve", {"id": 7}, id="a1")))
    bot.answers["adaptiveCard/action"] = a_reply(APPROVED)

    answer = await maria.presses("Approve", on=maria.latest_card(chat=group))

    [invoke] = bot.heard("adaptiveCard/action")
    sent = {"type": "Action.Execute", "id": "a1", "verb": "approve", "data": {"id": 7}}
    assert (invoke["value"], invoke["replyToId"]) == ({"action": sent, "trigger": "manual"}, message)
    assert invoke["from"]["aadObjectId"] == maria.id
    assert answer.card == APPROVED
    assert maria.latest_card(chat=group).words == ("Approved by you",)
    assert ana.latest_card(chat=group).titles == ("Approve",)


async def test_an_update_by_the_bot_replaces_everybodys_view(sim: Simulator, bot: SmallBot) -> None:
    ana = sim.person("ana")
    message = await bot.post(ana.chat.id, a_card(execute("Approve", "approve")))
    bot.answers["adaptiveCard/action"] = a_reply(APPROVED)
    await ana.presses("Approve")

    await bot.call("PUT", f"/v3/conversations/{ana.chat.id}/activities/{message}", a_message(a_card(execute("Extend", "extend"))))

    assert ana.latest_card().titles == ("Extend",)


async def test_viewing_refreshes_once_per_version_and_only_for_those_named(sim: Simulator, bot: SmallBot) -> None:
    ana, maria, group = sim.person("ana"), sim.person("maria"), sim.chat("On call")
    refresh = {"action": execute("", "refresh", {"id": 7}), "userIds": [maria.teams_id]}
    card = a_card(execute("Approve", "approve"), refresh=refresh)
    message = await bot.post(group.id, card)
    bot.answers["adaptiveCard/action"] = a_reply(APPROVED)

    await ana.views(ana.latest_card(chat=group))
    seen = await maria.views(maria.latest_card(chat=group))
    await maria.views(maria.latest_card(chat=group))
    await bot.call("PUT", f"/v3/conversations/{group.id}/activities/{message}", a_message(card))
    await maria.views(maria.latest_card(chat=group))

    invokes = bot.heard("adaptiveCard/action")
    assert seen.words == ("Approved by you",)
    assert [invoke["from"]["name"] for invoke in invokes] == ["Maria Lindqvist", "Maria Lindqvist"]
    assert invokes[0]["value"] == {"action": {"type": "Action.Execute", "verb": "refresh", "data": {"id": 7}}, "trigger": "automatic"}


async def test_where_execute_is_dead_the_fallback_submits(sim: Simulator, bot: SmallBot) -> None:
    ana = sim.person("ana")
    fallback = {"type": "Action.Submit", "title": "Approve", "data": {"id": 7, "verb": "approve"}}
    message = await bot.post(ana.chat.id, a_card(execute("Approve", "approve", fallback=fallback)))

    await ana.presses("Approve", fallback=True)

    activity = bot.received[-1]
    assert (activity["type"], activity["value"], activity["replyToId"]) == ("message", {"id": 7, "verb": "approve"}, message)
    assert "text" not in activity


async def test_typeahead_asks_the_bot_and_shows_its_results(sim: Simulator, bot: SmallBot) -> None:
    ana = sim.person("ana")
    await bot.post(ana.chat.id, a_card(execute("Next", "preview"), body=[PICKER]))
    results = [{"title": "Write access to billing-db", "value": "billing-db-write"}]
    bot.answers["application/search"] = {
        "statusCode": 200,
        "type": "application/vnd.microsoft.search.searchResponse",
        "value": {"results": results},
    }

    answer = await ana.searches("catalog", "billing")

    [search] = bot.heard("application/search")
    assert search["value"] == {"queryText": "billing", "queryOptions": {"skip": 0, "top": 15}, "dataset": "catalog"}
    assert answer.results is not None
    assert [(choice.title, choice.value) for choice in answer.results] == [("Write access to billing-db", "billing-db-write")]


async def test_a_dialog_is_fetched_filled_in_and_submitted(sim: Simulator, bot: SmallBot) -> None:
    ana = sim.person("ana")
    opener = {"type": "Action.Submit", "title": "Open the form", "data": {"msteams": {"type": "task/fetch"}, "form": 1}}
    form = a_card({"type": "Action.Submit", "title": "Send", "data": {"verb": "preview"}}, body=[{"type": "Input.Text", "id": "why"}])
    await bot.post(ana.chat.id, a_card(opener))
    attachment = {"contentType": ADAPTIVE, "content": form}
    bot.answers["task/fetch"] = {"task": {"type": "continue", "value": {"title": "Ask", "card": attachment}}}

    dialog = await ana.opens_dialog("Open the form")
    await ana.submits_dialog("Send", inputs={"why": "INC-1"})

    [fetch], [submit] = bot.heard("task/fetch"), bot.heard("task/submit")
    assert dialog.titles == ("Send",)
    assert fetch["value"] == {"data": {"msteams": {"type": "task/fetch"}, "form": 1}, "context": {"theme": "default"}}
    assert submit["value"] == {"data": {"verb": "preview", "why": "INC-1"}, "context": {"theme": "default"}}
    with pytest.raises(NotOnScreen, match="no dialog open"):
        _ = ana.dialog


async def test_a_bot_that_is_not_there_is_an_error_under_the_message(sim: Simulator) -> None:
    ana = sim.person("ana")
    answer = await ana.says("hello")

    assert answer is not None
    assert (answer.status, answer.error) == (0, ana.messages[-1].error)
    assert ana.messages[-1].error is not None


async def test_waiting_ends_with_the_event_that_makes_it_true(sim: Simulator, bot: SmallBot) -> None:
    ana = sim.person("ana")
    waiting = asyncio.create_task(sim.wait_for(lambda: ana.latest_card(containing="billing-db"), what="the card"))
    await asyncio.sleep(0)
    await bot.post(ana.chat.id, text="first a text")
    await bot.post(ana.chat.id, a_card())

    assert (await waiting).shows("Write access to billing-db")


async def test_waiting_in_vain_says_what_there_was_instead(sim: Simulator, bot: SmallBot) -> None:
    ana = sim.person("ana")
    await bot.post(ana.chat.id, text="something else")

    with pytest.raises(NotSeen) as caught:
        await sim.wait_for(ana.latest_card, what="the card", timeout_s=0.01)
    assert str(caught.value) == "the card: not seen within 0.01 s; Ana Ferreira has no card; the last messages are ['something else']"


async def test_time_moves_forward_only(sim: Simulator) -> None:
    sim.advance(timedelta(hours=4))
    with pytest.raises(ValueError, match="time moves forward only"):
        sim.advance(timedelta(seconds=-1))

    assert sim.clock.offset == timedelta(hours=4)
