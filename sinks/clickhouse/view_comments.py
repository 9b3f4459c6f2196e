"""Comments on the columns of views, where people read them: DESCRIBE, a SQL prompt, a BI tool (decision 0282).

ClickHouse gives a view's columns no comment of the table's. They are given those that the data dictionary has, wherever
the database says anything else.
"""

from collections.abc import Sequence

from clickhouse_connect.driver.client import Client

from sinks.clickhouse.clickhouse_client import command, query
from sinks.clickhouse.dictionary import Dictionary, View, read
from sinks.clickhouse.migration import shipped

_COMMENTS = """
SELECT c.table, c.name, c.comment
FROM system.columns AS c
INNER JOIN system.tables AS t ON t.database = c.database AND t.name = c.table
WHERE c.database = currentDatabase() AND t.engine = 'View'
ORDER BY c.table, c.position"""


def lacking(client: Client, dictionary: Dictionary) -> Sequence[View]:
    """Return the views of a database whose columns do not say what the dictionary says.

    Args:
        client: connected to the database.
        dictionary: of the files that it has.

    Raises:
        ClickHouseError: ClickHouse does not answer.
    """
    said: dict[str, dict[str, str]] = {}
    for view, column, comment in query(client, _COMMENTS):
        said.setdefault(view, {})[column] = comment
    return [
        view
        for view in dictionary.views
        if view.name in said and said[view.name] != {c.name: c.meaning for c in view.columns(dictionary.tables)}
    ]


def describe(client: Client) -> Sequence[str]:
    """Put the shipped dictionary's meanings on the columns of a database's views; return the views that lacked them.

    Args:
        client: connected to the database, which has every shipped file.

    Raises:
        ClickHouseError: ClickHouse refused a view, or does not answer.
    """
    dictionary = read(shipped())
    found = lacking(client, dictionary)
    for view in found:
        command(client, described(view, dictionary))
    return [view.name for view in found]


def described(view: View, dictionary: Dictionary) -> str:
    """Return the statement that gives a view's columns their comments. Pure."""
    comments = ", ".join(
        f"COMMENT COLUMN `{column.name}` {_quoted(column.meaning)}" for column in view.columns(dictionary.tables)
    )
    return f"ALTER TABLE {view.name} {comments}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
