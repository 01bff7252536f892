"""The sample organisation is big and varied enough to try everything with, and a mistake in its files is told in one line."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
import yaml

from approvals.catalog import read_catalog
from approvals.change import Risk
from infra.simulator import SAMPLE, OrganisationError, read_organisation

PERSON = """
- id: 11111111-1111-4111-8111-111111111111
  name: Ana Ferreira
  email: ana.ferreira@northwind.example
  title: Engineer
  department: Payments
  locale: en-GB
  time_zone: Europe/Lisbon
"""


def test_the_sample_has_people_of_every_kind() -> None:
    people = read_organisation().people
    by_email = {person.email: person for person in people}

    tops = [person.name for person in people if person.manager is None]
    assert tops == ["Ingrid Solberg"]
    assert all(person.manager in by_email for person in people if person.manager)
    assert len(people) >= 42
    assert len({person.department for person in people}) >= 7
    assert len({person.locale for person in people}) >= 5
    assert len({person.time_zone for person in people}) >= 5
    assert [person.name for person in people if not person.enabled] == ["Viktor Hansen"]
    assert [person.name for person in people if "helpdesk" in person.roles] == ["Priya Nair", "Kwame Boateng"]
    assert [person.name for person in people if "policy" in person.roles] == ["Hassan Al-Masri", "Nadia Rahman", "Diego Navarro"]
    assert all(UUID(person.id).version == 4 for person in people)


def test_nobody_is_their_own_manager_however_far_up() -> None:
    people = {person.email: person for person in read_organisation().people}
    for person in people.values():
        above, steps = person, 0
        while above.manager is not None:
            above, steps = people[above.manager], steps + 1
            assert steps < 8, person.name


def test_the_product_reads_the_sample_and_finds_every_case_in_it() -> None:
    people, catalog = read_catalog(*((SAMPLE / name).read_text() for name in ("people.yaml", "entitlements.yaml", "rotas.yaml")))
    entries = catalog.entitlements
    written = yaml.safe_load((SAMPLE / "entitlements.yaml").read_text())

    assert len(people) == len(read_organisation().people)
    assert len(entries) >= 28
    assert len({entry["system"] for entry in written}) >= 9
    assert {entry["risk"] for entry in written} == {risk.value for risk in Risk}
    assert any("deputy" not in entry for entry in written)
    assert any(entry["departments"] for entry in written)
    assert any("db-2h-prod" in entry["name"] for entry in written)


def test_every_owner_and_deputy_is_enabled_and_every_alias_means_one_thing() -> None:
    enabled = {person.email for person in read_organisation().people if person.enabled}
    entries = yaml.safe_load((SAMPLE / "entitlements.yaml").read_text())
    aliases = [alias.casefold() for entry in entries for alias in entry["aliases"]]

    assert [entry["id"] for entry in entries if not {entry["owner"], entry.get("deputy", entry["owner"])} <= enabled] == []
    assert [entry["id"] for entry in entries if entry["owner"] == entry.get("deputy")] == []
    assert sorted(set(aliases)) == sorted(aliases)


@pytest.mark.parametrize("who", ["ana", "ana.ferreira", "ANA FERREIRA", "ana.ferreira@northwind.example"])
def test_people_are_found_by_what_one_calls_them(who: str) -> None:
    assert read_organisation().find(who).name == "Ana Ferreira"


def test_nobody_is_not_found_by_guessing() -> None:
    with pytest.raises(OrganisationError, match="0 people are called 'anna'"):
        read_organisation().find("anna")


@pytest.mark.parametrize(
    ("people", "chats", "message"),
    [
        ("- [", "[]", "people.yaml: is not YAML"),
        ("name: Ana", "[]", "must be a list of entries"),
        ("- name: Ana", "[]", "people.yaml, entry 1: id is missing"),
        (PERSON.replace("Europe/Lisbon", "Lisbon"), "[]", "time_zone an IANA name"),
        (PERSON.replace("11111111-1111", "xxxxxxxx"), "[]", "id must be a GUID"),
        (PERSON + PERSON, "[]", "id '11111111-1111-4111-8111-111111111111' is given to two people"),
        (PERSON, "- {kind: party, title: x}", "kind must be group or channel"),
        (PERSON, "- {kind: group, title: x, members: [tom@northwind.example]}", "'tom@northwind.example' who is not in people.yaml"),
    ],
)
def test_a_mistake_in_the_files_is_told_with_its_place(tmp_path: Path, people: str, chats: str, message: str) -> None:
    (tmp_path / "people.yaml").write_text(people)
    (tmp_path / "chats.yaml").write_text(chats)

    with pytest.raises(OrganisationError) as caught:
        read_organisation(tmp_path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OrganisationError, match=r"people\.yaml: cannot be read: No such file"):
        read_organisation(tmp_path)
