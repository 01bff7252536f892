"""Which id_tokens speak to the desk: every check refuses one that is wrong in that alone."""

from datetime import timedelta

import pytest

from approvals.change import PersonId
from bot.desk.claims import Visitor, visitor_of
from bot.desk.errors import DeniedSignInError
from tests.builders import NOON

APP = "2d4e6a80-93b5-4c1f-8e27-5a6b7c8d9e0f"
TENANT = "7c3f9a52-1f0e-4f4b-9a56-0c1de2b7a910"
ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"
PRIYA = "6f9619ff-8b86-4d01-b42d-00c04fc964ff"


def claims(**changes: object) -> dict[str, object]:
    """What Entra says of Priya at noon. ``...`` leaves a claim out."""
    noon = int(NOON.timestamp())
    good: dict[str, object] = {
        "iss": ISSUER,
        "aud": APP,
        "tid": TENANT,
        "oid": PRIYA,
        "name": "Priya Nair",
        "roles": ["helpdesk"],
        "iat": noon,
        "exp": noon + 3600,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not ...}


def read(given: dict[str, object], *, after: timedelta = timedelta()) -> Visitor:
    return visitor_of(given, issuer=ISSUER, app_id=APP, tenant_id=TENANT, now=NOON + after)


def test_a_token_for_the_desk_names_its_visitor() -> None:
    visitor = read(claims(oid=PRIYA.upper(), aud=[APP]))

    assert visitor == Visitor(id=PersonId(PRIYA), name="Priya Nair", roles=("helpdesk",), signed_in_at=NOON)


@pytest.mark.parametrize(
    ("check", "changes"),
    [
        (1, {"iss": f"{ISSUER}/"}),
        (1, {"iss": "https://login.microsoftonline.com/common/v2.0"}),
        (1, {"iss": ...}),
        (2, {"aud": TENANT}),
        (2, {"aud": [APP, TENANT]}),
        (2, {"aud": ...}),
        (3, {"tid": APP}),
        (3, {"tid": ...}),
        (4, {"exp": ...}),
        (4, {"iat": ...}),
        (4, {"iat": "1763812800"}),
        (5, {"oid": ...}),
        (5, {"oid": "priya.nair@northwind.example"}),
        (5, {"oid": [PRIYA]}),
    ],
)
def test_a_token_that_is_wrong_in_one_thing_is_refused_for_that(check: int, changes: dict[str, object]) -> None:
    with pytest.raises(DeniedSignInError, match=f"refused by check {check}:"):
        read(claims(**changes))


@pytest.mark.parametrize("after", [timedelta(minutes=-2, seconds=-1), timedelta(hours=1, minutes=2, seconds=1)])
def test_a_token_is_refused_outside_its_time(after: timedelta) -> None:
    with pytest.raises(DeniedSignInError, match="refused by check 4:"):
        read(claims(), after=after)


@pytest.mark.parametrize("after", [timedelta(minutes=-2), timedelta(hours=1, minutes=2)])
def test_clocks_may_differ_by_two_minutes(after: timedelta) -> None:
    assert read(claims(), after=after).id == PRIYA


@pytest.mark.parametrize("roles", [..., None, "helpdesk", {"helpdesk": True}, [1, ["helpdesk"]]])
def test_roles_that_are_no_list_of_words_are_no_roles(roles: object) -> None:
    assert read(claims(roles=roles)).roles == ()
