"""`vigil vehicles`: a city's tables of vehicles, sealed on their way into Kafka."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final

import click
from confluent_kafka import KafkaException
from rich.table import Table

from infra.cli.keys import opened, store_option
from infra.cli.whole_table import print_whole
from infra.import_line import Problem
from infra.keys.key_store import KeyStore, KeyStoreError
from infra.keys.period import PeriodError, first_day, period_of
from infra.keys.period_key import PeriodKey
from infra.settings import Settings
from infra.vehicles.absence import AbsenceError, absent
from infra.vehicles.held_vehicles import held
from infra.vehicles.vehicle_file import Row, VehicleFileError, read
from infra.vehicles.vehicle_topic import remove, write
from schemas.city_time import CITY
from schemas.messages import VehicleEntry
from schemas.registry import RegistryUnavailableError, SchemaNotRegisteredError

#: Bad lines that are shown; the others are counted.
MOST_SHOWN: Final = 20


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Import what a city's tables say of its vehicles: inspection, insurance, wanted (docs/leads.md).

    \b
    Examples:
      vigil vehicles import vehicles.csv --known-on 2026-11-27
      vigil vehicles import vehicles.csv --known-on 2026-11-27 --dry-run --json
    """


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--known-on",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="Day on which the table was drawn; later renewals are not in it.",
)
@click.option(
    "--period",
    "periods",
    multiple=True,
    help="Quarter whose key seals the plates, such as 2026-q4; may be repeated.  [default: that of --known-on]",
)
@store_option
@click.option("--strict", is_flag=True, help="Import nothing where a line is bad.")
@click.option(
    "--complete",
    is_flag=True,
    help="The file is the whole table: take out vehicles that it lacks, unless a line is bad.",
)
@click.option(
    "--most-removed",
    type=click.IntRange(0),
    help="Most vehicles that --complete may take out; beyond, nothing is written.  [default: 5 % of those held]",
)
@click.option("--dry-run", is_flag=True, help="Check the file, write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def import_(
    file: Path,
    known_on: datetime,
    periods: tuple[str, ...],
    store: Path | None,
    *,
    strict: bool,
    complete: bool,
    most_removed: int | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Read a table of vehicles (CSV) into the topic vehicle-registry; a vehicle's newer entry takes the older's place.

    Plates leave this command sealed under the quarter's key alone. A bad line is reported by its number and left out.
    Import nightly, and before a quarter ends also for the next (--period). Ends with 1 where a line was bad.

    With --complete the file is held against what the topic has, and a vehicle that it lacks is taken out: no lead is
    made of it and no owner's class is known any more. A table older than the newest that it has is refused.

    \b
    Examples:
      vigil vehicles import vehicles.csv --known-on 2026-11-27
      vigil vehicles import vehicles.csv --known-on 2026-11-27 --complete
      vigil vehicles import vehicles.csv --known-on 2026-12-31 --period 2026-q4 --period 2027-q1
    """
    known_at_us = int(known_on.replace(tzinfo=CITY).timestamp()) * 1_000_000
    if known_on.replace(tzinfo=CITY) > datetime.now(UTC):
        raise click.ClickException(f"--known-on {known_on:%Y-%m-%d} has not come yet; expected the day of the table")
    if most_removed is not None and not complete:
        raise click.UsageError("--most-removed bounds what --complete takes out; say --complete, or leave it out")
    keys = _keys(opened(store), periods or (period_of(known_at_us),))
    settings, reader = Settings(), _Reader(file)
    gone: Sequence[bytes] = ()
    with _sentences(file):
        if complete:
            listed = {bytes.fromhex(key.vehicle_key(row.plate)) for row in reader for key in keys}
            there = held(settings, {key.period for key in keys}, lambda n: _say(n, "read"))
            if there.known_at_us > known_at_us:
                newest = datetime.fromtimestamp(there.known_at_us / 1_000_000, CITY)
                raise AbsenceError(
                    f"the table is of {known_on:%Y-%m-%d}, but vehicles that are held are known of {newest:%Y-%m-%d};"
                    " expected --complete with a table at least as new: an older one lacks what the newer one brought."
                    " Nothing was written. Import the newest table, or leave out --complete"
                )
            if not reader.bad:
                gone = absent(there.keys, listed, most_removed)
        elif strict or dry_run:
            for _ in reader:
                pass
        written = removed = 0
        if not dry_run and not (strict and reader.bad):
            again = _Reader(file) if strict or complete else reader
            written = write(settings, _entries(again, keys, known_at_us), lambda n: _say(n, "written"))
            removed = remove(settings, gone, lambda n: _say(n, "taken out"))
    if complete and reader.bad:
        click.echo(f"{file}: nothing is taken out: with bad lines the table is not complete", err=True)
    counts = {"entries_written": written, "entries_absent": len(gone), "entries_removed": removed}
    _show(file, reader, [key.period for key in keys], counts, as_json=as_json)
    raise SystemExit(1 if reader.bad else 0)


@command.command()
@click.argument("period")
@click.option("--dry-run", is_flag=True, help="Count, write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def forget(period: str, *, dry_run: bool, as_json: bool) -> None:
    """Take all vehicles of a quarter that is over out of the topic vehicle-registry.

    Entries of old quarters are never looked up again, and every process reads past them when it starts. The present
    quarter's and the last one's stay: offences of the last weeks are still being relayed. It needs no key.

    \b
    Examples:
      vigil vehicles forget 2026-q1 --dry-run
      vigil vehicles forget 2026-q1
    """
    present = first_day(period_of(int(datetime.now(UTC).timestamp()) * 1_000_000))
    # as the processes do, which keep the newest two: processors/vehicles/by_period.py
    last = first_day(
        period_of(int(datetime.combine(present - timedelta(days=1), time(12), CITY).timestamp()) * 1_000_000)
    )
    try:
        still_used = first_day(period) >= last
    except PeriodError as error:
        raise click.ClickException(str(error)) from error
    if still_used:
        raise click.ClickException(f"{period} is looked up yet; expected a quarter that ended before {last}")
    settings = Settings()
    with _sentences():
        found = held(settings, {period}, lambda n: _say(n, "read")).keys
        if not dry_run:
            remove(settings, sorted(found), lambda n: _say(n, "taken out"))
    said = {"period": period, "vehicles": len(found), "removed": 0 if dry_run else len(found)}
    click.echo(
        json.dumps(said) if as_json else f"{period}: {len(found):,} vehicles, {said['removed']:,} of them taken out"
    )


@contextmanager
def _sentences(file: Path | None = None) -> Iterator[None]:
    """Turn what an operator can act on into one sentence and exit code 1."""
    try:
        yield
    except (AbsenceError, VehicleFileError) as error:
        raise click.ClickException(f"{file}: {error}") from error
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file}: {error}; expected a CSV file in UTF-8") from error
    except KafkaException as error:
        raise click.ClickException(
            f"Kafka: {error.args[0].str()}; is the stack up ('vigil status') and 'vigil topics apply' run?"
        ) from error
    except (RegistryUnavailableError, SchemaNotRegisteredError) as error:
        raise click.ClickException(str(error)) from error


class _Reader:
    """Reads a file's good vehicles, once; counts, and keeps the first of the bad lines."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.good = self.bad = 0
        self.problems: list[Problem] = []

    def __iter__(self) -> Iterator[Row]:
        with self._file.open(encoding="utf-8-sig", newline="") as lines:
            for one in read(lines):
                if isinstance(one, Row):
                    self.good += 1
                    yield one
                    continue
                self.bad += 1
                if len(self.problems) < MOST_SHOWN:
                    self.problems.append(one)


def _keys(store: KeyStore, periods: Sequence[str]) -> Sequence[PeriodKey]:
    out = []
    for period in dict.fromkeys(periods):
        try:
            key = store.key(period)
        except (KeyStoreError, PeriodError) as error:
            raise click.ClickException(str(error)) from error
        if key is None:
            raise click.ClickException(f"period {period} has no key: run 'vigil keys create {period}'")
        out.append(key)
    return out


def _entries(rows: "_Reader", keys: Sequence[PeriodKey], known_at_us: int) -> Iterator[VehicleEntry]:
    for row in rows:
        for key in keys:
            yield row.sealed(key, known_at_us)


def _say(count: int, what: str) -> None:
    click.echo(f"{count:,} entries {what}", err=True)


def _show(file: Path, reader: _Reader, periods: Sequence[str], counts: Mapping[str, int], *, as_json: bool) -> None:
    for problem in reader.problems:
        click.echo(f"{file}: {problem}", err=True)
    if reader.bad > len(reader.problems):
        click.echo(f"{reader.bad - len(reader.problems):,} further lines are bad", err=True)
    found = {
        "vehicles": reader.good,
        "bad_lines": reader.bad,
        "periods": list(periods),
        **counts,
    }
    if as_json:
        click.echo(json.dumps(found))
        return
    table = Table("vehicles", "bad lines", "sealed for", "entries written", "absent", "taken out")
    table.add_row(f"{reader.good:,}", f"{reader.bad:,}", ", ".join(periods), *(f"{n:,}" for n in counts.values()))
    print_whole(table)
