"""axe-core, Deque's checker of accessibility, on a page as it stands."""

from functools import cache

from playwright.async_api import Page

from infra.simulator.page_files import NODE_MODULES

_AXE = NODE_MODULES / "axe-core" / "axe.min.js"
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
_RUN = """async (tags) => {
  const { violations } = await axe.run({ runOnly: tags, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target}: ${failureSummary}`));
}"""


async def violations(page: Page) -> list[str]:
    """What is in the way of somebody who cannot see well or has no mouse: a line for each rule and place (WCAG 2.1, A and AA)."""
    if not await page.evaluate("'axe' in window"):
        # Evaluated rather than added as a script: the pages' policy allows no foreign scripts, and keeps its say.
        await page.evaluate(_script())
    found: list[str] = await page.evaluate(_RUN, _RULES)
    return found


@cache
def _script() -> str:
    return _AXE.read_text(encoding="utf-8")
