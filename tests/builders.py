"""Values for tests: readable people, one entitlement, and views of a request. Change only what the test is about.

The story: Ana Ferreira asks, Maria Lindqvist owns billing-db, Tom Okafor has nothing to do with it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from approvals.change import EndCause, EntitlementId, PersonId, RequestId, Risk, State
from approvals.views import EntitlementView, FormView, GrantView, PersonView, PreviewView, RequestView, Standing, Terms
from approvals.words import say

NOON = datetime(2025, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_person(name: str = "Ana Ferreira", **changes: str) -> PersonView:
    """A person whose id is made of their name: ``ana-ferreira``."""
    values = {"id": name.lower().replace(" ", "-"), "title": "Engineer", "department": "Payments", **changes}
    return PersonView(id=PersonId(values["id"]), name=name, title=values["title"], department=values["department"])


ANA = a_person("Ana Ferreira", title="Software engineer")
MARIA = a_person("Maria Lindqvist", title="Billing platform lead", department="Finance systems")
TOM = a_person("Tom Okafor", title="Network engineer", department="Infrastructure")


def an_entitlement(**changes: object) -> EntitlementView:
    """Write access to billing-db, owned by Maria."""
    values: dict[str, object] = {
        "id": EntitlementId("billing-db-write"),
        "name": "Write access to billing-db",
        "system": "billing-db",
        "description": "Change rows in the production billing database.",
        "opens": "Correct or delete every invoice in billing.",
        "risk": Risk.HIGH,
        "owner": MARIA,
        "usual_duration": 4 * HOUR,
        "max_duration": 8 * HOUR,
    }
    return EntitlementView(**_changed(values, changes))


def a_request_view(state: State = State.WAITING, standing: Standing = Standing.APPROVER, **changes: object) -> RequestView:
    """REQ-1042 in ``state``, with the moments and people that such a request has."""
    values: dict[str, object] = {
        "id": RequestId(1042),
        "number": "REQ-1042",
        "version": 1,
        "state": state,
        "standing": standing,
        "ticket": "TCK-1042",
        "ticket_url": "https://desk.example/tickets/TCK-1042",
        "requester": ANA,
        "beneficiary": ANA,
        "entitlement": an_entitlement(),
        "asked_duration": 4 * HOUR,
        "duration": 4 * HOUR,
        "reason": "Fix INC-4711: two invoices were sent twice.",
        "reference": "INC-4711",
        "asked_at": NOON,
        "lapses_at": NOON + 72 * HOUR,
        "waiting_for": (MARIA,) if state is State.WAITING else (),
        "decided_by": None,
        "decided_at": None,
        "decision_reason": "",
        "granted_at": None,
        "ends_at": None,
        "ended_at": None,
        "end_cause": None,
        "ended_by": None,
        "end_reason": "",
        "failure": None,
        "peers": 3,
        "last_held_at": NOON - 500 * HOUR,
        **_OF_STATE[state],
        **changes,
    }
    return RequestView(**_changed({"terms": _terms(values)}, values))


def _terms(values: dict[str, Any]) -> Terms:
    offer: EntitlementView = values["entitlement"]
    same = {name: values[name] for name in ("version", "asked_duration", "reason", "reference")}
    people = {"requester": values["requester"].id, "beneficiary": values["beneficiary"].id}
    return Terms(request=values["id"], entitlement=offer.id, name=offer.name, opens=offer.opens, risk=offer.risk, **people, **same)


_DECIDED: Mapping[str, object] = {"decided_by": MARIA, "decided_at": NOON + HOUR, "version": 2}
_LIVE: Mapping[str, object] = {**_DECIDED, "granted_at": NOON + HOUR, "ends_at": NOON + 5 * HOUR, "version": 3}
_OF_STATE: Mapping[State, Mapping[str, object]] = {
    State.WAITING: {},
    State.APPROVED: _DECIDED,
    State.GRANTED: _LIVE,
    State.ENDING: {**_LIVE, "end_cause": EndCause.TIME, "version": 4},
    State.ENDED: {**_LIVE, "end_cause": EndCause.TIME, "ended_at": NOON + 5 * HOUR, "version": 5},
    State.DENIED: {**_DECIDED, "decision_reason": "Use the replica: reading is enough for this."},
    State.LAPSED: {"version": 2},
    State.WITHDRAWN: {"version": 2},
    State.REFUSED: {"failure": say("Nobody can decide on {entitlement} for you.", entitlement="Write access to billing-db"), "version": 2},
    State.FAILED: {
        **_DECIDED,
        "failure": say("The directory refused the change to {target}.", target="grp-billing-db-write"),
        "version": 3,
    },
}


def a_preview(**changes: object) -> PreviewView:
    """Draft 7 of Ana's request, ready to be sent to Maria."""
    values: dict[str, object] = {
        "draft": 7,
        "version": 2,
        "requester": ANA,
        "entitlement": an_entitlement(),
        "duration": 4 * HOUR,
        "reason": "Fix INC-4711: two invoices were sent twice.",
        "reference": "INC-4711",
        "will_be_asked": (MARIA,),
        "lapses_after": 72 * HOUR,
    }
    return PreviewView(**_changed(values, changes))


def a_form(**changes: object) -> FormView:
    """An empty request form, draft 7, with three entitlements to choose from."""
    values: dict[str, object] = {
        "draft": 7,
        "version": 1,
        "entitlement": None,
        "duration": None,
        "reason": "",
        "reference": None,
        "choices": (
            an_entitlement(),
            an_entitlement(id=EntitlementId("billing-db-read"), name="Read access to billing-db", risk=Risk.LOW),
            an_entitlement(id=EntitlementId("vpn-admin"), name="VPN administration", risk=Risk.CRITICAL),
        ),
        "durations": (HOUR, 4 * HOUR, 8 * HOUR, 24 * HOUR),
        "problem": None,
    }
    return FormView(**_changed(values, changes))


def a_grant(**changes: object) -> GrantView:
    """Ana's live access of REQ-1042."""
    values: dict[str, object] = {
        "request": RequestId(1042),
        "number": "REQ-1042",
        "version": 3,
        "entitlement": an_entitlement(),
        "granted_at": NOON + HOUR,
        "ends_at": NOON + 5 * HOUR,
    }
    return GrantView(**_changed(values, changes))


def _changed(values: dict[str, object], changes: Mapping[str, object]) -> dict:  # type: ignore[type-arg]
    return {**values, **changes}
