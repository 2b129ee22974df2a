"""The flame graph: widths are shares, names are safe in SVG, and what is too narrow is left out."""

from xml.etree import ElementTree

from bench.flame import WIDTH, Stacks, flame

SVG = "{http://www.w3.org/2000/svg}"
STACKS: Stacks = {("serve", "accept"): 600, ("serve", "<lambda>"): 399, ("serve", "rare"): 1}


def drawn() -> dict[str, float]:
    """The width of each call."""
    root = ElementTree.fromstring(flame(STACKS, "a & b"))
    found = ((group.find(f"{SVG}title"), group.find(f"{SVG}rect")) for group in root.iter(f"{SVG}g"))
    return {
        str(title.text).rsplit(" ", 2)[0]: float(rect.get("width", 0))
        for title, rect in found
        if title is not None and rect is not None
    }


def test_each_call_is_as_wide_as_its_share_of_the_samples() -> None:
    assert drawn() == {"all": WIDTH, "serve": WIDTH, "accept": WIDTH * 0.6, "<lambda>": round(WIDTH * 0.399, 1)}


def test_what_called_stands_above_what_it_called() -> None:
    root = ElementTree.fromstring(flame({("outer", "inner"): 1}, "two calls"))

    assert [rect.get("y") for rect in root.iter(f"{SVG}rect")] == ["16", "32", "48"]
