"""A run repeats with its seed, and seeds in a row bring everything."""

import json

import pytest

from infra.chaos.sinks.fault import FaultKind
from infra.chaos.sinks.plan import FIRST_SHARE, LAST_SHARE, MOST_OF, DisturbanceKind, plan
from infra.chaos.sinks.poison import PoisonKind

MESSAGES, POISONOUS = 50_000, 25
PLANS = [plan(seed, MESSAGES, POISONOUS) for seed in range(200)]


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    """A failing run can be repeated by its seed."""
    assert plan(7, MESSAGES, POISONOUS) == plan(7, MESSAGES, POISONOUS)
    assert len({json.dumps(one.to_json()) for one in PLANS}) == len(PLANS)


def test_five_seeds_in_a_row_bring_every_kind_of_disturbance() -> None:
    """So five runs of a test exercise all of them."""
    for begin in range(195):
        kinds = {one.kind for number in range(begin, begin + 5) for one in PLANS[number].disturbances}
        assert kinds == set(DisturbanceKind)


def test_disturbances_ascend_and_none_comes_too_often() -> None:
    """The stack's runner gives up on a server that dies again and again at once."""
    for one in PLANS:
        moments = [disturbance.at_share for disturbance in one.disturbances]
        assert moments == sorted(moments)
        assert FIRST_SHARE <= moments[0] <= moments[-1] <= LAST_SHARE
        for kind, most in MOST_OF.items():
            assert sum(disturbance.kind is kind for disturbance in one.disturbances) <= most


def test_two_hundred_seeds_bring_every_fault_and_every_poison() -> None:
    """Nothing that can be drawn is out of reach."""
    faults = {one.fault.kind for p in PLANS for one in p.disturbances if one.fault is not None}
    assert faults == set(FaultKind)
    assert {one.kind for p in PLANS for one in p.poison} == set(PoisonKind)


def test_poisonous_and_large_messages_are_different_ones() -> None:
    """So many as asked for, each number once, ascending."""
    for one in PLANS:
        numbers = [poison.number for poison in one.poison]
        assert len(set(numbers)) == POISONOUS
        assert numbers == sorted(numbers)
        assert not set(numbers) & set(one.large)
        assert all(0 <= number < MESSAGES for number in [*numbers, *one.large])


def test_more_poison_than_half_is_refused() -> None:
    """The sink's breaker would rightly stop it."""
    with pytest.raises(ValueError, match="60 poisonous messages of 100"):
        plan(1, 100, 60)
