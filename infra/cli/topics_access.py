"""`vigil topics access`: who may do what in Kafka, as schemas/access.toml has it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import wraps
from typing import Any, Final

import click
from rich.table import Table

from infra.cli.whole_table import print_whole
from infra.settings import Settings
from infra.topics.access import AccessPlan, Rights, difference
from infra.topics.connection import TopicsError
from schemas.access import AccessFileError, Right, access
from schemas.topics import TopicsFileError, catalogue

#: Exit code of plan with differences; 1 is an error.
PENDING: Final = 2
ADD, REMOVE, KEEP = "+", "-", "?"
MEANINGS: Final = {ADD: "to be given", REMOVE: "to be taken", KEEP: "surplus: --take-surplus takes it"}

as_json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")


def sentence_errors(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turn the errors that an operator must settle into one sentence and exit code 1."""

    @wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (AccessFileError, TopicsError, TopicsFileError) as error:
            raise click.ClickException(str(error)) from error

    return wrapper


@click.group("access", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Plan and apply who may read and write which topic.

    schemas/access.toml says it; VIGIL_KAFKA_USER and VIGIL_KAFKA_PASSWORD must be a super user's (docs/access.md).

    \b
    Examples:
      vigil topics access plan
      vigil topics access apply --take-surplus
    """


def _wanted(settings: Settings) -> frozenset[Right]:
    return access().rights(catalogue(), settings.topic_prefix, settings.topic_profile)


def _differs(settings: Settings, rights: Rights) -> AccessPlan:
    return difference(_wanted(settings), rights.found(), settings.topic_prefix)


@command.command()
@as_json_option
@sentence_errors
def plan(*, as_json: bool) -> None:
    """Show which rights the brokers lack, and which they have beyond the file; change nothing.

    Ends with 0 where there is nothing to do, with 2 where there is, with 1 on an error.

    \b
    Examples:
      vigil topics access plan
      vigil topics access plan --json | jq .surplus
    """
    settings = Settings()
    found = _differs(settings, Rights(settings.bootstrap_servers, settings.kafka_security))
    if as_json:
        _write({"missing": found.missing, "surplus": found.surplus})
    else:
        _print([(ADD, one) for one in found.missing] + [(KEEP, one) for one in found.surplus])
    raise SystemExit(PENDING if found.pending else 0)


@command.command()
@click.option("--take-surplus", is_flag=True, help="Take rights that schemas/access.toml does not give, too.")
@as_json_option
@sentence_errors
def apply(*, take_surplus: bool, as_json: bool) -> None:
    """Give the rights that are missing; give before taking, so that nobody is cut off in between.

    \b
    Examples:
      vigil topics access apply
      vigil topics access apply --take-surplus --json
    """
    settings = Settings()
    rights = Rights(settings.bootstrap_servers, settings.kafka_security)
    found = _differs(settings, rights)
    rights.give(found.missing)
    taken: Sequence[Right] = found.surplus if take_surplus else ()
    rights.take(taken)
    if as_json:
        _write({"given": found.missing, "taken": taken})
        return
    mark = REMOVE if take_surplus else KEEP
    _print([(ADD, one) for one in found.missing] + [(mark, one) for one in found.surplus])


def _write(lists: dict[str, Sequence[Right]]) -> None:
    click.echo(json.dumps({name: [asdict(one) for one in rights] for name, rights in lists.items()}, indent=2))


def _print(lines: Sequence[tuple[str, Right]]) -> None:
    if not lines:
        click.echo("the brokers have exactly the rights of schemas/access.toml")
        return
    table = Table("", "user", "may", "what", "meaning")
    for mark, one in lines:
        table.add_row(mark, one.user, one.operation, f"{one.resource} {one.name}", MEANINGS[mark])
    print_whole(table)
