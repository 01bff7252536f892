"""The vocabulary's few words about itself."""

import pytest

from approvals.change import HELPDESK, RequestId, number, ticket_number
from tests.approvals.rules import somebody


def test_a_request_and_its_ticket_are_spoken_of_by_numbers_of_their_own() -> None:
    assert (number(RequestId(1042)), ticket_number(1043)) == ("REQ-1042", "TCK-1043")


@pytest.mark.parametrize(
    ("roles", "enabled", "may"),
    [((HELPDESK,), True, True), ((HELPDESK,), False, False), (("security",), True, False), ((), True, False)],
)
def test_tickets_are_read_by_the_helpdesk_and_by_nobody_who_has_left(roles: tuple[str, ...], enabled: bool, may: bool) -> None:
    assert somebody("Priya Nair", roles=roles, enabled=enabled).may_read_tickets is may
