"""INSERT statements whose data follows them, told apart from those whose data is a query. Pure."""

import re
from dataclasses import dataclass

_NAME = rb"(?:`(?:[^`\\]|\\.)*`|\"(?:[^\"\\]|\\.)*\"|\w+)"
_STATEMENT = re.compile(
    rb"^\s*(?P<target>INSERT\s+INTO\s+(?:TABLE\s+)?" + _NAME + rb"(?:\." + _NAME + rb")?"
    rb"(?:\s*\((?:`(?:[^`\\]|\\.)*`|\"(?:[^\"\\]|\\.)*\"|[^()`\"]|\([^()]*\))*\))?)"
    rb"(?:\s+(?P<settings>SETTINGS\s+(?:'(?:[^'\\]|\\.)*'|[^';])*?))?"
    rb"\s+(?:FORMAT\s+(?P<format>\w+)[ \t]*;?(?:\r?\n|[ \t]|$)|(?P<values>VALUES)\b)",
    re.IGNORECASE | re.DOTALL,
)
#: A statement is looked for in this many bytes at the beginning; a table of a thousand columns fits.
LONGEST_STATEMENT_BYTES = 262_144


@dataclass(frozen=True, slots=True)
class InsertStatement:
    """An INSERT and the data behind it.

    Attributes:
        target: `INSERT INTO table (columns)`.
        settings: its SETTINGS clause, or empty.
        format: name of the data's format.
        data: what is inserted.
    """

    target: str
    settings: str
    format: str
    data: memoryview

    def from_file(self, path: str) -> str:
        """Return the statement that inserts the same data from a file."""
        quoted = path.replace("\\", "\\\\").replace("'", "\\'")
        return f"{self.target} FROM INFILE '{quoted}' COMPRESSION 'none' {self.settings} FORMAT {self.format}"


def parse_insert(text: bytes) -> InsertStatement | None:
    """Return the INSERT that a request's text begins with, or None where it is another query.

    Raises:
        UnicodeDecodeError: the statement is not UTF-8.
    """
    found = _STATEMENT.match(text[:LONGEST_STATEMENT_BYTES])
    if found is None:
        return None
    return InsertStatement(
        target=found["target"].decode(),
        settings=(found["settings"] or b"").decode(),
        format="Values" if found["values"] else found["format"].decode(),
        data=memoryview(text)[found.end() :],
    )
