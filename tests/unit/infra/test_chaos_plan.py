"""A plan of kills repeats with its seed, kills each target once, and while footage plays."""

import pytest

from infra.chaos.plan import plan
from infra.chaos.targets import TARGETS

ALL = list(TARGETS.values())


def test_the_same_seed_gives_the_same_plan() -> None:
    """A failing run can be repeated by its seed."""
    assert plan(ALL, 60.0, 7) == plan(ALL, 60.0, 7)


def test_another_seed_gives_another_order() -> None:
    """Ten runs do not exercise one order ten times."""
    orders = {tuple(kill.target.name for kill in plan(ALL, 60.0, seed)) for seed in range(10)}
    assert len(orders) == 10


def test_each_target_is_killed_once_in_time_within_the_footage() -> None:
    """Kills ascend, and none comes before data flows or after the footage has ended."""
    for seed in range(50):
        kills = plan(ALL, 20.0, seed)
        moments = [kill.at_s for kill in kills]
        assert sorted(kill.target.name for kill in kills) == sorted(TARGETS)
        assert moments == sorted(moments)
        assert moments[0] > 0
        assert moments[-1] < 20.0


def test_footage_without_length_is_refused() -> None:
    """An empty reference must not become a plan of kills at the moment 0."""
    with pytest.raises(ValueError, match=r"lasts 0\.0 s"):
        plan(ALL, 0.0, 1)
