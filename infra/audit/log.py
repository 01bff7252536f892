"""Whether the evidence is what was sealed: the tree computed anew, the signatures, and the checkpoints that others keep."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from approvals.errors import NoteError
from approvals.evidence.checkpoints import Checkpoint, checkpoints_in
from approvals.evidence.findings import Finding
from approvals.evidence.notes import VerifierKey
from approvals.evidence.stored import checkpoint_at, last_checkpoint
from approvals.evidence.verifying import Verdict, verify
from approvals.evidence.witnessed import Word, last_word
from approvals.operations.audit import count, gaps
from approvals.store.sqlite import Tx
from approvals.words import Sentence, say
from infra.audit.asking import AuditError, ask
from infra.audit.beside import beside
from infra.evidence_key import signer_of
from infra.words import tell, words


async def print_key(*, database: Path, secret_file: Path) -> None:
    """Print the log's verifier key: what an auditor keeps, to check everything else with."""
    last = await ask(last_checkpoint, database)
    if last is None:
        raise AuditError(say("{database}: nothing has been recorded yet, so no checkpoint names the log", database=str(database)))
    click.echo(str(signer_of(_there(secret_file), name=last.origin).verifier))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What an auditor believes: the log's key, the witnesses' keys, checkpoints kept outside, and a size from which on the log is read."""

    key: str | None
    secret_file: Path
    kept: Sequence[Path] = ()
    witnesses: Sequence[str] = ()
    since: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    verdict: Verdict
    words: Sequence[tuple[str, Word]]
    wrong: Sequence[str]
    requests: int
    kept: int


async def verify_log(trust: Trust, *, database: Path) -> None:
    """Print what was bent, the first entry and how; fail if anything was."""
    outside = [one for path in trust.kept for one in await asyncio.to_thread(_kept, path)]
    witnesses = [VerifierKey.parse(one) for one in trust.witnesses]
    key = VerifierKey.parse(trust.key) if trust.key else _own_key(await ask(last_checkpoint, database), trust.secret_file)
    found = await ask(lambda tx: _verified(tx, database, key=key, outside=outside, witnesses=witnesses, since=trust.since), database)
    for line in found.wrong:
        click.echo(line)
    if found.wrong:
        raise AuditError(
            say(
                "{count} thing(s) are wrong with the evidence of {requests} request(s); "
                "keep the database as it is, and compare it with a backup",
                count=len(found.wrong),
                requests=found.requests,
            )
        )
    tell(_all_is_well(found))
    for name, word in found.words:
        tell(say("the witness {name} had seen {size} of them on {at}", name=name, size=word.checkpoint.size, at=word.at))


def _verified(
    tx: Tx, database: Path, *, key: VerifierKey, outside: Sequence[Checkpoint], witnesses: Sequence[VerifierKey], since: int | None
) -> _Outcome:
    begin = checkpoint_at(tx, since) if since is not None else None
    if since is not None and (begin is None or not begin.note.is_signed_by(key)):
        raise AuditError(say("no checkpoint of {since} entries or fewer bears the log's signature; leave out --since", since=since))
    said = [(witness.name, last_word(tx, witness)) for witness in witnesses]
    # A checkpoint that a witness has cosigned counts as one kept outside: a log rewritten around it would still have it.
    seen = [word.checkpoint for _, word in said if isinstance(word, Word)]
    last = last_checkpoint(tx)
    with beside(database, entries=(last.size if last else 0) - (begin.size if begin else 0)) as looks:
        verdict = verify(tx, key=key, outside=[*outside, *seen], since=begin, looks=looks)
    findings = [*verdict.findings, *(word for _, word in said if isinstance(word, Finding))]
    return _Outcome(
        verdict=verdict,
        words=[(name, word) for name, word in said if isinstance(word, Word)],
        wrong=[*(f"{finding.how}: {words(finding.says)}" for finding in findings), *(words(gap) for gap in gaps(tx))],
        requests=count(tx),
        kept=len(outside),
    )


def _all_is_well(found: _Outcome) -> Sentence:
    verdict = found.verdict
    counts = {"size": verdict.size, "read": verdict.entries, "outside": found.kept, "requests": found.requests}
    if verdict.entries < verdict.size and found.kept:
        return say(
            "{size} entries are as they were sealed (the last {read} read, and {outside} checkpoint(s) kept outside fit); "
            "every transition of {requests} request(s) is accounted for",
            **counts,
        )
    if verdict.entries < verdict.size:
        return say(
            "{size} entries are as they were sealed (the last {read} read); every transition of {requests} request(s) is accounted for",
            **counts,
        )
    if found.kept:
        return say(
            "{size} entries are as they were sealed (all read, and {outside} checkpoint(s) kept outside fit); "
            "every transition of {requests} request(s) is accounted for",
            **counts,
        )
    return say("{size} entries are as they were sealed (all read); every transition of {requests} request(s) is accounted for", **counts)


def _kept(path: Path) -> tuple[Checkpoint, ...]:
    found = checkpoints_in(path.read_text(encoding="utf-8"))
    if not found:
        raise AuditError(say("{path}: holds no checkpoint; give a file that the bot or a witness has written", path=str(path)))
    return found


def _own_key(last: Checkpoint | None, secret_file: Path) -> VerifierKey:
    if last is None:
        raise AuditError(say("nothing has been recorded yet; give the log's verifier key with --key if it should have been"))
    return signer_of(_there(secret_file), name=last.origin).verifier


def _there(secret_file: Path) -> Path:
    # The secret of an installation is made at its first start; a command that only asks must not make another.
    if not secret_file.exists():
        raise NoteError(
            say(
                "{secret_file}: there is no such secret; give the log's verifier key with --key, or the secret with --secret-file",
                secret_file=str(secret_file),
            )
        )
    return secret_file
