"""The simulator's pages speak the first language that the browser asks for and that there is a catalog for."""

import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import aiohttp
import pytest

from infra.simulator import Simulator, words
from tests import pseudo
from tests.infra.simulator.test_authority import authorize_url

TEMPLATE = Path(__file__).parents[3] / "infra/locale/simulator.pot"


@pytest.fixture
async def simulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Simulator]:
    """The simulator, with one catalog."""
    pseudo.write_catalog(TEMPLATE, tmp_path)
    monkeypatch.setattr(words, "LOCALE", tmp_path)
    async with Simulator() as simulator:
        yield simulator


@pytest.fixture
async def page(simulator: Simulator) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser at its address."""
    async with aiohttp.ClientSession(simulator.url) as session:
        yield session


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("el", "el"),
        ("el-GR", "el"),
        ("fi, el;q=0.5", "el"),
        ("el;q=0.4, fi;q=0.9", "el"),
        ("en-GB, el;q=0.5", "en-GB"),
        ("el;q=0, fi", "en-GB"),
        ("fi", "en-GB"),
        ("*", "en-GB"),
        ("", "en-GB"),
        ("el;q=much", "en-GB"),
        ("../../etc/passwd", "en-GB"),
    ],
)
async def test_the_language_is_the_first_that_is_asked_for_and_there(page: aiohttp.ClientSession, wanted: str, language: str) -> None:
    answer = await (await page.get("/words.json", headers={"Accept-Language": wanted})).json()
    html = await (await page.get("/", headers={"Accept-Language": wanted})).text()

    skip = "Skip to the chats"
    assert answer["language"] == language
    assert answer["messages"].get(skip, skip) == (pseudo.bracketed(skip) if language == "el" else skip)
    assert f'<html lang="{language}"' in html
    assert answer["messages"].get(skip, skip) in html


async def test_the_sign_in_page_is_in_the_language_too(simulator: Simulator, page: aiohttp.ClientSession) -> None:
    html = await (await page.get(authorize_url(simulator), headers={"Accept-Language": pseudo.LANGUAGE})).text()

    people = [each for person in simulator.organisation.people for each in (person.name, person.title, person.department)]
    read = re.sub(r"<[^>]*>", " ", html.partition("<body>")[2])
    assert pseudo.bracketed("Pick who you are") in read
    assert pseudo.outside(unescape(read), data=people) == []


async def test_the_template_of_the_page_is_not_served_as_it_is(page: aiohttp.ClientSession) -> None:
    assert [(await page.get(path)).status for path in ("/index.html.j2", "/index.html", "/../words.py")] == [404] * 3
