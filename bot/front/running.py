"""One turn, from a verified activity to the HTTP answer; and what is answered when the turn raises or is late (C3).

- An invoke gets HTTP 200 with an error that Teams shows to the person: never 501, never an empty answer.
- The sender of a message is told in the chat, with the reference, that nothing more will happen. Told so, the message is answered 200:
  it was dealt with, and a retry would only repeat the failure.
- When even that cannot be sent, and for activities that nobody waits for, 503: it must not look delivered.

A late turn is cancelled where it waits: what has not begun by then is not done, what has begun may come to its end. So whoever was late is
told that it is not known yet; whom the records refused, that nothing was changed.

Logged once, with the reference and where it happened, without the words of the exception: they may quote people.
"""

import asyncio
import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from botbuilder.schema import Activity

from approvals.errors import AuditUnavailableError, UnsettledError
from approvals.words import Sentence, say
from bot.front import answers
from bot.front.metrics import Metrics
from bot.teams.adapter import TeamsAdapter, Turn
from bot.teams.errors import SendError
from bot.teams.sender import Place, Sender

log = logging.getLogger("bot.front")

INVOKE_WITHIN = timedelta(seconds=4.5)
"""Teams wants the answer of an invoke in about five seconds."""
TURN_WITHIN = timedelta(seconds=15)

Words = Callable[[Sentence, str | None], str]
"""A sentence in the reader's language; the second argument is the activity's locale, such as ``en-GB``."""


def english(sentence: Sentence, _locale: str | None) -> str:
    """The sentence as it stands in the source."""
    return str(sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRunner:
    """Runs turns and always has an answer."""

    adapter: TeamsAdapter
    sender: Sender
    turn: Turn
    metrics: Metrics
    words: Words = english
    invoke_within: timedelta = INVOKE_WITHIN
    turn_within: timedelta = TURN_WITHIN

    async def run(self, activity: Activity, reference: str) -> web.Response:
        """Run the turn for ``activity``; the answer to write. Raises nothing that the turn raised."""
        started = time.perf_counter()
        is_invoke = activity.type == "invoke"
        within = self.invoke_within if is_invoke else self.turn_within
        outcome = "failed"
        try:
            async with asyncio.timeout(within.total_seconds()) as deadline:
                answer = await self.adapter.take(activity, self.turn)
            outcome = "done"
        except Exception as error:  # noqa: BLE001  (the edge: whatever the turn raised, the person is answered)
            outcome = "late" if deadline.expired() else "failed"
            _log(error, outcome=outcome, kind=activity.type, reference=reference)
            sorry = self.words(_sorry(error, is_late=outcome == "late", reference=reference), activity.locale)
            return await self._apologise(activity, sorry, reference)
        finally:
            self.metrics.turned(activity.type, outcome=outcome, seconds=time.perf_counter() - started)
        return self._answered(activity, answer, reference) if is_invoke else web.Response()

    def _answered(self, activity: Activity, answer: dict[str, object] | None, reference: str) -> web.Response:
        if answer is None:
            text = self.words(say("This button does nothing here."), activity.locale)
            return answers.invoke_failure(activity.name, code="NotSupported", text=text)
        written = answers.invoke_answer(answer)
        if written is None:
            log.error("the turn's answer to an invoke cannot be written reference=%s", reference)
            return answers.invoke_failure(activity.name, code="InternalError", text=self.words(_failed(reference), activity.locale))
        return written

    async def _apologise(self, activity: Activity, sorry: str, reference: str) -> web.Response:
        if activity.type == "invoke":
            return answers.invoke_failure(activity.name, code="InternalError", text=sorry)
        if activity.type == "message" and await self._told(activity, sorry, reference):
            return web.Response()
        return answers.not_now(code="not_done", message="The activity was not dealt with; it may be sent again.", reference=reference)

    async def _told(self, activity: Activity, sorry: str, reference: str) -> bool:
        place = Place(service_url=activity.service_url, conversation=activity.conversation.id)
        try:
            await self.sender.post(place, {"type": "message", "text": sorry})
        except SendError as error:
            log.warning("the person could not be told reference=%s: %s", reference, type(error).__name__)
            return False
        return True


def _sorry(error: Exception, *, is_late: bool, reference: str) -> Sentence:
    """What can truly be said of a turn that broke off: that nothing was changed only where the records say so."""
    if isinstance(error, AuditUnavailableError) and not isinstance(error, UnsettledError):
        return say(
            "Nothing was changed: Countersign cannot keep its records at the moment, and does nothing that it cannot record. "
            "Try again in a few minutes. If it lasts, give the helpdesk the reference {reference}.",
            reference=reference,
        )
    if is_late or isinstance(error, UnsettledError):
        return say(
            "This is taking too long, and it is not known yet whether it was done. Before you repeat it, look at the card again in a "
            "minute, or say “my requests”. If you are in doubt, give the helpdesk the reference {reference}.",
            reference=reference,
        )
    return _failed(reference)


def _failed(reference: str) -> Sentence:
    return say(
        "Something went wrong on our side, and this was not completed. Try again, or give the helpdesk the reference {reference}.",
        reference=reference,
    )


def _log(error: BaseException, *, outcome: str, kind: str, reference: str) -> None:
    places: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        frames = traceback.extract_tb(cause.__traceback__)
        places.append(f"{type(cause).__name__} at " + " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames[-6:])))
        cause = cause.__cause__
    log.error("turn %s type=%s reference=%s: %s", outcome, kind, reference, "; from ".join(places))
