"""Signing in for a decision, as an owner lives it in Teams, and as somebody tries to get round it who can forge everything but Entra."""

import asyncio
import json
import logging
import re
from html import unescape
from urllib.parse import urlsplit

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.serving import Local, beside_simulator
from infra.simulator import Card
from infra.simulator.shape import JsonObject, object_at, text_at, value_at
from infra.simulator.sign_in import sign_in
from tests.builders import HOUR
from tests.infra.scenes import (
    ANA,
    FIRST,
    LOOP,
    MARIA,
    TOM,
    asked,
    execute,
    ledger,
    members,
    passes,
    quiet,
    refusals,
    requests,
    screen,
)

NEVER = ["request:submit", "sign_in:asked"]


async def test_an_owner_signs_in_and_their_press_goes_on(local: Local) -> None:
    maria = local.simulator.person(MARIA)
    card = await asked(local)

    answer = await maria.presses("Approve", on=card, signs_in=False)
    assert await requests(local) == [(FIRST, "waiting", 1)]
    answer = await maria.signs_in()
    await quiet(local)

    assert maria.window is not None
    for words in ("You are about to approve", "Ana Ferreira", "Write access to billing-db", "4 hours", "High risk", "REQ-1001"):
        assert words in maria.window.confirmed
    assert screen(answer).shows("You approved 4 hours.")
    assert await ledger(local) == LOOP[:5]


async def test_the_client_is_asked_in_the_shape_of_universal_actions(local: Local) -> None:
    answer = await local.simulator.person(MARIA).presses("Approve", on=await asked(local), signs_in=False)

    (button,) = value_at(answer.body, "value", "buttons")  # type: ignore[misc]
    assert (answer.status, value_at(answer.body, "statusCode")) == (200, 401)
    assert text_at(answer.body, "type") == "application/vnd.microsoft.activity.loginRequest"
    assert set(object_at(answer.body, "value")) == {"text", "connectionName", "buttons"}
    assert (button["type"], button["title"], button["text"]) == ("signin", "Sign in", "Sign in")
    assert button["value"].startswith(f"{local.settings.public_url}/step-up?for=")


async def test_signing_in_as_somebody_else_is_refused_in_words_and_on_record(local: Local) -> None:
    maria, tom = local.simulator.person(MARIA), local.simulator.person(TOM)
    await maria.presses("Approve", on=await asked(local), signs_in=False)

    await maria.signs_in(who=tom)

    assert maria.window is not None
    assert "You signed in as somebody else than the person who pressed Approve." in maria.window.words
    assert await refusals(local) == [(FIRST, "Maria Lindqvist", 17)]
    assert await requests(local) == [(FIRST, "waiting", 1)]


async def test_pressing_approve_again_is_enough_where_teams_hears_of_nothing(local: Local) -> None:
    maria = local.simulator.person(MARIA)
    card = await asked(local)
    answer = await maria.presses("Approve", on=card, signs_in=False)
    assert answer.sign_in is not None
    await sign_in(answer.sign_in.url, email=maria.email)

    again = await maria.presses("Approve", on=card, signs_in=False)

    assert screen(again).shows("You approved 4 hours.")


async def test_what_is_signed_in_for_is_what_is_approved(local: Local) -> None:
    maria = local.simulator.person(MARIA)
    card = await asked(local)
    answer = await maria.presses("Approve this time", inputs={"duration": "PT1H"}, on=card, signs_in=False)
    assert answer.sign_in is not None
    window = await sign_in(answer.sign_in.url, email=maria.email)

    longer = await maria.presses("Approve", on=card, signs_in=False)

    assert "How long 1 hour" in window.confirmed
    assert longer.sign_in is not None
    assert await requests(local) == [(FIRST, "waiting", 1)]


async def test_after_hours_were_skipped_a_sign_in_is_still_a_moment_old(local: Local) -> None:
    card = await asked(local)
    await passes(local, 6 * HOUR)

    answer = await local.simulator.person(MARIA).presses("Approve", on=card)

    assert screen(answer).shows("You approved 4 hours.")


async def test_a_made_up_code_is_told_to_be_wrong(local: Local) -> None:
    maria = local.simulator.person(MARIA)
    card = await asked(local)
    pressed: JsonObject = {**_pressed(card), "state": "123456"}

    answer = await maria.invokes(pressed, on=card)

    assert answer.body == {"statusCode": 401, "type": "application/vnd.microsoft.error.incorrectAuthCode", "value": None}
    assert await requests(local) == [(FIRST, "waiting", 1)]


async def test_being_signed_in_to_teams_is_not_enough(local: Local) -> None:
    """A token of single sign-on, which Teams keeps in a cache and any process beside it can have."""
    maria = local.simulator.person(MARIA)
    card = await asked(local)
    claims = {"iss": local.simulator.authority.entra_issuer, "aud": local.simulator.app_id, "oid": maria.id}
    token = local.simulator.authority.directory_key.sign(claims)
    pressed: JsonObject = {**_pressed(card), "authentication": {"id": "1", "connectionName": "countersign-step-up", "token": token}}

    answer = await maria.invokes(pressed, on=card)

    assert (value_at(answer.body, "statusCode"), text_at(answer.body, "type")) == (
        412,
        "application/vnd.microsoft.error.preconditionFailed",
    )
    assert await requests(local) == [(FIRST, "waiting", 1)]


async def test_a_forged_owner_under_a_valid_channel_token_approves_nothing_and_is_on_record(local: Local) -> None:
    """A6: one leaked token of the channel makes anybody the owner, for an hour; of Maria's card the forger knows every byte."""
    sim = local.simulator
    card = await asked(local)
    real = (await sim.person(MARIA).invokes(execute("refresh", object_at(dict(card), "refresh", "action", "data")), on=card)).card
    forged = sim.delivered[-1].activity | {"id": "f:forged", "value": _pressed(card)}

    status, body = await sim.courier.forward(json.dumps(forged).encode(), token=sim.authority.inbound_token(), within_s=5)
    page = await _page(text_at(json.loads(body), "value", "text") and json.loads(body)["value"]["buttons"][0]["value"])

    assert real is not None
    assert (status, json.loads(body)["statusCode"]) == (200, 401)
    assert "Did not press Approve yourself?" in page
    assert [kind for kind, _ in await ledger(local)] == NEVER
    assert (await members(local), await requests(local)) == ([], [(FIRST, "waiting", 1)])


async def test_a_request_that_changed_meanwhile_is_not_signed_in_for(local: Local) -> None:
    maria = local.simulator.person(MARIA)
    answer = await maria.presses("Approve", on=await asked(local), signs_in=False)
    await local.simulator.person(ANA).presses("Yes, withdraw")

    await maria.signs_in()

    assert answer.sign_in is not None
    assert maria.window is not None
    assert "The request has changed since you pressed Approve." in maria.window.words


@pytest.mark.parametrize("written", ["", "nonsense", "WzEsMV0.AAAA"])
async def test_an_address_that_we_did_not_write_leads_nowhere(local: Local, written: str) -> None:
    url = f"{local.settings.public_url}/step-up"

    pages = [await _page(f"{url}{path}?for={written}") for path in ("", "/sign-in")]

    assert all("This sign-in is more than ten minutes old, or was altered." in page for page in pages)


async def test_every_letter_of_the_address_counts(local: Local) -> None:
    answer = await local.simulator.person(MARIA).presses("Approve", on=await asked(local), signs_in=False)
    assert answer.sign_in is not None
    written = urlsplit(answer.sign_in.url).query.removeprefix("for=")
    altered = [_altered(written, place) for place in range(0, len(written) - 1, 3)]

    pages = [await _page(f"{local.settings.public_url}/step-up?for={one}") for one in altered]

    assert [page for page in pages if "You are about to approve" in page] == []


async def test_nothing_leads_past_the_page_that_says_what_is_about_to_be_approved(local: Local) -> None:
    """Somebody who forged the press has the address, opens the page themselves, and sends its link on to Maria."""
    answer = await local.simulator.person(MARIA).presses("Approve", on=await asked(local), signs_in=False)
    assert answer.sign_in is not None
    forger, maria = (aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) for _ in range(2))
    async with forger, maria:
        async with forger.get(answer.sign_in.url) as page:
            link = unescape(re.findall(r'href="(/step-up/sign-in[^"]+)"', await page.text())[0])
        past = (link, link.partition("&")[0], re.sub("shown=..", "shown=é", link))
        before = [await _reached(maria, local.settings.public_url + one) for one in past]
        async with maria.get(answer.sign_in.url):
            pass
        after = [await _reached(maria, local.settings.public_url + one) for one in past]
        onward = await _reached(forger, local.settings.public_url + link)

    assert before + after == [urlsplit(answer.sign_in.url).path] * 6
    assert onward.endswith("/authorize")


async def test_no_token_and_no_code_is_ever_logged(local: Local, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    maria = local.simulator.person(MARIA)
    await maria.presses("Approve", on=await asked(local))
    await quiet(local)

    (code,) = [text_at(one.activity, "value", "state") for one in local.simulator.delivered if text_at(one.activity, "value", "state")]
    said = " ".join(record.getMessage() for record in caplog.records if record.name.startswith(("bot", "approvals", "msal", "urllib3")))
    assert (len(code) > 20, code in said, "eyJ" in said, await requests(local)) == (True, False, False, [(FIRST, "granted", 3)])


async def test_a_way_back_that_nobody_began_signs_nobody_in(local: Local) -> None:
    page = await _page(f"{local.settings.public_url}/step-up/signed-in?code=a&state=bbbbbbbbbbbb")

    assert "This sign-in was begun in another browser" in page


async def test_an_authority_that_is_away_is_said_to_be_and_nothing_is_lost(local: Local) -> None:
    maria = local.simulator.person(MARIA)
    card = await asked(local)
    await maria.presses("Approve", on=card, signs_in=False)
    local.simulator.faults.add("token", "500", times=5)

    await maria.signs_in()

    assert maria.window is not None
    assert "Microsoft Entra does not answer, so nobody can sign in at the moment. Nothing is lost" in maria.window.words
    assert await requests(local) == [(FIRST, "waiting", 1)]


PRESSES = st.lists(st.integers(0, 2), min_size=1, max_size=12).filter(lambda order: all(order.count(one) <= 5 for one in order))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=PRESSES)
def test_presses_that_come_again_in_any_order_leave_one_ledger(tmp_path_factory: pytest.TempPathFactory, order: list[int]) -> None:
    """Control 21: the press, the press after the sign-in, and a denial that was overtaken: each one to five times, in any order."""

    async def told() -> tuple[list[str], list[str]]:
        async with beside_simulator(tmp_path_factory.mktemp("replay")) as local:
            maria = local.simulator.person(MARIA)
            card = await asked(local)
            await maria.presses("Approve", on=card)
            await quiet(local)
            first, second = [one.activity for one in local.simulator.delivered if text_at(one.activity, "name") == "adaptiveCard/action"][
                -2:
            ]
            denial = first | {"id": "f:late", "value": execute("deny", {**card.button("Deny with this reason").send({"reason": "No."})})}
            before = [kind for kind, _ in await ledger(local)]
            for place in order:
                await local.simulator.courier.deliver((first, second, denial)[place])
            await quiet(local)
            return before, [kind for kind, _ in await ledger(local)]

    before, after = asyncio.run(told())

    assert before == [kind for kind, _ in LOOP[:5]]
    assert after == before + (["act:refused"] if 2 in order else [])


def _pressed(card: Card) -> JsonObject:
    value = execute("approve", card.button("Approve").send({}))
    assert isinstance(value, dict)
    return value


def _altered(written: str, place: int) -> str:
    other = "A" if written[place] != "A" else "B"
    return written[:place] + other + written[place + 1 :]


async def _reached(session: aiohttp.ClientSession, url: str) -> str:
    """Where an address leads in the end."""
    async with session.get(url) as answer:
        return answer.url.path


async def _page(url: str) -> str:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.text()
