"""The model's organisation as the product takes it, on a desk of its own."""

import re
from collections.abc import Mapping
from pathlib import Path
from shutil import copyfile

from approvals.catalog import Catalog
from approvals.change import Entitlement, EntitlementId, Hours, Person, PersonId, Risk
from approvals.connectors.local import LocalDirectory
from approvals.evidence.sealing import Sealer
from approvals.operations.changing_policy import begin
from approvals.operations.desk import Desk
from approvals.operations.directory import load
from approvals.policy.loading import load_policy
from approvals.rota import Rota
from approvals.store.sqlite import Store
from infra.migrations.upgrade import upgrade
from tests.approvals.evidence.keys import LOG
from tests.approvals.northwind import POLICY as SHIPPED
from tests.approvals.oracle import world
from tests.approvals.oracle.world import Somebody, Thing
from tests.approvals.signing import vouching
from tests.approvals.story import Clock, Story
from tests.approvals.unreliable import Unreliable

_REQUESTING, _LIMITS = "10-requesting.cedar", "limits.yaml"
_STAGES = {"high": "manager, owner", "critical": "2 of owners"}
"""What the shipped policy has one owner for, and the model more people."""
_REMINDERS = re.compile(r"^@(remind|escalate)_after\(.*\)\n", re.MULTILINE)
"""Nobody is reminded here, nor the next in line asked beside them: that is told elsewhere (test_reminding.py)."""


def _requesting() -> str:
    text = SHIPPED.texts[_REQUESTING]
    for risk, stages in _STAGES.items():
        was = f'@id("tier.{risk}")\n@stages("owner")'
        assert was in text
        text = text.replace(was, f'@id("tier.{risk}")\n@stages("{stages}")')
    return _REMINDERS.sub("", text)


POLICY = load_policy(
    {
        **SHIPPED.texts,
        _REQUESTING: _requesting(),
        _LIMITS: f"""
            shortest: 5m
            reason_at_most: {world.REASON_AT_MOST}
            step_up_within: 5m
            submissions_per_hour: {world.ASKED_IN_AN_HOUR}
            submissions_per_day: {world.ASKED_IN_A_DAY}
            submissions_per_hour_of_one: {world.ONE_ASKED_FOR_IN_AN_HOUR}
            open_requests: {world.OPEN}
            approvals_per_minute: {world.APPROVED_IN_A_MINUTE}
        """,
    }
)
"""The shipped policy with more stages, no reminders, and budgets small enough to be met."""


def catalog(things: Mapping[str, Thing]) -> Catalog:
    rota = Rota(id=world.ROTA, since=world.SINCE, people=tuple(PersonId(one) for one in world.ON_CALL))
    return Catalog(tuple(_entitlement(name, one) for name, one in things.items()), (rota,))


def _entitlement(name: str, one: Thing) -> Entitlement:
    return Entitlement(
        id=EntitlementId(name),
        name=name.title(),
        system=name,
        level="write",
        description="Change it.",
        opens="All of it.",
        risk=Risk(one.risk),
        owner=PersonId(one.owner),
        deputy=PersonId(one.deputy) if one.deputy else None,
        steward=PersonId(one.steward) if one.steward else None,
        usual_duration=world.HOUR,
        max_duration=one.longest,
        target=f"grp-{name}",
        departments=one.teams,
        hours=Hours.WORKING if one.in_working_hours else Hours.ANY,
        rota=one.rota,
        conflicts=tuple(EntitlementId(other) for other in one.apart_from),
    )


def directory(people: Mapping[str, Somebody]) -> tuple[Person, ...]:
    return tuple(
        Person(
            id=PersonId(name),
            name=name.title(),
            email=f"{name}@northwind.example",
            department=one.team,
            manager=PersonId(one.manager) if one.manager else None,
            enabled=one.is_here,
            time_zone=f"Etc/GMT-{one.hours_ahead}" if one.hours_ahead else "UTC",
            roles=("security",) if one.is_security else (),
        )
        for name, one in people.items()
    )


async def found(path: Path) -> None:
    """A database at ``path`` with the model's people in it, as each walk begins."""
    upgrade(path)
    store = Store(path)
    await store.write(lambda tx: load(tx, directory(world.people())))
    await store.write(lambda tx: begin(tx, POLICY, now=world.START))
    await store.close()


async def opened(path: Path) -> tuple[Story, Unreliable]:
    """A desk on the database at ``path``, and the system behind its connector."""
    clock, store = Clock(world.START), Store(path)
    store.before_commit(Sealer(LOG))
    system = Unreliable(LocalDirectory(store, now=clock))
    desk = Desk(
        store=store,
        catalog=catalog(world.things()),
        policy=POLICY,
        connectors={"local": system},
        now=clock,
        url="https://desk.example",
        vouching=vouching(),
    )
    return Story(desk, clock), system


def copied(path: Path, to: Path) -> Path:
    """The empty database at ``path`` once more."""
    return Path(copyfile(path, to))
