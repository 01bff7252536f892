from pathlib import Path

from infra.tools.stamps import Stamps, fingerprint


def test_a_step_is_done_again_when_what_it_was_done_from_has_changed(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("a==1")
    stamps = Stamps(tmp_path / "stamps")
    before = stamps.is_fresh("packages", fingerprint([lock]))

    stamps.write("packages", fingerprint([lock]))
    after = stamps.is_fresh("packages", fingerprint([lock]))
    lock.write_text("a==2")
    changed = stamps.is_fresh("packages", fingerprint([lock]))

    assert (before, after, changed) == (False, True, False)


def test_a_missing_file_and_an_empty_one_differ(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()

    assert fingerprint([empty]) != fingerprint([tmp_path / "missing"])


def test_moving_words_between_two_files_changes_the_fingerprint(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("ab")
    two.write_text("c")
    before = fingerprint([one, two])

    one.write_text("a")
    two.write_text("bc")

    assert fingerprint([one, two]) != before
