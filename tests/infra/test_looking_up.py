"""What people can find out: what there is, what they have, and what they have asked for; of others nothing."""

from infra.serving import Local
from tests.infra.scenes import ANA, MARIA, TOM, asked, fields, granted, quiet, screen, seen, told


async def test_what_can_be_asked_for_is_what_is_for_the_own_department(local: Local) -> None:
    tom = local.simulator.person(TOM)

    await tom.says("what can I ask for")
    card = await seen(local, TOM, "What you can ask for")

    assert card.shows("Write access to billing-db")
    assert not card.shows("Administrator of billing-db")


async def test_a_line_of_the_catalog_opens_the_form_on_it(local: Local) -> None:
    ana = local.simulator.person(ANA)
    await ana.says("catalog")
    card = await seen(local, ANA, "What you can ask for")

    opened = await ana.presses("Ask for it", on=card)

    assert fields(screen(opened))["entitlement"] == "billing-db-read"
    assert fields(screen(opened))["duration"] == "PT4H"


async def test_my_access_and_my_requests_show_ones_own_and_nobody_elses(local: Local) -> None:
    await granted(local)
    sim = local.simulator
    ana, tom = sim.person(ANA), sim.person(TOM)

    for person in (ana, tom):
        await person.says("my access")
        await person.says("my requests")
    await quiet(local)

    assert ana.latest_card(containing="Your access now").shows("Write access to billing-db")
    assert ana.latest_card(containing="Your requests").shows("Live")
    assert tom.latest_card(containing="Your access now").shows("You hold nothing that was granted here.")
    assert tom.latest_card(containing="Your requests").shows("You have asked for nothing yet.")


async def test_status_posts_a_card_that_lives_on(local: Local) -> None:
    approval = await asked(local)
    sim = local.simulator
    ana = sim.person(ANA)

    await ana.says("status")
    await quiet(local)
    await ana.says("status REQ-1001")
    await quiet(local)
    waiting = [card for card in ana.cards() if card.shows("Waiting for a decision")]
    await sim.person(MARIA).presses("Approve", on=approval)
    await quiet(local)

    assert len(waiting) == 3
    assert all(ana.now(card).shows("You have this access now") for card in waiting)


async def test_a_strangers_number_tells_nothing_not_even_that_it_exists(local: Local) -> None:
    await asked(local)
    tom = local.simulator.person(TOM)

    for said in ("status REQ-1001", "status REQ-9", "withdraw REQ-1001", "withdraw REQ-9"):
        await tom.says(said)
        await quiet(local)

    assert told(tom) == [
        "I find no request REQ-1001 of yours. “my requests” lists them.",
        "I find no request REQ-9 of yours. “my requests” lists them.",
        "I find no request REQ-1001 of yours. “my requests” lists them.",
        "I find no request REQ-9 of yours. “my requests” lists them.",
    ]
    assert [card for card in tom.cards() if card.shows("billing-db-write") or card.shows("Ana Ferreira")] == []
