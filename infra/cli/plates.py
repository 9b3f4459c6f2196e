"""`vigil plates`: how well plates are read, on drawn plates and on the shipped clips' vehicles."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import click
from rich.table import Table

from infra.cli.whole_table import print_whole
from infra.noise.model_session import NoiseStudyError
from infra.plates.study import PARTS, Row, calibration
from infra.plates.study import score as score_plates

WORDS = {"plates", "confident and wrong"}
SHARES = ("plates", "draws", "found", "read", "right", "confident")


@click.group("plates", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Hold the plate models and what perception makes of them against drawn plates (docs/plates.md).

    \b
    Examples:
      vigil plates score
      vigil plates calibrate
    """


@command.command("score")
@click.option("--seed", type=int, default=2, show_default=True, help="Of all draws; 1 was tuned and calibrated on.")
@click.option(
    "--count", type=click.IntRange(5, 2000), default=60, show_default=True, help="Plates in each row; tracks."
)
@click.option("--part", "parts", type=click.Choice(PARTS), multiple=True, help="Of the table; several; default: all.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def score_command(seed: int, count: int, parts: tuple[str, ...], *, as_json: bool) -> None:
    """Read drawn plates on real vehicles: by width, by format, voted over tracks, and on vehicles as they are.

    Needs no stack, only `make setup`. With 60 plates a row about three minutes of one core.

    \b
    Examples:
      vigil plates score
      vigil plates score --seed 3 --count 200 --part tracks --json
    """
    try:
        found = score_plates(seed, count, parts or PARTS, _say)
    except NoiseStudyError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps(asdict(found), indent=1))
        return
    _show(found.rows)
    ratio = found.vehicle_ms / found.detector_ms
    click.echo(
        f"a vehicle takes {found.vehicle_ms:.0f} ms: finding {found.find_ms:.0f}, and reading {found.read_ms:.0f} where"
        f" found; one call of the detector takes {found.detector_ms:.0f} ms in the same run (ratio {ratio:.2f})"
    )


@command.command("calibrate")
@click.option("--seed", type=int, default=1, show_default=True, help="Of all draws.")
@click.option("--count", type=click.IntRange(100, 20000), default=1000, show_default=True, help="Plates.")
def calibrate_command(seed: int, count: int) -> None:
    """Print the calibration of plate_reading.toml anew: what the weight of a best text has meant on drawn plates.

    \b
    Example:
      vigil plates calibrate --count 2000
    """
    try:
        found = calibration(seed, count, _say)
    except NoiseStudyError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"calibration = {json.dumps(found)}")


def _say(line: str) -> None:
    click.echo(line, err=True)


def _show(rows: Sequence[Row]) -> None:
    table = Table(title="drawn plates read (shares of the draws; the last of the confident)")
    for name in (
        "plates",
        "draws",
        "found",
        "read",
        "right",
        "confident",
        "right, of confident",
        "confident and wrong",
    ):
        table.add_column(name, justify="left" if name in WORDS else "right")
    for row in rows:
        shares = [f"{value / max(1, row.draws):.2f}" for value in (row.found, row.read, row.right, row.confident)]
        sure = f"{row.confident_right / row.confident:.3f}" if row.confident else "-"
        table.add_row(row.name, str(row.draws), *shares, sure, ", ".join(row.texts))
    print_whole(table)
