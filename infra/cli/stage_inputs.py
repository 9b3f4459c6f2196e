"""What stages are given beside the settings: the keys of plates and the register of exempt vehicles, or a sentence."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, TypeVar

import click

from infra.settings import Settings
from schemas.city_time import CITY

if TYPE_CHECKING:
    from infra.keys.key_store import KeyStore
    from processors.violations.exempt_vehicles import ExemptVehicles

T = TypeVar("T")
#: A secret of this many bytes cannot be tried out.
LEAST_SECRET_BYTES: Final = 32


def with_keys(make: "Callable[[KeyStore], T]") -> "T | None":
    """Return what uses the keys of VIGIL_KEY_STORE; None: none is named.

    Raises:
        ClickException: the store is not safe.
    """
    from infra.keys.key_store import KeyStore, KeyStoreError  # noqa: PLC0415  its libraries are loaded where it is used
    from infra.keys.period import PeriodError  # noqa: PLC0415

    folder = Settings().key_store
    try:
        return make(KeyStore(folder)) if folder is not None else None
    except (KeyStoreError, PeriodError) as error:
        raise click.ClickException(str(error)) from error


def days_with_keys() -> "Callable[[], float] | None":
    """Return what says how many days the keys of VIGIL_KEY_STORE suffice, by this machine's clock; None: none is named.

    Raises:
        ClickException: the store is not safe.
    """
    from infra.keys.keys_left import days_left  # noqa: PLC0415  as above

    return with_keys(lambda store: lambda: float(days_left(store.periods(), city_day())))


def city_day() -> date:
    """Return the day by the city's calendar and this machine's clock."""
    return datetime.now(CITY).date()


def days_unattested() -> "Callable[[], float] | None":
    """Return what says for how many days a quarter of VIGIL_KEY_STORE waits for its attestation; None: none is named.

    A log that cannot be read attests nothing. A store that is no longer safe is said as infinity: a scrape has no place
    for a sentence, and the alert must come.

    Raises:
        ClickException: the store is not safe.
    """
    from infra.cli.retention_log import log_beside  # noqa: PLC0415  as above
    from infra.keys.key_store import KeyStoreError  # noqa: PLC0415
    from infra.retention.retention_rules import RetentionError  # noqa: PLC0415
    from infra.retention.unattested import attested_keys, unattested_days  # noqa: PLC0415

    def asked(store: "KeyStore") -> Callable[[], float]:
        log = log_beside(store.folder)

        def days() -> float:
            try:
                found = {period: store.key(period) for period in store.periods()}
            except KeyStoreError:
                return float("inf")
            try:
                attested = attested_keys(log.entries())
            except RetentionError:
                attested = frozenset()
            keys = {period: key.fingerprint for period, key in found.items() if key is not None}
            return float(unattested_days(keys, attested, city_day()))

        return days

    return with_keys(asked)


def exempt_vehicles() -> "ExemptVehicles | None":
    """Return the register of VIGIL_EXEMPT_VEHICLES; None: none is named.

    Raises:
        ClickException: it cannot be read or used.
    """
    from infra.exempt_vehicles import load_exempt_vehicles  # noqa: PLC0415  as above
    from processors.violations.exempt_vehicles import ExemptVehiclesError  # noqa: PLC0415

    try:
        return load_exempt_vehicles(Settings().exempt_vehicles)
    except ExemptVehiclesError as error:
        raise click.ClickException(str(error)) from error


def sample_key() -> bytes:
    """Return the secret of VIGIL_SECOND_REVIEW_KEY; empty: none is named.

    Raises:
        ClickException: the file cannot be read, is open to others, or holds too little.
    """
    path = Settings().second_review_key
    if path is None:
        return b""
    from infra.keys.key_store import KeyStoreError, check_private  # noqa: PLC0415  as above

    try:
        check_private(path, 0o600)
        key = path.read_bytes()
    except KeyStoreError as error:
        raise click.ClickException(f"{error}; officers must not read it") from error
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror or error}; VIGIL_SECOND_REVIEW_KEY names it") from error
    if len(key) < LEAST_SECRET_BYTES:
        raise click.ClickException(
            f"{path} holds {len(key)} bytes; expected {LEAST_SECRET_BYTES} or more, for example of"
            f" 'head -c {LEAST_SECRET_BYTES} /dev/urandom'"
        )
    return key
