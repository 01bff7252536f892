"""Pictures of every card, drawn by Microsoft's renderer in a headless browser: ``python -m infra.tools.gallery [name…]``.

Writes ``build/gallery/<name>-<light|dark>-<width>.png``; with names only the cards whose name begins with one of them. A person looks at
them: a schema cannot see that a card is ugly. Exit code 2 says that no browser or no renderer is installed.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from cards.environment import Card
from cards.language import Language
from infra.tools.browser import find_browser
from infra.tools.card_samples import ORDINARY, samples
from infra.tools.commands import SetupError

CHECKOUT = Path(__file__).parents[2]
MODULES = CHECKOUT / "infra/simulator/node_modules"
GALLERY = CHECKOUT / "build/gallery"
THEMES = ("light", "dark")
WIDTHS = (360, 560)
"""A phone and the middle of Teams on a desk, in CSS pixels."""

_PAGE = """<!doctype html><meta charset=utf-8><style>
body {{ margin: 0; padding: 12px; background: {page}; }}
#card {{ width: {width}px; border-radius: 6px; overflow: hidden; background: {paper}; box-shadow: 0 1px 3px #0004; }}
{css}
#card .ac-richTextBlock, #card .ac-textBlock {{ overflow-wrap: anywhere; }}
#card .ac-actionSet {{ flex-wrap: wrap; row-gap: 8px; }}
#card .ac-pushButton {{ flex: 0 0 auto !important; font: 600 13px 'Segoe UI', 'Noto Sans', sans-serif; padding: 6px 14px;
  border-radius: 4px; border: 1px solid #8888; background: {paper}; color: {ink}; }}
#card .ac-pushButton.style-positive {{ background: #5b5fc7; border-color: #5b5fc7; color: #fff; }}
#card .ac-pushButton.style-destructive {{ color: {danger}; }}
#card .ac-pushButton.expandable::after {{ content: " ▾"; }}
#card .ac-input {{ font: 14px 'Segoe UI', 'Noto Sans', sans-serif; padding: 6px 8px; border: 1px solid #8886; border-radius: 4px;
  background: {field}; color: {ink}; box-sizing: border-box; width: 100%; }}
#card .ac-input .ac-input {{ border: 0; padding: 0; }}
#card .ac-anchor, #card a {{ color: {link}; }}
</style><div id=card></div>"""
_COLOURS = {
    "light": {"page": "#f5f5f5", "paper": "#ffffff", "ink": "#242424", "field": "#fafafa", "danger": "#c4314b", "link": "#5b5fc7"},
    "dark": {"page": "#1f1f1f", "paper": "#2d2c2c", "ink": "#ffffff", "field": "#1f1f1f", "danger": "#ff7b8d", "link": "#a6a7dc"},
}
_DRAW = """([card, config, open]) => {
  const adaptive = new AdaptiveCards.AdaptiveCard();
  adaptive.hostConfig = new AdaptiveCards.HostConfig(config);
  adaptive.parse(card);
  document.getElementById("card").replaceChildren(adaptive.render());
  // The renderer shows the value of a filtered choice where Teams shows its title.
  for (const input of adaptive.getAllInputs()) {
    const choice = (input.choices ?? []).find(each => each.value === input.defaultValue);
    if (choice && input._textInput) input._textInput.value = choice.title;
  }
  if (open) [...document.querySelectorAll(".ac-pushButton")].find(button => button.textContent === open)?.click();
}"""
_OPENED = {"request-waiting-approver": ("Approve for less time", "Deny"), "request-waiting-others": ("Somebody else should decide",)}


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium.

    Raises:
        SetupError: none is installed.
    """
    installed = find_browser(os.environ)
    if installed is None:
        raise SetupError("no browser is installed; run `make browser`")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        try:
            yield started
        finally:
            started.close()


def draw(page: Page, card: Card, *, theme: str, width: int, to: Path, opened: str | None = None) -> None:
    """Write one picture of ``card`` as Teams would show it; ``opened`` names a button that is pressed first."""
    config = json.loads((MODULES / f"adaptivecards-designer/lib/hostConfigs/microsoft-teams-{theme}.json").read_text("utf-8"))
    css = (MODULES / "adaptivecards/dist/adaptivecards.css").read_text("utf-8")
    page.set_viewport_size({"width": width + 24, "height": 40})
    page.set_content(_PAGE.format(width=width, css=css, **_COLOURS[theme]))
    page.add_script_tag(path=MODULES / "adaptivecards/dist/adaptivecards.min.js")
    page.evaluate(_DRAW, [card, config, opened])
    to.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=to, full_page=True)


def pictures(wanted: Iterable[str] = ()) -> list[Path]:
    """Draw the gallery and answer the files, in the order of the samples."""
    prefixes, made = tuple(wanted), []
    with browser() as started:
        page = started.new_page(device_scale_factor=1.5)
        for name, card in samples(ORDINARY, language=Language("en-GB", "Europe/Lisbon")):
            if prefixes and not name.startswith(prefixes):
                continue
            for theme in THEMES:
                for width in WIDTHS:
                    for opened in (None, *_OPENED.get(name, ())):
                        suffix = f"-{opened.lower().replace(' ', '-')}" if opened else ""
                        to = GALLERY / f"{name}{suffix}-{theme}-{width}.png"
                        draw(page, card, theme=theme, width=width, to=to, opened=opened)
                        made.append(to)
    return made


def main() -> int:
    """The command line."""
    if not (MODULES / "adaptivecards").is_dir():
        print("gallery: the Adaptive Cards renderer is not installed; run `make setup`", file=sys.stderr)
        return 2
    try:
        made = pictures(sys.argv[1:])
    except SetupError as error:
        print(f"gallery: {error}", file=sys.stderr)
        return 2
    print(f"gallery: {len(made)} pictures in {GALLERY.relative_to(CHECKOUT)}")
    return 0 if made else 1


if __name__ == "__main__":
    sys.exit(main())
