"""Nobody waits on nobody, as people see it: an approver leaves, somebody else is asked, and everybody's card says who decides."""

from infra.serving import Local
from tests.infra.scenes import (
    ANA,
    HOUR,
    JONAS,
    MARIA,
    asked,
    heard,
    leaves,
    ledger,
    members,
    passes,
    quiet,
    requests,
    screen,
    seen,
    told,
)
from tests.infra.test_ending import ticket_page

READ = "I need read access to billing-db for 2 hours to check INC-4712"
HASSAN = "hassan.al-masri"


async def test_an_approver_who_leaves_is_replaced_and_everybody_sees_who_decides_now(local: Local) -> None:
    """peers.md: stuck for ever on a deleted approver (aws TEAM #585, #265; sso-elevator #138)."""
    await asked(local)
    await leaves(local, MARIA)
    sim = local.simulator

    await passes(local, HOUR)
    await heard(local, ANA, "can no longer decide")
    await quiet(local)

    what = "REQ-1001 (Write access to billing-db)"
    news = f"Maria Lindqvist can no longer decide on {what}. It is asked of Jonas Weber now; you need do nothing."
    theirs = await seen(local, JONAS, "REQ-1001")
    assert told(sim.person(ANA)) == [news]
    assert all(theirs.shows(words) for words in ("Your decision is needed", "In place of", "Maria Lindqvist"))
    assert (await seen(local, ANA, "REQ-1001")).shows("It waits for Jonas Weber.")
    marias = await seen(local, MARIA, "REQ-1001")
    assert all(marias.shows(words) for words in ("Somebody else decides now", "It is asked of Jonas Weber now, in your place."))
    assert marias.titles == ()
    assert await ledger(local) == [("request:submit", "Ana Ferreira"), ("request:reroute", "Countersign")]
    assert "Maria Lindqvist can no longer decide on this. It is asked of Jonas Weber now." in await ticket_page(local, "TCK-1001")


async def test_whoever_came_in_decides_and_access_begins(local: Local) -> None:
    await asked(local, text=READ)
    await leaves(local, MARIA)
    await leaves(local, JONAS)
    await passes(local, HOUR)
    theirs = await seen(local, HASSAN, "REQ-1001")

    await local.simulator.person(HASSAN).presses("Approve", on=theirs)
    await heard(local, ANA, "is live")

    assert await members(local, "grp-billing-db-read") == [local.simulator.person(ANA).id]


async def test_with_nobody_left_it_is_refused_in_words_and_nobody_denied_it(local: Local) -> None:
    """peers.md: no approver means approved (Lumos)."""
    await asked(local)
    await leaves(local, MARIA)
    await leaves(local, JONAS)

    await passes(local, HOUR)
    await heard(local, ANA, "was refused, and nothing was changed")
    await quiet(local)
    own = await seen(local, ANA, "REQ-1001")
    await local.simulator.person(ANA).says("why was REQ-1001 denied?")
    why = await heard(local, ANA, "Nobody could decide on REQ-1001")

    reason = "Nobody can decide on Write access to billing-db for you: it has no other active owner, deputy or steward."
    assert all(own.shows(words) for words in ("Refused", "Nobody can decide on this", reason, "Nobody has denied it"))
    assert own.titles == ("Ask again",)
    assert reason in why
    assert await requests(local) == [(1001, "refused", 2)]
    assert await members(local) == []


async def test_a_press_on_a_card_from_before_is_answered_with_who_decides_now(local: Local) -> None:
    card = await asked(local)
    await leaves(local, MARIA)
    await passes(local, HOUR)
    await heard(local, ANA, "can no longer decide")

    answer = await local.simulator.person(MARIA).presses("Approve", on=card)

    assert answer.card is not None
    assert await requests(local) == [(1001, "waiting", 2)]


async def test_an_approver_who_does_not_answer_is_reminded_and_then_the_deputy_is_asked_as_well(local: Local) -> None:
    await asked(local)
    await passes(local, 4 * HOUR)
    reminder = await heard(local, MARIA, "has been waiting since")

    await passes(local, 4 * HOUR)
    news = await heard(local, ANA, "Nobody has answered yet")
    await quiet(local)

    assert "Ana Ferreira has been waiting since" in reminder
    assert "REQ-1001 (Write access to billing-db)" in reminder
    assert news == "Nobody has answered yet on REQ-1001 (Write access to billing-db), so Jonas Weber is asked as well. You need do nothing."
    for who in (ANA, MARIA, JONAS):
        assert (await seen(local, who, "REQ-1001")).shows("so it is asked of Maria Lindqvist or Jonas Weber.")
    assert await ledger(local) == [
        ("request:submit", "Ana Ferreira"),
        ("approver:reminded", "Countersign"),
        ("request:escalate", "Countersign"),
    ]
    page = await ticket_page(local, "TCK-1001")
    assert "Maria Lindqvist was reminded: no decision yet." in page
    assert "Nobody has answered, so Jonas Weber is asked as well." in page


async def test_the_first_of_two_who_answers_decides_and_the_other_reads_who(local: Local) -> None:
    await asked(local, text=READ)
    await passes(local, 24 * HOUR)
    jonas = await seen(local, JONAS, "Your decision is needed")
    marias = await seen(local, MARIA, "Your decision is needed")

    await local.simulator.person(JONAS).presses("Approve", on=jonas)
    await heard(local, ANA, "is live")
    late = screen(await local.simulator.person(MARIA).presses("Approve", on=marias))

    assert late.shows("Jonas Weber has already approved this")


async def test_an_approver_gives_it_to_somebody_else_with_the_button(local: Local) -> None:
    card = await asked(local)
    maria, jonas = local.simulator.person(MARIA), local.simulator.person(JONAS)

    answer = screen(await maria.presses("Give it to them", on=card, inputs={"to": jonas.id}))
    theirs = await seen(local, JONAS, "Your decision is needed")
    news = await heard(local, ANA, "who decides now")
    await quiet(local)

    assert answer.shows("Somebody else decides now")
    assert answer.titles == ()
    assert theirs.shows("In place of")
    assert news == "Maria Lindqvist has given REQ-1001 (Write access to billing-db) to Jonas Weber, who decides now."
    assert await ledger(local) == [("request:submit", "Ana Ferreira"), ("request:reassign", "Maria Lindqvist")]
    assert "Given to Jonas Weber, who decides in the place of Maria Lindqvist." in await ticket_page(local, "TCK-1001")


async def test_an_approver_gives_it_to_somebody_else_in_words(local: Local) -> None:
    await asked(local)
    maria = local.simulator.person(MARIA)

    await maria.says("give this to Tom")
    refused = await heard(local, MARIA, "can only be given to")
    await maria.says("give this to jonas")
    said = await heard(local, MARIA, "decides on REQ-1001 now")
    await maria.says("give it to Jonas")
    nothing = await heard(local, MARIA, "Nothing waits for your decision")

    assert refused == "Nothing was changed: this request can only be given to Jonas Weber."
    assert said == "Jonas Weber decides on REQ-1001 now, in your place."
    assert nothing == "Nothing waits for your decision, so there is nothing to give to anybody."
    assert (await seen(local, JONAS, "Your decision is needed")).shows("REQ-1001")


async def test_a_stranger_gives_away_nothing_and_learns_nothing(local: Local) -> None:
    await asked(local)
    tom = local.simulator.person("tom.okafor")

    await tom.says("give REQ-1001 to Jonas")

    assert await heard(local, "tom.okafor", "REQ-1001") == "I find no request REQ-1001 of yours. “my requests” lists them."
