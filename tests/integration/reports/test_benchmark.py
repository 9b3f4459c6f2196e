"""The benchmark of the reports in small: it measures what it owes."""

import pytest

from tests.benchmarks.reports.answers import OTHERS, measure
from tests.benchmarks.suite import GROUPS, OTHER_REPORTS
from tests.integration.reports.conftest import VIOLATIONS, Reports

pytestmark = pytest.mark.integration


def test_every_report_is_timed(reports: Reports) -> None:
    """Each figure that the group owes has a value, over a history whose sums were looked at first."""
    said: list[str] = []
    figures = measure(said.append, reports.client, VIOLATIONS, 1)
    owed = GROUPS["reports"].owes
    assert {figure.name for figure in figures} - {"report_refresh_s"} == set(owed)
    assert all(figure.value is not None and figure.value > 0 for figure in figures)
    assert all(figure.goal == owed[figure.name].goal for figure in figures if figure.name in owed)
    assert tuple(OTHERS) == OTHER_REPORTS
    assert any("p95" in line for line in said)
