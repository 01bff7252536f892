"""A change of the policy needs two different people, and going back needs one."""

from datetime import timedelta
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import update

from approvals.change import Person, PersonId, State
from approvals.errors import PolicyError
from approvals.evidence import Trigger
from approvals.evidence.pieces import pieces
from approvals.operations.changing_policy import Standing, agree, begin, in_force, propose, roll_back, standing, take_back, take_up
from approvals.operations.desk import Act, Refused
from approvals.operations.replay import Replayed, replay
from approvals.policy import Policy
from approvals.policy.loading import load_policy
from approvals.store.sqlite import Store
from approvals.store.tables import PersonRow
from tests.approvals.northwind import ANA, MARIA, POLICY, WIDE, person
from tests.approvals.story import Story
from tests.builders import NOON

NADIA, HASSAN, DIEGO = (person(name) for name in ("nadia.rahman", "hassan.al-masri", "diego.navarro"))
STRICT = load_policy({**POLICY.texts, "90.cedar": '@id("no.more") @says("No more.") forbid (principal, action, resource);'})
_FIRST, _NEXT, _THIRD = POLICY.version, WIDE.version, STRICT.version


def by_command(story: Story) -> Act:
    return Act(actor=None, trigger=Trigger(source="cli"), at=story.clock())


async def proposes(story: Story, policy: Policy = WIDE, *, why: str = "Deputies decide too.") -> tuple[str, ...]:
    return await story.desk.store.write(lambda tx: propose(tx, policy, why=why, act=by_command(story)))


async def agrees(story: Story, who: PersonId, version: str = _NEXT) -> str:
    said = await story.desk.store.write(lambda tx: agree(tx, version, act=story.act(who), desk=story.desk))
    return f"refused: {said.reason}" if isinstance(said, Refused) else str(said)


async def goes_back(story: Story, who: PersonId, *, why: str = "Nobody can work.") -> str:
    said = await story.desk.store.write(lambda tx: take_back(tx, why=why, act=story.act(who), desk=story.desk))
    return f"refused: {said.reason}" if isinstance(said, Refused) else str(said)


async def is_changed(story: Story, policy: Policy = WIDE) -> None:
    """Two people agree, and the desk takes it up."""
    await proposes(story, policy)
    await agrees(story, NADIA.id, policy.version)
    await agrees(story, HASSAN.id, policy.version)
    await take_up(story.desk)


async def stands(story: Story) -> Standing:
    return await story.desk.store.read(lambda tx: standing(tx, now=story.clock()))


async def loses_the_role(story: Story, who: Person) -> None:
    change = update(PersonRow).where(PersonRow.id == who.id).values(roles=[])  # type: ignore[arg-type]
    await story.desk.store.write(lambda tx: tx.execute(change))


async def test_what_is_proposed_changes_nothing_and_those_who_decide_are_told(story: Story) -> None:
    names = await proposes(story)

    assert names == ("Diego Navarro", "Hassan Al-Masri", "Nadia Rahman")
    assert (await story.desk.store.read(in_force), await take_up(story.desk)) == (_FIRST, False)
    told = (
        "A change of the policy is proposed: + approve.anybody. Deputies decide too. "
        f"If you agree, write “agree to policy {_NEXT}”. Two people have to."
    )
    assert await story.told() == [(one.id, told) for one in (DIEGO, HASSAN, NADIA)]


async def test_one_person_is_not_enough_and_two_are(story: Story) -> None:
    await proposes(story)

    first = await agrees(story, NADIA.id)
    before = (await stands(story)).version
    second = await agrees(story, HASSAN.id)

    assert first == f"You agree to policy {_NEXT}. It is in force when one more person agrees."
    assert (before, (await stands(story)).version) == (_FIRST, _NEXT)
    assert second == f"Policy {_NEXT} is in force, as Hassan Al-Masri, Nadia Rahman agreed."


async def test_the_same_person_twice_is_one_person(story: Story) -> None:
    await proposes(story)
    await agrees(story, NADIA.id)

    again = await agrees(story, NADIA.id)

    assert again == f"refused: You have agreed to policy {_NEXT} already. Somebody else has to agree as well."
    assert (await stands(story)).version == _FIRST


async def test_whoever_does_not_decide_on_the_policy_is_refused_and_recorded(story: Story) -> None:
    await proposes(story)
    await agrees(story, NADIA.id)

    told = await agrees(story, MARIA), await goes_back(story, ANA)

    words = "refused: Only Diego Navarro, Hassan Al-Masri, Nadia Rahman decide on the policy. Nothing was changed."
    assert told == (words, words)
    assert (await stands(story)).version == _FIRST
    assert [(one.actor, one.check, one.result) for one in await story.evidence(kind="act:refused")] == [
        (MARIA, -2, {"refused": "policy:agree"}),
        (ANA, -2, {"refused": "policy:roll-back"}),
    ]


@pytest.mark.parametrize("how", ["left", "lost the role"])
async def test_whoever_has_left_or_lost_the_role_since_counts_no_more(story: Story, how: str) -> None:
    await proposes(story)
    await agrees(story, NADIA.id)
    if how == "left":
        await story.leaves(NADIA.id)
    else:
        await loses_the_role(story, NADIA)

    second, third = await agrees(story, HASSAN.id), await agrees(story, DIEGO.id)

    assert second == f"You agree to policy {_NEXT}. It is in force when one more person agrees."
    assert third == f"Policy {_NEXT} is in force, as Diego Navarro, Hassan Al-Masri agreed."


async def test_what_nobody_proposed_cannot_be_agreed_to(story: Story) -> None:
    said = await agrees(story, NADIA.id, _THIRD)

    assert said == f"refused: Policy {_THIRD} is not proposed, or not any more. Write “policy” to see what is."


async def test_a_proposal_is_open_for_a_week(story: Story) -> None:
    await proposes(story)
    await agrees(story, NADIA.id)
    story.clock.advance(timedelta(days=7))

    late = await agrees(story, HASSAN.id)

    assert late.startswith("refused: ")
    assert await stands(story) == Standing(version=_FIRST, since=story.clock() - timedelta(days=7), proposed=())


async def test_proposed_anew_it_has_to_be_agreed_to_anew(story: Story) -> None:
    await proposes(story)
    await agrees(story, NADIA.id)
    await proposes(story)

    await agrees(story, HASSAN.id)

    assert await stands(story) == Standing(version=_FIRST, since=story.clock(), proposed=((_NEXT, ("Hassan Al-Masri",)),))


async def test_what_was_proposed_as_a_change_of_another_policy_has_to_be_proposed_again(story: Story) -> None:
    await proposes(story, STRICT)
    await agrees(story, NADIA.id, _THIRD)
    await is_changed(story)

    assert (await agrees(story, HASSAN.id, _THIRD)).startswith("refused: ")
    assert (await stands(story)).version == _NEXT


async def test_the_desk_decides_by_it_from_then_on_and_each_decision_names_its_own(story: Story) -> None:
    request = await story.asked()
    await is_changed(story, STRICT)

    refused = await story.approves(request)

    assert (type(refused), (await story.row(request)).state) == (Refused, State.WAITING)
    found = await story.desk.store.read(lambda tx: list(replay(tx)))
    assert [(one.then.policy, one.is_same_throughout) for one in found if isinstance(one, Replayed) and one.then] == [
        (_FIRST, True),
        (_THIRD, True),
    ]


async def test_every_step_is_evidence_with_who_and_what(story: Story) -> None:
    await is_changed(story)
    await goes_back(story, DIEGO.id)

    found = [(one.kind, one.actor, one.body["policy"], one.result["version"]) for one in await story.evidence()]
    assert found == [
        ("policy:propose", None, _FIRST, _NEXT),
        ("policy:agree", NADIA.id, _FIRST, _NEXT),
        ("policy:agree", HASSAN.id, _FIRST, _NEXT),
        ("policy:activate", HASSAN.id, _FIRST, _NEXT),
        ("policy:roll-back", DIEGO.id, _NEXT, _FIRST),
    ]
    (activated,) = await story.evidence(kind="policy:activate")
    assert activated.result["agreed"] == sorted([NADIA.id, HASSAN.id])


async def test_one_person_goes_back_and_the_others_who_decide_are_told(story: Story) -> None:
    await is_changed(story)
    before = len(await story.told())

    said = await goes_back(story, DIEGO.id)

    assert said == f"Back to policy {_FIRST} from {_NEXT}: Nobody can work."
    assert (await take_up(story.desk), story.desk.policy.version) == (True, _FIRST)
    told = f"Diego Navarro went back to policy {_FIRST} from {_NEXT}: Nobody can work."
    assert (await story.told())[before:] == [(one.id, told) for one in (HASSAN, NADIA)]


async def test_going_back_twice_goes_back_two_steps_and_no_further(story: Story) -> None:
    await is_changed(story)
    await is_changed(story, STRICT)

    steps = [await goes_back(story, NADIA.id) for _ in range(3)]

    assert steps == [
        f"Back to policy {_NEXT} from {_THIRD}: Nobody can work.",
        f"Back to policy {_FIRST} from {_NEXT}: Nobody can work.",
        "refused: This policy is the first: there is none to go back to.",
    ]


async def test_the_machines_own_way_back_fails_in_words_where_there_is_none(story: Story) -> None:
    with pytest.raises(PolicyError) as raised:
        await story.desk.store.write(lambda tx: roll_back(tx, why="?", act=by_command(story)))

    assert str(raised.value) == f"policy {_FIRST} is the first: there is none to go back to"


async def test_what_is_in_force_already_is_not_proposed(story: Story) -> None:
    with pytest.raises(PolicyError) as raised:
        await proposes(story, POLICY)

    assert str(raised.value) == f"the files mean policy {_FIRST}, which is in force already"


async def test_where_one_person_decides_on_the_policy_nothing_is_proposed(story: Story) -> None:
    await loses_the_role(story, NADIA)
    await story.leaves(HASSAN.id)

    with pytest.raises(PolicyError) as raised:
        await proposes(story)

    assert str(raised.value) == "1 active people have the role 'policy', and 2 have to agree: name them in people.yaml"


async def test_the_policy_that_the_first_start_puts_in_force_is_the_first_entry(migrated: Path, tmp_path: Path) -> None:
    store = Store(Path(copyfile(migrated, tmp_path / "new.db")))
    for policy in (STRICT, WIDE):
        await store.write(lambda tx, policy=policy: begin(tx, policy, now=NOON))  # type: ignore[misc]

    (first,) = await store.read(pieces)
    await store.close()
    assert (first.id, first.kind, first.actor, first.at) == (1, "policy:begin", None, NOON)
    assert str(first.sentence) == f"Policy {STRICT.version} is in force: there was none before this first start."
    assert (first.body["policy"], first.body["result"]) == (STRICT.version, {"version": STRICT.version, "before": None})


async def test_the_files_of_a_folder_change_nothing_at_a_later_start(story: Story) -> None:
    version = await story.desk.store.write(lambda tx: begin(tx, STRICT, now=story.clock()))

    assert (version, await story.desk.store.read(in_force)) == (_FIRST, _FIRST)
