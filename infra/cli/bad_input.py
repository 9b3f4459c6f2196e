"""`vigil bad-input`: bad input beside a good camera, and what each came to."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console

from infra.bad_input.outcome import show
from infra.bad_input.trial import Trial
from infra.demo.run import DemoError
from infra.local.control import LocalStack
from infra.settings import Settings

PIPE_COLUMNS = 160
DATA_DIR = Path(".local/bad-input")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for bad-input.json.")
def command(*, as_json: bool, out: Path | None) -> None:
    """Try bad input beside a good camera and show what each came to.

    Starts the local stack in a folder of its own (.local/bad-input, or VIGIL_DATA_DIR/bad-input), plays broken and
    refused sources, imports a degenerate homography, writes messages that no reader understands, and stops everything.
    Exit 0 only where every input ended as it must and no stage went down or restarted.

    \b
    Examples:
      vigil bad-input
      vigil bad-input --json --out /tmp/mine
    """
    given = Settings()
    # the folder is emptied first: never the one that a person's own stack lives in
    own = given.data_dir / "bad-input" if "data_dir" in given.model_fields_set else DATA_DIR
    settings = given.model_copy(update={"data_dir": own})
    if LocalStack(settings).running():  # another's: the clean-up below would stop it
        raise click.ClickException(f"a stack is running on {own}; 'VIGIL_DATA_DIR={own} vigil down' stops it")
    progress = Console(stderr=True)
    with TemporaryDirectory(prefix="vigil-bad-input-") as folder:
        try:
            trial = Trial(settings, Path(folder), progress)
            try:
                trial.demo.prepare()
                summary = trial.run()
            finally:
                trial.demo.down()
        except DemoError as error:
            raise click.ClickException(str(error)) from error
    text = json.dumps(summary.to_json(), indent=2, ensure_ascii=False)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "bad-input.json").write_text(text + "\n", encoding="utf-8")
    if as_json:
        click.echo(text)
    else:
        console = Console(highlight=False)
        show(summary, console if console.is_terminal else Console(highlight=False, width=PIPE_COLUMNS))
    sys.exit(0 if summary.ok else 1)
