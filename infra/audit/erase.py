"""Forgetting a person, on records that may be in use."""

import asyncio
from datetime import datetime
from pathlib import Path

from approvals.errors import CountersignError
from approvals.evidence.sealing import Sealer
from approvals.evidence.stored import last_checkpoint
from approvals.operations.erase import Erased, erase, find_person
from approvals.store.scrubbing import scrub
from approvals.store.sqlite import Store, Tx
from approvals.words import say
from infra.audit.asking import AuditError, there_is
from infra.evidence_key import signer_of
from infra.words import tell


async def erase_person(name: str, *, why: str, database: Path, secret_file: Path, now: datetime) -> None:
    """Erase what identifies the person called ``name``, and say what was done."""
    await there_is(database)
    store = Store(database)
    try:
        last = await store.read(last_checkpoint)
        if last is None:
            raise AuditError(say("{database}: nothing has been recorded yet, so no checkpoint names the log", database=str(database)))
        store.before_commit(Sealer(signer_of(secret_file, name=last.origin)))
        done = await store.write(lambda tx: _erase(tx, name, why=why, now=now))
    finally:
        await store.close()
    is_clean = await asyncio.to_thread(scrub, database)
    tell(
        say(
            "erased from {entries} entries; entry {evidence} is the evidence of it, and every other proof still holds",
            entries=done.entries,
            evidence=done.evidence,
        )
    )
    if done.is_still_a_member:
        tell(say("they are still in the directory, which keeps its own record of them: take them out of people.yaml and erase again"))
    if not is_clean:
        raise CountersignError(
            say("old pages are still in use by a reader; run the same again in a minute, so that they are overwritten too")
        )


def _erase(tx: Tx, name: str, *, why: str, now: datetime) -> Erased:
    return erase(tx, find_person(tx, name), why=why, now=now)
