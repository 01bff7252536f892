"""Proofs for somebody who has neither the log nor its key: printed from the records, checked with the verifier key alone."""

import asyncio
import json
import re
from collections.abc import Sequence
from pathlib import Path

import click

from approvals.change import RequestId
from approvals.evidence.notes import VerifierKey
from approvals.evidence.pieces import of_request
from approvals.evidence.proving import Proof, proofs_in, prove
from approvals.operations.audit import trail
from approvals.store.sqlite import Tx
from infra.audit.asking import AuditError, ask

_MEANT = re.compile(r"REQ-(?P<request>\d{1,15})|(?P<entry>\d{1,15})", re.IGNORECASE)


async def print_proofs(what: str, *, database: Path) -> None:
    """Print the proof of an entry, or of each that a request has."""
    meant = _MEANT.fullmatch(what)
    if meant is None:
        raise AuditError(f"{what!r} is neither a request such as REQ-1042 nor the number of an entry")
    for proof in await ask(lambda tx: _proofs(tx, meant), database):
        click.echo(str(proof), nl=False)


def _proofs(tx: Tx, meant: re.Match[str]) -> list[Proof]:
    if meant["entry"]:
        return [prove(tx, int(meant["entry"]))]
    request = RequestId(int(meant["request"]))
    trail(tx, request)  # Says so where there is no such request.
    return [prove(tx, piece.id) for piece in of_request(tx, request)]


async def check_proofs(path: Path, *, key: str | None, witnesses: Sequence[str]) -> None:
    """Print what each proof in the file proves; fail at the first that does not, or that one of the witnesses has not seen."""
    if not key:
        raise AuditError("a proof is checked with the log's verifier key alone: give it with --key")
    known, seers = VerifierKey.parse(key), [VerifierKey.parse(one) for one in witnesses]
    found = proofs_in(await asyncio.to_thread(path.read_text, encoding="utf-8"))
    if not found:
        raise AuditError(f"{path}: holds no proof; give what `countersign audit prove` printed")
    for proof in found:
        if not proof.holds(known):
            raise AuditError(
                f"{path}: entry {proof.entry} is not proved: it, its path or its checkpoint was changed, or another key signed it"
            )
        for seer in seers:
            if proof.checkpoint.note.cosigned_at(seer) is None:
                raise AuditError(f"{path}: the witness {seer.name} has not cosigned the checkpoint under entry {proof.entry}")
        click.echo(_told(proof))


def _told(proof: Proof) -> str:
    _, at, kind, request, _, actor, _, sentence, *_ = (json.loads(line) for line in proof.leaf.decode().split("\n"))
    values = {reference: str(text) for group in proof.groups for reference, text in group.values().items()}
    msgid, named = sentence
    said = ", ".join(f"{name} = {values.get(value, value) if isinstance(value, str) else value}" for name, value in named.items())
    about = f"REQ-{request}" if request is not None else "no request"
    who = actor or "Countersign"
    return f"entry {proof.entry} of {proof.checkpoint.size}: {at} UTC  {kind}  {about}  by {who}  {msgid}{f'  ({said})' if said else ''}"
