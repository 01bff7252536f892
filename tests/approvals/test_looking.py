"""What an approver of something critical chooses from: the right line, among three that could as well be."""

from dataclasses import replace
from datetime import timedelta

import pytest

from approvals.change import EntitlementId, RequestId, Risk
from approvals.operations.desk import Refused
from approvals.reading import request_view
from approvals.store.requests import find
from approvals.views import LineView, RequestView
from tests.approvals.northwind import ANA, CATALOG, JONAS, MARIA, PEOPLE
from tests.approvals.rules import REQUESTING, rewritten
from tests.approvals.story import Story, a_proposal
from tests.builders import HOUR

CRITICAL = [each for each in CATALOG.entitlements if each.risk is Risk.CRITICAL]


async def _view(story: Story, request: RequestId, reader: str = MARIA) -> RequestView:
    shelf = story.desk.shelf
    return await story.desk.store.read(lambda tx: request_view(tx, find(tx, request), reader=reader, shelf=shelf))  # type: ignore[arg-type]


async def _lines(story: Story, *, entitlement: str = "billing-db-admin", length: timedelta = HOUR) -> tuple[LineView, ...]:
    request = await story.asked(a_proposal(entitlement=entitlement, duration=length))
    return (await _view(story, request)).lines


async def test_there_are_four_lines_and_the_first_is_right(story: Story) -> None:
    lines = await _lines(story)

    assert (len(lines), len({line.look for line in lines})) == (4, 4)
    assert (lines[0].name, lines[0].entitlement, lines[0].look.duration) == ("Ana Ferreira", "Administrator of billing-db", HOUR)


async def test_no_line_can_be_told_from_the_rest_by_counting(story: Story) -> None:
    lines = await _lines(story)

    for field in ("beneficiary", "entitlement", "duration"):
        values = [getattr(line.look, field) for line in lines]
        assert sorted(values.count(value) for value in set(values)) == [2, 2]


async def test_the_others_are_plausible(story: Story) -> None:
    lines = await _lines(story)

    departments = {person.id: person.department for person in PEOPLE}
    others = {line.look.beneficiary for line in lines} - {ANA}
    assert [departments[other] for other in others] == [departments[ANA]]
    assert not others & {MARIA}
    systems = {CATALOG.find(line.look.entitlement).system for line in lines}  # type: ignore[union-attr]
    assert len(systems) == 1


async def test_the_lines_are_the_same_each_time_they_are_shown(story: Story) -> None:
    request = await story.asked(a_proposal(entitlement="billing-db-admin", duration=HOUR))

    assert await _view(story, request) == await _view(story, request)


async def test_only_who_decides_now_on_something_critical_chooses(story: Story) -> None:
    critical = await story.asked(a_proposal(entitlement="billing-db-admin", duration=HOUR))
    high = await story.asked()

    assert [
        len((await _view(story, request, reader)).lines) for request, reader in ((critical, ANA), (critical, JONAS), (high, MARIA))
    ] == [0] * 3


async def test_where_the_policy_wants_a_second_look_only_since_then_the_lines_come_with_the_refusal(story: Story) -> None:
    before = Story(replace(story.desk, policy=rewritten(REQUESTING, '@look_again("yes")\n', "")), story.clock)
    request = await before.asked(a_proposal(entitlement="billing-db-admin", duration=HOUR))
    shown = await _view(story, request)

    refused = await story.presses_approve(request)

    assert isinstance(refused, Refused)
    assert ((await story.evidence(request))[-1].check, len(shown.lines), len((await _view(story, request)).lines)) == (18, 0, 4)


async def test_where_nothing_else_is_in_the_catalog_length_and_person_still_differ(story: Story) -> None:
    only = replace(CATALOG, entitlements=(CATALOG.find(EntitlementId("billing-db-admin")),))  # type: ignore[arg-type]
    alone = Story(replace(story.desk, catalog=only), story.clock)

    lines = await _lines(alone)

    assert len({(line.look.beneficiary, line.look.duration) for line in lines}) == len(lines) >= 3


@pytest.mark.parametrize("offer", CRITICAL, ids=lambda offer: offer.id)
async def test_every_critical_entitlement_of_the_catalog_has_its_four_lines(story: Story, offer: object) -> None:
    who = next(person for person in PEOPLE if person.enabled and person.id not in (offer.owner, offer.deputy))  # type: ignore[attr-defined]
    departments = offer.departments  # type: ignore[attr-defined]
    if departments:
        who = next(
            person
            for person in PEOPLE
            if person.enabled and person.department in departments and person.id not in (offer.owner, offer.deputy)  # type: ignore[attr-defined]
        )
    asked = a_proposal(requester=who.id, beneficiary=who.id, entitlement=offer.id, duration=offer.usual_duration)  # type: ignore[attr-defined]
    request = await story.asked(asked)

    lines = (await _view(story, request, offer.owner)).lines  # type: ignore[attr-defined]

    assert len({line.look for line in lines}) == 4
