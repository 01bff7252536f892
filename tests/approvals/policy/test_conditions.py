"""What a policy demands, as people and evidence read it."""

from datetime import timedelta

from approvals.policy.conditions import Conditions, Kind, StageRule, as_plain


def test_what_is_demanded_is_told_by_name_and_what_is_not_is_left_out() -> None:
    stages = (StageRule(kind=Kind.MANAGER), StageRule(kind=Kind.OWNERS, quorum=2))

    told = as_plain(Conditions(stages=stages, at_most=timedelta(hours=8), step_up=True))

    assert told == {"stages": stages, "at_most": timedelta(hours=8), "step_up": True}


def test_of_no_demands_nothing_is_told() -> None:
    assert as_plain(Conditions()) == {}
