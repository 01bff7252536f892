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
from approvals.words import Sentence, say
from infra.audit.asking import AuditError, ask
from infra.words import tell, words

_MEANT = re.compile(r"REQ-(?P<request>\d{1,15})|(?P<entry>\d{1,15})", re.IGNORECASE)


async def print_proofs(what: str, *, database: Path) -> None:
    """Print the proof of an entry, or of each that a request has."""
    meant = _MEANT.fullmatch(what)
    if meant is None:
        raise AuditError(say("{what} is neither a request such as REQ-1042 nor the number of an entry", what=repr(what)))
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
        raise AuditError(say("a proof is checked with the log's verifier key alone: give it with --key"))
    known, seers = VerifierKey.parse(key), [VerifierKey.parse(one) for one in witnesses]
    found = proofs_in(await asyncio.to_thread(path.read_text, encoding="utf-8"))
    if not found:
        raise AuditError(say("{path}: holds no proof; give what `countersign audit prove` printed", path=str(path)))
    for proof in found:
        if not proof.holds(known):
            raise AuditError(
                say(
                    "{path}: entry {entry} is not proved: it, its path or its checkpoint was changed, or another key signed it",
                    path=str(path),
                    entry=proof.entry,
                )
            )
        for seer in seers:
            if proof.checkpoint.note.cosigned_at(seer) is None:
                raise AuditError(
                    say(
                        "{path}: the witness {name} has not cosigned the checkpoint under entry {entry}",
                        path=str(path),
                        name=seer.name,
                        entry=proof.entry,
                    )
                )
        tell(_told(proof))


def _told(proof: Proof) -> Sentence:
    _, at, kind, request, _, actor, _, sentence, *_ = (json.loads(line) for line in proof.leaf.decode().split("\n"))
    values = {reference: str(text) for group in proof.groups for reference, text in group.values().items()}
    msgid, named = sentence
    said = ", ".join(f"{name} = {values.get(value, value) if isinstance(value, str) else value}" for name, value in named.items())
    told = {"entry": proof.entry, "size": proof.checkpoint.size, "at": at, "kind": kind, "who": actor or "Countersign"}
    what = f"{words(Sentence(msgid))}  ({said})" if said else words(Sentence(msgid))
    if request is None:
        return say("entry {entry} of {size}: {at} UTC  {kind}  no request  by {who}  {what}", what=what, **told)
    return say("entry {entry} of {size}: {at} UTC  {kind}  {request}  by {who}  {what}", request=f"REQ-{request}", what=what, **told)
