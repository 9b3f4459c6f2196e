"""`vigil vehicles import --complete`: what it takes out, and when it refuses. Kafka is a set and two lists here."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from infra.cli import vehicles
from infra.keys.key_store import KeyStore
from infra.vehicles.held_vehicles import Held
from infra.vehicles.vehicle_file import COLUMNS
from schemas.messages import VehicleEntry

PERIOD = "2026-q2"
#: Midnight of 2 April 2026 in Almaty.
SECOND_OF_APRIL_US = int(datetime(2026, 4, 1, 19, tzinfo=UTC).timestamp()) * 1_000_000
PLATES = ("001AAA02", "002AAA02", "003AAA02")


class Topic:
    """What the topic holds, and what was written to it."""

    def __init__(self, keys: Iterable[bytes], known_at_us: int) -> None:
        self.held = Held(frozenset(keys), known_at_us)
        self.written: list[VehicleEntry] = []
        self.removed: list[bytes] = []

    def read(self, *_: Any) -> Held:
        """Stand for `held`."""
        return self.held

    def write(self, _settings: Any, entries: Iterator[VehicleEntry], _say: Any) -> int:
        """Stand for `write`."""
        self.written += entries
        return len(self.written)

    def remove(self, _settings: Any, keys: Iterable[bytes], _say: Any) -> int:
        """Stand for `remove`."""
        self.removed += keys
        return len(self.removed)


@pytest.fixture
def topic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Topic:
    """The three vehicles, known of 2 April."""
    key = KeyStore(tmp_path / "keys").create(PERIOD)
    found = Topic((bytes.fromhex(key.vehicle_key(plate)) for plate in PLATES), SECOND_OF_APRIL_US)
    monkeypatch.setattr(vehicles, "held", found.read)
    monkeypatch.setattr(vehicles, "write", found.write)
    monkeypatch.setattr(vehicles, "remove", found.remove)
    return found


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., Result]:
    """Import a table of the first two vehicles, and perhaps further lines."""

    def run(known_on: str, *options: str, further: str = "") -> Result:
        table = tmp_path / "vehicles.csv"
        told = {"kind": "car", "owner_class": "INDIVIDUAL"}
        lines = [",".join(({"plate": plate} | told).get(name, "") for name in COLUMNS) for plate in PLATES[:2]]
        table.write_text("\n".join([",".join(COLUMNS), *lines, further]), encoding="utf-8")
        store = ("--store", str(tmp_path / "keys"), "--period", PERIOD)
        argv = ["import", str(table), "--known-on", known_on, "--complete", "--most-removed", "1", *store, *options]
        return CliRunner().invoke(vehicles.command, argv)

    return run


def test_a_table_of_the_same_day_takes_out_what_it_lacks(topic: Topic, imported: Callable[..., Result]) -> None:
    """Two entries are written and the third vehicle is taken out."""
    done = imported("2026-04-02", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["entries_written"], found["entries_absent"], found["entries_removed"]) == (2, 1, 1)
    assert (len(topic.written), len(topic.removed)) == (2, 1)


@pytest.mark.parametrize("further", ["", "a bad line"])
def test_a_table_older_than_what_is_held_is_refused(
    topic: Topic, imported: Callable[..., Result], further: str
) -> None:
    """It knows nothing of vehicles that a newer one brought; the sentence names both days, and nothing is written."""
    done = imported("2026-04-01", further=further)
    assert done.exit_code == 1
    assert "is of 2026-04-01" in done.stderr
    assert "known of 2026-04-02" in done.stderr
    assert "Nothing was written" in done.stderr
    assert (topic.written, topic.removed) == ([], [])


def test_a_dry_run_reports_no_removal(topic: Topic, imported: Callable[..., Result]) -> None:
    """It says how many vehicles the table lacks, and that none was taken out."""
    done = imported("2026-04-02", "--dry-run", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert (found["entries_written"], found["entries_absent"], found["entries_removed"]) == (0, 1, 0)
    assert (topic.written, topic.removed) == ([], [])


def test_with_strict_a_bad_line_takes_nothing_out(topic: Topic, imported: Callable[..., Result]) -> None:
    """Nor does it count as taken out."""
    done = imported("2026-04-02", "--strict", "--json", further="a bad line")
    assert done.exit_code == 1
    found = json.loads(done.stdout)
    assert (found["entries_written"], found["entries_absent"], found["entries_removed"]) == (0, 0, 0)
    assert (topic.written, topic.removed) == ([], [])
