"""The policies that are or were in force, kept with the records: what was decided by one can be decided by it again."""

import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert

from approvals.errors import PolicyError
from approvals.evidence import canonical
from approvals.policy import Policy
from approvals.policy.loading import load_policy
from approvals.store.sqlite import Tx
from approvals.store.tables import PolicyRow
from approvals.words import say

_POLICY = PolicyRow.__table__  # type: ignore[attr-defined]


def keep(tx: Tx, policy: Policy, *, now: datetime) -> None:
    """Keep the files of a policy that comes into force. One that means the same as another has its files already."""
    values = {"version": policy.version, "texts": canonical(policy.texts), "at": now}
    tx.run(insert(_POLICY).on_conflict_do_nothing(), values)


def kept(tx: Tx, version: str) -> Policy:
    """The policy of this version.

    Raises:
        PolicyError: its files were not kept, or are not those that it was made of.
    """
    texts = tx.run(select(_POLICY.c.texts).where(_POLICY.c.version == version)).scalar()
    if texts is None:
        raise PolicyError(say("the files of policy {version} were not kept", version=version))
    policy = load_policy(json.loads(texts))
    if policy.version != version:
        raise PolicyError(say("the files of policy {version} mean {meant}: they were changed since", version=version, meant=policy.version))
    return policy
