"""What people are shown and told: once, in their own chat, and until it has arrived."""

from sqlmodel import select

from approvals.change import PersonId, RequestId
from approvals.jobs.embedded import Kind, ask_for, claim
from approvals.outbox import (
    Chat,
    adopt,
    chat_of,
    copies_behind,
    copy_is_shown,
    knows_chat,
    message_is_sent,
    remember_chat,
    reply,
    show,
    tell,
)
from approvals.store.sqlite import Store
from approvals.store.tables import CopyRow, MessageRow
from approvals.words import say
from tests.approvals.northwind import ANA, MARIA, TOM
from tests.approvals.story import Story, a_proposal, a_trigger
from tests.builders import HOUR, NOON

_CHAT = Chat(person=ANA, teams_id="29:ana", conversation="a:ana", service_url="https://teams.example/")


async def test_a_card_that_can_be_brought_to_nobody_leaves_those_that_are_still_to_be_posted(story: Story) -> None:
    request = await story.asked()
    other = await story.asked(a_proposal(entitlement="billing-db-read"))
    waiting = await story.desk.store.read(lambda tx: [row for one in (request, other) for row in copies_behind(tx, one, version=1)])
    nowhere = {"service_url": "https://teams.example/", "conversation": None, "activity": None}

    await story.desk.store.write(lambda tx: copy_is_shown(tx, waiting[0].id or 0, version=1, problem="not installed", **nowhere))

    left = await story.desk.store.read(lambda tx: [row.id for one in (request, other) for row in copies_behind(tx, one, version=1)])
    assert left == [row.id for row in waiting[1:]]
    assert len(left) >= 2


async def test_somebody_is_met_once_and_found_again(store: Store) -> None:
    moved = Chat(person=ANA, teams_id="29:ana", conversation="a:ana-2", service_url="https://elsewhere.example/")

    met = [await store.write(lambda tx, chat=chat: remember_chat(tx, chat, now=NOON)) for chat in (_CHAT, _CHAT, moved)]  # type: ignore[misc]

    assert met == [True, False, False]
    assert await store.read(lambda tx: chat_of(tx, ANA)) == moved
    assert await store.read(lambda tx: [knows_chat(tx, chat) for chat in (_CHAT, moved)]) == [False, True]
    assert await store.read(lambda tx: chat_of(tx, MARIA)) is None


async def test_an_occasion_is_told_once_to_each(story: Story) -> None:
    request = await story.asked()
    gone = say("{what} is gone.", what="It")

    for _ in range(2):
        await story.desk.store.write(lambda tx: tell(tx, (ANA, MARIA, ANA), gone, request=request, about="ended", now=NOON))
    await story.desk.store.write(lambda tx: tell(tx, (ANA,), gone, request=request, about="granted", now=NOON))

    assert await story.told() == [(ANA, "It is gone."), (MARIA, "It is gone."), (ANA, "It is gone.")]
    assert [kind for kind, _ in await story.jobs() if kind == "message:send"] == ["message:send"] * 3


async def test_a_reply_is_sent_once_where_it_was_asked_for(store: Store) -> None:
    for text in ("first", "second"):
        await store.write(lambda tx, text=text: reply(tx, ANA, text, trigger=a_trigger(), is_private=False, now=NOON))  # type: ignore[misc]
    await store.write(lambda tx: reply(tx, ANA, "in private", trigger=a_trigger(), is_private=True, now=NOON))

    rows = await store.read(lambda tx: list(tx.exec(select(MessageRow).order_by(MessageRow.id))))  # type: ignore[arg-type]
    assert [(row.activity, row.conversation, row.service_url, row.person) for row in rows] == [
        ("first", "a:ana", "https://teams.example/", ANA),
        ("in private", None, None, ANA),
    ]


async def test_what_was_sent_or_never_will_be_is_noted(store: Store) -> None:
    await store.write(lambda tx: reply(tx, ANA, "hello", trigger=a_trigger(), is_private=False, now=NOON))

    await store.write(lambda tx: message_is_sent(tx, 1, at=NOON + HOUR, problem="the chat is gone"))

    row = await store.read(lambda tx: tx.get_one(MessageRow, 1))
    assert (row.sent_at, row.problem) == (NOON + HOUR, "the chat is gone")


async def _behind(story: Story, request: RequestId, version: int) -> list[tuple[str, str | None]]:
    rows = await story.desk.store.read(lambda tx: copies_behind(tx, request, version=version))
    return [(row.person, row.activity) for row in rows]


async def test_copies_converge_on_the_present_version(story: Story) -> None:
    request = await story.asked()
    await story.desk.store.write(lambda tx: adopt(tx, request, person=TOM, trigger=a_trigger(card="card-1")))
    first, second, third = await story.copies(request)
    posted = {"service_url": "https://teams.example/", "conversation": "a:maria", "activity": "card-2"}

    assert await _behind(story, request, 1) == [(MARIA, None), (ANA, None), (TOM, "card-1")]

    await story.desk.store.write(lambda tx: copy_is_shown(tx, first.id or 0, version=1, **posted))

    assert await _behind(story, request, 1) == [(ANA, None), (TOM, "card-1")]
    assert await _behind(story, request, 2) == [(ANA, None), (MARIA, "card-2"), (TOM, "card-1")]

    nowhere = {"service_url": None, "conversation": None, "activity": None}
    await story.desk.store.write(lambda tx: copy_is_shown(tx, second.id or 0, version=1_000, problem="left", **nowhere))
    await story.desk.store.write(lambda tx: copy_is_shown(tx, third.id or 0, version=2, **{**posted, "activity": "card-3"}))

    assert await _behind(story, request, 2) == [(MARIA, "card-2")]
    assert [row.problem for row in await story.copies(request)] == [None, "left", None]


async def test_a_card_that_was_pressed_before_its_posting_was_noted_is_one_copy(story: Story) -> None:
    request = await story.asked()
    (maria, _) = await story.copies(request)
    await story.desk.store.write(lambda tx: adopt(tx, request, person=MARIA, trigger=a_trigger(card="card-1")))
    posted = {"service_url": "https://teams.example/", "conversation": a_trigger().conversation, "activity": "card-1"}

    await story.desk.store.write(lambda tx: copy_is_shown(tx, maria.id or 0, version=1, **posted))

    assert [(row.person, row.activity, row.shown) for row in await story.copies(request)] == [(MARIA, "card-1", 1), (ANA, None, 0)]


async def test_a_card_is_adopted_once_and_only_where_there_is_one(story: Story) -> None:
    request = await story.asked()
    for trigger in (a_trigger(card="card-1"), a_trigger("later", card="card-1"), a_trigger()):
        await story.desk.store.write(lambda tx, trigger=trigger: adopt(tx, request, person=ANA, trigger=trigger))  # type: ignore[misc]

    assert [(row.person, row.activity) for row in await story.copies(request)] == [(MARIA, None), (ANA, None), (ANA, "card-1")]


async def test_a_card_that_was_adopted_before_its_posting_was_reported_is_one_copy(story: Story) -> None:
    request = await story.asked()
    first, second = await story.copies(request)
    await story.desk.store.write(lambda tx: adopt(tx, request, person=MARIA, trigger=a_trigger(card="card-1")))
    posted = {"service_url": "https://teams.example/", "conversation": a_trigger().conversation, "activity": "card-1"}

    await story.desk.store.write(lambda tx: copy_is_shown(tx, first.id or 0, version=1, **posted))

    assert [(row.id, row.activity) for row in await story.copies(request)] == [(first.id, "card-1"), (second.id, None)]


async def test_nobody_to_show_is_nothing(story: Story) -> None:
    request = await story.asked()

    await story.desk.store.write(lambda tx: show(tx, request))

    assert len(await story.desk.store.read(lambda tx: list(tx.exec(select(CopyRow))))) == 2


async def test_what_is_told_is_work_that_is_due_at_once(story: Story) -> None:
    request = await story.asked()
    await story.jobs_done()
    people: tuple[PersonId, ...] = (ANA,)
    await story.desk.store.write(lambda tx: tell(tx, people, say("Hello."), request=request, about="hello", now=NOON))
    await story.desk.store.write(lambda tx: ask_for(tx, now=NOON))

    claimed = await story.desk.store.write(lambda tx: claim(tx, lease="one", now=NOON, most=5))

    assert [(job.kind, job.subject) for job in claimed] == [(Kind.SEND, 1)]
