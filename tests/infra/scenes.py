"""Scenes that stories begin from, and what is looked at afterwards: the records, the directory, what people have been told."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import yaml
from sqlalchemy import delete, update
from sqlmodel import select

from approvals.change import RequestId
from approvals.jobs import embedded as jobs
from approvals.operations.audit import trail
from approvals.store.people import people
from approvals.store.tables import EvidenceRow, MembershipRow, PersonRow, RequestRow
from infra.house import open_house
from infra.serving import Local, free_port, local_settings
from infra.simulator import SAMPLE, Answer, Card, Person, Simulator
from infra.simulator.shape import Json, JsonObject, objects_at

ASK = "I need write access to billing-db for 4 hours to fix INC-4711"
FIRST = 1001
"""The number of the first request on fresh records."""
TARGET = "grp-billing-db-write"
ANA, MARIA, TOM, JONAS, PRIYA = "ana.ferreira", "maria.lindqvist", "tom.okafor", "jonas.weber", "priya.nair"
HOUR = timedelta(hours=1)

LOOP = [
    ("request:submit", "Ana Ferreira"),
    ("sign_in:asked", "Maria Lindqvist"),
    ("request:approve", "Maria Lindqvist"),
    ("grant:intended", "Countersign"),
    ("grant:grant", "Countersign"),
    ("grant:end", "Countersign"),
    ("revoke:intended", "Countersign"),
    ("grant:confirm", "Countersign"),
]
"""What the evidence of one undisturbed loop says: what happened, and who did it."""


@asynccontextmanager
async def beside(
    folder: Path, *, catalog: Path = SAMPLE, first: Callable[[Simulator], object] = lambda _simulator: None
) -> AsyncIterator[Local]:
    """A bot and a simulator; ``first`` is done to the simulator before the bot starts, and the bot reads ``catalog``."""
    port = free_port()
    async with Simulator(folder=folder) as simulator:
        first(simulator)
        settings = local_settings(folder, simulator, port=port).model_copy(update={"catalog": catalog})
        async with open_house(settings) as house:
            simulator.bot_url = f"{house.url}/api/messages"
            yield Local(house=house, simulator=simulator, settings=settings)


def catalog_without(folder: Path, *, email: str) -> Path:
    """The sample organisation's files in ``folder``, without one person."""
    copied = shutil.copytree(SAMPLE, folder / "organisation")
    everybody = yaml.safe_load((SAMPLE / "people.yaml").read_text(encoding="utf-8"))
    kept = [person for person in everybody if person["email"] != email]
    (copied / "people.yaml").write_text(yaml.safe_dump(kept, allow_unicode=True), encoding="utf-8")
    return copied


async def previewed(local: Local, *, who: str = ANA, text: str = ASK) -> Card:
    """Somebody says what they need and looks at the preview."""
    person = local.simulator.person(who)
    await person.says(text)
    return await seen(local, who, "Not sent yet")


async def asked(local: Local, *, who: str = ANA, text: str = ASK, of: str = MARIA) -> Card:
    """A request is sent; answers the approval card of the person who decides. Everything that follows from sending has been done."""
    preview = await previewed(local, who=who, text=text)
    sent = await local.simulator.person(who).presses("Send request", on=preview)
    assert sent.error is None
    await quiet(local)
    return await seen(local, of, "Your decision is needed")


async def granted(local: Local, *, who: str = ANA, text: str = ASK, of: str = MARIA) -> Card:
    """A request is sent and approved, and the access works; answers the requester's card."""
    card = await asked(local, who=who, text=text, of=of)
    await local.simulator.person(of).presses("Approve", on=card)
    await quiet(local)
    return await seen(local, who, "You have this access now")


async def ended(local: Local, *, who: str = ANA, after: timedelta = 4 * HOUR) -> None:
    """Time passes until the access has ended and everybody has been told."""
    local.simulator.advance(after)
    await heard(local, who, "the access is gone")
    await quiet(local)


async def passes(local: Local, time: timedelta) -> None:
    """Time passes, and the bot knows it. Its clock is asked, since it announces nothing."""
    until = local.house.desk.now() + time
    local.simulator.advance(time)
    async with asyncio.timeout(5):
        while local.house.desk.now() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def seen(local: Local, who: str, words: str) -> Card:
    """The newest card of this person that shows ``words``, as soon as there is one."""
    person = local.simulator.person(who)
    return await local.simulator.wait_for(lambda: person.latest_card(containing=words), what=f"{who}'s card with {words!r}")


async def heard(local: Local, who: str, words: str) -> str:
    """The bot's message to this person that holds ``words``, as soon as there is one."""
    person = local.simulator.person(who)
    there = lambda: next((text for text in told(person) if words in text), None)  # noqa: E731
    found = await local.simulator.wait_for(there, what=f"{who} being told {words!r}")
    assert found is not None
    return found


async def quiet(local: Local, *, within_s: float = 8) -> None:
    """Return once no work is left to do."""
    store, committed = local.house.desk.store, asyncio.Event()
    store.when_committed(committed.set)
    async with asyncio.timeout(within_s):
        while await store.read(jobs.waiting):
            await committed.wait()
            committed.clear()


def told(person: Person) -> list[str]:
    """What the bot has written to this person in words, oldest first."""
    return [message.text for message in person.messages if message.is_bot and message.text]


def screen(answer: Answer) -> Card:
    """The card that a press was answered with, as it stands on the presser's screen."""
    assert answer.card is not None, answer.shown()
    return Card(answer.card, message=None)


def execute(verb: str, data: JsonObject) -> Json:
    """What a client sends for an Action.Execute."""
    return {"action": {"type": "Action.Execute", "verb": verb, "data": data}, "trigger": "manual"}


async def ledger(local: Local, request: int = FIRST) -> list[tuple[str, str]]:
    """The evidence of a request itself, oldest first: what happened, and who did it. What was written before it was sent is left out."""
    entries = await local.house.desk.store.read(lambda tx: trail(tx, RequestId(request)))
    return [(entry.kind, entry.name) for entry in entries if entry.kind != "draft:said"]


async def refusals(local: Local) -> list[tuple[int | None, str, int | None]]:
    """Who was refused, ever: on which request, who, and at which check."""

    def find(tx: object) -> list[tuple[int | None, str, int | None]]:
        rows = tx.exec(select(EvidenceRow).where(EvidenceRow.kind == "act:refused").order_by(EvidenceRow.id)).all()  # type: ignore[attr-defined]
        known = people(tx, *(row.actor for row in rows))  # type: ignore[arg-type]
        return [(row.request, known[row.actor].name, yaml.safe_load(row.body)["check"]) for row in rows]

    return await local.house.desk.store.read(find)


async def requests(local: Local) -> list[tuple[int, str, int]]:
    """Every request there is: number, state, version."""
    rows = await local.house.desk.store.read(lambda tx: tx.exec(select(RequestRow).order_by(RequestRow.id)).all())  # type: ignore[arg-type]
    return [(row.id or 0, row.state.value, row.version) for row in rows]


async def request_row(local: Local, request: int = FIRST) -> RequestRow:
    """The request as it is stored."""
    row = await local.house.desk.store.read(lambda tx: tx.get(RequestRow, request))
    assert row is not None
    return row


async def members(local: Local, target: str = TARGET) -> list[str]:
    """Who is in the directory's group, by Entra object id."""
    here = select(MembershipRow.person).where(MembershipRow.target == target)
    return list(await local.house.desk.store.read(lambda tx: tx.exec(here).all()))


async def joins(local: Local, who: str, *, target: str = TARGET, since: datetime) -> None:
    """The directory's administrator puts somebody into a group, without this product."""
    person = local.simulator.person(who).id
    await local.house.desk.store.write(lambda tx: tx.add(MembershipRow(target=target, person=person, since=since)))


async def taken_out(local: Local, who: str, *, target: str = TARGET) -> None:
    """The directory's administrator takes somebody out of a group, without this product."""
    here = (MembershipRow.target == target, MembershipRow.person == local.simulator.person(who).id)
    await local.house.desk.store.write(lambda tx: tx.execute(delete(MembershipRow).where(*here)))  # type: ignore[arg-type]


async def leaves(local: Local, who: str) -> None:
    """Somebody leaves the organisation: the directory disables them."""
    person = local.simulator.person(who).id
    gone = update(PersonRow).where(PersonRow.id == person).values(enabled=False)  # type: ignore[arg-type]
    await local.house.desk.store.write(lambda tx: tx.execute(gone))


def fields(card: Mapping[str, Json]) -> dict[str, Json]:
    """What stands in the fields of a form, by their ids."""
    inputs = [part for part in objects_at(dict(card), "body") if str(part.get("type", "")).startswith("Input.")]
    return {str(part["id"]): part.get("value") for part in inputs}


def parts(node: Json, kind: str) -> list[JsonObject]:
    """Every element of ``kind`` on a card, however deep."""
    if isinstance(node, list):
        return [found for one in node for found in parts(one, kind)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("type") == kind else []
    return own + [found for value in node.values() for found in parts(value, kind)]
