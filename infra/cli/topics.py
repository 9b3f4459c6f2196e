"""`vigil topics`: plan, apply, doctor, lag, describe, release."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

import click
from rich.console import Console

from infra.settings import Settings
from infra.topics.application import apply as apply_topics
from infra.topics.application import plan as plan_topics
from infra.topics.connection import TopicsError
from infra.topics.difference import Change
from infra.topics.plan_text import change_text
from schemas.topics import TopicsFileError

#: Exit code of plan with changes pending and of doctor with findings; 1 is an error.
PENDING: Final = 2

as_json = click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")


def sentence_errors(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the errors that an operator must settle into one sentence and exit code 1."""

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (TopicsError, TopicsFileError) as error:
            raise click.ClickException(str(error)) from error

    return wrapper


def write_json(data: Any) -> None:
    """Write one JSON document."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Plan, apply and examine topics and schemas.

    schemas/topics.toml and schemas/*.avsc say what there must be; VIGIL_TOPIC_PREFIX and VIGIL_TOPIC_PROFILE say under
    which names and how big.
    """


@command.command()
@as_json
@sentence_errors
def plan(*, as_json: bool) -> None:
    """Show what apply would change, as a diff; change nothing.

    Ends with 0 where there is nothing to do, with 2 where changes are pending, with 1 on an error.

    \b
    Examples:
      vigil topics plan
      vigil topics plan --json | jq .pending
    """
    found = plan_topics(Settings())
    if as_json:
        write_json(found.to_json())
    else:
        console = Console(highlight=False, soft_wrap=True)
        for change in found.changes:
            console.print(change_text(change))
        console.print(f"{len(found.changes)} change(s) pending." if found.changes else "Nothing to do.")
    raise SystemExit(PENDING if found.changes else 0)


@command.command()
@click.option("--allow-data-loss", is_flag=True, help="Make changes that lose data too.")
@as_json
@sentence_errors
def apply(*, allow_data_loss: bool, as_json: bool) -> None:
    """Make topics, changelogs and schemas as topics.toml and the .avsc files say.

    Asks nothing; refuses, with nothing changed, what would lose data unless told. A second run changes nothing.

    \b
    Examples:
      vigil topics apply
      vigil topics apply --json
      VIGIL_TOPIC_PROFILE=cell vigil topics apply --allow-data-loss
    """
    console = Console(highlight=False, soft_wrap=True)

    def show(change: Change) -> None:
        if not as_json:
            console.print(change_text(change, brief=True))

    report = apply_topics(Settings(), allow_data_loss=allow_data_loss, on_change=show)
    if as_json:
        write_json(report.to_json())
    else:
        console.print(
            f"{len(report.changes)} change(s) made; {report.topics} topics, {report.subjects} schemas in place."
        )
