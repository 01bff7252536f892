"""The list of tickets: what is on it, how it is narrowed, searched and turned."""

from datetime import timedelta

import pytest

from approvals.change import EntitlementId, PersonId, Proposal, RequestId, State
from approvals.operations.desk import Desk
from bot.desk import listing
from tests.approvals.northwind import ANA, TOM, person
from tests.approvals.story import Clock, Story, a_proposal
from tests.bot.desk.browser import Browser

ENTITLEMENTS = ("billing-db-read", "payments-console-view", "db-2h-prod-read", "k8s-staging-edit", "k8s-prod-view", "vpn-operations")
LARS = person("lars.nystrom").id


def asks(who: PersonId, what: str, **changes: object) -> Proposal:
    return a_proposal(requester=who, beneficiary=who, entitlement=EntitlementId(what), duration=timedelta(hours=1), **changes)


async def many(story: Story, *, count: int) -> list[str]:
    """Tickets of Ana and Tom, newest first."""
    made: list[RequestId] = []
    for who in (ANA, TOM):
        for what in ENTITLEMENTS:
            if len(made) < count:
                made.append(await story.asked(asks(who, what)))
    return [f"TCK-{request}" for request in reversed(made)]


async def test_an_empty_list_says_what_will_appear(priya: Browser) -> None:
    seen = await priya.gets("/desk")

    assert (seen.status, seen.heading, seen.tickets) == (200, "Tickets", [])
    assert "No tickets yet. When somebody asks for access in Teams, their ticket appears here" in seen.text


async def test_records_that_cannot_be_read_are_said_so(priya: Browser, desk: Desk) -> None:
    await desk.store.close()

    seen = await priya.gets("/desk?state=open")

    assert (seen.status, seen.heading) == (503, "Not just now")
    assert "The tickets cannot be read at the moment. Nothing is lost: try again in a few minutes." in seen.text


async def test_the_newest_ticket_stands_on_top(priya: Browser, story: Story) -> None:
    expected = await many(story, count=4)

    assert (await priya.gets("/desk")).tickets == expected


async def test_a_line_says_what_for_whom_in_which_state_and_since_when(priya: Browser, story: Story, clock: Clock) -> None:
    request = await story.asked()
    clock.advance(timedelta(minutes=5))
    await story.denies(request)

    seen = await priya.gets("/desk")

    row = "TCK-1001 REQ-1001 Write access to billing-db Ana Ferreira Payments Denied Sat, 22 Nov 2025, 12:00 Sat, 22 Nov 2025, 12:05"
    assert row in seen.text
    assert "As of Sat, 22 Nov 2025, 12:05 (London time). All times are on this clock." in seen.text


@pytest.mark.parametrize(
    ("show", "expected"),
    [("", ["TCK-1002", "TCK-1001"]), ("open", ["TCK-1002"]), ("closed", ["TCK-1001"]), ("all", ["TCK-1002", "TCK-1001"])],
)
async def test_the_list_is_narrowed_to_open_or_closed_tickets(priya: Browser, story: Story, show: str, expected: list[str]) -> None:
    await story.brought_to(State.DENIED)
    await story.asked()

    assert (await priya.gets(f"/desk?show={show}")).tickets == expected


async def test_an_unknown_filter_is_passed_over_with_a_note(priya: Browser, story: Story) -> None:
    await story.asked()

    seen = await priya.gets("/desk?show=opn")

    assert (seen.status, seen.tickets) == (200, ["TCK-1001"])
    assert "There is no filter “opn”: this is all tickets." in seen.text


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("TCK-1002", [1002]),
        ("tck-1002", [1002]),
        ("REQ-1001", [1001]),
        ("1003", [1003]),
        ("ferreira", [1003, 1001]),
        ("FERREIRA", [1003, 1001]),
        ("ana.ferreira@northwind.example", [1003, 1001]),
        ("nyström", [1002]),
        ("NYSTRÖM", [1002]),
        ("billing", [1003, 1002, 1001]),
        ("write access", [1001]),
        ("billing-db-read", [1003, 1002]),
        ("ana read", [1003]),
        ("  ana \t read  ", [1003]),
        ("ana\u200bread", [1003]),
        ("ana\x00read", [1003]),
        ("inc-4711", [1001]),
        ("ana nyström", []),
        ("%", []),
        ("_", []),
        ("TCK-0", []),
        ("TCK-999999999999999999", []),
    ],
)
async def test_a_search_finds_numbers_people_access_and_references(priya: Browser, story: Story, search: str, expected: list[int]) -> None:
    await story.asked()
    await story.asked(asks(LARS, "billing-db-read", reference=None))
    await story.asked(asks(ANA, "billing-db-read", reference="INC-47"))

    seen = await priya.gets(str(priya.desk.with_path("/desk").with_query(search=search)))

    assert seen.tickets == [f"TCK-{number}" for number in expected]


async def test_a_search_that_finds_nothing_says_what_can_be_searched(priya: Browser, story: Story) -> None:
    await story.asked()

    seen = await priya.gets("/desk?search=unicorn&show=open")

    assert "Nothing matches “unicorn”. A ticket is found by its number" in seen.text
    assert seen.link("Show all tickets") == "/desk"


async def test_filter_and_search_go_together(priya: Browser, story: Story) -> None:
    await story.brought_to(State.DENIED)
    await story.asked()

    seen = await priya.gets("/desk?search=billing&show=closed")

    assert seen.tickets == ["TCK-1001"]
    assert seen.link("Open") == "/desk?show=open&search=billing"


async def test_every_ticket_is_met_once_on_the_way_down_and_on_the_way_up(
    priya: Browser, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "ON_A_PAGE", 3)
    expected = await many(story, count=8)

    pages = [await priya.gets("/desk")]
    while older := pages[-1].link("Older"):
        pages.append(await priya.gets(older))
    back = [pages[-1]]
    while newer := back[-1].link("Newer"):
        back.append(await priya.gets(newer))

    assert [page.tickets for page in pages] == [expected[:3], expected[3:6], expected[6:]]
    assert [page.tickets for page in back] == [expected[6:], expected[3:6], expected[:3]]
    assert [pages[0].link("Newer"), back[-1].link("Newer")] == [None, None]


async def test_turning_the_page_keeps_filter_and_search(priya: Browser, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "ON_A_PAGE", 3)
    await many(story, count=12)

    seen = await priya.gets("/desk?show=open&search=ferreira")

    assert seen.link("Older") == f"/desk?show=open&search=ferreira&before={seen.tickets[-1].removeprefix('TCK-')}"


async def test_a_ticket_that_comes_in_meanwhile_shifts_no_page(priya: Browser, story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "ON_A_PAGE", 3)
    expected = await many(story, count=6)
    first = await priya.gets("/desk")
    await story.asked(asks(LARS, "billing-db-read"))

    second = await priya.gets(str(first.link("Older")))

    assert second.tickets == expected[3:6]


async def test_a_page_beyond_the_end_leads_back(priya: Browser, story: Story) -> None:
    await story.asked()

    seen = await priya.gets("/desk?before=1001")

    assert (seen.status, seen.tickets, seen.link("Newer")) == (200, [], "/desk?after=1000")


@pytest.mark.parametrize(
    "query",
    [
        "before=0",
        "before=-1",
        "after=abc",
        "before=99999999999999999999999",
        "before=1001&after=1001",
        "before=%D9%A1%D9%A2",
        "search=%00%ff%ed%a0%80",
        "search=" + "%F0%9F%A6%84" * 300,
        "search=" + "a+" * 3000,
        "search=%25_%5C%27%22%3B--",
        "show=%00&show=open",
        "show=" + "x" * 5000,
        "&&&===",
    ],
)
async def test_nonsense_in_the_address_is_passed_over(priya: Browser, story: Story, query: str) -> None:
    await story.asked()

    seen = await priya.gets(f"/desk?{query}")

    assert (seen.status, seen.heading) == (200, "Tickets")
