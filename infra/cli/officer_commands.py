"""What the commands of officers' desks share: their options, the tables, the keys, and errors as sentences."""

import functools
from collections.abc import Callable
from typing import Any, Final

import click
from clickhouse_connect.driver.client import Client
from confluent_kafka import KafkaException

from infra.cli.clickhouse_errors import clickhouse_sentence, quiet_client
from infra.keys.key_store import KeyStore, KeyStoreError
from infra.keys.period import PeriodError
from infra.leads.desk import LeadError
from infra.review.corrected_plate import PlateError
from infra.review.desk import ReviewError
from infra.review.login import login_name
from infra.review.officers import Officer, OfficerError, officer_of
from infra.settings import Settings
from schemas.registry import RegistryUnavailableError
from sinks.clickhouse.clickhouse_client import ClickHouseError, connect

QUERY_S: Final = 60
#: Exit code of `next` where nothing waits.
NOTHING: Final = 3
#: What an officer can act on.
_TOLD: Final = (KeyStoreError, LeadError, OfficerError, PeriodError, PlateError, RegistryUnavailableError, ReviewError)

officer_option = click.option(
    "--officer", required=True, metavar="ID", help="Pseudonym of the officer, as the file of officers has it."
)
as_json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON for programs.")
most_option = click.option(
    "--most", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Rows at most."
)


def sentences(function: Callable[..., Any]) -> Callable[..., Any]:
    """Turn what an officer can act on into one sentence and exit code 1."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except ClickHouseError as error:
            raise click.ClickException(clickhouse_sentence(Settings().clickhouse_address, error)) from error
        except KafkaException as error:
            raise click.ClickException(f"Kafka at {Settings().bootstrap_servers}: {error.args[0].str()}") from error
        except _TOLD as error:
            raise click.ClickException(str(error)) from error

    return wrapper


def tables(settings: Settings) -> Client:
    """Return a client of the tables' database; what it logs of itself is nothing for an officer."""
    quiet_client()
    return connect(
        settings.clickhouse_address,
        settings.clickhouse_user,
        settings.clickhouse_password.get_secret_value(),
        settings.clickhouse_database,
        QUERY_S,
    )


def keys(settings: Settings) -> KeyStore | None:
    """Return the keys of VIGIL_KEY_STORE; None: none is named, and every plate stays closed.

    Raises:
        KeyStoreError: the store is not safe.
    """
    return KeyStore(settings.key_store) if settings.key_store is not None else None


def officer_named(officer_id: str) -> Officer:
    """Return an officer of the file of officers, who acts under this process's login.

    Raises:
        OfficerError: nobody has this pseudonym there, or another login is that officer's.
    """
    path = Settings().review_officers_file
    found = officer_of(path, officer_id)
    found.acts_under(login_name())
    if not found.login:
        click.echo(f"{path} names no login for {officer_id}: whoever runs this may act as them", err=True)
    return found
