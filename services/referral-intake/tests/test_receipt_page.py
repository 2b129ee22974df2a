"""The page to print can be read by everybody: its structure and colours, as WCAG 2.2 at level AA asks for them."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from typing import Final
from urllib.parse import urljoin
from uuid import UUID

import pytest

from referral_intake.receipt_page import CONTENT_SECURITY_POLICY, ReceiptText, page_of

REFERENCE: Final = "WAN-7K3M-Q9TR"
FACTS: Final = (("Received", "Monday 23 November 2026 at 9:30am"), ("Number of children", "2"))
REFERRAL_ID: Final = UUID(int=1)
FULL: Final = ReceiptText(
    REFERENCE,
    FACTS,
    ("We read it.",),
    ("NHS number", "Ethnicity"),
    "Call 999 now.",
    ("Bundle.entry[2].resource.photo",),
    REFERRAL_ID,
)
SHORT: Final = ReceiptText(REFERENCE, FACTS, ("We read it.",), (), None)

ENOUGH_CONTRAST = 4.5
NARROWEST_REM, MARGINS_REM, BOX_REM = 20.0, 2.0, 2.25
"""320 pixels; what the page keeps free at its sides; and what the box keeps free within that."""
WIDEST_LETTER = 0.8
"""Of a bold letter of the page's fonts, as a share of the font size; a generous mean of capitals and digits."""


class Outline(HTMLParser):
    """A page as assistive software walks it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._path: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self._path.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._path.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((tuple(self._path), data.strip()))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each element of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]

    def text_in(self, tag: str) -> str:
        """All words within elements of a kind."""
        return " ".join(text for path, text in self.texts if tag in path)


@pytest.fixture(params=[FULL, SHORT], ids=["full", "short"])
def page(request: pytest.FixtureRequest) -> Outline:
    return Outline(page_of(request.param).decode())


def test_it_says_its_language_and_its_name(page: Outline) -> None:
    assert page.named("html") == [{"lang": "en-GB"}]
    assert page.text_in("title") == f"Receipt for referral {REFERENCE}"


def test_it_has_one_first_heading_and_skips_no_level(page: Outline) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.text_in("h1") == f"Receipt for referral {REFERENCE}"


def test_every_word_of_it_is_in_the_main_landmark(page: Outline) -> None:
    shown = [path for path, _ in page.texts if "head" not in path]

    assert page.named("main") == [{}]
    assert shown
    assert all("main" in path for path in shown)


def test_names_and_values_are_a_list_of_pairs(page: Outline) -> None:
    parts = [(path[-1], text) for path, text in page.texts if "dl" in path]

    assert parts == [part for name, value in FACTS for part in (("dt", name), ("dd", value))]


def test_the_advice_to_call_comes_before_everything_but_the_heading() -> None:
    texts = [text for path, text in Outline(page_of(FULL).decode()).texts if "main" in path and "h1" not in path]

    assert texts[0] == "Call 999 now."


def test_paper_is_marked_on_every_page_and_the_screen_is_not(page: Outline) -> None:
    style = _style()

    assert "Official \N{EN DASH} sensitive. From Frontdoor." in page.text_in("main")
    assert ".mark { display: none;" in style
    assert re.search(r"@media print \{.*\.back \{ display: none; \} \.mark \{ display: block; \} \}", style)
    assert '@top-center { content: "Official \N{EN DASH} sensitive"; }' in style


@pytest.mark.parametrize("root", ["https://frontdoor.example.org", "https://intake.example.org/v1"])
def test_in_a_web_client_it_leads_back_to_the_referral_and_to_the_list(root: str) -> None:
    here = f"{root}/referrals/{REFERRAL_ID}/receipt"

    assert Outline(page_of(SHORT).decode()).named("a") == []
    links = [urljoin(here, each["href"] or "") for each in Outline(page_of(FULL).decode()).named("a")]
    assert links == [
        f"{root}/referrals/{REFERRAL_ID}",
        f"{root}/referrals",
    ]


def test_it_runs_and_loads_nothing(page: Outline) -> None:
    attributes = {name for _, each in page.tags for name in each}

    assert not {"script", "link", "img", "iframe", "object", "embed", "form", "base"} & {tag for tag, _ in page.tags}
    assert attributes - {"href"} == {"lang", "charset", "name", "content", "class"}
    assert "url(" not in page.text_in("style")
    assert "@import" not in page.text_in("style")


def test_it_fits_a_phone_and_can_be_made_larger(page: Outline) -> None:
    [viewport] = [each["content"] for each in page.named("meta") if each.get("name") == "viewport"]

    assert viewport == "width=device-width, initial-scale=1"


def test_what_must_not_break_fits_the_narrowest_screen() -> None:
    style = _style()
    [heading] = re.findall(r"@media \(max-width: 30rem\) \{ h1 \{ font-size: ([\d.]+)rem", style)
    [boxed] = re.findall(r"\.reference \{[^}]*font-size: ([\d.]+)rem", style)

    heading_wide, box_wide = (float(size) * WIDEST_LETTER * len(REFERENCE) for size in (heading, boxed))

    assert heading_wide < NARROWEST_REM - MARGINS_REM
    assert box_wide < NARROWEST_REM - MARGINS_REM - BOX_REM


def test_its_policy_lets_in_exactly_its_style(page: Outline) -> None:
    digest = b64encode(sha256(_style().encode()).digest()).decode()

    assert f"style-src 'sha256-{digest}';" in CONTENT_SECURITY_POLICY
    assert len(page.named("style")) == 1


def test_every_colour_stands_out_from_the_paper() -> None:
    style = _style()
    [paper] = re.findall(r"background: #([0-9a-f]+)", style)

    colours = set(re.findall(r"#([0-9a-f]{3,6})\b", style)) - {paper}

    assert {colour: round(_contrast(colour, paper), 2) for colour in colours if not _stands_out(colour, paper)} == {}
    assert len(colours) >= 2


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("000", "ffffff", 21.0), ("fff", "fff", 1.0), ("767676", "fff", 4.54), ("777", "fff", 4.48)],
)
def test_contrast_is_counted_as_wcag_does(one: str, other: str, ratio: float) -> None:
    assert round(_contrast(one, other), 2) == ratio


def _style() -> str:
    [style] = re.findall("<style>(.*?)</style>", page_of(FULL).decode(), re.DOTALL)
    return str(style)


def _stands_out(colour: str, paper: str) -> bool:
    return _contrast(colour, paper) >= ENOUGH_CONTRAST


def _contrast(one: str, other: str) -> float:
    """How far two colours differ in lightness, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted(map(_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour in hexadecimal, 0 to 1 (WCAG 2.2)."""
    pairs = [digit * 2 for digit in colour] if len(colour) == 3 else re.findall("..", colour)
    red, green, blue = (_linear(int(pair, 16) / 255) for pair in pairs)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
