"""The reasons to reject an incident are what the report's SQL takes them for, and a damaged list is refused."""

import re
from typing import Any

import pytest

from infra.review.incident_reasons import incident_reasons, reasons_of
from sinks.reports.refresh import sql_of


def test_the_report_knows_which_reasons_are_no_false_alarms() -> None:
    """The codes in the SQL are those that the list marks so, and some of each kind are there."""
    found = re.findall(r"reason_code NOT IN \(([^)]+)\)", sql_of("report_incident_verdicts"))
    assert len(found) == 1
    happened = {code for code, one in incident_reasons().items() if not one.false_alarm}
    assert set(re.findall(r"'(\w+)'", found[0])) == happened
    assert set() < happened < set(incident_reasons())


@pytest.mark.parametrize(
    "data",
    [
        {},
        {
            "reason": [
                {"code": "a", "words": "w", "false_alarm": True},
                {"code": "a", "words": "v", "false_alarm": True},
            ]
        },
        {"reason": [{"code": "a", "words": "w"}]},
        {"reason": [{"code": "", "words": "w", "false_alarm": False}]},
        {"reason": [{"code": "a", "words": "w", "false_alarm": "yes"}]},
    ],
)
def test_a_list_that_says_too_little_is_refused(data: dict[str, Any]) -> None:
    """A reason without its code, words or kind would count wrongly for ever."""
    with pytest.raises(ValueError, match=r"incident_reasons\.toml"):
        reasons_of(data)
