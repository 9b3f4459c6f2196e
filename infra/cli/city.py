"""`vigil city`: the test city."""

import click

from infra.cli.city_build import command as build
from infra.cli.city_film import command as film
from infra.cli.city_history import command as history
from infra.cli.city_noise import command as noise
from infra.cli.city_run import command as run
from infra.cli.city_scale import command as scale
from infra.cli.city_sprites import command as sprites


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Make the test city: a deterministic Almaty whose truth is known.

    \b
    Examples:
      vigil city build --seed 7 --cameras 60
      vigil city run --seed 7 --cameras 50 --seconds 600 --digest
      vigil city scale
      vigil city film --seed 7 --cameras 10 --seconds 60 --only K-00005 --score
      vigil city noise
      vigil city history --from 2024-01-01 --to 2024-09-30 --dry-run
    """


command.add_command(build, "build")
command.add_command(noise, "noise")
command.add_command(run, "run")
command.add_command(scale, "scale")
command.add_command(history, "history")
command.add_command(film, "film")
command.add_command(sprites, "sprites")
