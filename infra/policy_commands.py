"""``countersign policy``: read a policy before it is in force, and ask what it makes of people and requests."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click

from approvals.catalog import Catalog
from approvals.change import Action, EntitlementId, Person, Proposal
from approvals.errors import PolicyError
from approvals.mediation import Facts
from approvals.mediation.case import Case as Question
from approvals.policy import Policy
from approvals.policy.cases import Case, read_case
from approvals.policy.conditions import StageRule, as_plain
from approvals.policy.differing import differing
from approvals.policy.loading import LIMITS
from approvals.policy.rules import Rule
from approvals.words import Sentence, say, spell
from bot.clock import system_now
from infra.house import organisation, policy_in
from infra.words import tell, words

TESTS = "tests"
_FOLDERS = {"ALLOW": True, "DENY": False}


def check(folder: Path) -> None:
    """Read the policies and say what they are.

    Raises:
        PolicyError: they cannot be used.
    """
    policy = policy_in(folder)
    for rule in policy.rules.values():
        click.echo(f"{'permit' if rule.is_permit else 'forbid'}  {rule.id:28}  {', '.join(sorted(rule.phases))}{_demanded(rule)}")
        if rule.doc:
            click.echo(f"        {words(Sentence(rule.doc))}")
    tell(
        say(
            "{count} policies over {attributes} declared attributes; version {version}",
            count=len(policy.rules),
            attributes=len(policy.declared),
            version=policy.version,
        )
    )


def test(folder: Path) -> None:
    """Run the cases of the folder.

    Raises:
        PolicyError: a case is answered otherwise than its folder says, or there is none.
    """
    policy, cases = policy_in(folder), cases_in(folder)
    faults = [fault for case in cases if (fault := case.fault(policy))]
    for fault in faults:
        tell(fault)
    silent = sorted({rule.id for rule in policy.rules.values()} - {name for case in cases for name in case.decided_by})
    if silent:
        tell(say("no case shows: {rules}", rules=", ".join(silent)))
    if faults or not cases:
        raise PolicyError(_unanswered(len(faults), len(cases)) if cases else say("{folder}: no case", folder=str(folder / TESTS)))
    tell(say("{count} cases are answered as they must be; version {version}", count=len(cases), version=policy.version))


def diff(old_folder: Path, new_folder: Path) -> None:
    """Say what differs between two policies, and which cases of the new one the old one answers otherwise."""
    old, new = policy_in(old_folder), policy_in(new_folder)
    if old.version == new.version:
        tell(say("they mean the same: version {version}", version=new.version))
        return
    for line in _differences(old, new):
        click.echo(line)
    for case in cases_in(new_folder):
        before, after = case.verdict(old), case.verdict(new)
        if before.allowed is not after.allowed:
            told = {"case": case.name, "says": case.says}
            tell(say("now allowed  {case}: {says}", **told) if after.allowed else say("now denied   {case}: {says}", **told))


def who_can_approve(entitlement: str, *, beneficiary: str, catalog_folder: Path, policy_folder: Path) -> None:
    """Say who would be asked, and who else could approve.

    Raises:
        PolicyError: there is no such entitlement or person.
    """
    (people, catalog), policy = organisation(catalog_folder), policy_in(policy_folder)
    question = _asking(entitlement, beneficiary, people=people, catalog=catalog, policy=policy)
    names = {person.id: f"{person.name} <{person.email}>" for person in people}
    if not question.asking.allowed:
        if not question.asking.ids:
            raise PolicyError(say("{beneficiary} cannot ask for it: no policy permits it", beneficiary=beneficiary))
        rules = ", ".join(question.asking.ids)
        raise PolicyError(say("{beneficiary} cannot ask for it: {rules}", beneficiary=beneficiary, rules=rules))
    for place, stage in enumerate(question.stages, start=1):
        asked = ", ".join(names[one] for one in stage.approvers) or words(say("nobody who could"))
        tell(say("stage {place}, {name}: {quorum} of {asked}", place=place, name=stage.name, quorum=stage.quorum, asked=asked))
        able = [person for person in people if person.id not in stage.approvers and _could(question, person, stage=stage.name)]
        tell(say("  could as well: {able}", able=", ".join(names[person.id] for person in able) or words(say("nobody"))))
    for name, value in as_plain(question.conditions).items():
        click.echo(f"{name}: {_plain(value)}")


def cases_in(folder: Path) -> tuple[Case, ...]:
    """The cases beside a policy: ``tests/ALLOW/*.yaml`` and ``tests/DENY/*.yaml``.

    Raises:
        PolicyError: a file cannot be read as a case.
    """
    files = [(path, is_allowed) for name, is_allowed in _FOLDERS.items() for path in sorted((folder / TESTS / name).glob("*.yaml"))]
    return tuple(read_case(f"{path.parent.name}/{path.name}", path.read_text(encoding="utf-8"), is_allowed=each) for path, each in files)


def _differences(old: Policy, new: Policy) -> Iterator[str]:
    rules = {rule.id: rule for rule in new.rules.values()}
    for sign, name in differing(old, new):
        if name == LIMITS:
            now, then = (json.dumps(asdict(one.limits), default=_plain) for one in (new, old))
            yield words(say("~ limits.yaml: {now} instead of {then}", now=now, then=then))
        else:
            yield f"{sign} {name}{_demanded(rules[name]) if name in rules else ''}"


def _asking(entitlement: str, beneficiary: str, *, people: tuple[Person, ...], catalog: Catalog, policy: Policy) -> Question:
    offer = catalog.find(EntitlementId(entitlement))
    if offer is None:
        raise PolicyError(
            say("{entitlement} is not in the catalog; give the id of an entry of entitlements.yaml", entitlement=repr(entitlement))
        )
    by_email, by_id = {person.email.lower(): person for person in people}, {person.id: person for person in people}
    person = by_email.get(beneficiary.lower())
    if person is None:
        raise PolicyError(say("{beneficiary} is nobody in people.yaml; give an e-mail address", beneficiary=repr(beneficiary)))
    owners = tuple(by_id[one] for one in (offer.owner, offer.deputy) if one in by_id)
    now = system_now()
    manager = by_id.get(person.manager) if person.manager else None
    facts = Facts(
        read_at=now,
        actor=person,
        requester=person,
        beneficiary=person,
        entitlement=offer,
        owners=owners,
        manager=manager,
        manager_above=by_id.get(manager.manager) if manager and manager.manager else None,
        steward=by_id.get(offer.steward) if offer.steward else None,
        on_call=catalog.on_call(person.id, now=now),
    )
    duration = offer.usual_duration
    proposal = Proposal(requester=person.id, beneficiary=person.id, entitlement=offer.id, duration=duration, reason="?", reference="?")
    return Question(action=Action.SUBMIT, proposal=proposal, facts=facts, policy=policy, now=now)


def _could(question: Question, person: Person, *, stage: str) -> bool:
    return person.id != question.proposal.requester and question.would_approve(person, stage=stage).allowed


def _unanswered(count: int, cases: int) -> Sentence:
    return say("{count} of {cases} case(s) are not answered as they must be", count=count, cases=cases)


def _demanded(rule: Rule) -> str:
    demands = "; ".join(f"{name} {_plain(value)}" for name, value in as_plain(rule.demands).items())
    return f"  ({demands})" if demands else ""


def _plain(value: object) -> str:
    if isinstance(value, timedelta):
        return spell(value)
    if isinstance(value, tuple):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, StageRule):
        return f"{value.quorum} of {value.kind}" if value.quorum > 1 else str(value.kind)
    return "yes" if value is True else str(value)
