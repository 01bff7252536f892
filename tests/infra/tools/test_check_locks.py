import json

from infra.tools.check_locks import node_faults, python_faults
from infra.tools.lock import MARK, dependencies_mark
from tests.infra.tools.conftest import LOCK, PYPROJECT

IN_STEP = f"{MARK}{dependencies_mark(PYPROJECT)}\n{LOCK}"
STALE = "infra/requirements.lock: was not made from these dependencies of pyproject.toml: run `make lock`"
PACKAGE = {"dependencies": {"adaptivecards": "3.0.6"}}


def a_package_lock(**entry: str) -> str:
    return json.dumps({"packages": {"": PACKAGE, "node_modules/adaptivecards": {"version": "3.0.6"} | entry}}, indent=1)


def test_a_lock_made_from_these_dependencies_passes() -> None:
    assert python_faults(PYPROJECT, IN_STEP) == []


def test_a_dependency_that_was_added_makes_the_lock_stale() -> None:
    assert python_faults(PYPROJECT.replace('"attrs>=25"', '"attrs>=25", "yarl"'), IN_STEP) == [STALE]


def test_a_lint_rule_that_was_added_leaves_the_lock_in_step() -> None:
    assert python_faults(PYPROJECT + 'src = ["."]\n', IN_STEP) == []


def test_a_lock_without_its_first_line_is_stale() -> None:
    assert python_faults(PYPROJECT, LOCK) == [STALE]


def test_a_lock_that_names_an_index_is_refused_with_the_line() -> None:
    lock = IN_STEP + "--index-url https://mirror.example/simple\nattrs @ https://mirror.example/attrs.whl\n"

    assert python_faults(PYPROJECT, lock) == [
        "infra/requirements.lock:7: names a host: --index-url https://mirror.example/simple: run `make lock`",
        "infra/requirements.lock:8: names a host: https://mirror.example/attrs.whl: run `make lock`",
    ]


def test_a_package_lock_without_addresses_passes() -> None:
    assert node_faults("manifest", json.dumps(PACKAGE), a_package_lock(integrity="sha512-aaaa")) == []


def test_a_package_lock_with_an_address_is_refused_with_the_line() -> None:
    lock = a_package_lock(integrity="sha512-aaaa", resolved="https://mirror.example/a.tgz")

    assert node_faults("manifest", json.dumps(PACKAGE), lock) == [
        'manifest/package-lock.json:11: names a host: "resolved": "https://mirror.example/a.tgz"'
    ]


def test_a_package_lock_of_another_package_json_is_refused() -> None:
    package = json.dumps({"dependencies": {"adaptivecards": "3.0.7"}})

    assert node_faults("manifest", package, a_package_lock(integrity="sha512-aaaa")) == [
        "manifest/package-lock.json: was not made from this package.json: run `npm install --package-lock-only` in manifest"
    ]


def test_a_package_without_its_hash_is_refused() -> None:
    assert node_faults("manifest", json.dumps(PACKAGE), a_package_lock()) == [
        "manifest/package-lock.json: node_modules/adaptivecards has no integrity hash"
    ]
