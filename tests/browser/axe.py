"""What axe finds wrong with a page, without reading the same script and the same colours again and again."""

from typing import Any, Final

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page

SCRIPT: Final = Axe().axe_script
_RULES: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
_EACH_COLOUR_ONCE: Final = """
  const colour = axe.commons.color.Color.prototype, parse = colour.parseString, known = new Map();
  colour.parseString = function (text) {
    if (!known.has(text)) {
      parse.call(this, text);
      known.set(text, [this.r, this.g, this.b, this.alpha]);
    }
    [this.r, this.g, this.b, this.alpha] = known.get(text);
    return this;
  };"""
"""What a colour is depends on its text alone: axe reads a handful of them a hundred times each, which is a quarter of
its work. A text that is no colour raises each time, as it does without this."""
_LOADER: Final = f"window.loadAxe = () => {{{SCRIPT}\n{_EACH_COLOUR_ONCE}\n}};"
_RUN: Final = """rules => {
  if (!("axe" in window)) loadAxe();
  return axe.run(rules).then((found) => found.violations);
}"""


async def bring(context: BrowserContext) -> None:
    """Have axe at hand on every page: it is large, and this way the browser is sent it and reads it once."""
    await context.add_init_script(_LOADER)


async def violations(page: Page) -> list[dict[str, Any]]:
    """What axe finds on a page of a context that it was brought to."""
    found: list[dict[str, Any]] = await page.evaluate(_RUN, _RULES)
    return found
