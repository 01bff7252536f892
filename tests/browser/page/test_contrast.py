"""Every text colour of the page and of its cards can be read: 4.5:1 or more (WCAG 2.2, 1.4.3), light and dark."""

import re
from itertools import product

import pytest

from infra.simulator.page_files import PAGE

ENOUGH = 4.5
TEXTS = {
    "--text": ("--surface", "--canvas", "--bubble", "--bubble-mine", "--field", "--bar", "--hover"),
    "--text-soft": ("--surface", "--canvas", "--bubble", "--field", "--bar", "--desk"),
    "--brand-text": ("--surface", "--canvas", "--bubble", "--bubble-mine", "--brand-wash"),
    "--on-brand": ("--brand", "--brand-hover", "--brand-pressed"),
    "--danger": ("--surface", "--canvas", "--danger-wash"),
    "--warning": ("--surface", "--warning-wash"),
}
"""What is written in which colour on which surfaces."""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_text_can_be_read(theme: str) -> None:
    light, dark = (PAGE / "css" / "tokens.css").read_text("utf-8").split(':root[data-theme="dark"]')
    colours = dict(re.findall(r"(--[\w-]+): (#\w{6});", light))
    if theme == "dark":
        colours |= dict(re.findall(r"(--[\w-]+): (#\w{6});", dark))

    pairs = [(text, surface) for text, surfaces in TEXTS.items() for surface in surfaces]
    assert {pair: ratio for pair in pairs if (ratio := contrast(*(colours[name] for name in pair))) < ENOUGH} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_cards_text_can_be_read_on_every_container(theme: str) -> None:
    script = (PAGE / "js" / "hostconfig.js").read_text("utf-8")
    part = re.search(rf"\n  {theme}: {{(.*?)\n  }},", script, re.DOTALL)
    assert part is not None
    foregrounds, surfaces = part.group(1).split("surfaces:")
    texts = re.findall(r'"(#\w{6})"', foregrounds)
    grounds = re.findall(r'"(#\w{6})"', surfaces.split("line:")[0])

    assert (len(texts), len(grounds)) == (14, 6)
    assert {pair: ratio for pair in product(texts, grounds) if (ratio := contrast(*pair)) < ENOUGH} == {}


def test_known_contrasts_come_out() -> None:
    assert (contrast("#000000", "#ffffff"), contrast("#777777", "#ffffff")) == (21.0, 4.48)


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, rounded to two places."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return round((brighter + 0.05) / (darker + 0.05), 2)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
