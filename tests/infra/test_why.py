"""Why, and who would: what people are told in the chat about decisions, and what they are not."""

import re

import pytest

from infra.serving import Local
from tests.infra.scenes import ANA, MARIA, TOM, asked, granted, quiet, seen, told

_ASK = "I need write access to billing-db for 4 hours to fix INC-4711"


async def hears(local: Local, who: str, question: str) -> list[str]:
    """What somebody is told when they ask, line by line, moments left out."""
    person = local.simulator.person(who)
    before = len(told(person))
    await person.says(question)
    await local.simulator.wait_for(lambda: len(told(person)) > before, what=f"an answer to {question!r}")
    await quiet(local)
    return re.sub(r" on \w{3}, [^(]*\([^)]*\)", " on …", told(person)[-1]).splitlines()


async def denied(local: Local) -> None:
    card = await asked(local)
    await local.simulator.person(MARIA).presses("Deny with this reason", inputs={"reason": "Use the replica."}, on=card)
    await quiet(local)


@pytest.mark.parametrize("question", ["why was I denied?", "Why was REQ-1001 denied?", "why can't I have write access to billing-db?"])
async def test_whoever_was_denied_is_told_by_whom_and_why(local: Local, question: str) -> None:
    await denied(local)

    assert await hears(local, ANA, question) == [
        "Maria Lindqvist denied REQ-1001 (Write access to billing-db) on …. It was their decision: no rule stood against it.",
        "Denied: “Use the replica.”",
    ]


async def test_whoever_decided_is_told_the_same(local: Local) -> None:
    await denied(local)

    assert (await hears(local, MARIA, "why was REQ-1001 denied?"))[1] == "Denied: “Use the replica.”"


async def test_nobody_else_learns_that_there_is_such_a_request(local: Local) -> None:
    await denied(local)

    told_tom = await hears(local, TOM, "why was REQ-1001 denied?")

    assert told_tom == ["I find no request REQ-1001 of yours. “my requests” lists them."]
    assert await hears(local, TOM, "who would approve REQ-1001?") == told_tom
    assert await hears(local, TOM, "why was REQ-7 denied?") == ["I find no request REQ-7 of yours. “my requests” lists them."]
    assert await hears(local, TOM, "why was I denied?") == ["You have not been refused anything. “my requests” shows where yours stand."]


async def test_what_was_not_denied_is_said_not_to_be(local: Local) -> None:
    await granted(local)

    assert await hears(local, ANA, "why was REQ-1001 refused?") == [
        "REQ-1001 was not denied. Say “status REQ-1001” to see where it stands."
    ]


async def test_whoever_was_refused_a_press_is_told_what_they_could_do(local: Local) -> None:
    card = await asked(local)
    await local.simulator.person(MARIA).presses("Deny with this reason", inputs={"reason": " "}, on=card)
    await quiet(local)

    found = await hears(local, MARIA, "why was I refused?")

    assert found == [
        "REQ-1001 (Write access to billing-db) was refused on …:",
        "Please say why you deny it, in at most 1000 characters: the requester will read it.",
        "Any one of these would let it through:",
        "Giving a reason for the denial, of at most 1000 characters",
    ]


async def test_what_the_rules_refuse_is_told_with_the_rule(local: Local) -> None:
    assert await hears(local, ANA, "why can't I post to the general ledger?") == [
        "Post to the general ledger is for Finance only; you are in Payments.",
        "The rule behind this is limit.department.",
    ]


async def test_what_nobody_knows_is_not_taken_for_the_last_refusal(local: Local) -> None:
    await denied(local)

    assert await hears(local, ANA, "why can't I have the frobnicator?") == [
        "I cannot tell what that is about. Name it as the catalog does: “catalog” shows what there is."
    ]


async def test_what_nothing_stands_against_is_said_to_be_free(local: Local) -> None:
    assert await hears(local, ANA, "why can't I have write access to billing-db?") == [
        "Nothing stands against “Write access to billing-db”: you can ask for it. Say “I need …”."
    ]


@pytest.mark.parametrize(
    ("who", "question", "answer"),
    [
        (ANA, "who would approve write access to billing-db?", ["Maria Lindqvist would decide on “Write access to billing-db” for you."]),
        (MARIA, "who would approve write access to billing-db?", ["Jonas Weber would decide on “Write access to billing-db” for you."]),
        (
            ANA,
            "who would approve post to the general ledger?",
            [
                "You could not have “Post to the general ledger” now, so nobody would be asked.",
                "Post to the general ledger is for Finance only; you are in Payments.",
            ],
        ),
        (ANA, "who would approve this?", ["I cannot tell what that is about. Name it as the catalog does: “catalog” shows what there is."]),
    ],
)
async def test_whom_the_policy_would_have_asked_is_told(local: Local, who: str, question: str, answer: list[str]) -> None:
    assert await hears(local, who, question) == answer


async def test_whom_a_request_waits_for_is_told_to_those_who_have_a_part_in_it(local: Local) -> None:
    await asked(local)

    assert await hears(local, ANA, "who will approve REQ-1001?") == ["REQ-1001 waits for the word of Maria Lindqvist."]


async def test_in_the_middle_of_a_request_the_question_is_about_it(local: Local) -> None:
    await local.simulator.person(ANA).says(_ASK)
    await seen(local, ANA, "Not sent yet")

    assert (await hears(local, ANA, "who would approve this?"))[0] == (
        "Maria Lindqvist would decide on “Write access to billing-db” for you."
    )
