"""The two files that a person edits: read into vocabulary, or refused in one line that says where and what to do."""

from datetime import timedelta
from typing import Any

import pytest
import yaml

from approvals.catalog import Catalog, read_catalog
from approvals.change import Entitlement, EntitlementId, Person, PersonId, Risk
from approvals.errors import CatalogError
from tests.approvals.northwind import CATALOG, PEOPLE
from tests.builders import HOUR

ANA = {
    "id": "FE5E933E-691A-465D-9738-BA7FF16BCAE1",
    "name": "Ana Ferreira",
    "email": "Ana.Ferreira@northwind.example",
    "manager": "maria@northwind.example",
}
MARIA = {
    "id": "11111111-1111-4111-8111-111111111111",
    "name": "Maria Lindqvist",
    "email": "maria@northwind.example",
    "title": "Head of billing systems",
    "department": "Payments",
    "manager": None,
    "enabled": False,
    "locale": "sv-SE",
    "time_zone": "Europe/Stockholm",
    "roles": ["helpdesk"],
}
BILLING = {
    "id": "billing-db-write",
    "name": "Write access to billing-db",
    "system": "billing-db",
    "level": "write",
    "aliases": ["billing db"],
    "description": "Change rows.",
    "opens": "Correct or delete every invoice.",
    "risk": "high",
    "owner": "MARIA@northwind.example",
    "deputy": "ana.ferreira@northwind.example",
    "usual_duration": "4h",
    "max_duration": "1 d",
    "departments": ["Payments"],
    "target": "grp-billing-db-write",
    "connector": "local",
}


def read(people: Any = (ANA, MARIA), entitlements: Any = (BILLING,)) -> tuple[tuple[Person, ...], Catalog]:
    """The files as YAML, with these entries or this very text."""
    return read_catalog(*(one if isinstance(one, str) else yaml.safe_dump([*one]) for one in (people, entitlements)))


@pytest.mark.parametrize(
    ("people", "entitlements", "told"),
    [
        ("- id: 1\n  name: Ana\n  name: Anna\n", (BILLING,), "people.yaml, line 3: 'name' stands twice in one entry; keep one of the two"),
        (
            (ANA, MARIA),
            '# what there is\n- id: a\n  owner: x\n  risk: low\n- id: b\n  risk: low\n  owner: x\n  "risk": high\n',
            "entitlements.yaml, line 8: 'risk' stands twice in one entry; keep one of the two",
        ),
    ],
)
def test_a_key_that_stands_twice_is_refused_with_its_line(people: Any, entitlements: Any, told: str) -> None:
    with pytest.raises(CatalogError) as raised:
        read(people, entitlements)

    assert str(raised.value) == told


def without(entry: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != name}


def test_the_files_become_vocabulary() -> None:
    people, catalog = read()

    ana, maria = PersonId("fe5e933e-691a-465d-9738-ba7ff16bcae1"), PersonId("11111111-1111-4111-8111-111111111111")
    assert people == (
        Person(id=ana, name="Ana Ferreira", email="Ana.Ferreira@northwind.example", manager=maria),
        Person(
            id=maria,
            name="Maria Lindqvist",
            email="maria@northwind.example",
            title="Head of billing systems",
            department="Payments",
            enabled=False,
            locale="sv-SE",
            time_zone="Europe/Stockholm",
            roles=("helpdesk",),
        ),
    )
    assert catalog == Catalog(
        (
            Entitlement(
                id=EntitlementId("billing-db-write"),
                name="Write access to billing-db",
                system="billing-db",
                level="write",
                description="Change rows.",
                opens="Correct or delete every invoice.",
                risk=Risk.HIGH,
                owner=maria,
                deputy=ana,
                usual_duration=4 * HOUR,
                max_duration=timedelta(days=1),
                target="grp-billing-db-write",
                aliases=("billing db",),
                departments=("Payments",),
            ),
        )
    )


def test_the_catalog_finds_what_is_in_it() -> None:
    _, catalog = read()

    assert (catalog.find(EntitlementId("billing-db-write")), catalog.find(EntitlementId("payroll"))) == (catalog.entitlements[0], None)


_DURATION = "write a whole number and m, h or d, such as 4h"
_SLUG = "String should match pattern '^[a-z0-9][a-z0-9._-]{0,63}$'"
_ZONE = "is not a time zone of the IANA list, such as Europe/Lisbon"
_NOBODY = "is nobody in people.yaml; add the person or correct the address"

MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "people are not YAML": (
        {"people": "- id: [1"},
        (
            'people.yaml: not YAML: while parsing a flow sequence in "<unicode string>", line 1, column 7: - id: [1 ^ '
            "expected ',' or ']', but got '<stream end>' in \"<unicode string>\", line 1, column 9: - id: [1 ^"
        ),
    ),
    "entitlements would run code": (
        {"entitlements": "- !!python/object/apply:os.system [ls]"},
        (
            "entitlements.yaml: not YAML: could not determine a constructor for the tag 'tag:yaml.org,2002:python/object/apply:os.system' "
            'in "<unicode string>", line 1, column 3: - !!python/object/apply:os.system [ls] ^'
        ),
    ),
    "people are empty": ({"people": ""}, "people.yaml: holds no list of entries; begin each with '- id: …'"),
    "entitlements are no list": ({"entitlements": "id: payroll"}, "entitlements.yaml: holds no list of entries; begin each with '- id: …'"),
    "an entry is a word": (
        {"people": "- Ana"},
        "people.yaml, entry 1: is 'Ana'; write it as 'id: …', 'name: …' and so on, one below the other",
    ),
    "an id is no GUID": (
        {"people": [{**ANA, "id": "ana"}, MARIA]},
        "people.yaml, entry 1 (Ana Ferreira): id is 'ana': Input should be a valid UUID, invalid character: found `n` at 1",
    ),
    "a field is missing": (
        {"people": [MARIA, without(ANA, "email")]},
        "people.yaml, entry 2 (Ana Ferreira): email is missing",
    ),
    "an entry is empty": ({"people": "- {}"}, "people.yaml, entry 1: id is missing"),
    "a name is missing": ({"people": [without(MARIA, "name")]}, f"people.yaml, entry 1 ({MARIA['id']}): name is missing"),
    "a field is misspelt": (
        {"people": [{**MARIA, "nmae": "Maria"}]},
        "people.yaml, entry 1 (Maria Lindqvist): nmae is 'Maria': Extra inputs are not permitted",
    ),
    "a name is empty": (
        {"people": [{**MARIA, "name": ""}]},
        f"people.yaml, entry 1 ({MARIA['id']}): name is '': String should have at least 1 character",
    ),
    "a name is very long": (
        {"people": [{**MARIA, "name": "M" * 201}]},
        f"people.yaml, entry 1 ({'M' * 59}…): name is '{'M' * 58}…: String should have at most 200 characters",
    ),
    "a name has two lines": (
        {"people": [{**MARIA, "locale": "sv\nSE"}]},
        "people.yaml, entry 1 (Maria Lindqvist): locale is 'sv\\nSE': String should match pattern '^[a-z]{2}(-[A-Z]{2})?$'",
    ),
    "somebody is perhaps enabled": (
        {"people": [{**MARIA, "enabled": "perhaps"}]},
        "people.yaml, entry 1 (Maria Lindqvist): enabled is 'perhaps': Input should be a valid boolean, unable to interpret input",
    ),
    "a time zone is on Mars": (
        {"people": [{**MARIA, "time_zone": "Mars/Olympus"}]},
        f"people.yaml, entry 1 (Maria Lindqvist): time_zone is 'Mars/Olympus': {_ZONE}",
    ),
    "a time zone leads out of the list": (
        {"people": [{**MARIA, "time_zone": "../../etc/passwd"}]},
        f"people.yaml, entry 1 (Maria Lindqvist): time_zone is '../../etc/passwd': {_ZONE}",
    ),
    "an id stands twice": (
        {"people": [MARIA, {**ANA, "id": MARIA["id"]}]},
        f"people.yaml: id {MARIA['id']!r} stands twice; each entry needs its own",
    ),
    "an address stands twice": (
        {"people": [MARIA, {**ANA, "email": "Maria@Northwind.example"}]},
        "people.yaml: email 'maria@northwind.example' stands twice; each entry needs its own",
    ),
    "a manager is nobody": (
        {"people": [ANA]},
        f"people.yaml (Ana Ferreira): manager 'maria@northwind.example' {_NOBODY}",
    ),
    "an owner is nobody": (
        {"entitlements": [{**BILLING, "owner": "nobody@northwind.example"}]},
        f"entitlements.yaml (billing-db-write): owner 'nobody@northwind.example' {_NOBODY}",
    ),
    "a deputy is nobody": (
        {"entitlements": [{**BILLING, "deputy": "nobody@northwind.example"}]},
        f"entitlements.yaml (billing-db-write): deputy 'nobody@northwind.example' {_NOBODY}",
    ),
    "an entitlement has no owner": (
        {"entitlements": [without(BILLING, "owner")]},
        "entitlements.yaml, entry 1 (Write access to billing-db): owner is missing",
    ),
    "an entitlement stands twice": (
        {"entitlements": [BILLING, BILLING]},
        "entitlements.yaml: id 'billing-db-write' stands twice; each entry needs its own",
    ),
    "an entitlement's id has a blank": (
        {"entitlements": [{**BILLING, "id": "billing db"}]},
        f"entitlements.yaml, entry 1 (Write access to billing-db): id is 'billing db': {_SLUG}",
    ),
    "a risk is not one of the four": (
        {"entitlements": [{**BILLING, "risk": "grave"}]},
        "entitlements.yaml, entry 1 (Write access to billing-db): risk is 'grave': Input should be 'low', 'medium', 'high' or 'critical'",
    ),
    "a duration is a bare number": (
        {"entitlements": [{**BILLING, "max_duration": 8}]},
        f"entitlements.yaml, entry 1 (Write access to billing-db): max_duration is 8: {_DURATION}",
    ),
    "a duration is in weeks": (
        {"entitlements": [{**BILLING, "max_duration": "2w"}]},
        f"entitlements.yaml, entry 1 (Write access to billing-db): max_duration is '2w': {_DURATION}",
    ),
    "a duration is nothing": (
        {"entitlements": [{**BILLING, "usual_duration": "0h"}]},
        "entitlements.yaml, entry 1 (Write access to billing-db): usual_duration is '0h': must be longer than nothing and at most 366d",
    ),
    "a duration is for ever": (
        {"entitlements": [{**BILLING, "max_duration": "367d"}]},
        "entitlements.yaml, entry 1 (Write access to billing-db): max_duration is '367d': must be longer than nothing and at most 366d",
    ),
    "the usual is longer than the longest": (
        {"entitlements": [{**BILLING, "usual_duration": "2d"}]},
        "entitlements.yaml (billing-db-write): usual_duration is longer than max_duration; shorten it",
    ),
    "an alias is a number": (
        {"entitlements": [{**BILLING, "aliases": ["billing", 7]}]},
        "entitlements.yaml, entry 1 (Write access to billing-db): aliases.1 is 7: Input should be a valid string",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_one_line(mistake: str) -> None:
    files, message = MISTAKES[mistake]

    with pytest.raises(CatalogError) as raised:
        read(**files)

    assert str(raised.value) == message
    assert "\n" not in message


def test_the_shipped_files_are_read() -> None:
    assert (len(PEOPLE) >= 40, len(CATALOG.entitlements) >= 25) == (True, True)


def test_a_conflict_that_is_said_of_one_holds_for_both() -> None:
    pairs = {(offer.id, other) for offer in CATALOG.entitlements for other in offer.conflicts}

    assert pairs == {(other, one) for one, other in pairs}
    assert len(pairs) >= 2
