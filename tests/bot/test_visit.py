"""Whose visit an activity is, and where it took place."""

from datetime import UTC, datetime

import pytest
from botbuilder.schema import Activity, ChannelAccount, ConversationAccount

from approvals.change import PersonId
from bot.visit import Visit, visit_of

NOON = datetime(2025, 11, 22, 12, 0, tzinfo=UTC)
ANA = "FE5E933E-691A-465D-9738-BA7FF16BCAE1"


def an_activity(**changes: object) -> Activity:
    """Ana presses something on the card c1 in her own chat."""
    values = {
        "type": "invoke",
        "id": "f:1",
        "reply_to_id": "c1",
        "service_url": "https://smba.example/",
        "from_property": ChannelAccount(id="29:ana", name="Somebody Else", aad_object_id=ANA),
        "conversation": ConversationAccount(id="a:1", conversation_type="personal"),
        **changes,
    }
    return Activity(**values)


def test_a_visit_is_that_of_the_object_id_whatever_the_name() -> None:
    visit = visit_of(an_activity(), now=NOON)

    assert visit == Visit(
        person=PersonId(ANA.lower()),
        teams_id="29:ana",
        service_url="https://smba.example/",
        conversation="a:1",
        is_personal=True,
        activity="f:1",
        card="c1",
        at=NOON,
    )


@pytest.mark.parametrize("kind", ["groupChat", "channel"])
def test_a_card_in_company_is_nobodys_own(kind: str) -> None:
    visit = visit_of(an_activity(conversation=ConversationAccount(id="19:1", conversation_type=kind)), now=NOON)

    assert visit is not None
    assert (visit.is_personal, visit.card, visit.trigger.card) == (False, "", "")


@pytest.mark.parametrize("sender", [None, ChannelAccount(id="29:x"), ChannelAccount(id="29:x", aad_object_id="")])
def test_nobody_is_behind_an_activity_without_an_object_id(sender: ChannelAccount | None) -> None:
    assert visit_of(an_activity(from_property=sender), now=NOON) is None
