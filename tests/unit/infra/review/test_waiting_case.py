"""Whom a case waits for, and what of it may be shown."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from infra.review.login import login_name
from infra.review.officers import Officer, OfficerError, Role, officer_of
from infra.review.waiting_case import WaitingCase

REVIEWER: Final = Officer("officer-3", frozenset({Role.REVIEWER}))
SENIOR: Final = Officer("officer-4", frozenset({Role.REVIEWER, Role.SENIOR}))


def case(*verdicts: tuple[str, str], age_s: float = 3_600.0) -> WaitingCase:
    """Return a case with verdicts (officer, verdict), the last one given so long ago."""
    return WaitingCase(
        "case-1", "speeding-1", "speeding", "KoAP 592.2", 36_920, datetime(2024, 5, 6, 5, tzinfo=UTC), "Medeu", "K-1",
        [officer for officer, _ in verdicts], [verdict for _, verdict in verdicts], "", age_s,
    )  # fmt: skip


def test_a_case_whose_first_verdict_led_to_no_step_waits_for_another_officer() -> None:
    """The desk knows no draw: it waits for what comes of a verdict; nobody decides twice, and nobody once two agree."""
    assert case().refuses(REVIEWER) is None
    assert "less than 60 s old" in str(case(("officer-1", "CONFIRMED"), age_s=59.9).refuses(REVIEWER))
    assert case(("officer-1", "CONFIRMED")).refuses(REVIEWER) is None
    assert "has given a verdict" in str(case(("officer-3", "CONFIRMED")).refuses(REVIEWER))
    agreed = case(("officer-1", "CONFIRMED"), ("officer-2", "CONFIRMED"))
    assert agreed.refuses(SENIOR) is not None


def test_where_two_differ_a_senior_decides() -> None:
    """The third officer has the role senior; then nobody is waited for."""
    differed = case(("officer-1", "CONFIRMED"), ("officer-2", "REJECTED"))
    assert "senior" in str(differed.refuses(REVIEWER))
    assert differed.refuses(SENIOR) is None
    decided = case(("officer-1", "CONFIRMED"), ("officer-2", "REJECTED"), ("officer-5", "REJECTED"))
    assert decided.refuses(SENIOR) is not None


def test_no_verdict_of_another_is_shown() -> None:
    """What is shown of a case, and why it is refused, is the same whatever another officer decided."""
    confirmed, rejected = case(("officer-1", "CONFIRMED")), case(("officer-1", "REJECTED"))
    assert confirmed.to_json() == rejected.to_json()
    assert "officer-1" not in str(confirmed.to_json())
    assert confirmed.refuses(REVIEWER) == rejected.refuses(REVIEWER)
    fresh = [case(("officer-1", verdict), age_s=1.0).refuses(REVIEWER) for verdict in ("CONFIRMED", "REJECTED")]
    assert fresh[0] == fresh[1] is not None


def test_officers_have_the_roles_of_their_file(tmp_path: Path) -> None:
    """A missing file, an unknown officer, an unknown role and a missing role are each one sentence."""
    path = tmp_path / "officers.toml"
    with pytest.raises(OfficerError, match="VIGIL_REVIEW_OFFICERS"):
        officer_of(path, "officer-1")
    path.write_text('[officer.officer-1]\nroles = ["reviewer"]\n')
    found = officer_of(path, "officer-1")
    found.needs(Role.REVIEWER)
    with pytest.raises(OfficerError, match="this needs senior"):
        found.needs(Role.SENIOR)
    with pytest.raises(OfficerError, match="officer-2 is not in"):
        officer_of(path, "officer-2")
    path.write_text('[officer.officer-1]\nroles = ["judge"]\n')
    with pytest.raises(OfficerError, match="expected roles of reviewer, incidents, plates, senior"):
        officer_of(path, "officer-1")


def test_an_officer_acts_under_the_login_of_the_file(tmp_path: Path) -> None:
    """Another login is refused by name; where the file names none any may act; a login is one name."""
    path = tmp_path / "officers.toml"
    path.write_text('[officer.officer-1]\nroles = ["reviewer"]\nlogin = "desk1"\n[officer.officer-2]\nroles = []\n')
    officer_of(path, "officer-1").acts_under("desk1")
    with pytest.raises(OfficerError, match="officer-1 acts under the login desk1, and this is desk2"):
        officer_of(path, "officer-1").acts_under("desk2")
    officer_of(path, "officer-2").acts_under("anybody")
    path.write_text('[officer.officer-1]\nroles = ["reviewer"]\nlogin = ["desk1"]\n')
    with pytest.raises(OfficerError, match="expected the name of one user"):
        officer_of(path, "officer-1")


def test_the_login_is_the_system_s_and_not_what_the_caller_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables that tools read for a user's name change nothing."""
    before = login_name()
    for name in ("USER", "LOGNAME", "LNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "officer-2")
    assert login_name() == before != "officer-2"
