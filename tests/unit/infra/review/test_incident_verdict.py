"""Who may decide an incident, and which may leave the house."""

import pytest

from infra.review.incident_verdict import IncidentVerdict, held_back, refuses
from infra.review.officers import Officer, Role

ANY = Officer("o1", frozenset({Role.INCIDENTS}))
SENIOR = Officer("o2", frozenset({Role.INCIDENTS, Role.SENIOR}))
REAL = IncidentVerdict("o3", "CONFIRMED", "", "2026-11-27 10:00:00.000000")
FALSE = IncidentVerdict("o1", "REJECTED", "not_there", "2026-11-27 09:00:00.000000")


@pytest.mark.parametrize(
    ("verdicts", "officer", "said"),
    [
        ([], ANY, None),
        ([REAL], ANY, "it was CONFIRMED by o3 at 2026-11-27 10:00:00.000000 UTC"),
        ([REAL], SENIOR, None),
        ([FALSE], ANY, "o1 has decided it; another officer with the role senior"),
        ([REAL, FALSE], SENIOR, None),
    ],
)
def test_who_decides(verdicts: list[IncidentVerdict], officer: Officer, said: str | None) -> None:
    """The first to look decides, once; only another officer who is a senior decides anew."""
    refused = refuses(verdicts, officer)
    assert refused is None if said is None else said in str(refused)


@pytest.mark.parametrize(
    ("verdicts", "said"),
    [
        ([], "no officer has reviewed it"),
        ([FALSE], "o1 rejected it at 2026-11-27 09:00:00.000000 UTC (not_there)"),
        ([REAL], None),
        ([REAL, FALSE], None),
        ([FALSE, REAL], "rejected it"),
    ],
)
def test_only_what_stands_confirmed_leaves(verdicts: list[IncidentVerdict], said: str | None) -> None:
    """Neither what nobody looked at nor what was rejected last, whatever was said before."""
    reason = held_back(verdicts)
    assert reason is None if said is None else said in str(reason)
