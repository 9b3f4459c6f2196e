"""What officers typed is shown as they typed it: a bracket in a remark must not hide who decided."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import pytest
from click.testing import CliRunner

from infra.cli import leads, review, vigil
from infra.review.officers import Officer, Role

#: A closing tag without an opening one, and a style that would make words invisible.
TYPED: Final = "no_offence: [/] [conceal]see[/conceal] picture [2]"


class Desk:
    """Of cases and leads alike, with one act."""

    def audit(self, *_: object) -> tuple[Sequence[Mapping[str, Any]], bool]:
        """Return who did what with a case; nothing is held back."""
        at = datetime(2024, 5, 6, 10, 0)  # noqa: DTZ001  as ClickHouse's client hands it over
        return [{"at": at, "officer_id": "o1", "login": "desk1", "act": "rejected", "why": TYPED}], False

    def acts(self, _: str) -> Sequence[Mapping[str, Any]]:
        """Return who did what with a lead."""
        return [{"at": "2024-05-06 10:00:00", "officer_id": "o1", "act": "DISMISSED", "why": TYPED}]


@pytest.mark.parametrize("asked", [["review", "audit", "case-1", "--officer", "o2"], ["leads", "audit", "lead-1"]])
def test_an_audit_shows_remarks_as_they_were_typed(asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """It neither ends with a traceback nor takes anything away."""
    senior = Officer("o2", frozenset({Role.SENIOR}))
    monkeypatch.setattr(review, "officer_named", lambda _: senior)
    monkeypatch.setattr(review, "review_desk", Desk)
    monkeypatch.setattr(leads, "_desk", Desk)
    done = CliRunner().invoke(vigil, asked)
    assert done.exit_code == 0, (done.output, done.exception)
    # a column that wraps breaks between words
    shown = " ".join(done.output.replace("│", " ").split())
    assert all(word in shown for word in TYPED.split())
