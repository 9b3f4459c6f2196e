"""Applies the numbered files of ddl/ to a database, each once; a file that was applied may never change."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from clickhouse_connect.driver.client import Client

from sinks.clickhouse.clickhouse_client import command, query

TABLE: Final = "schema_migrations"
_FILE: Final = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")
_DATABASE: Final = re.compile(r"^[A-Za-z_]\w*$")
#: A quoted text, a quoted name, a comment, or the end of a statement.
_TOKEN: Final = re.compile(r"'(?:[^'\\]|\\.|'')*'|`(?:[^`\\]|\\.)*`|--[^\n]*|;", re.DOTALL)
_CREATE: Final = f"""
CREATE TABLE IF NOT EXISTS {TABLE}
(
    number UInt32 COMMENT 'Number of the file.',
    name String COMMENT 'Name of the file.',
    sha256 String COMMENT 'SHA-256 of the file as it was applied.',
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'When it was applied.'
)
ENGINE = ReplacingMergeTree(applied_at)
ORDER BY number
COMMENT 'Files of sinks/clickhouse/ddl that this database has.'"""


class MigrationError(RuntimeError):
    """The database and the files contradict each other; the text says where and what to do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file.

    Attributes:
        number: from 1, without gaps.
        name: name of the file.
        text: its content.
    """

    number: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        """Checksum of its content."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def statements(self) -> Sequence[str]:
        """Return its statements, without comments and semicolons."""
        out, begin, text = [], 0, self.text
        kept: list[str] = []
        for token in _TOKEN.finditer(text):
            if token[0].startswith("--"):
                kept.append(text[begin : token.start()])
                begin = token.end()
            elif token[0] == ";":
                out.append("".join([*kept, text[begin : token.start()]]).strip())
                kept, begin = [], token.end()
        rest = "".join([*kept, text[begin:]]).strip()
        return [statement for statement in [*out, rest] if statement]


def shipped() -> Sequence[Migration]:
    """Return the files of ddl/, in order.

    Raises:
        MigrationError: a name or number is not as it must be.
    """
    out = []
    for entry in sorted(resources.files("sinks.clickhouse").joinpath("ddl").iterdir(), key=lambda e: e.name):
        found = _FILE.match(entry.name)
        if found is None:
            if entry.name.endswith(".sql"):
                raise MigrationError(f"ddl/{entry.name} is not named NNNN_what_it_makes.sql")
            continue
        out.append(Migration(int(found[1]), entry.name, entry.read_text(encoding="utf-8")))
    numbers = [migration.number for migration in out]
    if numbers != list(range(1, len(out) + 1)):
        raise MigrationError(f"the files of ddl/ are numbered {numbers}; expected 1, 2, 3 without gaps")
    return out


def pending(applied: Mapping[int, str], files: Sequence[Migration]) -> Sequence[Migration]:
    """Return the files that a database lacks. Pure.

    Args:
        applied: checksum by number, as the database knows them.
        files: as `shipped` returns them.

    Raises:
        MigrationError: an applied file was changed, or the database has files that are not here.
    """
    by_number = {migration.number: migration for migration in files}
    for number, sha256 in sorted(applied.items()):
        if number not in by_number:
            raise MigrationError(
                f"the database has file number {number}, which is not here; this Vigil is older than the database"
            )
        if by_number[number].sha256 != sha256:
            raise MigrationError(
                f"ddl/{by_number[number].name} was changed after it was applied; put it back and write a further file"
            )
    return [migration for migration in files if migration.number not in applied]


def applied(client: Client, database: str) -> Mapping[int, str]:
    """Return the checksums of the files that a database has; empty where there is no such database.

    Raises:
        ClickHouseError: ClickHouse does not answer.
    """
    sql = "SELECT count() FROM system.tables WHERE database = {database:String} AND name = {table:String}"
    if not query(client, sql, {"database": database, "table": TABLE})[0][0]:
        return {}
    rows = query(client, f"SELECT number, sha256 FROM `{database}`.{TABLE} FINAL")  # noqa: S608  a checked name
    return {int(number): str(sha256) for number, sha256 in rows}


def create_database(client: Client, database: str) -> None:
    """Make the database where it is missing.

    Raises:
        MigrationError: the name is none.
        ClickHouseError: ClickHouse refused it, or does not answer.
    """
    if not _DATABASE.match(database):
        raise MigrationError(f"database {database!r}: expected letters, digits and underscores")
    command(client, f"CREATE DATABASE IF NOT EXISTS `{database}` COMMENT 'Vigil: what came through Kafka.'")


def apply(client: Client, files: Sequence[Migration], on_applied: Callable[[Migration], None]) -> None:
    """Apply files in order; each statement may have been applied before, so an interrupted run is repeated whole.

    Args:
        client: connected to the database.
        files: as `pending` returns them.
        on_applied: called after each.

    Raises:
        ClickHouseError: ClickHouse refused a statement, or does not answer.
    """
    command(client, _CREATE)
    for migration in files:
        for statement in migration.statements():
            command(client, statement)
        values = f"({migration.number}, '{migration.name}', '{migration.sha256}')"
        command(client, f"INSERT INTO {TABLE} (number, name, sha256) VALUES {values}", settings={"async_insert": 0})  # noqa: S608
        on_applied(migration)
