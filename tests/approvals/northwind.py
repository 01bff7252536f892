"""Northwind Rail, as it is shipped: its people by the first part of their address, and its catalog."""

from pathlib import Path

from approvals.catalog import Catalog, read_catalog
from approvals.change import EntitlementId, Person, PersonId
from approvals.policy.loading import load_policy

_INFRA = Path(__file__).parents[2] / "infra"
CATALOG_FOLDER, POLICY_FOLDER = _INFRA / "catalog", _INFRA / "policy"


def shipped() -> tuple[tuple[Person, ...], Catalog]:
    """The sample organisation's people and catalog."""
    texts = [(CATALOG_FOLDER / name).read_text(encoding="utf-8") for name in ("people.yaml", "entitlements.yaml", "rotas.yaml")]
    return read_catalog(*texts)


PEOPLE, CATALOG = shipped()
POLICY = load_policy({each.name: each.read_text(encoding="utf-8") for each in POLICY_FOLDER.iterdir() if each.is_file()})
_ANYBODY = '@id("approve.anybody") permit (principal is Person, action in Action::"approve", resource) when { principal.enabled };'
WIDE = load_policy({**POLICY.texts, "90-anybody.cedar": _ANYBODY})
"""The shipped policy, but that anybody who is asked may approve: for stages that it does not make by itself."""
_BY_HANDLE = {person.email.split("@")[0]: person for person in PEOPLE}


def person(handle: str) -> Person:
    """Somebody by the first part of their address: ``ana.ferreira``."""
    return _BY_HANDLE[handle]


ANA = person("ana.ferreira").id
MARIA = person("maria.lindqvist").id
JONAS = person("jonas.weber").id
TOM = person("tom.okafor").id
PRIYA = person("priya.nair").id
STRANGER = PersonId("00000000-0000-4000-8000-000000000000")
"""Somebody whom the directory has never heard of."""
BILLING_WRITE = EntitlementId("billing-db-write")
BILLING_GROUP = "grp-billing-db-write"
