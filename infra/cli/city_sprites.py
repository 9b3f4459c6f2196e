"""`vigil city sprites`: the library of cut-outs and the ground's textures, made anew from footage."""

import json
from pathlib import Path

import click

from infra.film.sprites import FOLDER, SpriteError, make_library


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--footage",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=True,
    help="Folder with fire_house.mp4; the other clips are part of the repository.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=FOLDER,
    help="Folder of sprites.png, sprites.json, ground.png, ground.json.  [default: the shipped ones]",
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
def command(footage: Path, out: Path, *, as_json: bool) -> None:
    """Cut vehicles, people and flames out of footage, by producers/simulator/pixels/data/sprites.toml.

    \b
    Example:
      vigil city sprites --footage /data/footage --out /tmp/sprites
    """
    try:
        counts = make_library(footage, out, lambda line: click.echo(line, err=True))
    except SpriteError as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"{out}: {error.strerror or error}; name a folder that can be written") from error
    click.echo(json.dumps(counts) if as_json else ", ".join(f"{kind} {count}" for kind, count in counts.items()))
