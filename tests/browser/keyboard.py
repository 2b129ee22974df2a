"""Somebody who has a keyboard and nothing else: Tab, Enter, Space, arrows; where the focus is has to be seen."""

from dataclasses import dataclass
from typing import Any, Final

from tests.browser.reader import Reader

MOST_STOPS: Final = 160
"""A full page of the queue has about a hundred."""

_HERE: Final = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const label = at.labels && at.labels.length ? at.labels[0].innerText : at.innerText;
  const drawn = [at, ...(at.labels || [])].flatMap((one) => [getComputedStyle(one), getComputedStyle(one, "::before")]);
  const outlined = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
    && !/transparent|rgba\\(0, 0, 0, 0\\)/.test(style.outlineColor);
  const box = at.getBoundingClientRect();
  const [x, y] = [box.left + Math.min(box.width, 20) / 2, box.top + Math.min(box.height, 20) / 2];
  const top = document.elementFromPoint(x, y);
  const same = top && (at.contains(top) || [...(at.labels || [])].some((one) => one.contains(top)));
  return {
    tag: at.tagName.toLowerCase(),
    type: at.type || "",
    name: (at.getAttribute("aria-label") || label || "").replace(/\\s+/g, " ").trim(),
    group: at.type === "radio" ? at.name : "",
    main: !!at.closest("main"),
    marked: drawn.some((style) => style.boxShadow !== "none" || outlined(style)),
    seen: !!same && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""


@dataclass(frozen=True)
class Keyboard:
    """The keys of one reader. No other way of pointing is used."""

    reader: Reader

    async def here(self) -> dict[str, Any] | None:
        """What has the focus; None for the page as a whole."""
        found: dict[str, Any] | None = await self.reader.page.evaluate(_HERE)
        return found

    async def tab_to(self, name: str, *, tag: str = "") -> None:
        """Press Tab until this has the focus; every stop on the way has to be visible and marked."""
        passed = []
        for _ in range(MOST_STOPS):
            await self.reader.page.keyboard.press("Tab")
            at = await self.here()
            if at is None:
                continue  # the browser's own frame, after the last stop
            assert at["marked"], f"nothing shows that the focus is on {at}"
            assert at["seen"], f"the focus is out of sight: {at}"
            passed.append(at["name"])
            if at["name"] == name and tag in ("", at["tag"]):
                return
        raise AssertionError(f"no stop at {name!r} on {await self.reader.path()}: {passed}")

    async def follow(self, name: str) -> None:
        """Follow a link, or press a button."""
        await self.tab_to(name)
        async with self.reader.page.expect_navigation():
            await self.reader.page.keyboard.press("Enter")
        await self.reader.page.wait_for_load_state()
        self.reader.titles.append(await self.reader.page.title())

    async def choose(self, group: str, label: str) -> None:
        """Choose a radio: Tab to its group, then arrows, as nothing is chosen beforehand."""
        for _ in range(MOST_STOPS):
            await self.reader.page.keyboard.press("Tab")
            at = await self.here()
            if at and at["group"] == group:
                break
        await self.reader.page.keyboard.press("Space")
        for _ in range(MOST_STOPS):
            at = await self.here()
            assert at is not None
            assert (at["marked"], at["seen"]) == (True, True), at
            if at["name"] == label:
                return
            await self.reader.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no choice {label!r} in {group}")

    async def tick(self, label: str) -> None:
        """Tick a checkbox."""
        await self.tab_to(label)
        await self.reader.page.keyboard.press("Space")

    async def write(self, label: str, words: str) -> None:
        """Write into a box."""
        await self.tab_to(label, tag="textarea")
        await self.reader.page.keyboard.insert_text(words)
