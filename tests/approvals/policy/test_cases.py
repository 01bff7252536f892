"""The shipped policy, by a folder of questions that must be allowed and one of questions that must be denied."""

import json
from pathlib import Path

import pytest

from approvals.errors import PolicyError
from approvals.policy.cases import Case, read_case
from tests.approvals.northwind import POLICY, POLICY_FOLDER

_FILES = sorted((POLICY_FOLDER / "tests").glob("*/*.yaml"))


def _case(path: Path) -> Case:
    return read_case(f"{path.parent.name}/{path.name}", path.read_text(encoding="utf-8"), is_allowed=path.parent.name == "ALLOW")


CASES = tuple(_case(path) for path in _FILES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_is_answered_as_its_folder_says(case: Case) -> None:
    assert case.fault(POLICY) is None


def test_every_policy_is_shown_deciding_and_every_action_is_shown_denied() -> None:
    decided = {name for case in CASES for name in case.decided_by}
    denied = {case.request["action"]["id"] for case in CASES if not case.is_allowed}

    assert decided == {rule.id for rule in POLICY.rules.values()}
    assert denied == {f"group:{phase}" for phase in ("request", "auto-approve", "approve", "execute", "revoke", "extend", "break-glass")}


@pytest.mark.parametrize("case", [case for case in CASES if case.is_allowed], ids=lambda case: case.name)
def test_a_question_that_lacks_any_part_of_its_context_is_never_allowed(case: Case) -> None:
    context = json.loads(case.request["context"])
    for name in context:
        rest = {key: value for key, value in context.items() if key != name}

        (got,) = POLICY.judge_plain([{**case.request, "context": json.dumps(rest)}], json.dumps(case.entities))

        # What may be missing is no error where it is.
        assert (name, got.allowed, bool(got.errors)) == (name, False, name != "manager_above")


@pytest.mark.parametrize("case", [case for case in CASES if case.is_allowed], ids=lambda case: case.name)
def test_a_world_that_lacks_an_entity_or_a_declared_attribute_is_never_allowed(case: Case) -> None:
    optional = {("Person", "department"), ("Person", "manager"), ("Entitlement", "rota")}
    for place, one in enumerate(case.entities):
        without = [*case.entities[:place], *case.entities[place + 1 :]]
        # Countersign itself has no attribute that could be missing, and nothing is given because somebody's access may be ended.
        is_looked_at = one["uid"]["type"] != "Countersign" and not (
            case.request["action"]["id"] == "group:revoke" and one["uid"]["id"] == "ana"
        )
        if is_looked_at:
            assert _is_allowed(case, without) is False, one["uid"]
        for name in one["attrs"]:
            if (one["uid"]["type"], name) not in optional:
                less = {**one, "attrs": {key: value for key, value in one["attrs"].items() if key != name}}
                assert _is_allowed(case, [*without, less]) is False, (one["uid"], name)


@pytest.mark.parametrize("case", [case for case in CASES if case.is_allowed], ids=lambda case: case.name)
def test_what_the_schema_does_not_declare_cannot_reach_a_decision(case: Case) -> None:
    context = {**json.loads(case.request["context"]), "ciso_approved": True}
    (by_context,) = POLICY.judge_plain([{**case.request, "context": json.dumps(context)}], json.dumps(case.entities))
    tainted = [{**one, "attrs": {**one["attrs"], "is_admin": True}} for one in case.entities]

    assert (by_context.allowed, _is_allowed(case, tainted)) == (False, False)


def _is_allowed(case: Case, entities: list[object]) -> bool:
    return POLICY.judge_plain([case.request], json.dumps(entities))[0].allowed


@pytest.mark.parametrize(
    ("folder", "text", "told"),
    [
        ("ALLOW", "action: group:break-glass\ndecided_by: [tier.low]", "Must be allowed by tier.low; is denied by no permit"),
        ("ALLOW", "action: group:request\ndecided_by: [tier.low]", "Must be allowed by tier.low; is allowed by tier.medium"),
        ("DENY", "action: group:request\nerror: true", "Must be denied by an error; is allowed by tier.medium"),
        (
            "DENY",
            "action: group:request\nperson: {enabled: false}\nbeneficiary: {enabled: false}",
            "Must be denied by no permit; is denied by limit.active",
        ),
    ],
)
def test_a_case_that_fails_says_what_must_be_and_what_is(folder: str, text: str, told: str) -> None:
    wrong = read_case(f"{folder}/x.yaml", f"says: It is as it is.\n{text}", is_allowed=folder == "ALLOW")

    assert str(wrong.fault(POLICY)) == f"{folder}/x.yaml: It is as it is. {told}"


def test_a_question_that_cannot_be_formed_fails_with_what_is_wrong_with_it() -> None:
    wrong = read_case(
        "DENY/x.yaml", "says: Its context is short of the hour.\naction: group:request\ncontext: {hour: null}", is_allowed=False
    )

    told = str(wrong.fault(POLICY))

    assert told.startswith("DENY/x.yaml: Its context is short of the hour. Must be denied by no permit; is denied by an error (")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "says: {a: 1, a: 2",
            "ALLOW/x.yaml: not YAML: ",
        ),
        (
            "says: It is given twice.\naction: group:request\nentitlement: {risk: low, risk: high}",
            "ALLOW/x.yaml, line 3: 'risk' stands twice in one entry; keep one of the two",
        ),
        ("says: It has no action at all.", "ALLOW/x.yaml: action: Field required"),
        ("says: short\naction: group:request", "ALLOW/x.yaml: says: String should have at least 10 characters"),
    ],
)
def test_a_case_that_cannot_be_read_is_told_in_one_line(text: str, message: str) -> None:
    with pytest.raises(PolicyError) as raised:
        read_case("ALLOW/x.yaml", text, is_allowed=True)

    assert (str(raised.value).startswith(message), "\n" in str(raised.value)) == (True, False)
