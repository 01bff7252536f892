"""The keys that are derived from the installation's one secret."""

from approvals.change import PersonId
from cards.actions import Button, Verb, mint, open_button
from infra.secret import button_key, derive

SECRET = bytes(range(32))
HERE, THERE = "7c3f9a52-1f0e-4f4b-9a56-0c1de2b7a910", "00000000-0000-4000-8000-000000000002"


def test_a_button_of_one_tenant_opens_in_no_other() -> None:
    button = Button(Verb.APPROVE, "request", 1001, 1, "0f" * 16)
    data = mint(button, viewer=PersonId("maria"), key=button_key(SECRET, tenant=HERE))

    opened = [open_button("approve", data, viewer=PersonId("maria"), key=button_key(SECRET, tenant=tenant)) for tenant in (HERE, THERE)]

    assert opened == [button, None]


def test_no_two_purposes_share_a_key() -> None:
    keys = [
        button_key(SECRET, tenant=HERE),
        button_key(SECRET, tenant=THERE),
        derive(SECRET, purpose="step-up"),
        derive(SECRET, purpose="buttons"),
    ]

    assert len(set(keys)) == 4
