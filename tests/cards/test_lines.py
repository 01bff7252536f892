"""The lines of "look again": shuffled so that their order tells nothing, and read back strictly."""

from datetime import timedelta

import pytest

from approvals.change import EntitlementId, Look, PersonId
from approvals.views import LineView
from cards.language import Language
from cards.lines import choices, read_look
from tests.builders import HOUR, MARIA, TOM, a_request_view

RIGHT = Look(beneficiary=PersonId("ana-ferreira"), entitlement=EntitlementId("billing-db-write"), duration=4 * HOUR)
LINES = tuple(
    LineView(
        look=Look(beneficiary=PersonId(person), entitlement=EntitlementId(entitlement), duration=length),
        name=person,
        entitlement=entitlement,
    )
    for person, entitlement, length in (
        (RIGHT.beneficiary, RIGHT.entitlement, RIGHT.duration),
        ("tom-okafor", "billing-db-write", 8 * HOUR),
        ("ana-ferreira", "billing-db-read", 8 * HOUR),
        ("tom-okafor", "billing-db-read", 4 * HOUR),
    )
)


def _order(*, request: int = 1042, version: int = 1, viewer: PersonId = MARIA.id, key: bytes = b"k" * 32) -> list[Look | None]:
    view = a_request_view(lines=LINES, id=request, version=version)
    return [read_look(value) for _words, value in choices(view, language=Language(), viewer=viewer, key=key)]


def test_every_line_is_there_once_and_reads_as_a_sentence() -> None:
    drawn = choices(a_request_view(lines=LINES), language=Language(), viewer=MARIA.id, key=b"k" * 32)

    assert {read_look(value) for _words, value in drawn} == {each.look for each in LINES}
    assert "ana-ferreira gets: billing-db-write, for 4 hours" in [words for words, _value in drawn]


def test_the_right_line_stands_in_every_place_about_as_often() -> None:
    places = [_order(request=number).index(RIGHT) for number in range(400)]

    assert all(60 <= places.count(place) <= 140 for place in range(4))


def test_the_order_is_one_readers_on_one_version_under_one_key() -> None:
    other = [_order(version=2), _order(viewer=TOM.id), _order(key=b"K" * 32), *(_order(request=number) for number in range(2, 12))]

    assert _order() == _order()
    assert any(order != _order() for order in other[:3])
    assert len({tuple(str(look) for look in order) for order in other}) > 4


@pytest.mark.parametrize(
    "value",
    [None, "", 7, [], {}, "a|b", "a|b|c", "a|b|0", "a|b|-1", "a|b|1.5", "a|b|1|2", "a|b|\u0661", "a|b|99999999999", "x" * 300 + "|b|1"],
)
def test_what_is_no_line_of_ours_is_none(value: object) -> None:
    assert read_look(value) is None


def test_a_line_is_read_back_to_the_second() -> None:
    assert read_look("ana|billing|450") == Look(
        beneficiary=PersonId("ana"), entitlement=EntitlementId("billing"), duration=timedelta(seconds=450)
    )
