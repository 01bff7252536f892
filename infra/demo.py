"""``countersign demo``: the whole loop over real HTTP, told as a story, every step seen from outside.

The bot runs as a process of its own, as it does in production; the simulator plays Teams, and skips the hours. What is told was observed:
on the chats of the people, on the helpdesk's page, in the directory's table, or in what ``countersign audit`` prints, never in the bot.
"""

import asyncio
import json
import os
import re
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic

import click

from approvals.errors import CountersignError
from approvals.words import Sentence, say
from bot.settings import PREFIX, Settings
from infra.demo_desk import helpdesk_page
from infra.serving import free_port, local_settings
from infra.simulator import Card, Person, Simulator
from infra.simulator.shape import Json, object_at, objects_at
from infra.words import words

STEPS = (
    "requested",
    "previewed",
    "submitted",
    "ticket_opened",
    "approval_card_sent",
    "stranger_refused",
    "self_approval_refused",
    "approved",
    "granted",
    "read_back",
    "requester_told",
    "second_press_refused",
    "revoked",
    "ticket_closed",
    "evidence_complete",
)
ASK = "I need write access to billing-db for 4 hours to fix INC-4711"
_PATIENCE_S = 10.0
_TARGET = "grp-billing-db-write"
_PATH = (
    "request:submit",
    "act:refused",
    "request:approve",
    "grant:intended",
    "grant:grant",
    "grant:end",
    "revoke:intended",
    "grant:confirm",
)


class DemoError(CountersignError):
    """A step was not seen."""


@dataclass(slots=True)
class _Story:
    """The demo as it unfolds."""

    simulator: Simulator
    settings: Settings
    as_json: bool
    began: float = field(default_factory=monotonic)
    number: str = ""
    seen: list[str] = field(default_factory=list)

    def tell(self, step: str, sentence: Sentence) -> None:
        """A step was seen."""
        self.seen.append(step)
        at, saw = monotonic() - self.began, words(sentence)
        click.echo(json.dumps({"step": step, "at_s": round(at, 2), "saw": saw}) if self.as_json else f"{at:5.1f} s  {step:22} {saw}")

    def person(self, handle: str) -> Person:
        """Somebody of the sample organisation."""
        return self.simulator.person(handle)


async def run_demo(*, as_json: bool) -> None:
    """Run the loop and print it.

    Raises:
        DemoError: a step was not seen; the message says which and what was there instead.
    """
    with tempfile.TemporaryDirectory(prefix="countersign-demo-") as folder:
        port = free_port()
        async with Simulator(bot_url=f"http://127.0.0.1:{port}/api/messages", folder=Path(folder)) as simulator:
            settings = local_settings(Path(folder), simulator, port=port)
            async with _bot(settings):
                story = _Story(simulator=simulator, settings=settings, as_json=as_json)
                await _tell_all(story)
                missing = [step for step in STEPS if step not in story.seen]
                if missing:
                    raise DemoError(say("not seen: {missing}", missing=", ".join(missing)))


async def _tell_all(story: _Story) -> None:
    for chapter in (_ask, _put_to_the_owner, _refuse_others, _approve, _press_again, _end, _audit):
        try:
            await chapter(story)
        except (LookupError, AssertionError, sqlite3.Error) as error:
            raise DemoError(say("{name}: {why}", name=chapter.__name__.strip("_"), why=str(error))) from error


async def _ask(story: _Story) -> None:
    ana = story.person("ana.ferreira")
    answer = await ana.says(ASK)
    _expect(answer is not None and answer.error is None, "the bot took the message", answer)
    story.tell("requested", say("Ana wrote: “{ask}”", ask=ASK))
    preview = await _card(story, ana, "Not sent yet")
    _expect(preview.shows("Maria Lindqvist"), "the preview names who will be asked", preview.words)
    story.tell("previewed", say("she was shown what, for how long, and that Maria Lindqvist will be asked"))
    sent = await ana.presses("Send request", on=preview)
    status = await _card(story, ana, "TCK-")
    found = re.search(r"REQ-\d+", " ".join(status.words))
    _expect(sent.card is not None and found is not None, "the living card has a number", sent.shown())
    story.number = found[0] if found else ""
    story.tell("submitted", say("she sent it: {number}", number=story.number))


async def _put_to_the_owner(story: _Story) -> None:
    page = await helpdesk_page(story.settings, person="priya.nair@northwind.example", search=story.number)
    _expect(story.number in page and "TCK-" in page, "the helpdesk lists the ticket", page[:200])
    ticket = re.search(r"TCK-\d+", page)
    story.tell("ticket_opened", say("Priya at the helpdesk sees {ticket} for it", ticket=ticket[0] if ticket else ""))
    card = await _card(story, story.person("maria.lindqvist"), "INC-4711")
    _expect("Approve" in card.titles and card.shows("Ana Ferreira"), "the owner can decide", card.titles)
    story.tell("approval_card_sent", say("Maria, who owns billing-db, has the card in her own chat"))


async def _refuse_others(story: _Story) -> None:
    maria, tom, ana = story.person("maria.lindqvist"), story.person("tom.okafor"), story.person("ana.ferreira")
    card = await _card(story, maria, "INC-4711")
    stolen: Json = {"action": {"type": "Action.Execute", "verb": "approve", "data": card.button("Approve").send({})}, "trigger": "manual"}
    await tom.open_chat()
    answer = await tom.invokes(stolen, on=await _card(story, tom, "Request access"))
    _expect(answer.card is not None and not await _holds(story), "Tom was refused", answer.shown())
    story.tell("stranger_refused", say("Tom sent a copy of her button: “{card}”", card=_first_words(answer.card)))
    own = await ana.invokes(stolen, on=await _card(story, ana, "TCK-"))
    _expect("your own request" in json.dumps(own.card), "Ana was refused", own.shown())
    story.tell("self_approval_refused", say("Ana tried it on her own card: “{card}”", card=_first_words(own.card)))


async def _approve(story: _Story) -> None:
    maria, ana = story.person("maria.lindqvist"), story.person("ana.ferreira")
    answer = await maria.presses("Approve", on=await _card(story, maria, "INC-4711"))
    _expect(answer.card is not None and answer.error is None, "the press was taken", answer.shown())
    story.tell("approved", say("Maria pressed Approve, and signed in once more for it: the risk is high"))
    await _until(story, lambda: _holds(story), what="Ana in the directory's group")
    story.tell("granted", say("the directory shows Ana in {target}", target=_TARGET))
    await _until(story, lambda: _is_recorded(story, "grant:grant"), what="the change being read back")
    story.tell("read_back", say("the change was read back from the directory, and her 4 hours began then"))
    await _message(story, ana, "is live")
    story.tell("requester_told", say("Ana was told"))


async def _press_again(story: _Story) -> None:
    maria = story.person("maria.lindqvist")
    now = await _card(story, maria, "INC-4711")
    asked = next(call.body for call in story.simulator.sent if call.route == "post" and "your decision is needed" in json.dumps(call.body))
    old = Card(object_at(objects_at(asked, "attachments")[0], "content"), message=now.message)
    answer = await maria.presses("Approve", on=old)
    _expect("already approved" in json.dumps(answer.card), "the second press was refused", answer.shown())
    story.tell("second_press_refused", say("Maria pressed the old card again: “{card}”", card=_first_words(answer.card)))


async def _end(story: _Story) -> None:
    ana = story.person("ana.ferreira")
    story.simulator.advance(timedelta(hours=4))
    await _until(story, lambda: _is_gone(story), what="the access being removed")
    await _message(story, ana, "has ended as planned")
    story.tell("revoked", say("four hours later (the clock was moved) the directory shows her no more, and she was told"))
    page = await helpdesk_page(story.settings, person="priya.nair@northwind.example", search=story.number, state="closed")
    _expect(story.number in page, "the ticket is closed", page[:200])
    story.tell("ticket_closed", say("Priya sees the ticket closed"))


async def _audit(story: _Story) -> None:
    shown = await _countersign(story, "audit", "show", story.number, "--json")
    kinds = [json.loads(line)["kind"] for line in shown.splitlines()]
    _expect(_is_in_order(_PATH, kinds), "every step left evidence", kinds)
    await _countersign(story, "audit", "check")
    story.tell(
        "evidence_complete",
        say("{count} pieces of evidence tell the same story; the auditor's check finds nothing missing", count=len(kinds)),
    )


@asynccontextmanager
async def _bot(settings: Settings) -> AsyncIterator[None]:
    """The bot as a process of its own, ready to answer; ended with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "infra", "serve", env=_environment(settings), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        await _until_listening(process)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def _until_listening(process: asyncio.subprocess.Process) -> None:
    if process.stdout is None or process.stderr is None:
        raise DemoError(say("the bot's output cannot be read"))
    async with asyncio.timeout(30):
        if await process.stdout.readline():
            return
    said = (await process.stderr.read()).decode(errors="replace").strip().splitlines()
    raise DemoError(say("the bot did not start: {said}", said=said[-1]) if said else say("the bot did not start, and said nothing"))


def _environment(settings: Settings) -> dict[str, str]:
    """The environment of a process that goes by these settings alone, whatever is set here for another installation."""
    given = {f"{PREFIX}{name.upper()}": str(value) for name, value in settings.model_dump(mode="json").items() if value is not None}
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)} | given


async def _countersign(story: _Story, *command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "infra",
        *command,
        env=_environment(story.settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    _expect(process.returncode == 0, f"countersign {' '.join(command)} succeeds", err.decode())
    return out.decode()


async def _card(story: _Story, person: Person, words: str) -> Card:
    return await story.simulator.wait_for(lambda: person.latest_card(containing=words), what=f"{person.name}'s card", timeout_s=_PATIENCE_S)


async def _message(story: _Story, person: Person, words: str) -> None:
    there = lambda: [one for one in person.messages if words in (one.text or "")]  # noqa: E731
    await story.simulator.wait_for(there, what=f"{person.name} being told “{words}”", timeout_s=_PATIENCE_S)


async def _until(story: _Story, holds: Callable[[], Awaitable[bool]], *, what: str) -> None:
    deadline = monotonic() + _PATIENCE_S
    while not await holds():
        _expect(monotonic() < deadline, f"{what}, within {_PATIENCE_S:g} s", story.seen)
        await asyncio.sleep(0.05)


async def _holds(story: _Story) -> bool:
    rows = await asyncio.to_thread(
        _rows, story, "SELECT 1 FROM membership WHERE target = ? AND person = ?", _TARGET, story.person("ana.ferreira").id
    )
    return bool(rows)


async def _is_gone(story: _Story) -> bool:
    return not await _holds(story)


async def _is_recorded(story: _Story, kind: str) -> bool:
    return bool(await asyncio.to_thread(_rows, story, "SELECT 1 FROM evidence WHERE kind = ?", kind))


def _rows(story: _Story, question: str, *values: str) -> Sequence[object]:
    with closing(sqlite3.connect(f"file:{story.settings.database}?mode=ro", uri=True, timeout=5)) as records:
        return records.execute(question, values).fetchall()


def _is_in_order(wanted: Sequence[str], found: Sequence[str]) -> bool:
    rest = iter(found)
    return all(any(one == other for other in rest) for one in wanted)


def _first_words(card: object) -> str:
    words = Card(card, message=None).words if isinstance(card, dict) else ()
    return words[0] if words else ""


def _expect(holds: object, what: str, instead: object) -> None:
    if not holds:
        raise AssertionError(f"{what}: not so; there was {str(instead)[:300]}")
