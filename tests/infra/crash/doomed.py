"""The parts of the bot that leave marks in the world, each with a point before the mark and one after it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection

from approvals.connectors import Change, Connector
from approvals.jobs.embedded import Job
from approvals.store.sqlite import Store, Tx
from bot.teams.sender import Activity, Place, Sender
from tests.infra.crash.points import Points

T = TypeVar("T")
_TOLD = 28
"""Letters of a message by which its point is known."""


class DoomedStore(Store):
    """The store; its points are the commits, each by every work that it makes durable."""

    def __init__(self, path: Path, *, points: Points) -> None:
        self._points = points
        self._works: list[str] = []
        super().__init__(path)

    async def write(self, work: Callable[[Tx], T]) -> T:
        def noted(tx: Tx) -> T:
            answer = work(tx)
            self._works += _names(work, answer)
            return answer

        return await super().write(noted)

    def commit(self, connection: Connection) -> None:
        works, self._works = self._works, []
        for work in works:
            self._points.at(f"before commit {work}")
        super().commit(connection)
        for work in works:
            self._points.at(f"after commit {work}")


class DoomedConnector:
    """A connector; its points are the changes."""

    def __init__(self, inner: Connector, *, points: Points) -> None:
        self._inner = inner
        self._points = points

    async def apply(self, change: Change) -> bool:
        self._points.at(f"before apply {change.key}")
        had_before = await self._inner.apply(change)
        self._points.at(f"after apply {change.key}")
        return had_before

    async def revert(self, change: Change) -> bool:
        self._points.at(f"before revert {change.key}")
        keeps = await self._inner.revert(change)
        self._points.at(f"after revert {change.key}")
        return keeps

    async def read_back(self, change: Change) -> bool:
        return await self._inner.read_back(change)


class DoomedSender(Sender):
    """The sender; its points are what Teams is asked for. "After" is when Teams has answered and nobody here has noted it."""

    def __init__(self, *, points: Points, **given: Any) -> None:
        super().__init__(**given)
        self._points = points

    async def post(self, place: Place, activity: Activity) -> str | None:
        self._points.at(f"before post {_words(activity)}")
        message = await super().post(place, activity)
        self._points.at(f"after post {_words(activity)}")
        return message

    async def reply(self, place: Place, activity_id: str, activity: Activity) -> str | None:
        self._points.at(f"before reply {_words(activity)}")
        message = await super().reply(place, activity_id, activity)
        self._points.at(f"after reply {_words(activity)}")
        return message

    async def update(self, place: Place, activity_id: str, activity: Activity) -> None:
        self._points.at(f"before update {_words(activity)}")
        await super().update(place, activity_id, activity)
        self._points.at(f"after update {_words(activity)}")

    async def delete(self, place: Place, activity_id: str) -> None:
        self._points.at("before delete")
        await super().delete(place, activity_id)
        self._points.at("after delete")

    async def open_chat(self, service_url: str, person: str, *, tenant: str) -> Place:
        self._points.at("before open_chat")
        place = await super().open_chat(service_url, person, tenant=tenant)
        self._points.at("after open_chat")
        return place


def _names(work: Callable[..., object], answer: object) -> Sequence[str]:
    """What a work is known by: the function that asked for it, and the job that it claims or finishes."""
    asker = work.__qualname__.partition(".<locals>")[0]
    claimed = [one for one in answer if isinstance(one, Job)] if isinstance(answer, tuple) else []
    held = [cell.cell_contents for cell in getattr(work, "__closure__", None) or () if isinstance(cell.cell_contents, Job)]
    return [f"{asker}({job.kind})" for job in (*claimed, *held)] or [asker]


def _words(activity: Activity) -> str:
    return repr(str(activity.get("text") or activity.get("summary") or "")[:_TOLD])
