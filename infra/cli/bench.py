"""`vigil bench`: figures of this checkout, each a ratio within one run."""

import importlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from infra.cli.whole_table import print_whole
from infra.settings import ROOT

DEFAULT = "all"
#: Columns of the table at least, so that it is whole in a file as well.
LEAST_WIDTH = 150


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--only",
    "names",
    multiple=True,
    metavar="GROUP",
    help=f"A group of figures, 'chain' or '{DEFAULT}'; may be given several times.  [default: {DEFAULT}]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON instead of the table.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("bench-out"),
    show_default=True,
    help="Folder of bench.json.",
)
def command(names: Sequence[str], out: Path, *, as_json: bool) -> None:
    """Run the benchmarks, print a table and write bench-out/bench.json.

    Every figure compares two things measured side by side in this run, so that it means the same on another machine;
    docs/benchmarks.md says how each is measured. bench.json is a list of {name, value, unit, goal, compared_with}. A
    figure that could not be measured has the value null and an `error` that says why.

    Exit 0 where every figure was measured, whether or not it meets its goal; else 1.

    \b
    Groups:
      producers   CPU of a camera against ffmpeg's copy and against decoding to JPEG
      triton      detection through Triton against bare ONNX Runtime
      triage      perception with its decode policy against every frame
      tracker     the tracking core against ByteTrack
      stages      camera-seconds a core-second of tracking, incidents and violations
      cases       messages a core-second of the cases' core alone and of the whole stage
      clickhouse  rows from topic to table, against decoding them and against the engine alone
      city-history  rows of a history of the test city, made and written
      evidence    CPU of a finding's evidence, over 1,000 findings
      reports     reports over three million cases, each asked a hundred times
      city-run    camera-seconds a core-second of the test city's detections
      chain       producers, triton, triage, tracker, stages and cases
      sinks       clickhouse and evidence
      city        city-run, city-history and reports
      all         all

    \b
    Examples:
      vigil bench
      vigil bench --only tracker --only stages
      vigil bench --only chain --json > figures.json
    """
    suite = _suite()
    chosen = [group for name in names or (DEFAULT,) for group in suite.SETS.get(name, (name,))]
    unknown = [name for name in chosen if name not in suite.GROUPS]
    if unknown:
        raise click.ClickException(
            f"no benchmark group {unknown[0]!r}; there are {', '.join([*suite.GROUPS, *suite.SETS])}"
        )
    figures = suite.run_groups(list(dict.fromkeys(chosen)), lambda line: click.echo(f"bench: {line}", err=True))
    rows = [figure.to_json() for figure in figures]
    out.mkdir(parents=True, exist_ok=True)
    (out / "bench.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        _print(figures)
    sys.exit(0 if all(figure.error is None for figure in figures) else 1)


def _suite() -> Any:
    """Import the suite, which lies in the checkout and is not installed; child processes find it as well."""
    if not (ROOT / "tests" / "benchmarks" / "suite.py").exists():
        raise click.ClickException(f"{ROOT} has no tests/benchmarks; run 'vigil bench' from a checkout")
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    return importlib.import_module("tests.benchmarks.suite")


def _print(figures: Sequence[Any]) -> None:
    table = Table()
    for title in ("figure", "value", "unit", "goal", "", "compared with"):
        table.add_column(title, justify="right" if title == "value" else "left", no_wrap=title != "compared with")
    for figure in figures:
        verdict = {True: "[green]met[/]", False: "[red]missed[/]", None: ""}[figure.met]
        value = "[red]not measured[/]" if figure.value is None else f"{figure.value:,.4g}"
        if figure.value is not None and abs(figure.value) >= 1000:
            value = f"{figure.value:,.0f}"
        table.add_row(
            figure.name, value, figure.unit, str(figure.goal or ""), verdict, figure.error or figure.compared_with
        )
    print_whole(table, console=Console(width=max(Console().width, LEAST_WIDTH)))
