"""Looks at a case outside the desk: who, why, on record before anything is shown."""

from collections.abc import Callable
from typing import Any

import click
from clickhouse_connect.driver.client import Client

from infra.cli.officer_commands import officer_named, sentences
from infra.review.looks import Opened, record_case_look
from infra.review.officers import Officer, Role


def look_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say who looks and why; which of its looks need them it says itself."""
    why = click.option("--why", default="", help="Why the case is opened; kept with the look.")
    return click.option(
        "--officer", metavar="ID", help="Pseudonym of the officer who looks, as the file of officers has it."
    )(why(function))


@sentences
def look(connected: Callable[[], Client], case_id: str, officer: str | None, why: str, opened: Opened) -> None:
    """Put a look on record; it is there when this returns.

    A look at the price may be of somebody who is no officer: it shows no picture and no plate, and accountants and
    courts' clerks ask for it too. It is on record under the login alone.

    Args:
        connected: returns a client of the tables' database.
        case_id: the case.
        officer: who looks; None: nobody was named.
        why: the reason, in the officer's words.
        opened: what is shown next.

    Raises:
        UsageError: who or why is not said, and must be.
        ClickException: the officer may not, or the look could not be recorded.
    """
    if officer is None and opened is Opened.PRICE:
        record_case_look(connected(), Officer("", frozenset()), case_id, why, opened)
        return
    if officer is None or not why.strip():
        raise click.UsageError(
            f"a look at case {case_id} is recorded with who and why; name --officer ID and --why TEXT (docs/cases.md)"
        )
    who = officer_named(officer)
    if Role.SENIOR not in who.roles:
        who.needs(Role.REVIEWER)
    record_case_look(connected(), who, case_id, why, opened)
