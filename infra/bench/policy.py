"""Decisions of the policy beside bare cedarpy on the same question, with more and more policies.

    python -m infra.bench.policy

Ours makes the question from its parts and reads the answer; bare cedarpy gets the finished JSON. Both use handles parsed once, and
they take turns, so that whatever else the machine does falls on both.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import cedarpy

from approvals.change import Task
from approvals.policy import Policy
from approvals.policy.loading import load_policy
from approvals.policy.question import Attribute, Entity, Phase, Question, Sent, person_uid
from infra.bench.lines import Line
from infra.house import policy_in

SIZES = (15, 100, 1_000)
_DECISIONS, _ROUNDS = 60, 10
_SHIPPED = Path("infra/policy")
_FORBID = """
@id("bench.{number}") @says("No.")
forbid (principal, action in Action::"request", resource) when {{ resource.system == "s{number}" }};
"""


async def measure() -> list[Line]:
    """Decisions a second and their times, and the ratio to bare cedarpy's, for each number of policies. About ten seconds."""
    return [line for size in SIZES for line in _measure(size)]


def _measure(size: int) -> list[Line]:
    policy, question = _policy(size), _question()
    request, entities = question.request, Sent.of(question).entities
    ours, bare = [], []
    for _ in range(_ROUNDS):
        ours += _times(lambda: policy.judge(question)[0].allowed)
        bare += _times(lambda: cedarpy.is_authorized(request, policy.policies, entities, policy.schema).allowed)
    where = f"{size:,} policies"
    return [
        Line(what=f"decisions/s, {where}", value=len(ours) / sum(ours), unit="/s"),
        Line(what=f"decision p50, {where}", value=_quantile(ours, 0.5) * 1000, unit="ms"),
        Line(what=f"decision p95, {where}", value=_quantile(ours, 0.95) * 1000, unit="ms"),
        Line(what=f"decision p50 beside bare cedarpy, {where}", value=_quantile(ours, 0.5) / _quantile(bare, 0.5), unit="×", at_most=1.5),
    ]


def _times(decide: Callable[[], bool]) -> list[float]:
    times = []
    for _ in range(_DECISIONS):
        began = time.perf_counter()
        is_allowed = decide()
        times.append(time.perf_counter() - began)
        if not is_allowed:
            raise RuntimeError("the benchmark's question is not allowed any more; it would measure a refusal")
    return times


def _quantile(times: list[float], share: float) -> float:
    return sorted(times)[int(len(times) * share)]


def _policy(size: int) -> Policy:
    """The shipped policies and as many more, each about a system of its own, as make ``size``."""
    shipped = policy_in(_SHIPPED)
    more = "\n".join(_FORBID.format(number=number) for number in range(size - len(shipped.rules)))
    texts: Mapping[str, str] = {**shipped.texts, "99-bench.cedar": more}
    return load_policy(texts)


def _question() -> Question:
    person: dict[str, Attribute] = {"enabled": True, "department": "Payments", "roles": (), "on_call": ()}
    ana = Entity(type="Person", id="ana", attributes=person)
    offer = Entity(
        type="Entitlement",
        id="billing-db-write",
        attributes={
            "risk": "high",
            "level": "write",
            "system": "billing-db",
            "owners": (person_uid("maria"), person_uid("jonas")),
            "departments": ("Payments", "Finance"),
            "hours": "any",
        },
    )
    context: dict[str, Attribute] = {
        "requester": ana.uid,
        "beneficiary": ana.uid,
        "minutes": 240,
        "has_ticket": True,
        "stage": "",
        "conflicts": (),
    }
    clock = {"weekday": 2, "hour": 12}
    return Question(task=Task.GROUP, phase=Phase.REQUEST, principal=ana, resource=offer, context={**context, **clock}, others=(ana,))


if __name__ == "__main__":
    for _line in asyncio.run(measure()):
        print(_line)
