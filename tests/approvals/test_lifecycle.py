"""The state machine: every edge there is, and no other."""

import itertools

import pytest

from approvals.change import FINAL, State
from approvals.errors import IllegalTransitionError
from approvals.lifecycle import EDGES, Event, after

_STATES = (None, *State)


@pytest.mark.parametrize(("state", "event"), [pair for pair in itertools.product(_STATES, Event) if pair not in EDGES])
def test_a_pair_outside_the_table_raises(state: State | None, event: Event) -> None:
    with pytest.raises(IllegalTransitionError) as raised:
        after(state, event)

    assert str(raised.value) == f"no edge {event} from {state or 'the beginning'}"


@pytest.mark.parametrize(("state", "event"), EDGES)
def test_an_edge_leads_where_the_table_says(state: State | None, event: Event) -> None:
    assert after(state, event) is EDGES[state, event]


def test_nothing_leaves_a_final_state() -> None:
    assert [edge for edge in EDGES if edge[0] in FINAL] == []


def test_every_state_can_be_reached_and_every_other_state_can_be_left() -> None:
    assert {*EDGES.values()} == {*State}
    assert {state for state, _ in EDGES} == {None, *State} - {*FINAL}


def test_access_is_left_only_by_ending_it_and_lingers_until_that_is_confirmed() -> None:
    assert [edge for edge in EDGES if edge[0] in (State.GRANTED, State.ENDING)] == [
        (State.GRANTED, Event.ASK_MORE),
        (State.GRANTED, Event.EXTEND),
        (State.GRANTED, Event.REFUSE_MORE),
        (State.GRANTED, Event.END),
        (State.ENDING, Event.LINGER),
        (State.ENDING, Event.CONFIRM),
    ]


@pytest.mark.parametrize("state", State)
def test_a_state_is_final_exactly_if_the_table_leads_nowhere_from_it(state: State) -> None:
    assert state.is_final is all(start is not state for start, _ in EDGES)
