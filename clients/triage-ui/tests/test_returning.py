"""After signing in one goes on within this site and nowhere else."""

import pytest

from triage_ui.session.returning import HOME, safe_path


@pytest.mark.parametrize("path", ["/", "/queue", "/queue?rating=red", "/cases/0b9a1f0e-3d55-4a52/rate"])
def test_a_path_of_ours_is_kept(path: str) -> None:
    assert safe_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "//evil.example.org",
        "///evil.example.org",
        "/\\evil.example.org",
        "\\\\evil.example.org",
        "https://evil.example.org/queue",
        "javascript:alert(1)",
        "/queue\r\nSet-Cookie: a=b",
        "/\t/evil.example.org",
        "/queue#//evil",
        "/@evil.example.org",
        "/a/../../b",
        "/%2f/evil.example.org",
        "queue",
        " /queue",
        "/q\u2044queue",
        "/" + "a" * 500,
    ],
)
def test_everything_else_leads_to_the_first_page(path: str | None) -> None:
    assert safe_path(path) == HOME
