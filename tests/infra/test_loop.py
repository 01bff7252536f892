"""The loop, as the people in it live it: everything here goes over HTTP through the simulator."""

from datetime import timedelta

from infra.serving import Local

ASK = "I need write access to billing-db for 4 hours to fix INC-4711"


async def test_access_is_asked_for_approved_granted_and_ends_by_itself(local: Local) -> None:
    sim = local.simulator
    ana, maria = sim.person("ana.ferreira"), sim.person("maria.lindqvist")

    await ana.says(ASK)
    await sim.wait_for(lambda: ana.latest_card(containing="Not sent yet"), what="the preview")
    sent = await ana.presses("Send request")

    assert sent.error is None
    card = await sim.wait_for(lambda: maria.latest_card(containing="INC-4711"), what="the approval card")
    approved = await maria.presses("Approve", on=card)
    assert approved.error is None
    await sim.wait_for(lambda: [one for one in ana.messages if "is live" in (one.text or "")], what="the requester being told")

    sim.advance(timedelta(hours=4, minutes=1))
    await sim.wait_for(lambda: [one for one in ana.messages if "has ended as planned" in (one.text or "")], what="the end")
