"""One ticket: where it stands, its timeline, its facts; and what every page has in common."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from approvals.change import State
from approvals.store.tables import PersonRow
from tests.approvals.northwind import PRIYA, TOM
from tests.approvals.story import Clock, Story, a_proposal
from tests.bot.desk.browser import Browser, Seen
from tests.builders import HOUR

ATTACK = """"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}{% raw %}\n\u202egpj.exe"""


def timeline(seen: Seen) -> list[str]:
    """The entries of the timeline, from top to bottom."""
    entries = re.findall(r"<li[^>]*>(.*?)</li>", seen.html.partition("<ol>")[2].partition("</ol>")[0], re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", entry).split()) for entry in entries]


async def test_the_timeline_is_whole_and_begins_with_the_oldest(priya: Browser, story: Story, clock: Clock) -> None:
    request = await story.asked()
    clock.advance(timedelta(minutes=2))
    await story.approves(request, by=TOM)
    clock.advance(timedelta(minutes=3))
    await story.approves(request)
    await story.executes(request)
    clock.advance(HOUR)
    await story.ends(request)
    await story.revokes(request)

    seen = await priya.gets(f"/desk/tickets/TCK-{request}")

    whole = await story.evidence(request)
    assert len(timeline(seen)) == len(whole) == 8
    assert timeline(seen)[:4] == [
        "Ana Ferreira Sat, 22 Nov 2025, 12:00 Asked for Write access to billing-db.",
        "Tom Okafor was refused Sat, 22 Nov 2025, 12:02 Only Maria Lindqvist can decide on this request.",
        "Maria Lindqvist Sat, 22 Nov 2025, 12:05 Approved for 4 hours.",
        "Countersign Sat, 22 Nov 2025, 12:05 Adding to grp-billing-db-write.",
    ]


async def test_times_are_those_of_the_readers_clock_and_the_clock_is_named(priya: Browser, story: Story) -> None:
    away = update(PersonRow).where(PersonRow.id == PRIYA).values(time_zone="Asia/Tokyo")  # type: ignore[arg-type]
    await story.desk.store.write(lambda tx: tx.execute(away))
    await story.asked()

    seen = await priya.gets("/desk/tickets/TCK-1001")

    assert "As of Sat, 22 Nov 2025, 21:00 (Tokyo time); all times are on this clock." in seen.text
    assert timeline(seen) == ["Ana Ferreira Sat, 22 Nov 2025, 21:00 Asked for Write access to billing-db."]
    assert '<time datetime="2025-11-22T12:00:00+00:00">' in seen.html


@pytest.mark.parametrize(
    ("state", "badge", "fact"),
    [
        (State.WAITING, "Waiting", "Waiting for Maria Lindqvist"),
        (State.APPROVED, "Approved", "Decided by Maria Lindqvist"),
        (State.GRANTED, "Live", "Ends by itself Sat, 22 Nov 2025, 16:00"),
        (State.ENDING, "Ending", "Ended by Ana Ferreira"),
        (State.ENDED, "Ended", "Closed Sat, 22 Nov 2025, 12:00"),
        (State.DENIED, "Denied", "In their words Use the replica."),
        (State.LAPSED, "Lapsed", "Closed Sun, 30 Nov 2025, 12:00"),
        (State.WITHDRAWN, "Withdrawn", "Closed Sat, 22 Nov 2025, 12:00"),
        (State.FAILED, "Failed", "What went wrong"),
    ],
)
async def test_a_ticket_in_any_state_says_where_it_stands(priya: Browser, story: Story, state: State, badge: str, fact: str) -> None:
    request = await story.brought_to(state)

    seen = await priya.gets(f"/desk/tickets/TCK-{request}")

    assert (seen.status, seen.heading) == (200, "Write access to billing-db")
    assert f'">{badge}</span>' in seen.html
    assert fact in seen.text


async def test_what_somebody_typed_is_shown_as_text(priya: Browser, story: Story) -> None:
    await story.asked(a_proposal(reason=ATTACK, reference="<b>INC</b>"))

    seen = await priya.gets("/desk/tickets/TCK-1001")

    said = seen.html.partition("<blockquote>")[2].partition("</blockquote>")[0]
    assert said == ("&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;{{ 7*7 }}{% raw %}\n[U+202E]gpj.exe")
    assert not re.search(r"<(script|img src=x|b>INC)", seen.html)


async def test_what_somebody_typed_into_the_search_is_shown_as_text(priya: Browser, story: Story) -> None:
    await story.asked(a_proposal(reference='"><script>alert(1)</script>'))

    found = await priya.gets(str(priya.desk.with_path("/desk").with_query(search='"><script>alert(1)</script>')))
    lost = await priya.gets(str(priya.desk.with_path("/desk").with_query(search='"><script>', show="<script>")))

    assert found.tickets == ["TCK-1001"]
    assert "<script" not in found.html + lost.html


@pytest.mark.parametrize(
    "number", ["TCK-1002", "TCK-0", "TCK-99999999999999999999", "REQ-1001", "1001", "TCK-1001%20", "%00", "TCK-%D9%A1"]
)
async def test_an_unknown_ticket_is_a_page_in_words_with_a_way_back(priya: Browser, story: Story, number: str) -> None:
    await story.asked()

    seen = await priya.gets(f"/desk/tickets/{number}")

    assert (seen.status, seen.heading, seen.link("Go to the tickets")) == (404, "There is no such ticket", "/desk")


async def test_a_ticket_is_found_however_its_number_is_written(priya: Browser, story: Story) -> None:
    await story.asked()

    assert (await priya.gets("/desk/tickets/tck-1001")).status == 200


async def test_an_unknown_page_is_a_page_in_words(priya: Browser) -> None:
    seen = await priya.gets("/desk/nowhere/at/all")

    assert (seen.status, seen.heading) == (404, "There is no such page")


@pytest.mark.parametrize("address", ["/desk/", "/desk/tickets"])
async def test_addresses_near_the_list_lead_to_it(priya: Browser, address: str) -> None:
    assert (await priya.gets(address)).url.path == "/desk"


@pytest.mark.parametrize(
    "address",
    ["/desk", "/desk/tickets/TCK-1001", "/desk/tickets/TCK-1", "/desk/nowhere", "/desk/signed-out", "/desk/signed-in", "/desk/sign-in"],
)
async def test_every_page_is_kept_from_caches_frames_scripts_and_referrers(priya: Browser, story: Story, address: str) -> None:
    await story.asked()

    seen = await priya.gets(address, follows=False)

    policy = seen.headers["Content-Security-Policy"]
    kept = {name: seen.headers.get(name) for name in ("Cache-Control", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options")}
    assert kept == {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
    }
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy.split("; "))
    assert "unsafe" not in policy
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", seen.html)


async def test_the_files_of_the_pages_may_be_kept_for_as_long_as_they_do_not_change(priya: Browser) -> None:
    page = await priya.gets("/desk")
    address = re.search(r'href="(/desk/static/desk\.css\?v=\w+)"', page.html)
    assert address is not None

    style, other = await priya.gets(address[1]), await priya.gets("/desk/static/desk.css?v=older")

    assert (style.status, style.headers["Content-Type"], style.headers["Cache-Control"]) == (
        200,
        "text/css; charset=utf-8",
        "public, max-age=31536000, immutable",
    )
    assert (other.status, other.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize("name", ["nothing.css", "..%2Frouting.py", "%2e%2e%2fpages.py", "desk.css%00", ""])
async def test_no_other_file_is_served(priya: Browser, name: str) -> None:
    assert (await priya.gets(f"/desk/static/{name}")).status == 404
