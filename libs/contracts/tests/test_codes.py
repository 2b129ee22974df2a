"""Code lists: every code has a label, codes are unique across spellings, and codes parse back."""

import pytest

from contracts.codes import CODE_LISTS, Code, CodeList, Rating


@pytest.mark.parametrize("name", sorted(CODE_LISTS))
def test_every_code_has_a_plain_label_and_parses_back(name: str) -> None:
    codes = CODE_LISTS[name].codes

    assert all(member.label and member.label[0].isupper() for member in codes)
    assert [codes(member.value) for member in codes] == list(codes)


@pytest.mark.parametrize("name", sorted(CODE_LISTS))
def test_a_list_says_its_edition_and_its_source(name: str) -> None:
    published: CodeList = CODE_LISTS[name]

    assert published.version
    assert published.source


def test_every_list_is_published() -> None:
    assert {published.codes for published in CODE_LISTS.values()} == set(Code.__subclasses__())


def test_an_unknown_code_is_refused() -> None:
    with pytest.raises(ValueError, match="purple"):
        Rating("purple")
