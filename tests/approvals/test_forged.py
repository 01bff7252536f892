"""A button that was altered: refused, recorded under the request that it is about, and believed in nothing."""

import pytest

from approvals.change import PersonId, RequestId
from approvals.operations.desk import Refused
from approvals.operations.forged import refuse_forged
from approvals.outbox import adopt
from approvals.words import Sentence, say
from tests.approvals.northwind import ANA, MARIA, STRANGER, TOM
from tests.approvals.story import Story, a_trigger

ALTERED = say("This button was altered, or made for somebody else. Nothing was changed, and the attempt was recorded.")
_ON_A_CARD = a_trigger("press-1", conversation="a:maria", card="card-1")


async def _press(story: Story, verb: str, by: PersonId, *, on_a_card: bool = True, claimed: RequestId | None = None) -> Refused:
    act = story.act(by, _ON_A_CARD if on_a_card else a_trigger("press-1"))
    return await story.desk.store.write(lambda tx: refuse_forged(tx, verb=verb, claimed=claimed, act=act, desk=story.desk))


@pytest.fixture
async def request_id(story: Story) -> RequestId:
    """A request that waits, with a card of it in Maria's chat."""
    request = await story.asked()
    await story.desk.store.write(lambda tx: adopt(tx, request, person=MARIA, trigger=_ON_A_CARD))
    return request


@pytest.mark.parametrize(
    ("verb", "by", "sentence", "check"),
    [
        ("approve", MARIA, ALTERED, -1),
        ("deny", MARIA, ALTERED, -1),
        ("withdraw", ANA, ALTERED, -1),
        ("hand_back", ANA, ALTERED, -1),
        ("approve", ANA, say("This is your own request. Somebody else has to decide on it."), 9),
        ("deny", TOM, say("Only {names} can decide on this request.", names=("Maria Lindqvist",)), 10),
        ("withdraw", MARIA, say("Only the person who asked can withdraw this request."), 14),
        ("hand_back", TOM, say("Only the person who has the access, its owner, or whoever approved it can end it."), 16),
        ("approve", STRANGER, say("The directory does not know everybody concerned, so nothing can be done. Ask the helpdesk."), 1),
    ],
)
async def test_a_forged_press_is_answered_by_who_pressed_it_and_changes_nothing(
    story: Story, request_id: RequestId, verb: str, by: PersonId, sentence: Sentence, check: int
) -> None:
    before = await story.row(request_id)

    refused = await _press(story, verb, by)

    proof = (await story.evidence(request_id))[-1]
    assert refused == Refused(sentence, request_id)
    assert (proof.kind, proof.actor, proof.check, proof.says) == ("act:refused", by, check, str(sentence))
    assert (await story.row(request_id)).model_dump() == before.model_dump()
    assert await story.decisions(request_id) == []


@pytest.mark.parametrize(("verb", "filed"), [("submit", "submit"), ("", "press"), ("x" * 99, "x" * 32)])
async def test_an_unknown_verb_is_recorded_and_shown_nothing(story: Story, request_id: RequestId, verb: str, filed: str) -> None:
    refused = await _press(story, verb, MARIA)

    proof = (await story.evidence())[-1]
    assert refused == Refused(ALTERED, None)
    assert (proof.request, proof.check, proof.result) == (None, -1, {"refused": filed})


async def test_a_press_on_no_card_of_ours_is_filed_under_the_request_it_claims_and_shown_nothing_of_it(
    story: Story, request_id: RequestId
) -> None:
    refused = await _press(story, "approve", TOM, on_a_card=False, claimed=request_id)

    assert refused == Refused(ALTERED, None)
    assert [(one.kind, one.check, one.actor) for one in await story.evidence(request_id)][1:] == [("act:refused", -1, TOM)]


@pytest.mark.parametrize("claimed", [None, RequestId(0), RequestId(4711), RequestId(-1), RequestId(10**30)])
async def test_a_press_that_claims_no_request_is_recorded_under_none(story: Story, claimed: RequestId | None) -> None:
    refused = await _press(story, "approve", TOM, on_a_card=False, claimed=claimed)

    assert refused == Refused(ALTERED, None)
    assert [(one.kind, one.request) for one in await story.evidence()] == [("act:refused", None)]
