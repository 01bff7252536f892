"""Nothing that names somebody or was written by them stands in what is sealed; it lies beside it, and is put back in for the reader."""

import copy
import hmac
import json
import sqlite3
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import pytest

from approvals.change import Decision, Person, Proposal, State, StepUp, Verdict
from approvals.connectors import Change
from approvals.connectors.breaker import Way
from approvals.errors import ConnectorError
from approvals.evidence.findings import Bent, Finding
from approvals.evidence.private import Group, Veil, commitments, committed, is_commitment, whose
from approvals.evidence.verifying import verify
from approvals.operations.drafts import note_written
from approvals.operations.execute import note_failed_call
from approvals.words import Personal
from tests.approvals.evidence.attacker import bend
from tests.approvals.evidence.keys import LOG
from tests.approvals.northwind import ANA, JONAS, MARIA, PEOPLE, PRIYA, STRANGER, TOM
from tests.approvals.rules import SIGNED_IN
from tests.approvals.story import Story, a_proposal
from tests.builders import NOON

PUBLIC = {
    Person: {"id", "department", "manager", "enabled", "locale", "time_zone", "roles"},
    Proposal: {"requester", "beneficiary", "entitlement", "duration"},
    Decision: {"approver", "verdict", "at", "stage", "duration", "step_up"},
    StepUp: {"issuer", "person", "auth_time", "age", "contexts"},
}
"""What evidence keeps in clear. A new field is either here, by decision, or marked in ``__post_init__``."""


@pytest.mark.parametrize("kind", PUBLIC, ids=lambda kind: kind.__name__)
def test_every_field_about_a_person_is_declared_public_or_marked(kind: type) -> None:
    examples = {
        Person: Person(id=ANA, name="Ana", email="ana@example", title="Engineer"),
        Proposal: a_proposal(),
        Decision: Decision(approver=ANA, verdict=Verdict.DENY, at=NOON, reason="No."),
        StepUp: replace(SIGNED_IN, person=ANA),
    }

    marked = {each.name for each in fields(kind) if isinstance(getattr(examples[kind], each.name), Personal)}

    assert marked == {each.name for each in fields(kind)} - PUBLIC[kind]
    assert {getattr(examples[kind], name).of for name in marked} == {ANA}


def test_a_mark_survives_a_copy() -> None:
    text = Personal("Ana Ferreira", of=ANA)

    copies = copy.copy(text), copy.deepcopy(text)

    assert [(one, one.of) for one in copies] == [("Ana Ferreira", ANA)] * 2


@pytest.mark.parametrize("key", [b"", b"k" * 32, b"k" * 64, b"k" * 65], ids=len)
@pytest.mark.parametrize("held", ["", '["Ana Ferreira"]', "ü" * 500], ids=len)
def test_a_commitment_is_hmac_sha256_of_name_and_values(key: bytes, held: str) -> None:
    right = f"3f0c:{hmac.new(key, f'3f0c {held}'.encode(), 'sha256').hexdigest()}"

    assert is_commitment(right, key=key, held=held)
    assert not is_commitment(right, key=key, held=f"{held} ")
    assert not is_commitment(right[:-1], key=key, held=held)


# What stands in an entry.


async def everything_that_can_happen(story: Story) -> None:
    """Each state, and refusals with somebody's name in them."""
    asked = {"billing-db-write": State.ENDED, "billing-db-read": State.DENIED, "payments-console-view": State.WAITING}
    for entitlement, state in asked.items():
        await story.brought_to(state, a_proposal(entitlement=entitlement))
    request = await story.asked(a_proposal(entitlement="payments-console-refund", reason="Because Tom said so."))
    for who in (TOM, ANA, MARIA, JONAS, PRIYA, STRANGER):
        await story.approves(request, who)
        await story.denies(request, who, reason="I am not sure about this.")
        await story.withdraws(request, who)
        await story.ends(request, who)
    await story.brought_to(State.APPROVED)
    await story.leaves(ANA)
    await story.executes(request)
    act = story.act(ANA)
    written = {"reason": Personal("to please Tom", of=ANA)}
    await story.desk.store.write(lambda tx: note_written(tx, 7, "I need it to please Tom", understood=written, act=act, desk=story.desk))
    change = Change(key="grant/1", connector="local", target="grp", person=ANA)
    await story.desk.store.write(
        lambda tx: note_failed_call(
            tx, request, change, way=Way.GIVE, error=ConnectorError("no user ana.ferreira@northwind.example"), desk=story.desk
        )
    )
    await story.gives_up(request, why="no user ana.ferreira@northwind.example")


PHRASES = ("Fix INC-4711", "INC-4711", "Because Tom", "not sure about", "please Tom", "Use the replica")


async def test_no_name_no_address_and_no_word_of_anybody_stands_in_what_is_sealed(story: Story, path: Path) -> None:
    await everything_that_can_happen(story)

    with closing(sqlite3.connect(path)) as records:
        sealed = "\n".join("\n".join(map(str, row)) for row in records.execute("SELECT * FROM evidence"))
    known = [text for person in PEOPLE for text in (person.name, person.email)] + [f'"{person.title}"' for person in PEOPLE] + [*PHRASES]
    assert [text for text in known if text in sealed] == []
    assert len(sealed) > 50_000


async def test_the_reader_finds_every_word_in_its_place(story: Story) -> None:
    request = await story.asked()
    await story.approves(request, TOM)
    await story.denies(request, reason="Use the replica.")

    asked, refused, denied = await story.evidence(request)

    assert asked.body["result"]["asked"]["reason"] == "Fix INC-4711: two invoices were sent twice."
    assert asked.body["facts"]["requester"]["name"] == "Ana Ferreira"
    assert refused.says == "Only Maria Lindqvist can decide on this request."
    assert (denied.says, denied.result["decision_reason"]) == ("Denied: “Use the replica.”", "Use the replica.")
    assert "private:" not in json.dumps([one.body for one in (asked, refused, denied)])


def test_the_same_words_of_two_people_are_kept_apart() -> None:
    veil = Veil()
    first, again, other = veil.take(Personal("No.", of=ANA)), veil.take(Personal("No.", of=ANA)), veil.take(Personal("No.", of=TOM))

    groups = list(veil.groups())

    assert first == again != other
    assert [(group.person, group.held, group.fits) for group in groups] == [(ANA, '["No."]', True), (TOM, '["No."]', True)]
    assert {reference: text.of for group in groups for reference, text in group.values().items()} == {first: ANA, other: TOM}
    assert whose(other, among=committed(commitments(groups))) == TOM
    assert whose("private:000000000000/0", among=committed(commitments(groups))) is None
    assert whose("No.", among=committed(commitments(groups))) is None


def test_a_guess_at_a_name_cannot_be_checked_without_the_key() -> None:
    veil = Veil()
    veil.take(Personal("Ana Ferreira", of=ANA))
    (group,) = veil.groups()

    guessed = Group(person=ANA, key=b"\0" * 32, held=group.held, commitment=group.commitment)

    assert (group.fits, guessed.fits) == (True, False)


# What lies beside it.


@pytest.fixture
async def log(story: Story) -> Story:
    await story.brought_to(State.DENIED)
    return story


async def findings(story: Story) -> tuple[Finding, ...]:
    found = (await story.desk.store.read(lambda tx: verify(tx, key=LOG.verifier))).findings
    return tuple(replace(one, says=str(one.says)) for one in found)  # type: ignore[arg-type]


async def test_a_value_that_was_changed_is_found_and_not_shown(log: Story, path: Path) -> None:
    bend(path, f"UPDATE private SET held = replace(held, 'Maria', 'Mario') WHERE entry = 2 AND person = '{MARIA}'")  # noqa: S608

    says = f"entry 2: the values of {MARIA} beside it are not those that were sealed"
    assert await findings(log) == (Finding(how=Bent.EDITED, entry=2, says=says),)
    assert (await log.evidence())[1].says == "Denied: “(missing, and not by an erasure)”"


async def test_a_value_that_vanished_without_an_erasure_is_found(log: Story, path: Path) -> None:
    bend(path, f"DELETE FROM private WHERE entry = 2 AND person = '{MARIA}'")  # noqa: S608

    says = f"entry 2: the values of {MARIA} beside it are gone, and no erasure says so"
    assert await findings(log) == (Finding(how=Bent.DELETED, entry=2, says=says),)


@pytest.mark.parametrize("entry", [-1, 0, 1, 2, 9])
async def test_a_value_that_was_put_there_is_found(log: Story, path: Path, entry: int) -> None:
    bend(path, f"INSERT INTO private (entry, person, key, held) VALUES ({entry}, 'somebody', zeroblob(32), '[\"x\"]')")  # noqa: S608

    says = f"entry {entry}: values of somebody were put beside it that it does not name"
    assert await findings(log) == (Finding(how=Bent.INSERTED, entry=entry, says=says),)


@pytest.mark.parametrize("bent", ["key = 'text'", "key = 7", "held = zeroblob(3)", "held = 7"])
async def test_a_value_or_a_key_of_another_kind_is_found(log: Story, path: Path, bent: str) -> None:
    bend(path, f"UPDATE private SET {bent} WHERE entry = 2 AND person = '{MARIA}'")  # noqa: S608

    assert [(found.how, found.entry) for found in await findings(log)] == [(Bent.EDITED, 2)]


async def test_an_erasure_that_is_no_evidence_excuses_nothing(log: Story, path: Path) -> None:
    bend(
        path,
        f"DELETE FROM private WHERE person = '{MARIA}'",  # noqa: S608
        f"INSERT INTO erasure (entry, person, at) VALUES (2, '{MARIA}', '2025-11-22 12:00:00.000000')",  # noqa: S608
    )

    assert [found.how for found in await findings(log)] == [Bent.DELETED] * 2
