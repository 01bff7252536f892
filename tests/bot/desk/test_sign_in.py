"""Signing in at the desk, end to end over HTTP, with the simulator as the authority."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from yarl import URL

from infra.simulator.simulator import Simulator
from tests.approvals.story import Clock, Story
from tests.bot.desk.browser import Browser, Seen

ANA = "ana.ferreira@northwind.example"
PRIYA = "priya.nair@northwind.example"


@pytest.fixture
async def sim(tmp_path: Path) -> AsyncIterator[Simulator]:
    async with Simulator(folder=tmp_path / "simulator") as simulator:
        yield simulator


@pytest.fixture
def authority(sim: Simulator) -> dict[str, object]:
    return {
        "app_id": sim.app_id,
        "tenant_id": sim.tenant_id,
        "client_secret_file": sim.client_secret_file,
        "simulator_url": sim.url,
        "simulator_https_url": sim.https_url,
        "simulator_ca_file": sim.ca_file,
    }


async def pressed(browser: Browser, to: str = "/desk", **changes: str) -> Seen:
    """Priya presses her name on the sign-in page, whose address is changed first; the answer of the authority is not followed."""
    chooser = await browser.gets(to)
    return await browser.posts(chooser.url.update_query(changes), {"person": PRIYA}, follows=False)


def way_back(answer: Seen) -> str:
    """Where the authority sends the browser: the desk, with a code."""
    return answer.headers["Location"]


async def test_a_member_of_the_helpdesk_signs_in_and_lands_where_they_wanted_to_go(browser: Browser, story: Story) -> None:
    await story.asked()

    seen = await browser.signs_in(to="/desk/tickets/TCK-1001")

    assert (seen.status, seen.url.path, seen.heading) == (200, "/desk/tickets/TCK-1001", "Write access to billing-db")


async def test_the_search_of_an_address_survives_the_sign_in(browser: Browser) -> None:
    seen = await browser.signs_in(to="/desk?show=open&search=ana+ferreira")

    assert seen.url.query_string == "show=open&search=ana ferreira"


@pytest.mark.parametrize("address", ["/desk", "/desk/tickets/TCK-1001", "/desk/tickets/nonsense", "/desk/nowhere"])
async def test_nobody_reads_a_page_before_signing_in(browser: Browser, story: Story, address: str) -> None:
    await story.asked()

    seen = await browser.gets(address, follows=False)

    assert (seen.status, seen.headers["Location"].partition("?")[0], seen.html) == (303, "/desk/sign-in", "")


async def test_the_authority_is_asked_for_a_code_with_a_challenge_and_for_nothing_more(browser: Browser, sim: Simulator) -> None:
    asked = (await browser.gets("/desk")).url

    known = {name: asked.query[name] for name in ("client_id", "response_type", "response_mode", "redirect_uri", "code_challenge_method")}
    assert known == {
        "client_id": sim.app_id,
        "response_type": "code",
        "response_mode": "query",
        "redirect_uri": f"{browser.desk.origin()}/desk/signed-in",
        "code_challenge_method": "S256",
    }
    assert sorted(asked.query["scope"].split()) == ["openid", "profile"]
    assert all(len(asked.query[name]) >= 20 for name in ("state", "nonce", "code_challenge"))


async def test_a_foreign_state_signs_nobody_in(browser: Browser) -> None:
    answer = await pressed(browser, state="AAAAAAAAAAAAAAAAAAAAAA")

    seen = await browser.gets(way_back(answer))

    assert (seen.status, seen.heading, seen.link("Sign in again")) == (400, "You are not signed in", "/desk/sign-in")
    assert browser.cookie("-desk") is None


async def test_a_state_that_only_begins_like_ours_signs_nobody_in(browser: Browser) -> None:
    chooser = await browser.gets("/desk")
    state = chooser.url.query["state"]
    answer = await browser.posts(chooser.url.update_query(state=f"{state[:8]}{'A' * 14}"), {"person": PRIYA}, follows=False)

    seen = await browser.gets(way_back(answer))

    assert (seen.status, seen.heading, browser.cookie("-desk")) == (400, "You are not signed in", None)


async def test_a_foreign_nonce_signs_nobody_in(browser: Browser) -> None:
    answer = await pressed(browser, nonce="somebody-elses")

    seen = await browser.gets(way_back(answer))

    assert (seen.status, seen.heading, browser.cookie("-desk")) == (400, "You are not signed in", None)


async def test_a_code_is_worth_nothing_without_our_verifier(browser: Browser) -> None:
    answer = await pressed(browser, code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")

    seen = await browser.gets(way_back(answer))

    assert (seen.status, seen.heading, browser.cookie("-desk")) == (400, "You are not signed in", None)


async def test_a_code_that_was_used_signs_nobody_in_again(browser: Browser) -> None:
    back = way_back(await pressed(browser))
    begun = {browser.cookie_name("sign-in"): str(browser.cookie("sign-in"))}
    await browser.gets(back)
    browser.session.cookie_jar.clear()

    seen = await browser.gets(back, cookies=begun)

    assert (seen.status, seen.heading, browser.cookie("-desk")) == (400, "You are not signed in", None)


async def test_the_way_back_of_another_browser_signs_nobody_in(browser: Browser) -> None:
    back = way_back(await pressed(browser))
    browser.session.cookie_jar.clear()

    seen = await browser.gets(back)

    assert (seen.status, seen.heading, browser.cookie("-desk")) == (400, "You are not signed in", None)


async def test_a_sign_in_that_took_more_than_ten_minutes_is_over(browser: Browser, wall: Clock) -> None:
    back = way_back(await pressed(browser, to="/desk/tickets/TCK-1001"))
    wall.advance(timedelta(minutes=10, seconds=1))

    seen = await browser.gets(back)

    assert (seen.status, seen.heading, browser.cookie("-desk")) == (400, "You are not signed in", None)


@pytest.mark.parametrize("changes", [{}, {"nonce": "somebody-elses"}])
async def test_a_sign_in_is_forgotten_once_it_has_ended_either_way(browser: Browser, changes: dict[str, str]) -> None:
    answer = await pressed(browser, **changes)
    before = browser.cookie("sign-in")

    await browser.gets(way_back(answer))

    assert (before is not None, browser.cookie("sign-in")) == (True, None)


async def test_two_tabs_can_sign_in_at_once(browser: Browser) -> None:
    first, second = await pressed(browser, to="/desk?show=open"), await pressed(browser, to="/desk?show=closed")

    ends = [(await browser.gets(way_back(each))).url.path_qs for each in (first, second)]

    assert ends == ["/desk?show=open", "/desk?show=closed"]


async def test_who_changes_their_mind_can_sign_in_again_to_the_same_page(browser: Browser) -> None:
    chooser = await browser.gets("/desk/tickets/TCK-1001")

    seen = await browser.posts(chooser.url, {"cancel": "yes"})

    assert (seen.status, seen.heading) == (403, "You are not signed in")
    assert "AADSTS65004" in seen.text
    assert seen.link("Sign in again") == "/desk/sign-in?to=%2Fdesk%2Ftickets%2FTCK-1001"


async def test_somebody_without_the_role_is_told_whom_to_ask(browser: Browser, story: Story) -> None:
    await story.asked()

    seen = await browser.signs_in(ANA, to="/desk/tickets/TCK-1001")

    assert (seen.status, seen.heading) == (403, "Only for the helpdesk")
    assert "Ana Ferreira is not on it. Ask Kwame Boateng or Priya Nair to look for you" in seen.text
    assert "billing" not in seen.text


async def test_somebody_else_may_choose_their_account(browser: Browser) -> None:
    refused = await browser.signs_in(ANA)
    chooser = await browser.gets(str(refused.link("Sign in as somebody else")))

    seen = await browser.posts(chooser.url, {"person": PRIYA})

    assert (chooser.url.query["prompt"], seen.status, seen.heading) == ("select_account", 200, "Tickets")


async def test_an_authority_that_is_down_is_named_and_a_later_try_succeeds(browser: Browser, sim: Simulator) -> None:
    sim.faults.add("metadata", "503", times=100)

    down = await browser.gets("/desk")
    sim.faults.clear()
    up = await browser.signs_in()

    assert (down.status, down.heading, down.link("Sign in again")) == (503, "You are not signed in", "/desk/sign-in?to=%2Fdesk")
    assert (up.status, up.heading) == (200, "Tickets")


async def test_an_authority_that_fails_at_the_last_step_signs_nobody_in(browser: Browser, sim: Simulator) -> None:
    answer = await pressed(browser)
    sim.faults.add("token", "503", times=1)

    seen = await browser.gets(way_back(answer))

    assert (seen.status, seen.heading, browser.cookie("-desk")) == (503, "You are not signed in", None)


async def test_an_app_that_is_not_known_to_the_authority_signs_nobody_in(browser: Browser, sim: Simulator) -> None:
    sim.client_secret_file.write_text("another secret")

    seen = await browser.signs_in()

    assert (seen.status, seen.heading, browser.cookie("-desk")) == (403, "You are not signed in", None)
    assert "AADSTS7000215" in seen.text


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/desk",
        "//evil.example/desk",
        "/\\evil.example/desk",
        "/desk/../api/messages",
        "/desk\r\nSet-Cookie: a=b",
        "/desk/sign-out",
        "/desk?search=" + "a" * 1000,
        "",
    ],
)
async def test_signing_in_leads_to_the_desk_and_nowhere_else(browser: Browser, to: str) -> None:
    address = URL("/desk/sign-in").with_query(to=to)
    chooser = await browser.gets(str(address))

    seen = await browser.posts(chooser.url, {"person": PRIYA}, follows=False)
    landed = await browser.gets(way_back(seen), follows=False)

    assert (landed.status, landed.headers["Location"]) == (303, "/desk")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?state=",
        "?state=..%2F..%2F&code=x",
        "?state=%00%ff%0d%0aa&code=%ff",
        "?code=x&client_info=NQ",
        "?error=access_denied&error_description=%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "?state=a&state=b&code=" + "x" * 5000,
    ],
)
async def test_nonsense_at_the_way_back_is_a_page_in_words(browser: Browser, query: str) -> None:
    seen = await browser.gets(f"/desk/signed-in{query}")

    assert (seen.status, seen.heading) == (400, "You are not signed in")
    assert "<script" not in seen.html


async def test_client_info_of_the_answer_is_not_read(browser: Browser) -> None:
    back = URL(way_back(await pressed(browser)), encoded=True)

    seen = await browser.gets(str(back.update_query(client_info="NQ")))

    assert (seen.status, seen.heading) == (200, "Tickets")


async def test_the_log_holds_no_code_and_no_token(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("bot", "msal", "urllib3"):
        caplog.set_level(logging.DEBUG, logger=name)
    back = URL(way_back(await pressed(browser)), encoded=True)

    await browser.gets(str(back))
    await browser.gets(str(back))

    lines = [record.getMessage() for record in caplog.records if record.name.partition(".")[0] in ("bot", "msal", "urllib3")]
    assert any("signed in at the desk" in line for line in lines)
    assert not [line for line in lines if back.query["code"] in line or back.query["state"] in line or "eyJ" in line]
