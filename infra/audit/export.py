"""The evidence for other systems: one entry a line, oldest first, in the format that they read."""

import asyncio
import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

import click
from sqlalchemy import select
from sqlmodel import col

from approvals.evidence import canonical
from approvals.evidence.pieces import pieces
from approvals.store.people import people
from approvals.store.sqlite import Store, Tx
from approvals.store.tables import EvidenceRow, RequestRow
from infra.audit.asking import there_is
from infra.audit.exported import About, Exported
from infra.audit.formats import cef, ocsf

_AT_ONCE = 500
_REQUEST = RequestRow.__table__  # type: ignore[attr-defined]


def jsonl(one: Exported) -> str:
    """Everything there is, as one JSON object."""
    piece = one.piece
    head = {"entry": piece.id, "at": piece.at, "kind": piece.kind, "request": piece.request, "draft": piece.draft}
    who = {"actor": piece.actor, "version": piece.version, "says": str(piece.sentence)}
    return canonical({**head, **who, "body": json.loads(canonical(dict(piece.body)))})


FORMATS: Mapping[str, Callable[[Exported], str]] = {"jsonl": jsonl, "ocsf": ocsf, "cef": cef}


async def export_log(*, form: str, since: int, database: Path) -> None:
    """Print every entry after ``since``. Read in steps, so that a long export holds nobody up."""
    await there_is(database)
    write, store = FORMATS[form], Store(database)
    try:
        while step := await store.read(lambda tx: _step(tx, since)):  # noqa: B023  (awaited before it changes)
            await asyncio.to_thread(click.echo, "\n".join(write(one) for one in step))
            since = step[-1].piece.id
    finally:
        await store.close()


def _step(tx: Tx, since: int) -> list[Exported]:
    found = pieces(tx, col(EvidenceRow.id) > since, most=_AT_ONCE)
    wanted = {piece.request for piece in found if piece.request is not None}
    rows = {row.id: row for row in tx.run(select(_REQUEST).where(_REQUEST.c.id.in_(wanted)))}
    about = {request: About(beneficiary=row.beneficiary, entitlement=row.entitlement, target=row.target) for request, row in rows.items()}
    known = people(tx, *(piece.actor for piece in found), *(one.beneficiary for one in about.values()))
    names = {person: one.name for person, one in known.items()}
    release = version("countersign")
    return [Exported(piece=piece, about=about.get(piece.request or 0), names=names, release=release) for piece in found]
