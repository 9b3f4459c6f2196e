"""`vigil city`: the test city."""

import click

from infra.cli.city_history import command as history


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Make the test city: a deterministic Almaty whose truth is known.

    \b
    Examples:
      vigil city history --from 2024-01-01 --to 2024-09-30 --dry-run
    """


command.add_command(history, "history")
