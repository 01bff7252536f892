"""The conversation: one question at a time, commands at any point, in company and in channels, and whatever people write."""

import pytest

from infra.serving import Local
from tests.infra.scenes import ANA, ASK, JONAS, MARIA, heard, leaves, parts, previewed, quiet, requests, seen, told


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
