"""Somebody is forgotten: not a name and not a word of theirs is left in the file, and what was sealed still verifies."""

from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import select

from approvals import outbox
from approvals.change import PersonId, RequestId, State
from approvals.errors import ErasureError
from approvals.evidence.verifying import verify
from approvals.operations.drafts import keep, note_written
from approvals.operations.erase import Erased, erase, find_person
from approvals.outbox import Chat
from approvals.store.scrubbing import scrub
from approvals.store.sqlite import Tx
from approvals.store.tables import ErasureRow, EvidenceRow, MessageRow, PersonRow
from tests.approvals.evidence.attacker import bend
from tests.approvals.evidence.keys import LOG
from tests.approvals.northwind import ANA, MARIA, TOM
from tests.approvals.story import Story, a_proposal
from tests.builders import NOON

WHY = "case 2025-118"
OF_ANA = ("Ana Ferreira", "ana.ferreira@northwind.example", "Fix INC-4711", "INC-4711", "kingfisher")


async def erases(story: Story, who: str = "ana.ferreira@northwind.example", *, why: str = WHY) -> Erased:
    desk = story.desk
    return await desk.store.write(lambda tx: erase(tx, find_person(tx, who), why=why, now=desk.now()))


async def everything_is_sent(story: Story) -> None:
    await story.desk.store.write(lambda tx: tx.execute(update(MessageRow).values(sent_at=NOON)))


async def lived(story: Story) -> None:
    """Ana has chatted, asked, been denied, been granted, and a message about her stands in Tom's chat."""
    card = '{"type":"message","text":"Ana Ferreira asks for access."}'
    act = story.act(ANA)

    def chats(tx: Tx) -> None:
        outbox.remember_chat(tx, Chat(person=ANA, teams_id="29:ana", conversation="a:ana", service_url="https://teams.example/"), now=NOON)
        keep(tx, ANA, '{"reason":"kingfisher"}', now=NOON)
        note_written(tx, 99, "I need it for the kingfisher", understood={}, act=act, desk=story.desk)
        outbox.reply(tx, TOM, card, trigger=act.trigger, is_private=True, now=NOON)

    await story.desk.store.write(chats)
    await story.brought_to(State.ENDED)
    await story.brought_to(State.DENIED, a_proposal(entitlement="billing-db-read"))
    await story.jobs_done()
    await everything_is_sent(story)
    await story.leaves(ANA)


def file(path: Path) -> str:
    """Everything that lies on the disk, the write-ahead file too."""
    return "".join(one.read_bytes().decode(errors="replace") for one in path.parent.glob(f"{path.name}*"))


async def test_not_a_name_and_not_a_word_is_left_in_the_file(story: Story, path: Path) -> None:
    await lived(story)
    before = file(path)

    await erases(story)

    assert scrub(path)
    assert [text for text in OF_ANA if text not in before] == []
    assert [text for text in OF_ANA if text in file(path)] == []


async def test_of_a_sign_in_of_theirs_only_that_it_was_made_is_left(story: Story, path: Path) -> None:
    await lived(story)
    waiting = await story.asked(a_proposal(requester=TOM, beneficiary=TOM))
    await story.signs_in(waiting, MARIA)
    await everything_is_sent(story)
    before = file(path)

    await erases(story, MARIA)

    assert scrub(path)
    assert ("uti-1" in before, "uti-1" in file(path)) == (True, False)
    assert (await story.sign_ins(), {one.step_up for one in await story.decisions(RequestId(1001))}) == ([], {None})
    assert (await story.evidence(RequestId(1001), kind="request:approve"))[0].body["facts"]["step_up"][
        "token_id"
    ] == "(erased on 2025-11-22)"


async def test_what_others_wrote_stays(story: Story, path: Path) -> None:
    await lived(story)

    await erases(story)

    assert [one.says for one in await story.evidence() if one.actor == MARIA] == ["Approved for 4 h.", "Denied: “Use the replica.”"]
    assert "Maria Lindqvist" in file(path)


async def test_whatever_was_sealed_still_verifies_and_the_erasure_is_sealed_too(story: Story) -> None:
    await lived(story)
    entries = len(await story.evidence())
    holding = entries - 1  # "Removing from …" names nobody.

    done = await erases(story)

    verdict = await story.desk.store.read(lambda tx: verify(tx, key=LOG.verifier))
    assert (verdict.findings, verdict.size) == ((), entries + 1)
    assert done == Erased(person=ANA, entries=holding, evidence=entries + 1, is_still_a_member=False)
    proof = (await story.evidence())[-1]
    assert (proof.kind, proof.says) == ("person:erased", f"Erased what identified a person, from {holding} entries: {WHY}")
    assert proof.result == {"person": ANA, "entries": holding}


async def test_where_a_word_was_the_reader_finds_the_day_of_its_erasure(story: Story) -> None:
    await lived(story)

    await erases(story)

    written, submitted = (await story.evidence())[:2]
    assert written.says == "Wrote: “(erased on 2025-11-22)”"
    asked = submitted.result["asked"]
    assert (asked["requester"], asked["reason"], asked["duration"]) == (ANA, "(erased on 2025-11-22)", 14_400)
    assert submitted.body["facts"]["requester"]["name"] == "(erased on 2025-11-22)"
    assert submitted.body["facts"]["requester"]["department"] == "Payments"


async def test_done_again_it_takes_what_has_come_since(story: Story) -> None:
    await lived(story)
    await erases(story)
    await story.returns(ANA)
    await story.desk.store.write(lambda tx: tx.execute(update(PersonRow).where(PersonRow.id == ANA).values(name="Ana Maria")))  # type: ignore[arg-type]
    await story.brought_to(State.WITHDRAWN)
    await everything_is_sent(story)

    again = await erases(story, ANA)

    assert (again.entries, again.is_still_a_member) == (2, True)
    assert (await story.desk.store.read(lambda tx: verify(tx, key=LOG.verifier))).findings == ()
    assert len(await story.desk.store.read(lambda tx: list(tx.exec(select(ErasureRow))))) == 2


async def test_a_member_keeps_the_directorys_own_record(story: Story) -> None:
    await lived(story)
    await story.returns(ANA)

    assert (await erases(story)).is_still_a_member
    assert (await story.desk.store.read(lambda tx: find_person(tx, ANA))).name == "Ana Ferreira"


# Not, or not yet.


async def test_nobody_is_forgotten_while_a_request_of_theirs_is_open(story: Story) -> None:
    await story.asked()
    before = await story.evidence()

    with pytest.raises(ErasureError, match=r"1 request\(s\) are still open \(REQ-1001\): let them end, or end them, and then erase"):
        await erases(story)

    assert await story.evidence() == before


async def test_nobody_is_forgotten_while_a_message_is_on_its_way(story: Story) -> None:
    await story.brought_to(State.DENIED)

    with pytest.raises(ErasureError, match=r"1 message\(s\) to them or about them are still on their way"):
        await erases(story)


@pytest.mark.parametrize("why", ["ana ferreira asked us to", "mail of ANA.FERREIRA@northwind.example"])
async def test_a_reason_that_names_them_would_be_kept_for_ever(story: Story, why: str) -> None:
    with pytest.raises(ErasureError, match="the reason names the person whom it is to erase"):
        await erases(story, why=why)


async def test_what_an_older_release_recorded_in_clear_is_not_said_to_be_erased(story: Story, path: Path) -> None:
    await lived(story)
    bend(path, """UPDATE evidence SET body = '{"facts":{"actor":{"name":"Ana Ferreira"}}}' WHERE id = 3""")

    with pytest.raises(ErasureError, match="entries 3 hold the name in clear"):
        await erases(story)

    assert (await story.evidence())[0].says == "Wrote: “I need it for the kingfisher”"


@pytest.mark.parametrize("who", ["nobody@northwind.example", "", "%"])
async def test_somebody_whom_nobody_knows_is_said_so(story: Story, who: str) -> None:
    with pytest.raises(ErasureError, match="the directory knows nobody with the object id or e-mail address"):
        await erases(story, who)


async def test_people_are_found_by_either_name_in_any_case(story: Story) -> None:
    for who in (ANA, ANA.upper(), "ANA.Ferreira@northwind.example"):
        assert (await story.desk.store.read(lambda tx, who=who: find_person(tx, who))).id == PersonId(ANA)


async def test_an_entry_says_whose_values_it_holds_by_object_id_alone(story: Story) -> None:
    await story.asked()

    (row,) = await story.desk.store.read(lambda tx: list(tx.exec(select(EvidenceRow))))
    assert ANA in row.private
    assert "Ferreira" not in row.private
