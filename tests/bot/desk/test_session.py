"""Who is signed in, for how long, and what ends it."""

import base64
import json
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from sqlalchemy import update

from approvals.store.tables import PersonRow
from bot.desk.claims import Visitor
from bot.desk.session import Cookies, Pending
from tests.approvals.northwind import PRIYA
from tests.approvals.story import Clock, Story
from tests.bot.desk.browser import Browser
from tests.bot.desk.conftest import SECRET, a_visitor, signed_in
from tests.builders import NOON

VISITOR = a_visitor()
PENDING = Pending(state="a-state-that-is-random", nonce="a-nonce", code_verifier="a-verifier", to="/desk")


def cookies(secret: bytes = SECRET, *, is_https: bool = False, clock: Clock | None = None) -> Cookies:
    return Cookies(secret, is_https=is_https, clock=clock or Clock())


def given(*, by: Cookies, visitor: Visitor = VISITOR) -> SimpleCookie:
    """The cookie that a browser gets with a sign-in."""
    response = web.Response()
    by.sign_in(response, visitor)
    return response.cookies


def sent(name: str, value: str) -> web.Request:
    return make_mocked_request("GET", "/desk", headers={"Cookie": f"{name}={value}"})


async def is_signed_in(browser: Browser) -> bool:
    return (await browser.gets("/desk", follows=False)).status == 200


def test_the_session_cookie_is_kept_from_scripts_and_from_other_sites() -> None:
    (cookie,) = given(by=cookies()).values()

    flags = {name: cookie[name] for name in ("httponly", "samesite", "secure", "path", "max-age", "domain")}
    assert (cookie.key, flags) == (
        "countersign-desk",
        {"httponly": True, "samesite": "Lax", "secure": False, "path": "/", "max-age": "28800", "domain": ""},
    )


def test_over_https_the_session_cookie_stays_with_https_and_this_host() -> None:
    (cookie,) = given(by=cookies(is_https=True)).values()

    assert (cookie.key, cookie["secure"], cookie["domain"]) == ("__Host-countersign-desk", True, "")


def test_the_session_cookie_holds_id_name_roles_and_time_and_nothing_more() -> None:
    (cookie,) = given(by=cookies()).values()

    body = cookie.value.split(".")[0]
    content = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert content == {"oid": PRIYA, "name": "Priya Nair", "roles": ["helpdesk"], "at": int(NOON.timestamp())}


def test_a_session_is_read_as_it_was_written() -> None:
    (cookie,) = given(by=cookies()).values()

    assert cookies().visitor(sent(cookie.key, cookie.value)) == VISITOR


def test_a_session_of_another_installation_is_none() -> None:
    (cookie,) = given(by=cookies(secret=b"another installation's key, 32 b")).values()

    assert cookies().visitor(sent(cookie.key, cookie.value)) is None


def test_a_sign_in_under_way_passes_for_no_session_and_no_session_for_a_sign_in() -> None:
    response = web.Response()
    cookies().begin(response, PENDING)
    (begun,), (session,) = response.cookies.values(), given(by=cookies()).values()

    as_session = cookies().visitor(sent(session.key, begun.value))
    as_sign_in = cookies().pending(sent(begun.key, session.value), state=PENDING.state)

    assert (as_session, as_sign_in) == (None, None)


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        (timedelta(), VISITOR),
        (timedelta(hours=8), VISITOR),
        (timedelta(hours=8, seconds=1), None),
        (timedelta(minutes=-1), VISITOR),
        (timedelta(minutes=-1, seconds=-1), None),
    ],
)
def test_a_session_lasts_eight_hours(later: timedelta, expected: Visitor | None) -> None:
    clock = Clock()
    (cookie,) = given(by=cookies()).values()
    clock.advance(later)

    assert cookies(clock=clock).visitor(sent(cookie.key, cookie.value)) == expected


async def test_reading_does_not_prolong_a_session(priya: Browser, wall: Clock) -> None:
    seen = []
    for _ in range(3):
        wall.advance(timedelta(hours=3))
        seen.append(await is_signed_in(priya))

    assert seen == [True, True, False]


async def test_simulated_time_signs_nobody_out(priya: Browser, clock: Clock) -> None:
    clock.advance(timedelta(days=30))

    assert await is_signed_in(priya)


@pytest.mark.parametrize("place", [0, 10, -1])
async def test_a_tampered_session_is_none(priya: Browser, place: int) -> None:
    name, value = priya.cookie_name("-desk"), str(priya.cookie("-desk"))
    # "E" and not "B": the last letter of a signature has two bits that mean nothing, in which "A" and "B" differ (RFC 4648, 3.5).
    letter = "A" if value[place] != "A" else "E"
    forged = value[:place] + letter + (value[place + 1 :] if place != -1 else "")
    priya.session.cookie_jar.clear()

    seen = await priya.gets("/desk", follows=False, cookies={name: forged})

    assert (seen.status, seen.headers["Location"]) == (303, "/desk/sign-in?to=%2Fdesk")


async def test_a_session_without_its_signature_is_none(priya: Browser) -> None:
    name, value = priya.cookie_name("-desk"), str(priya.cookie("-desk"))
    priya.session.cookie_jar.clear()

    seen = await priya.gets("/desk", follows=False, cookies={name: value.split(".")[0]})

    assert seen.status == 303


async def test_somebody_who_left_is_signed_out_at_once(priya: Browser, story: Story) -> None:
    await story.leaves(PRIYA)

    seen = await priya.gets("/desk")

    assert (seen.status, seen.heading, priya.cookie("-desk")) == (403, "Signed out", None)


async def test_somebody_whom_the_directory_does_not_know_is_signed_out(priya: Browser, story: Story) -> None:
    renamed = update(PersonRow).where(PersonRow.id == PRIYA).values(id="00000000-0000-4000-8000-000000000000")  # type: ignore[arg-type]
    await story.desk.store.write(lambda tx: tx.execute(renamed))

    seen = await priya.gets("/desk")

    assert (seen.status, seen.heading, priya.cookie("-desk")) == (403, "Signed out", None)


async def test_somebody_who_left_the_helpdesk_reads_nothing_more(priya: Browser, story: Story) -> None:
    await story.asked()
    moved = update(PersonRow).where(PersonRow.id == PRIYA).values(roles=[])  # type: ignore[arg-type]
    await story.desk.store.write(lambda tx: tx.execute(moved))

    seen = await priya.gets("/desk")

    assert (seen.status, seen.heading) == (403, "Only for the helpdesk")
    assert "TCK-" not in seen.html


async def test_the_role_has_to_have_been_in_the_token_too(browser: Browser, wall: Clock) -> None:
    seen = await signed_in(browser, a_visitor(roles=(), signed_in_at=wall())).gets("/desk")

    assert (seen.status, seen.heading) == (403, "Only for the helpdesk")


async def test_signing_out_ends_the_session(priya: Browser) -> None:
    seen = await priya.posts("/desk/sign-out", Sec_Fetch_Site="same-origin")

    assert (seen.status, seen.heading, priya.cookie("-desk")) == (200, "Signed out", None)
    assert not await is_signed_in(priya)


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Sec_Fetch_Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ],
)
async def test_another_page_cannot_sign_anybody_out(priya: Browser, headers: dict[str, str]) -> None:
    seen = await priya.posts("/desk/sign-out", **headers)

    assert (seen.status, seen.heading) == (403, "You are still signed in")
    assert await is_signed_in(priya)


async def test_an_old_browser_signs_out_by_its_origin(priya: Browser) -> None:
    seen = await priya.posts("/desk/sign-out", Origin=str(priya.desk.origin()))

    assert (seen.status, seen.heading) == (200, "Signed out")


async def test_a_link_signs_nobody_out(priya: Browser) -> None:
    seen = await priya.gets("/desk/sign-out")

    assert seen.status == 404
    assert await is_signed_in(priya)
