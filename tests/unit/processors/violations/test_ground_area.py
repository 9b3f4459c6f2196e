"""A ground area says what lies in it, near it, and which ways may lead over it."""

import pytest

from processors.violations.ground_area import GroundArea

#: A square that stands on its corner: |x - 10| + |y - 10| <= 4.
DIAMOND = GroundArea.of([(10.0, 6.0), (14.0, 10.0), (10.0, 14.0), (6.0, 10.0)])


def test_what_lies_in_it_is_not_what_lies_near_it() -> None:
    """The polygon holds for the one, the upright box around it and a margin for the other."""
    assert DIAMOND.bounds_m == (6.0, 6.0, 14.0, 14.0)
    assert DIAMOND.contains(10.0, 9.0)
    assert not DIAMOND.contains(7.0, 7.0)
    assert DIAMOND.is_near(7.0, 7.0, 0.0)
    assert DIAMOND.is_near(4.5, 10.0, 2.0)
    assert not DIAMOND.is_near(4.5, 10.0, 1.0)


@pytest.mark.parametrize(
    ("begin_m", "end_m", "may"),
    [
        pytest.param((0.0, 10.0), (20.0, 10.0), True, id="over it"),
        pytest.param((9.0, 10.0), (11.0, 10.0), True, id="within it"),
        pytest.param((0.0, 10.0), (5.5, 10.0), True, id="to a half metre before it"),
        pytest.param((0.0, 10.0), (4.5, 10.0), False, id="not yet there"),
        pytest.param((16.0, 10.0), (30.0, 10.0), False, id="past it"),
        pytest.param((0.0, 16.0), (20.0, 16.0), False, id="along beside it"),
        pytest.param((5.0, 4.0), (4.0, 5.0), False, id="beyond its side, within the box around it and the margin"),
        pytest.param((10.0, 10.0), (10.0, 10.0), True, id="stands in it"),
        pytest.param((0.0, 0.0), (0.0, 0.0), False, id="stands far from it"),
    ],
)
def test_a_way_that_surely_stays_a_metre_off_is_known(
    begin_m: tuple[float, float], end_m: tuple[float, float], *, may: bool
) -> None:
    """On either side, before and behind."""
    assert DIAMOND.may_meet(begin_m, end_m, 1.0) is may
    assert DIAMOND.may_meet(end_m, begin_m, 1.0) is may
