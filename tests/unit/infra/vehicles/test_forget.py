"""What `vigil vehicles` refuses before it asks Kafka."""

import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.cli.vehicles import command
from infra.keys.period import period_of


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (period_of(time.time_ns() // 1000), "is looked up yet; expected a quarter that ended before"),
        (period_of(time.time_ns() // 1000 - 85 * 86_400_000_000), "is looked up yet"),
        ("2099-q4", "is looked up yet"),
        ("last", "expected a quarter such as 2024-q3"),
    ],
)
def test_a_quarter_that_processes_look_up_is_not_forgotten(period: str, said: str) -> None:
    """Neither the present one nor the one before it, whose offences are still relayed; nor what is no quarter."""
    done = CliRunner().invoke(command, ["forget", period])
    assert done.exit_code == 1
    assert said in done.output


def test_a_bound_on_removals_without_removals_is_refused(tmp_path: Path) -> None:
    """Whoever says it thinks that vehicles are taken out; without --complete none is."""
    (file := tmp_path / "vehicles.csv").touch()
    done = CliRunner().invoke(command, ["import", str(file), "--known-on", "2026-04-01", "--most-removed", "3"])
    assert done.exit_code == 2
    assert "say --complete" in done.output
