"""A witness: it cosigns a checkpoint only if the log still begins as it saw it before (https://c2sp.org/tlog-witness)."""

import re
from http import HTTPStatus

from approvals.errors import NoteError, PublishError
from approvals.evidence import publication
from approvals.evidence.checkpoints import Checkpoint
from approvals.evidence.notes import Note, VerifierKey
from approvals.evidence.submission import submission
from approvals.store.sqlite import Store
from bot.publishing.webhook import post

_BENT = "it does not find in it the log that it has seen; run: countersign audit verify --witness-key"
_STRANGE = "it does not watch this log, or knows another key of it; give it what countersign audit key prints"
_MEANT: dict[int, str] = {
    HTTPStatus.CONFLICT: _BENT,
    HTTPStatus.UNPROCESSABLE_ENTITY: _BENT,
    HTTPStatus.FORBIDDEN: _STRANGE,
    HTTPStatus.NOT_FOUND: _STRANGE,
}
"""What the refusals of the protocol mean for whoever runs the log."""
_SIZE = re.compile(r"(0|[1-9][0-9]{0,15})\n?", re.ASCII)


class Witness:
    """The witness at ``url`` with the verifier key ``key``; its cosignatures are kept in ``store``."""

    def __init__(self, url: str, *, key: VerifierKey, store: Store) -> None:
        self.name = str(key)
        self._url = f"{url}/add-checkpoint"
        self._key = key
        self._store = store

    async def take(self, checkpoint: Checkpoint) -> None:
        """Show it the checkpoint and keep its word on it.

        Raises:
            PublishError: it did not answer, or it does not believe that this is the log that it has seen.
        """
        old = await self._store.read(lambda tx: publication.seen_by(tx, self._key))
        status, said = await self._show(checkpoint, old=old)
        known = _SIZE.fullmatch(said)
        if status == HTTPStatus.CONFLICT and known is not None and int(known[1]) != old:
            # It has seen more than is known here, or has begun anew: it says how much.
            status, said = await self._show(checkpoint, old=int(known[1]))
        if status != HTTPStatus.OK:
            meant = _MEANT.get(status, "it cannot do its work at the moment")
            raise PublishError(f"the witness {self._key.name} answered {status} to the checkpoint of {checkpoint.size} entries: {meant}")
        await self._keep(checkpoint, said)

    async def _show(self, checkpoint: Checkpoint, *, old: int) -> tuple[int, str]:
        if old > checkpoint.size:
            raise PublishError(
                f"the witness {self._key.name} has seen {old} entries and the log has {checkpoint.size}: it was cut off, or an old copy "
                "was put in its place"
            )
        shown = await self._store.read(lambda tx: submission(tx, checkpoint, old=old))
        return await post(self._url, str(shown))

    async def _keep(self, checkpoint: Checkpoint, said: str) -> None:
        try:
            lines = Note.parse(f"{checkpoint.note.text}\n{said}").lines
        except NoteError as error:
            raise PublishError(f"the witness {self._key.name} answered with something that is no cosignature") from error
        found = [(line, at) for line in lines if (at := Note(text=checkpoint.note.text, lines=(line,)).cosigned_at(self._key))]
        if not found:
            raise PublishError(f"the answer of the witness {self._key.name} is not signed with its key; check COUNTERSIGN_WITNESS_KEY")
        line, at = found[0]
        keep = publication.keep_cosignature
        await self._store.write(lambda tx: keep(tx, line, size=checkpoint.size, witness=self._key, at=at))
