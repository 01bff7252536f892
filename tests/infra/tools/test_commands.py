from pathlib import Path

import pytest

from infra.tools.commands import NetworkError, SetupError, run
from tests.infra.tools.conftest import Programs


def test_a_failed_program_is_told_in_one_line_with_its_reason(tree: Path, programs: Programs) -> None:
    programs.add("uv", prints="Resolved 2 packages\nerror: hash mismatch for attrs\nhint: look", exits=2)

    with pytest.raises(SetupError) as caught:
        run(["uv"], doing="97 packages", root=tree)

    assert str(caught.value) == "97 packages failed: error: hash mismatch for attrs; the whole output is in .cache/setup.log"


def test_the_whole_output_is_kept(tree: Path, programs: Programs) -> None:
    programs.add("uv", prints="Resolved 2 packages\nInstalled 2 packages")

    run(["uv", "pip"], doing="97 packages", root=tree)

    assert (tree / ".cache/setup.log").read_text() == "$ uv pip\nResolved 2 packages\nInstalled 2 packages\n\n"


@pytest.mark.parametrize(
    "said",
    [
        "error: Request failed after 3 retries: error sending request for url: dns error",
        "WARNING: Retrying (Retry(total=4)) after connection broken by NewConnectionError",
        "npm error code EAI_AGAIN",
        "E: Failed to fetch: Could not resolve host",
    ],
)
def test_a_registry_that_does_not_answer_is_told_as_such(tree: Path, programs: Programs, said: str) -> None:
    programs.add("fetcher", prints=said, exits=1)

    with pytest.raises(NetworkError) as caught:
        run(["fetcher"], doing="97 packages", root=tree)

    assert str(caught.value) == (
        "97 packages failed: the package registry did not answer: check the network, the proxy and the registry "
        "that this machine is set to, then run `make setup` again; the whole output is in .cache/setup.log"
    )


@pytest.mark.usefixtures("programs")
def test_a_program_that_is_not_there_is_told_by_name(tree: Path) -> None:
    with pytest.raises(SetupError) as caught:
        run(["npm", "ci"], doing="the npm packages of manifest", root=tree)

    assert str(caught.value) == "the npm packages of manifest: cannot run npm: No such file or directory"
