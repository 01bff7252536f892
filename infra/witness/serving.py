"""``countersign witness``: the protocol over HTTP, one submission after another."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from approvals.evidence.notes import LONGEST, Signer, VerifierKey
from infra.witness.judging import Refuse, Seen, judge
from infra.witness.memory import Memory

log = logging.getLogger("infra.witness")

_LARGEST = LONGEST + 8_192
"""Bytes of a submission: a checkpoint, and 63 lines of proof."""


class Witness:
    """Answers submissions of ``logs`` (keys by origin). ``now`` is the time that its cosignatures bear."""

    def __init__(self, signer: Signer, *, logs: Mapping[str, VerifierKey], memory: Memory, now: Callable[[], datetime]) -> None:
        self._signer = signer
        self._logs = logs
        self._memory = memory
        self._now = now
        self._one_by_one = asyncio.Lock()

    def app(self) -> web.Application:
        """The web application: ``POST /add-checkpoint``."""
        app = web.Application(client_max_size=_LARGEST, handler_args={"auto_decompress": False})
        app.router.add_post("/add-checkpoint", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            text = (await request.read()).decode()
        except UnicodeDecodeError:
            return web.Response(status=HTTPStatus.BAD_REQUEST, text="this is not UTF-8\n")
        # What was seen is compared and replaced as one step: otherwise a slow older submission could take the place of a newer one.
        async with self._one_by_one:
            answer = judge(text, logs=self._logs, seen=self._memory.seen)
            if isinstance(answer, Refuse):
                return _refused(answer)
            new = answer.checkpoint
            try:
                await asyncio.to_thread(self._memory.keep, new.origin, Seen(size=new.size, root=new.root))
            except OSError:
                # What cannot be remembered is not cosigned: after a restart a fork of it would be cosigned too.
                log.exception("what was seen cannot be kept")
                return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE, text="what was seen cannot be kept at the moment\n")
        return web.Response(text=self._signer.cosign(new.note.text, at=self._now()))


def _refused(answer: Refuse) -> web.Response:
    log.warning("refused with %d: %s", answer.status, answer.why)
    if answer.known is not None:
        return web.Response(status=answer.status, body=f"{answer.known}\n".encode(), headers={"Content-Type": "text/x.tlog.size"})
    return web.Response(status=answer.status, text=f"{answer.why}\n")
