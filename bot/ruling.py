"""The policy, spoken of in the chat by those who decide on it: where it stands, agreeing to a change, and going back."""

from approvals.operations.changing_policy import agree, standing, take_back
from approvals.operations.desk import Act, Desk, Refused
from approvals.store.sqlite import Tx
from approvals.words import Sentence, say


def policy(tx: Tx, version: str | None, *, act: Act, desk: Desk) -> tuple[Sentence, ...]:
    """Agree to the policy of this version; without one, where the policy stands."""
    return _where_it_stands(tx, desk) if version is None else (_said(agree(tx, version, act=act, desk=desk)),)


def roll_back(tx: Tx, why: str | None, *, act: Act, desk: Desk) -> Sentence:
    """Go back to the policy before. A reason is needed: it is all that others will know of it."""
    if why is None:
        return say("Say why, and it is done at once: “roll back policy because …”.")
    return _said(take_back(tx, why=why, act=act, desk=desk))


def _where_it_stands(tx: Tx, desk: Desk) -> tuple[Sentence, ...]:
    found = standing(tx, now=desk.now())
    now = say("Policy {version} is in force since {since}.", version=found.version, since=found.since)
    if not found.proposed:
        return now, say("No change of it is proposed.")
    return now, *(
        say("Policy {version} is proposed; agreed so far: {names}.", version=version, names=names)
        if names
        else say("Policy {version} is proposed; nobody has agreed yet.", version=version)
        for version, names in found.proposed
    )


def _said(outcome: Sentence | Refused) -> Sentence:
    return outcome.reason if isinstance(outcome, Refused) else outcome
