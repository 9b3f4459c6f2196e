"""`vigil city noise`: the simulated detector beside the real one; the noise file's fit and its reference truth."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import click
from rich.console import Console
from rich.table import Table

from infra.noise.clips import CLIPS
from infra.noise.model_session import NoiseStudyError
from infra.noise.study import Compared, compare, fit, make_truth, observe, with_plates
from producers.simulator.noise.checked_table import NoiseFileError
from producers.simulator.noise.noise_model import SHIPPED, NoiseModel

T = TypeVar("T")
SHIPPED_FILE = Path(__file__).resolve().parents[2] / "producers/simulator/noise" / SHIPPED
_footage = click.option(
    "--footage",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the clips that are not part of the repository (docs/noise.md); they are left out without it.",
)


@click.group("noise", invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@_footage
@click.option("--file", "file", type=click.Path(exists=True, path_type=Path), help="Noise file; default: the shipped.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_context
def command(context: click.Context, footage: Path | None, file: Path | None, *, as_json: bool) -> None:
    """Hold the simulated detector against the real one, clip by clip.

    Runs the shipped detector over the clips, lays the noise file on their reference truth, and shows recall, precision
    and box errors of both. About two minutes of CPU.

    \b
    Examples:
      vigil city noise
      vigil city noise --footage=/data/footage --json
      vigil city noise fit --footage=/data/footage     write the noise file anew
    """
    if context.invoked_subcommand is not None:
        return
    compared = _or_sentence(lambda: compare(observe(list(CLIPS), footage, _say), NoiseModel.load(file)))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in compared], indent=1))
    else:
        _show(compared)


@command.command("fit")
@_footage
@click.option(
    "--plate-reader", type=click.Path(exists=True, path_type=Path), help="A plate reader's file: [plates] is made anew."
)
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), default=SHIPPED_FILE, help="File to write.")
def fit_command(footage: Path | None, plate_reader: Path | None, to: Path) -> None:
    """Fit the noise file on the clips that are for it; what they do not show keeps the shipped file's figures.

    \b
    Example:
      vigil city noise fit --to /tmp/mine.toml
    """
    names = [name for name, clip in CLIPS.items() if clip.fitted]
    start = _or_sentence(lambda: with_plates(NoiseModel.load(), plate_reader, _say))
    text = _or_sentence(lambda: fit(observe(names, footage, _say), start))
    to.write_text(text, encoding="utf-8")
    click.echo(f"{to} written")


@command.command("truth")
@_footage
@click.option("--second-model", type=click.Path(exists=True, path_type=Path), required=True, help="YOLOX-nano's file.")
@click.option(
    "--sheets",
    type=click.Path(path_type=Path),
    default=Path("noise-out"),
    show_default=True,
    help="Folder of the sheets.",
)
@click.argument("names", nargs=-1, type=click.Choice(list(CLIPS)))
def truth_command(footage: Path | None, second_model: Path, sheets: Path, names: Sequence[str]) -> None:
    """Make the reference truth of clips (default: all) and draw contact sheets to look at it; minutes a clip.

    \b
    Example:
      vigil city noise truth --second-model yolox_nano_416.onnx street
    """
    _or_sentence(lambda: make_truth(names or list(CLIPS), footage, second_model, sheets, _say))


def _or_sentence(step: Callable[[], T]) -> T:
    """Run a step; what a person can act on is one sentence."""
    try:
        return step()
    except (NoiseStudyError, NoiseFileError) as error:
        raise click.ClickException(str(error)) from error


def _say(line: str) -> None:
    click.echo(line, err=True)


def _show(compared: Sequence[Compared]) -> None:
    table = Table(title="simulated detector against the real one (real / simulated)")
    table.add_column("clip")
    for name in (
        "used to",
        "frames",
        "boxes",
        "recall",
        "precision",
        "centre sd",
        "size sd",
        "IoU",
        "score",
        "missed run",
    ):
        table.add_column(name, justify="right")
    for one in compared:
        pairs = [
            (one.real.recall, one.simulated.recall),
            (one.real.precision, one.simulated.precision),
            (one.real.centre_sd_ratio, one.simulated.centre_sd_ratio),
            (one.real.size_sd_ratio, one.simulated.size_sd_ratio),
            (one.real.iou_mean, one.simulated.iou_mean),
            (one.real.score_mean, one.simulated.score_mean),
            (one.real.missed_run_frames, one.simulated.missed_run_frames),
        ]
        use = "fit" if one.clip.fitted else "check"
        cells = [f"{real:.2f} / {made:.2f}" for real, made in pairs[:2]]
        cells += [f"{real:.3f} / {made:.3f}" for real, made in pairs[2:4]]
        cells += [f"{real:.2f} / {made:.2f}" for real, made in pairs[4:]]
        table.add_row(one.clip.name, use, str(one.frames), str(one.true_boxes), *cells)
    Console(width=150).print(table)
