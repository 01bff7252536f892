"""A change of the policy: proposed at the command line, in force when two different people have agreed to it in their own chats.

1. Files that are proposed change nothing. Whoever has the machine can propose; who that is, nobody can prove, so it counts for nothing.
2. Two different people with the role ``policy`` agree to the version, which names what the files mean. Who they are comes from Teams.
3. What they agree to is a change of the policy that is in force: once another one is, it has to be proposed again. It is open for a week.
4. One of them alone, or whoever has the machine, can go back to the policy that was in force before: two people had agreed to that one.

Every step is evidence. The bot takes up what is in force within seconds; each decision names the version that it was made by.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Row, insert, select

from approvals import evidence, outbox
from approvals.change import POLICY_OWNER, Denied, Person, PersonId
from approvals.errors import PolicyError
from approvals.evidence import Trigger
from approvals.operations.desk import Act, Desk, Refused
from approvals.operations.policies import keep, kept
from approvals.operations.transition import refuse
from approvals.policy import Policy
from approvals.policy.differing import differing
from approvals.store.people import having_role
from approvals.store.sqlite import Tx
from approvals.store.tables import PolicyMoveRow
from approvals.words import Personal, Sentence, say

NOT_CHANGED = -2
"""The check number that evidence gives to a change of the policy that was refused: it comes before any check of mediation."""
NEEDED = 2
"""So many different people agree to a change."""
_OPEN_FOR = timedelta(days=7)
_MOVE = PolicyMoveRow.__table__  # type: ignore[attr-defined]


class Move(StrEnum):
    """What is done to the policy; also the kind of its evidence."""

    BEGIN = "policy:begin"
    PROPOSE = "policy:propose"
    AGREE = "policy:agree"
    ACTIVATE = "policy:activate"
    ROLL_BACK = "policy:roll-back"


_IN_FORCE = (Move.BEGIN, Move.ACTIVATE, Move.ROLL_BACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the policy stands: what is in force since when, and what is proposed, with who has agreed to it."""

    version: str
    since: datetime
    proposed: tuple[tuple[str, tuple[str, ...]], ...]


def in_force(tx: Tx) -> str | None:
    """The version of the policy in force; None before the first start."""
    return found.version if (found := _last(tx, *_IN_FORCE)) else None


def begin(tx: Tx, policy: Policy, *, now: datetime) -> str:
    """The version in force when the program starts: ``policy`` where there is none yet. The files of a folder change no other."""
    version = in_force(tx)
    if version is not None:
        return version
    keep(tx, policy, now=now)
    _note(tx, Move.BEGIN, policy.version, before=None, person=None, at=now)
    evidence.record(
        tx,
        Move.BEGIN,
        at=now,
        request=None,
        actor=None,
        trigger=Trigger(source="start"),
        sentence=say("Policy {version} is in force: there was none before this first start.", version=policy.version),
        policy=policy,
        result={"version": policy.version, "before": None},
    )
    return policy.version


def propose(tx: Tx, policy: Policy, *, why: str, act: Act) -> tuple[str, ...]:
    """Put a policy before those who decide on it; answer their names. Nothing else changes.

    Raises:
        PolicyError: it means what is in force already, or there are too few people who could decide.
    """
    before, owners = _in_force(tx), having_role(tx, POLICY_OWNER)
    if policy.version == before.version:
        raise PolicyError(say("the files mean policy {version}, which is in force already", version=policy.version))
    if len(owners) < NEEDED:
        raise PolicyError(
            say(
                "{count} active people have the role {role}, and {needed} have to agree: name them in people.yaml",
                count=len(owners),
                role=repr(POLICY_OWNER),
                needed=NEEDED,
            )
        )
    keep(tx, policy, now=act.at)
    changes = tuple(f"{sign} {name}" for sign, name in differing(before, policy))
    sentence = say("Proposed policy {version} ({changes}): {why}", version=policy.version, changes=changes, why=why)
    _record(tx, Move.PROPOSE, policy.version, before=before, act=act, sentence=sentence, result={"changes": changes})
    told = say(
        "A change of the policy is proposed: {changes}. {why} If you agree, write “agree to policy {version}”. Two people have to.",
        changes=changes,
        why=why,
        version=policy.version,
    )
    _tell(tx, owners, told, now=act.at)
    return tuple(one.name for one in owners)


def agree(tx: Tx, version: str, *, act: Act, desk: Desk) -> Sentence | Refused:
    """Agree to what is proposed under this version; with the second person's word it is in force."""
    owners = having_role(tx, POLICY_OWNER)
    who = next((one for one in owners if one.id == act.actor), None)
    if who is None:
        return _refuse(tx, _not_theirs(owners), doing=Move.AGREE, act=act, desk=desk)
    before = _in_force(tx)
    proposed = _proposal(tx, version, now=act.at)
    if proposed is None:
        none = say("Policy {version} is not proposed, or not any more. Write “policy” to see what is.", version=version)
        return _refuse(tx, none, doing=Move.AGREE, act=act, desk=desk)
    agreed = _agreed(tx, proposed)
    if who.id in agreed:
        twice = say("You have agreed to policy {version} already. Somebody else has to agree as well.", version=version)
        return _refuse(tx, twice, doing=Move.AGREE, act=act, desk=desk)
    sentence = say("Agreed to policy {version}.", version=version)
    _record(tx, Move.AGREE, version, before=before, act=act, sentence=sentence)
    # Whoever has left or lost the role since counts no more.
    counting = {one.id for one in owners} & {who.id, *agreed}
    if len(counting) < NEEDED:
        told = say("{who} agrees to policy {version}; one more has to. Write “agree to policy {version}”.", who=who.name, version=version)
        _tell(tx, tuple(one for one in owners if one.id not in counting), told, now=act.at)
        return say("You agree to policy {version}. It is in force when one more person agrees.", version=version)
    names = tuple(one.name for one in owners if one.id in counting)
    active = say("Policy {version} is in force, as {names} agreed.", version=version, names=names)
    _record(tx, Move.ACTIVATE, version, before=before, act=act, sentence=active, result={"agreed": sorted(counting)})
    _tell(tx, tuple(one for one in owners if one.id != who.id), active, now=act.at)
    return active


def roll_back(tx: Tx, *, why: str, act: Act) -> Sentence:
    """Go back, at once, to the policy that was in force before this one. One person may; everybody with the role is told.

    Raises:
        PolicyError: there is none before it.
    """
    before = _in_force(tx)
    version = _earlier(tx, before.version)
    if version is None:
        raise PolicyError(say("policy {version} is the first: there is none to go back to", version=before.version))
    kept(tx, version)  # Fails where its files are damaged: nothing is put in force that cannot be asked.
    said = Personal(why, of=act.actor) if act.actor else why
    sentence = say("Back to policy {version} from {before}: {why}", version=version, before=before.version, why=said)
    _record(tx, Move.ROLL_BACK, version, before=before, act=act, sentence=sentence)
    owners = having_role(tx, POLICY_OWNER)
    by = next((one.name for one in owners if one.id == act.actor), None)
    told = (
        say("{who} went back to policy {version} from {before}: {why}", who=by, version=version, before=before.version, why=why)
        if by
        else None
    )
    _tell(tx, tuple(one for one in owners if one.id != act.actor), told or sentence, now=act.at)
    return sentence


def take_back(tx: Tx, *, why: str, act: Act, desk: Desk) -> Sentence | Refused:
    """Go back as somebody in a chat: only those who decide on the policy may."""
    owners = having_role(tx, POLICY_OWNER)
    if act.actor not in {one.id for one in owners}:
        return _refuse(tx, _not_theirs(owners), doing=Move.ROLL_BACK, act=act, desk=desk)
    if _earlier(tx, _in_force(tx).version) is None:
        first = say("This policy is the first: there is none to go back to.")
        return _refuse(tx, first, doing=Move.ROLL_BACK, act=act, desk=desk)
    return roll_back(tx, why=why, act=act)


def standing(tx: Tx, *, now: datetime) -> Standing:
    """Where the policy stands.

    Raises:
        PolicyError: none has been in force yet.
    """
    last = _last(tx, *_IN_FORCE)
    if last is None:
        raise PolicyError(say("no policy has been in force yet: start the bot once"))
    versions = tx.run(select(_MOVE.c.version).where(_MOVE.c.move == Move.PROPOSE.value, _MOVE.c.id > last.id).distinct()).scalars().all()
    there = tuple((one, found) for one in versions if (found := _proposal(tx, one, now=now)) is not None)
    names = {one.id: one.name for one in having_role(tx, POLICY_OWNER)}
    proposed = tuple((one, tuple(names[each] for each in _agreed(tx, found) if each in names)) for one, found in there)
    return Standing(version=last.version, since=last.at, proposed=proposed)


async def take_up(desk: Desk) -> bool:
    """Make ``desk`` decide by the policy in force; whether another one was. It changes between two transactions, never within one.

    Raises:
        PolicyError: the policy in force cannot be used; the one that was goes on.
        AuditUnavailableError: the records cannot be read.
    """
    version = await desk.store.read(in_force)
    if version is None or version == desk.policy.version:
        return False
    policy = await desk.store.read(lambda tx: kept(tx, version))

    def change(_tx: Tx) -> None:
        desk.policy = policy

    await desk.store.write(change)
    return True


def _in_force(tx: Tx) -> Policy:
    version = in_force(tx)
    if version is None:
        raise PolicyError(say("no policy has been in force yet: start the bot once"))
    return kept(tx, version)


def _earlier(tx: Tx, version: str) -> str | None:
    """What was in force before ``version`` was put in force by two people: going back twice goes back two steps."""
    moves = (Move.BEGIN.value, Move.ACTIVATE.value)
    put = select(_MOVE.c.before).where(_MOVE.c.version == version, _MOVE.c.move.in_(moves)).order_by(_MOVE.c.id.desc())
    before: str | None = tx.run(put.limit(1)).scalar()
    return before


def _proposal(tx: Tx, version: str, *, now: datetime) -> Row[tuple[int, datetime]] | None:
    """The last proposal of ``version``, where nothing else has been put in force since, and it is still open."""
    mine = select(_MOVE).where(_MOVE.c.move == Move.PROPOSE.value, _MOVE.c.version == version).order_by(_MOVE.c.id.desc())
    last, put = tx.run(mine.limit(1)).first(), _last(tx, *_IN_FORCE)
    is_open = last is not None and put is not None and last.id > put.id and now < last.at + _OPEN_FOR
    return last if is_open else None


def _agreed(tx: Tx, proposal: Row[tuple[int, datetime]]) -> tuple[PersonId, ...]:
    since = select(_MOVE.c.person).where(_MOVE.c.move == Move.AGREE.value, _MOVE.c.version == proposal.version, _MOVE.c.id > proposal.id)
    return tuple(PersonId(one) for one in tx.run(since.order_by(_MOVE.c.id)).scalars())


def _last(tx: Tx, *moves: Move) -> Row[tuple[int, datetime]] | None:
    return tx.run(select(_MOVE).where(_MOVE.c.move.in_([one.value for one in moves])).order_by(_MOVE.c.id.desc()).limit(1)).first()


def _record(
    tx: Tx, move: Move, version: str, *, before: Policy, act: Act, sentence: Sentence, result: dict[str, object] | None = None
) -> None:
    _note(tx, move, version, before=before.version, person=act.actor, at=act.at)
    evidence.record(
        tx,
        move,
        at=act.at,
        request=None,
        actor=act.actor,
        trigger=act.trigger,
        sentence=sentence,
        policy=before,
        result={"version": version, "before": before.version, **(result or {})},
    )


def _note(tx: Tx, move: Move, version: str, *, before: str | None, person: PersonId | None, at: datetime) -> None:
    tx.run(insert(_MOVE), {"move": move.value, "version": version, "before": before, "person": person, "at": at})


def _refuse(tx: Tx, why: Sentence, *, doing: Move, act: Act, desk: Desk) -> Refused:
    return refuse(tx, Denied(NOT_CHANGED, why), act=act, row=None, desk=desk, facts=None, doing=doing)


def _not_theirs(owners: tuple[Person, ...]) -> Sentence:
    if not owners:
        return say("Nobody in the directory decides on the policy: whoever runs Countersign has to name two people in people.yaml.")
    return say("Only {names} decide on the policy. Nothing was changed.", names=tuple(one.name for one in owners))


def _tell(tx: Tx, owners: tuple[Person, ...], sentence: Sentence, *, now: datetime) -> None:
    last = tx.run(select(_MOVE.c.id).order_by(_MOVE.c.id.desc()).limit(1)).scalar()
    outbox.tell(tx, tuple(one.id for one in owners), sentence, request=None, about=f"policy-{last}", now=now)
