"""All looked at from outside, once a story is over: the records (read only), the directory's own log, and what Teams was asked for."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from approvals.operations.audit import gaps
from approvals.store.sqlite import Store
from infra.migrations.upgrade import upgrade
from infra.simulator.shape import JsonObject
from tests.infra.crash.people import Again, People

MAY_OUTLIVE = timedelta(seconds=60)
_LIFE = ["request:submit", "request:approve", "grant:grant", "grant:end", "grant:confirm"]
_LOG = """
    CREATE TABLE membership_log (id INTEGER PRIMARY KEY, what TEXT, target TEXT, person TEXT);
    CREATE TRIGGER came AFTER INSERT ON membership BEGIN
        INSERT INTO membership_log (what, target, person) VALUES ('in', new.target, new.person); END;
    CREATE TRIGGER went AFTER DELETE ON membership BEGIN
        INSERT INTO membership_log (what, target, person) VALUES ('out', old.target, old.person); END;
"""
_SETTLED = """
    SELECT (SELECT count(*) FROM request WHERE state = 'ended') > 0
       AND (SELECT count(*) FROM job) = 0
       AND (SELECT count(*) FROM message WHERE sent_at IS NULL) = 0
       AND (SELECT count(*) FROM copy JOIN request ON request.id = copy.request WHERE copy.shown < request.version) = 0
"""

Told = tuple[str, str]
"""Who, and of what: one thing that somebody is to see once."""


def empty_records(path: Path) -> Path:
    """Records as at a first start, and a log of who came into a group and who went, kept by the database itself."""
    upgrade(path)
    with closing(sqlite3.connect(path)) as records:
        records.executescript(_LOG)
    return path


def rows(database: Path, question: str) -> Sequence[tuple[Any, ...]]:
    """The answer of the records, which nothing here can change."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)) as records:
        return records.execute(question).fetchall()


def is_settled(database: Path) -> bool:
    """Whether the request has ended and nothing is left to do."""
    return bool(rows(database, _SETTLED)[0][0])


def in_doubt(database: Path, people: People) -> frozenset[Told]:
    """What nobody has noted as sent. Whatever of it Teams has taken will be seen twice: the Bot Connector knows no idempotency key."""
    unsent = rows(database, "SELECT key, person, coalesce(activity, '') FROM message WHERE sent_at IS NULL")
    names = {people.ana.id: "ana", people.maria.id: "maria"}
    messages = {(names[person], _message_kind(key, activity)) for key, person, activity in unsent}
    unplaced = rows(database, "SELECT person FROM copy WHERE activity IS NULL")
    return frozenset(messages | {(names[person], "card") for (person,) in unplaced})


def posted(people: People) -> Counter[Told]:
    """What Teams took as new messages, whoever noted it."""
    names = {people.ana.chat.id: "ana", people.maria.chat.id: "maria"}
    taken = [call for call in people.sim.sent if call.route in ("post", "reply") and 200 <= call.status < 300]
    return Counter((names[unquote(call.path.split("/")[3])], _post_kind(call.body)) for call in taken if isinstance(call.body, dict))


def wrongs(
    database: Path, people: People, *, passed: Sequence[str], doubt: frozenset[Told], not_before: Sequence[datetime]
) -> Iterator[str]:
    """One line for whatever is not as it has to be. ``not_before`` are moments before which nobody could have ended the access."""
    ana = people.ana.id
    yield from _unequal("requests", rows(database, "SELECT id, state FROM request"), [(1001, "ended")])
    yield from _unequal("tickets", rows(database, "SELECT request, closed_at IS NOT NULL FROM ticket"), [(1001, 1)])
    yield from _unequal("decisions", rows(database, "SELECT request, verdict FROM decision"), [(1001, "approve")])
    target = "grp-billing-db-write"
    moves = rows(database, "SELECT what, target, person FROM membership_log ORDER BY id")
    yield from _unequal("moves in the directory", moves, [("in", target, ana), ("out", target, ana)])
    yield from _unequal("changes in the directory", rows(database, "SELECT key, is_member FROM directory_change"), [("grant/1001", 0)])
    keys = {point.split()[2] for point in passed if point.split()[1] in ("apply", "revert")}
    yield from _unequal("keys of effects", keys, {"grant/1001"})
    life = rows(database, f"SELECT kind, at FROM evidence WHERE kind IN ({', '.join(map(repr, _LIFE))}) ORDER BY id")  # noqa: S608
    yield from _unequal("transitions", [kind for kind, _at in life], _LIFE)
    yield from _unequal("order in time", [at for _kind, at in life], sorted(at for _kind, at in life))
    yield from _unequal("jobs left", rows(database, "SELECT kind, subject, attempts, error FROM job"), [])
    yield from _unequal("people not reached", rows(database, "SELECT person, problem FROM copy WHERE problem IS NOT NULL"), [])
    yield from _unequal("messages not sent", rows(database, "SELECT key FROM message WHERE sent_at IS NULL OR problem IS NOT NULL"), [])
    yield from _told(people, doubt)
    yield from _late(database, not_before)


def duplicates(people: People) -> tuple[Told, ...]:
    """What somebody has seen twice that they asked for once."""
    return tuple(told for told, times in posted(people).items() if times > _wanted(people)[told])


async def unaccounted(database: Path) -> list[str]:
    """What an auditor finds missing in the evidence."""
    store = Store(database)
    try:
        return await store.read(lambda tx: list(map(str, gaps(tx))))
    finally:
        await store.close()


async def unfinished_screens(people: People) -> list[str]:
    """Each card that, looked at by its person, does not show that the access has ended; and whoever can still send a second request."""
    end = "Access has ended"
    newest = [(person, person.latest_card(containing="TCK-1001")) for person in (people.ana, people.maria)]
    found = [f"{person.name}'s newest card shows {card.words[:4]}" for person, card in newest if not card.shows(end)]
    for card in people.maria.cards():
        seen = await people.maria.views(card)
        if not seen.shows(end):
            found.append(f"a card of Maria's shows, when she looks at it, {seen.words[:4]}")
    for card in people.ana.cards():
        if "Send request" in card.titles:
            answer = await people.ana.presses("Send request", on=card)
            if answer.card is None or end not in str(answer.card):
                found.append(f"an old preview of Ana's answered {str(answer.shown())[:200]}")
    return found


def _told(people: People, doubt: frozenset[Told]) -> Iterator[str]:
    seen, wanted = posted(people), _wanted(people)
    for told in sorted(set(seen) | set(wanted)):
        most = wanted[told] + (told in doubt)
        if told not in wanted:
            yield f"{told[0]} was sent something that nobody meant: {told[1]}"
        elif not 1 <= seen[told] <= most:
            yield f"{told[0]} saw “{told[1]}” {seen[told]} times, at most {most} expected; in doubt at the death: {sorted(doubt)}"


def _wanted(people: People) -> Counter[Told]:
    previews = people.asked if people.again is Again.ANEW else 1
    once: list[Told] = [("ana", "welcome"), ("ana", "granted"), ("ana", "ended"), ("maria", "card"), ("maria", "ended")]
    return Counter(once) + Counter({("ana", "preview"): previews})


def _late(database: Path, not_before: Sequence[datetime]) -> Iterator[str]:
    ((promised, ended),) = rows(database, "SELECT ends_at, ended_at FROM request")
    late = datetime.fromisoformat(ended).replace(tzinfo=UTC) - max(datetime.fromisoformat(promised).replace(tzinfo=UTC), *not_before)
    if late > MAY_OUTLIVE:
        yield f"the access outlived its end by {late}, at most {MAY_OUTLIVE} is allowed"


def _message_kind(key: str, activity: str) -> str:
    if key.startswith("reply/"):
        return "preview" if "Not sent yet" in activity else "welcome"
    return key.split("/")[1]


def _post_kind(body: JsonObject) -> str:
    text, summary = str(body.get("text", "")), str(body.get("summary", ""))
    if text:
        return "granted" if "is live" in text else "ended" if "has ended as planned" in text else text
    if "REQ-1001" in summary:
        return "card"
    if "Not sent yet" in str(body.get("attachments")):
        return "preview"
    return "welcome" if "Request access" in str(body.get("attachments")) else summary


def _unequal(what: str, found: object, wanted: object) -> Iterator[str]:
    if found != wanted:
        yield f"{what}: {found}, not {wanted}"
