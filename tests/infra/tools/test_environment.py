import importlib.util
import os
import sys
from pathlib import Path

import pytest

from infra.tools.commands import NetworkError, SetupError, python_version
from infra.tools.environment import locked, provide_environment, provide_packages, provide_project
from infra.tools.stamps import Stamps
from tests.infra.tools.conftest import LOCK, Programs


@pytest.fixture
def stamps(tree: Path) -> Stamps:
    return Stamps(tree / ".venv/stamps")


def test_a_moved_tree_gets_a_new_environment(tree: Path, stamps: Stamps, programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    (tree / ".venv/bin/python").touch()
    stamps.write("environment", "/elsewhere")
    monkeypatch.setattr(sys, "executable", str(programs.add("python3")))

    provide_environment(tree, stamps)
    provide_environment(tree, stamps)

    assert programs.calls == [f"python3 -m venv --clear {tree}/.venv"]


def test_a_python_without_ensurepip_is_told_with_what_to_install(
    tree: Path, stamps: Stamps, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(SetupError) as caught:
        provide_environment(tree, stamps)

    assert str(caught.value) == (
        f"Python {python_version()} has no ensurepip: install your system's package for it (Debian and Ubuntu: python3-venv), or uv, "
        "then run `make setup` again"
    )


def test_the_environments_missing_part_is_installed_by_root_on_debian(
    tree: Path, stamps: Stamps, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(sys, "executable", str(programs.add("python3")))
    programs.add("apt-get")

    provide_environment(tree, stamps)

    assert programs.calls == [
        "apt-get -o DPkg::Lock::Timeout=300 update",
        "apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends python3-venv",
        f"python3 -m venv --clear {tree}/.venv",
    ]


def test_packages_are_installed_once_for_each_lock(tree: Path, stamps: Stamps, programs: Programs) -> None:
    programs.add("uv")
    lock = tree / "infra/requirements.lock"

    provide_packages(tree, stamps)
    provide_packages(tree, stamps)
    lock.write_text(LOCK.replace("25.1.0", "25.2.0"))
    provide_packages(tree, stamps)

    assert programs.calls == [f"uv pip install --python {tree}/.venv/bin/python --require-hashes --no-deps -r {lock}"] * 2


def test_uv_comes_from_the_lock_with_its_hashes_where_there_is_none(tree: Path, stamps: Stamps, programs: Programs) -> None:
    programs.add("python", at=tree / ".venv/bin/python")
    (tree / ".venv/lib/python3.12/site-packages/pip").mkdir(parents=True)
    only = tree / ".venv/uv.lock.txt"

    provide_packages(tree, stamps)

    assert programs.calls[0] == f"python -m pip install --disable-pip-version-check --no-input --require-hashes --no-deps -r {only}"
    assert only.read_text() == "uv==0.13.9 ; python_full_version >= '3.11' \\\n    --hash=sha256:bbbb \\\n    --hash=sha256:cccc\n"


def test_pip_takes_over_where_uv_fails(tree: Path, stamps: Stamps, programs: Programs) -> None:
    programs.add("uv", prints="error: unexpected argument", exits=2)
    programs.add("python", at=tree / ".venv/bin/python")
    (tree / ".venv/lib/python3.12/site-packages/pip").mkdir(parents=True)

    provide_packages(tree, stamps)

    lock = tree / "infra/requirements.lock"
    assert programs.calls == [
        f"uv pip install --python {tree}/.venv/bin/python --require-hashes --no-deps -r {lock}",
        f"python -m pip install --disable-pip-version-check --no-input --require-hashes --no-deps -r {lock}",
    ]


def test_where_there_is_no_pip_it_is_uvs_reason_that_is_told(tree: Path, stamps: Stamps, programs: Programs) -> None:
    programs.add("uv", prints="Building countersign @ file:///tree\nOSError: Readme file does not exist: README.md", exits=2)

    with pytest.raises(SetupError) as caught:
        provide_project(tree, stamps)

    assert str(caught.value) == (
        "the project, editable, by uv failed: OSError: Readme file does not exist: README.md; the whole output is in .cache/setup.log"
    )


def test_a_dead_network_is_not_tried_a_second_way(tree: Path, stamps: Stamps, programs: Programs) -> None:
    programs.add("uv", prints="error: dns error", exits=2)
    programs.add("python", at=tree / ".venv/bin/python")

    with pytest.raises(NetworkError):
        provide_packages(tree, stamps)

    assert [call.split()[0] for call in programs.calls] == ["uv"]


def test_a_step_that_failed_is_done_again(tree: Path, stamps: Stamps, programs: Programs) -> None:
    programs.add("uv", prints="error: dns error", exits=2)
    with pytest.raises(NetworkError):
        provide_packages(tree, stamps)
    programs.add("uv")

    provide_packages(tree, stamps)

    assert len(programs.calls) == 2


def test_the_project_is_installed_again_when_its_own_sections_change_and_not_for_a_lint_rule(
    tree: Path, stamps: Stamps, programs: Programs
) -> None:
    programs.add("uv")
    pyproject = tree / "pyproject.toml"

    provide_project(tree, stamps)
    pyproject.write_text(pyproject.read_text().replace("140", "120"))
    provide_project(tree, stamps)
    pyproject.write_text(pyproject.read_text().replace('name = "countersign"', 'name = "countersign"\nversion = "2"'))
    provide_project(tree, stamps)

    install = f"uv pip install --python {tree}/.venv/bin/python --no-build-isolation --no-deps --editable {tree}"
    assert programs.calls == [install] * 2


def test_a_lock_is_read_package_by_package() -> None:
    assert list(locked("# Made by hand\n" + LOCK)) == ["attrs", "uv"]
