"""What the records say, read from the file by plain SQL, and what must never be found in them."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

_REQUESTS = "SELECT id, requester, beneficiary, entitlement, state, version, stage, stages, duration, more, ends_at FROM request"
_TICKETS = "SELECT request, closed_at IS NOT NULL FROM ticket"
_ENTRIES = "SELECT id, kind, request, actor, version, json_extract(body, '$.check') FROM evidence WHERE id > ?"
_WORDS = "SELECT request, stage, approver, verdict, duration, step_up IS NOT NULL FROM decision"
_WORK = "SELECT kind, subject FROM job WHERE kind IN ('grant:execute', 'grant:revoke')"
NEVER = {
    "a change without the yes of somebody else than who asks and who gets it, or of the policy": """
        SELECT change.key FROM directory_change AS change JOIN request ON change.key = 'grant/' || request.id
        WHERE request.stages <> '[]' AND NOT EXISTS (
            SELECT 1 FROM decision WHERE decision.request = request.id AND verdict = 'approve' AND approver NOT IN (requester, beneficiary)
        )""",
    "a change of what was denied": """
        SELECT change.key FROM directory_change AS change JOIN decision ON change.key = 'grant/' || decision.request
        JOIN request ON request.id = decision.request WHERE verdict = 'deny' AND decision.stage < json_array_length(stages)""",
    "somebody asked about their own request, or who decided on it": """
        SELECT request.id FROM request, json_each(stages) AS stage, json_each(stage.value, '$.approvers') AS asked
        WHERE asked.value IN (requester, beneficiary)
        UNION SELECT request.id FROM request JOIN decision ON decision.request = request.id WHERE approver IN (requester, beneficiary)""",
    "a second request for the same, while one is open": """
        SELECT beneficiary, entitlement FROM request WHERE state IN ('waiting', 'approved', 'granted', 'ending')
        GROUP BY beneficiary, entitlement HAVING count(*) > 1""",
    "somebody who approved one request twice in one stage": """
        SELECT request, approver FROM decision GROUP BY request, stage, approver HAVING count(*) > 1""",
    "access said to be gone while the system showed it": """
        SELECT request.id FROM request JOIN evidence AS entry ON entry.request = request.id AND kind = 'grant:confirm'
        WHERE json_extract(body, '$.result.calls.read_back') AND NOT had_before""",
    "access for longer than was asked and somebody else agreed to, or without its end": """
        SELECT id FROM request WHERE (granted_at IS NOT NULL AND ends_at IS NULL) OR (
            duration > asked_duration AND NOT EXISTS (
                SELECT 1 FROM decision WHERE decision.request = request.id AND verdict = 'approve' AND decision.duration = request.duration
                AND decision.stage >= json_array_length(stages) AND approver NOT IN (requester, beneficiary)
            )
        )""",
    "a step of a request without its one entry of evidence": """
        SELECT request.id FROM request JOIN evidence AS entry ON entry.request = request.id AND entry.kind IN (
            'request:submit', 'request:agree', 'request:approve', 'request:deny', 'request:lapse', 'request:withdraw',
            'request:reroute', 'request:refuse', 'request:reassign',
            'grant:grant', 'grant:ask_more', 'grant:extend', 'grant:refuse_more', 'grant:fail', 'grant:end', 'grant:linger', 'grant:confirm'
        ) GROUP BY request.id HAVING count(*) <> request.version OR count(DISTINCT entry.version) <> request.version""",
}
"""What no row may ever be found by."""


@dataclass(frozen=True)
class Standing:
    """What the records say, as far as the oracle knows of it too."""

    requests: dict[int, tuple[Any, ...]]
    tickets: dict[int, bool]
    words: set[tuple[Any, ...]]
    members: set[tuple[str, str]]


class Records:
    """The database file, read by another hand than the product's."""

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        (self._read_to,) = self._file.execute("SELECT ifnull(max(id), 0) FROM evidence").fetchone()

    def close(self) -> None:
        self._file.close()

    def standing(self) -> Standing:
        members = self._file.execute("SELECT target, person FROM membership")
        return Standing(
            requests={
                row[0]: (*row[1:-4], _stages(row[-4]), _span(row[-3]), _span(row[-2]), _moment(row[-1]))
                for row in self._file.execute(_REQUESTS)
            },
            tickets={request: bool(is_closed) for request, is_closed in self._file.execute(_TICKETS)},
            words={(*row[:4], _span(row[4]), bool(row[5])) for row in self._file.execute(_WORDS)},
            members={(target.removeprefix("grp-"), person) for target, person in members},
        )

    def work(self) -> set[tuple[str, int]]:
        return set(self._file.execute(_WORK))

    def new_entries(self) -> list[tuple[Any, ...]]:
        """What was recorded since this was last asked: kind, request, actor, version and the check that refused."""
        rows = self._file.execute(_ENTRIES, (self._read_to,)).fetchall()
        self._read_to += len(rows)
        return [row[1:] for row in rows]

    def found_of(self, query: str) -> list[tuple[Any, ...]]:
        """What there is of what must never be."""
        return self._file.execute(query).fetchall()


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


def _stages(text: str) -> tuple[tuple[Any, ...], ...]:
    return tuple((one["name"], tuple(one["approvers"]), one["quorum"]) for one in json.loads(text))


def _span(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
