"""``countersign policy propose | standing | rollback``: a change of the policy, from the machine that Countersign runs on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from approvals.errors import PolicyError
from approvals.evidence import Trigger
from approvals.evidence.sealing import Sealer
from approvals.evidence.stored import last_checkpoint
from approvals.operations.changing_policy import propose, roll_back, standing
from approvals.operations.desk import Act
from approvals.store.sqlite import Store
from approvals.words import say
from bot.clock import system_now
from infra.audit.asking import AuditError, ask, there_is
from infra.evidence_key import signer_of
from infra.house import policy_in
from infra.policy_commands import cases_in
from infra.words import tell


async def propose_policy(folder: Path, *, why: str, database: Path, secret_file: Path) -> None:
    """Put the policy in ``folder`` before those who decide on it.

    Raises:
        PolicyError: the files cannot be used, a case is not answered as it must be, or they cannot be proposed.
    """
    policy = policy_in(folder)
    faults = [fault for case in cases_in(folder) if (fault := case.fault(policy))]
    if faults:
        raise PolicyError(
            say("{count} case(s) are not answered as they must be, so nothing was proposed; the first: ", count=len(faults)), faults[0]
        )
    async with _records(database, secret_file) as store:
        names = await store.write(lambda tx: propose(tx, policy, why=why, act=_act(system_now())))
    tell(say("policy {version} is proposed; nothing has changed yet", version=policy.version))
    tell(say("two of {names} have to write to Countersign, in Teams: agree to policy {version}", names=names, version=policy.version))


async def print_standing(*, database: Path) -> None:
    """Print what is in force and what is proposed."""
    found = await ask(lambda tx: standing(tx, now=system_now()), database)
    tell(say("policy {version} is in force since {since}", version=found.version, since=found.since))
    for version, names in found.proposed:
        if names:
            tell(say("policy {version} is proposed; agreed: {names}", version=version, names=names))
        else:
            tell(say("policy {version} is proposed; nobody has agreed yet", version=version))


async def roll_back_policy(*, why: str, database: Path, secret_file: Path) -> None:
    """Go back to the policy that was in force before, at once.

    Raises:
        PolicyError: there is none.
    """
    async with _records(database, secret_file) as store:
        said = await store.write(lambda tx: roll_back(tx, why=why, act=_act(system_now())))
    tell(said)
    tell(say("a bot that runs takes it up within seconds"))


def _act(now: datetime) -> Act:
    # Whoever has the machine: it can be said that it was done here, and not by whom.
    return Act(actor=None, trigger=Trigger(source="cli"), at=now)


@asynccontextmanager
async def _records(database: Path, secret_file: Path) -> AsyncIterator[Store]:
    await there_is(database)
    store = Store(database)
    try:
        last = await store.read(last_checkpoint)
        if last is None:
            raise AuditError(say("{database}: nothing has been recorded yet, so no checkpoint names the log", database=str(database)))
        store.before_commit(Sealer(signer_of(secret_file, name=last.origin)))
        yield store
    finally:
        await store.close()
