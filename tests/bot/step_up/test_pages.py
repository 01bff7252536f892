"""What a browser is told about the pages of a sign-in: which scripts run there, who may frame them, what is kept."""

from pathlib import Path

from bot.settings import Settings
from bot.step_up.pages import Pages
from cards.language import Language

LIBRARY = "https://res.cdn.office.net/teams-js/2.58.0/js/MicrosoftTeams.min.js"
SHUT = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def pages(tmp_path: Path) -> Pages:
    (tmp_path / "secret").write_text("x")
    return Pages(
        Settings(
            app_id="2d4e6a80-93b5-4c1f-8e27-5a6b7c8d9e0f",
            tenant_id="7c3f9a52-1f0e-4f4b-9a56-0c1de2b7a910",
            client_secret_file=tmp_path / "secret",
            public_url="https://bot.example",
        )
    )


def test_the_page_that_hands_over_to_teams_runs_one_file_of_microsofts_pinned_by_its_hash(tmp_path: Path) -> None:
    page = pages(tmp_path).page("signed_in", language=Language(), with_library=True, code="code-1")

    assert page.headers["Content-Security-Policy"] == f"default-src 'none'; style-src 'self'; script-src 'self' {LIBRARY}; {SHUT}"
    assert f'<script src="{LIBRARY}" integrity="sha384-' in (page.text or "")


def test_no_other_page_runs_any_script_is_framed_kept_or_named_elsewhere(tmp_path: Path) -> None:
    redirect, words = pages(tmp_path).redirect("https://login.example/"), Language()
    notice = pages(tmp_path).page("notice", language=words, heading="Too late", sentences=["<script>alert(1)</script>"], again=None)

    assert {page.headers["Content-Security-Policy"] for page in (redirect, notice)} == {f"default-src 'none'; style-src 'self'; {SHUT}"}
    assert {
        (page.headers["Cache-Control"], page.headers["Referrer-Policy"], page.headers["X-Frame-Options"]) for page in (redirect, notice)
    } == {("no-store", "no-referrer", "DENY")}
    assert "<script" not in (notice.text or "")


def test_the_window_that_opened_a_page_stays_within_its_reach(tmp_path: Path) -> None:
    """A Cross-Origin-Opener-Policy would cut Teams off, which waits to hear from the page."""
    page = pages(tmp_path).page("signed_in", language=Language(), with_library=True, code="code-1")

    assert "Cross-Origin-Opener-Policy" not in page.headers
