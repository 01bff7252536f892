"""Whether the evidence is what was sealed: the tree computed anew, the signatures, and the checkpoints that others keep."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import click

from approvals.errors import NoteError
from approvals.evidence.checkpoints import Checkpoint, checkpoints_in
from approvals.evidence.notes import VerifierKey
from approvals.evidence.stored import checkpoint_at, last_checkpoint
from approvals.evidence.verifying import Verdict, verify
from approvals.operations.audit import count, gaps
from approvals.store.sqlite import Tx
from infra.audit.asking import AuditError, ask
from infra.evidence_key import signer_of


async def print_key(*, database: Path, secret_file: Path) -> None:
    """Print the log's verifier key: what an auditor keeps, to check everything else with."""
    last = await ask(last_checkpoint, database)
    if last is None:
        raise AuditError(f"{database}: nothing has been recorded yet, so no checkpoint names the log")
    click.echo(str(signer_of(_there(secret_file), name=last.origin).verifier))


async def verify_log(*, database: Path, kept: Sequence[Path], key: str | None, secret_file: Path, since: int | None) -> None:
    """Print what was bent, the first entry and how; fail if anything was."""
    outside = [one for path in kept for one in await asyncio.to_thread(_kept, path)]
    last = await ask(last_checkpoint, database)
    known = VerifierKey.parse(key) if key else _own_key(last, secret_file)
    verdict, lost, requests = await ask(lambda tx: _verified(tx, key=known, outside=outside, since=since), database)
    for finding in verdict.findings:
        click.echo(f"{finding.how}: {finding.says}")
    for gap in lost:
        click.echo(gap)
    if verdict.findings or lost:
        raise AuditError(
            f"{len(verdict.findings) + len(lost)} thing(s) are wrong with the evidence of {requests} request(s); "
            "keep the database as it is, and compare it with a backup"
        )
    click.echo(_all_is_well(verdict, requests, outside))


def _verified(tx: Tx, *, key: VerifierKey, outside: Sequence[Checkpoint], since: int | None) -> tuple[Verdict, list[str], int]:
    begin = checkpoint_at(tx, since) if since is not None else None
    if since is not None and (begin is None or not begin.note.is_signed_by(key)):
        raise AuditError(f"no checkpoint of {since} entries or fewer bears the log's signature; leave out --since")
    return verify(tx, key=key, outside=outside, since=begin), list(gaps(tx)), count(tx)


def _all_is_well(verdict: Verdict, requests: int, outside: Sequence[Checkpoint]) -> str:
    kept = f", and {len(outside)} checkpoint(s) kept outside fit" if outside else ""
    read = "all" if verdict.entries == verdict.size else f"the last {verdict.entries}"
    return f"{verdict.size} entries are as they were sealed ({read} read{kept}); every transition of {requests} request(s) is accounted for"


def _kept(path: Path) -> tuple[Checkpoint, ...]:
    found = checkpoints_in(path.read_text(encoding="utf-8"))
    if not found:
        raise AuditError(f"{path}: holds no checkpoint; give a file that the bot or a witness has written")
    return found


def _own_key(last: Checkpoint | None, secret_file: Path) -> VerifierKey:
    if last is None:
        raise AuditError("nothing has been recorded yet; give the log's verifier key with --key if it should have been")
    return signer_of(_there(secret_file), name=last.origin).verifier


def _there(secret_file: Path) -> Path:
    # The secret of an installation is made at its first start; a command that only asks must not make another.
    if not secret_file.exists():
        raise NoteError(f"{secret_file}: there is no such secret; give the log's verifier key with --key, or the secret with --secret-file")
    return secret_file
