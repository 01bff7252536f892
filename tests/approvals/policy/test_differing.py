"""In which policies two folders differ."""

from approvals.policy.differing import differing
from approvals.policy.loading import LIMITS, SCHEMA, load_policy
from tests.approvals.northwind import POLICY

_ACTING, _MORE = "40-acting.cedar", "90-more.cedar"
_EXTRA = '@id("revoke.anybody") permit (principal is Person, action in Action::"revoke", resource) when { principal.enabled };'


def changed(name: str, old: str, new: str) -> dict[str, str]:
    assert old in POLICY.texts[name]
    return {**POLICY.texts, name: POLICY.texts[name].replace(old, new)}


def test_a_policy_differs_from_itself_in_nothing_and_a_comment_changes_nothing() -> None:
    commented = load_policy({**POLICY.texts, _MORE: "// Nothing to see here."})

    assert [*differing(POLICY, POLICY), *differing(POLICY, commented)] == []


def test_what_is_new_is_gone_the_other_way_round() -> None:
    more = load_policy({**POLICY.texts, _MORE: _EXTRA})

    assert ([*differing(POLICY, more)], [*differing(more, POLICY)]) == ([("+", "revoke.anybody")], [("-", "revoke.anybody")])


def test_what_means_something_else_is_changed_by_its_name() -> None:
    other = load_policy(changed(_ACTING, 'contains("security")', 'contains("helpdesk")'))

    assert [*differing(POLICY, other)] == [("~", "revoke.security")]


def test_the_limits_and_the_schema_are_told_by_their_files_after_the_policies() -> None:
    limits = changed(LIMITS, "shortest: 5m", "shortest: 6m")
    schema = changed(SCHEMA, '@source("rota") @within("5m")', '@source("rota") @within("6m")')
    all_of_it = load_policy({**limits, SCHEMA: schema[SCHEMA], _MORE: _EXTRA})

    assert [*differing(POLICY, all_of_it)] == [("+", "revoke.anybody"), ("~", LIMITS), ("~", SCHEMA)]
