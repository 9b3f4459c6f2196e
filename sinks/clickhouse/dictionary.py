"""The data dictionary: what the COMMENTs of ddl/ say about each view, table and column, as one page. Pure.

Reads the form that the files of ddl/ have: a column or constraint a line, and views that show a table's columns. A
statement of any other form is refused rather than left out.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sinks.clickhouse.diagram import diagram
from sinks.clickhouse.migration import Migration

_TEXT: Final = r"'((?:[^'\\]|\\.|'')*)'"
_COMMENT: Final = re.compile(rf"\sCOMMENT {_TEXT}$")
_TABLE: Final = re.compile(
    r"CREATE TABLE IF NOT EXISTS (\w+)\s*\n\(\n(.*?)\n\)\n(ENGINE = \w*MergeTree\b.*)", re.DOTALL
)
_FEED: Final = re.compile(
    r"CREATE MATERIALIZED VIEW IF NOT EXISTS (\w+) TO (\w+) AS\s.*\nFROM (\w+)\n(?:WHERE [^\n]+\n)?COMMENT ", re.DOTALL
)
_VIEW: Final = re.compile(
    r"CREATE (?:VIEW IF NOT EXISTS|OR REPLACE VIEW) (\w+) AS\n"
    r"SELECT \* EXCEPT \(([\w, ]+)\)\nFROM (\w+) FINAL\n(?:.*\n)?COMMENT ",
    re.DOTALL,
)
_ADD: Final = re.compile(
    rf"ALTER TABLE (\w+)\s+(ADD COLUMN IF NOT EXISTS|MODIFY COLUMN) ((?:`\w+`|\w+) .+ COMMENT {_TEXT})"
)
_SAY: Final = re.compile(rf"ALTER TABLE (\w+) COMMENT COLUMN (\w+) {_TEXT}")
_DROP_CHECK: Final = re.compile(r"ALTER TABLE (\w+) DROP CONSTRAINT IF EXISTS \w+$")
_ADD_CHECK: Final = re.compile(r"ALTER TABLE (\w+) ADD CONSTRAINT IF NOT EXISTS \w+ CHECK (.+)")
_QUERY: Final = re.compile(r"ALTER TABLE (\w+)\s+MODIFY QUERY\s")
_SETTING: Final = re.compile(r"ALTER TABLE (\w+) MODIFY SETTING \w+ = \w+$")
_TERMS: Final = re.compile(
    r"ALTER TABLE (\w+) MODIFY TTL\s+toDateTime\((\w+)\) \+ INTERVAL (\d+) DAY,"
    r"\s+toDateTime\(.*?(\w+)[^()]*\)+ \+ INTERVAL (\d+) DAY DELETE WHERE match\(topic, '\(([\w|-]+)\)\$'\)"
)
_FILLS: Final = re.compile(r"INSERT INTO report_\w+\s")
#: Statements that change nothing here: another query of a view that feeds the same table, a constraint that a further
#: statement adds anew, a setting of the engine, rows that a report's table is filled with.
_UNSEEN: Final = (_QUERY, _DROP_CHECK, _SETTING, _FILLS)
_COLUMN: Final = re.compile(r"^    (?:`(\w+)`|(\w+)) (.+?)(?: DEFAULT .+)?$")
_CHECK: Final = re.compile(r"^    CONSTRAINT (\w+) CHECK (.+)$")
_VALUES: Final = re.compile(r"(?:^|\s)`?(\w+)`? IN \(([^()]+)\)$")
_KEY: Final = re.compile(r"^ORDER BY \(?([^()\n]+)\)?$", re.MULTILINE)
_KEPT: Final = re.compile(r"^TTL \w+\(`?(\w+)`?\) \+ INTERVAL (\d+) DAY$", re.MULTILINE)

#: Names of tables that `vigil report refresh` makes begin so.
REPORTS: Final = "report_"


class DictionaryError(ValueError):
    """The DDL holds something that the dictionary cannot say; the text says which and what was expected."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: its name.
        type: its ClickHouse type.
        meaning: its COMMENT; never empty.
    """

    name: str
    type: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        name: its name.
        columns: its columns, in order.
        key: the columns of its ORDER BY.
        kept: how long its rows are kept, for people.
        meaning: its COMMENT; never empty.
        values: the values that a constraint allows, by column.
    """

    name: str
    columns: Sequence[Column]
    key: Sequence[str]
    kept: str
    meaning: str
    values: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class View:
    """One people's view: a table's columns without some.

    Attributes:
        name: its name.
        table: the table it shows.
        hidden: columns of the table that it leaves out.
        meaning: its COMMENT; never empty.
    """

    name: str
    table: str
    hidden: frozenset[str]
    meaning: str

    def columns(self, tables: Mapping[str, Table]) -> Sequence[Column]:
        """Return its columns, in order.

        Args:
            tables: of the dictionary.
        """
        return [column for column in tables[self.table].columns if column.name not in self.hidden]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """What ddl/ makes.

    Attributes:
        tables: by name, in the order of the files.
        views: in the order of the files.
        feeds: name of the table that a table is fed from, by the fed table's name.
    """

    tables: Mapping[str, Table]
    views: Sequence[View]
    feeds: Mapping[str, str]


def read(files: Sequence[Migration]) -> Dictionary:
    """Return what the files say.

    Args:
        files: as `sinks.clickhouse.migration.shipped` returns them.

    Raises:
        DictionaryError: a table, view or column has no COMMENT, or a statement has a form that is not known here.
    """
    tables: dict[str, Table] = {}
    views: dict[str, View] = {}
    feeds: dict[str, str] = {}
    for file in files:
        for statement in file.statements():
            where = f"ddl/{file.name}"
            if found := _TABLE.fullmatch(statement):
                tables[found[1]] = _table(where, found[1], found[2], found[3])
            elif found := _FEED.match(statement):
                _meaning(f"{where}: materialized view {found[1]}", statement)
                feeds[found[2]] = found[3]
            elif found := _VIEW.match(statement):
                meaning = _meaning(f"{where}: view {found[1]}", statement)
                view = View(found[1], found[3], frozenset(found[2].split(", ")), meaning)
                views[view.name] = view
            elif (changed := _changed(where, tables, statement)) is not None:
                tables[changed.name] = changed
            elif any(form.match(statement) for form in _UNSEEN):
                continue
            else:
                first = statement.partition("\n")[0]
                raise DictionaryError(
                    f"{where}: the data dictionary cannot read '{first}'; expected CREATE TABLE, CREATE MATERIALIZED"
                    " VIEW ... TO, CREATE VIEW over SELECT * EXCEPT, ALTER TABLE ... ADD COLUMN IF NOT EXISTS or MODIFY"
                    " COLUMN, each with a COMMENT at its end; or ALTER TABLE ... COMMENT COLUMN, DROP CONSTRAINT IF"
                    " EXISTS, ADD CONSTRAINT IF NOT EXISTS, MODIFY SETTING, or MODIFY TTL of a term and one DELETE"
                    " WHERE topic"
                )
    for view in views.values():
        if view.table not in tables:
            raise DictionaryError(f"view {view.name} shows table {view.table}, which no file of ddl/ makes")
    return Dictionary(tables, list(views.values()), feeds)


def _changed(where: str, tables: Mapping[str, Table], statement: str) -> Table | None:
    """Return a table as an ALTER leaves it; None: the statement is none that shows, or of a table not made before."""
    if (found := _ADD.fullmatch(statement)) and found[1] in tables:
        return _with_column(where, tables[found[1]], found[3], known=found[2] == "MODIFY COLUMN")
    if (found := _SAY.fullmatch(statement)) and found[1] in tables:
        return _with_meaning(where, tables[found[1]], found[2], found[3])
    if (found := _ADD_CHECK.fullmatch(statement)) and found[1] in tables:
        return _with_values(tables[found[1]], found[2])
    if (found := _TERMS.fullmatch(statement)) and found[1] in tables:
        return _with_terms(tables[found[1]], found)
    return None


def page(dictionary: Dictionary, unwritten: Collection[str] = ()) -> str:
    """Return the dictionary as a Markdown page.

    Args:
        dictionary: what the DDL says.
        unwritten: views of topics that nothing writes yet: they are empty, and the page says so.
    """
    empty = dict.fromkeys(unwritten, "**Empty: nothing writes it yet.**")
    facts = [table for table in dictionary.tables.values() if table.name in dictionary.feeds]
    feeding = set(dictionary.feeds.values())
    landing = [table for table in dictionary.tables.values() if table.name in feeding]
    rest = [t for t in dictionary.tables.values() if t.name not in feeding and t.name not in dictionary.feeds]
    reports = [table for table in rest if table.name.startswith(REPORTS)]
    others = [table for table in rest if table not in reports]
    lines = [
        "# Data dictionary",
        "",
        "What each view, table and column in ClickHouse means. `vigil dictionary` writes this page from the COMMENTs",
        "of `sinks/clickhouse/ddl/*.sql`; edit a table by a further file there, never this page.",
        "",
        "Read the views: they show each thing once, however often its message arrived. Behind a view lies a table of",
        "facts, and behind that a landing table with the messages as they came.",
        "",
        "## Views",
        "",
        *_grid(("view", "meaning"), _meanings(dictionary.views, empty)),
    ]
    lines += ["", "## Entities", "", "What names what; each view has further columns below.", ""]
    lines += ["```mermaid", *diagram(_entities(dictionary)), "```"]
    for view in dictionary.views:
        table = dictionary.tables[view.table]
        source = dictionary.tables.get(dictionary.feeds.get(table.name, ""))
        values = source.values if source is not None else table.values
        rows = [_row(column, values) for column in view.columns(dictionary.tables)]
        lines += ["", f"### {view.name}", "", *([empty[view.name], ""] if view.name in empty else []), view.meaning, ""]
        lines += [f"From `{view.table}`, kept {table.kept}.", "", *_grid(("column", "type", "meaning"), rows)]
    lines += [
        "",
        "## Facts",
        "",
        "One row a key once parts have merged; until then a view picks the copy that counts.",
        "",
    ]
    lines += _grid(
        ("table", "fed from", "key", "kept", "meaning"),
        [(f"`{t.name}`", f"`{dictionary.feeds[t.name]}`", _names(t.key), t.kept, _cell(t.meaning)) for t in facts],
    )
    lines += ["", "These columns are in tables of facts and not in their views.", ""]
    lines += _grid(("column", "type", "meaning"), _hidden(dictionary))
    lines += [
        "",
        "## Landing tables",
        "",
        "One row a Kafka message. Instants are integers since the Unix epoch, as in it.",
    ]
    lines += [""]
    lines += _grid(("table", "kept", "meaning"), [(f"`{t.name}`", t.kept, _cell(t.meaning)) for t in landing])
    lines += ["", "Their other columns are the fields of the message (`schemas/*.avsc`); these are in each.", ""]
    lines += _grid(("column", "type", "meaning"), [_row(column, {}) for column in _common(landing)])
    if others:
        lines += ["", "## Other tables", "", "No topic feeds them; they are read as they are."]
    lines += _whole(others)
    if reports:
        lines += [
            "",
            "## Tables of the reports",
            "",
            "`vigil report refresh` makes them from the facts (docs/reports.md).",
        ]
    lines += _whole(reports)
    return "\n".join(lines) + "\n"


def _meanings(views: Sequence[View], empty: Mapping[str, str]) -> Sequence[Sequence[str]]:
    """Return a line a view: its name and meaning."""
    return [(f"[{v.name}](#{v.name})", f"{'Empty yet. ' if v.name in empty else ''}{_cell(v.meaning)}") for v in views]


def _entities(dictionary: Dictionary) -> Mapping[str, tuple[Sequence[Column], Sequence[str]]]:
    """Return columns and key of each view."""
    out = {}
    for view in dictionary.views:
        out[view.name] = (view.columns(dictionary.tables), dictionary.tables[view.table].key)
    return out


def _whole(tables: Sequence[Table]) -> Sequence[str]:
    """Return a section a table, with all its columns."""
    lines: list[str] = []
    for table in tables:
        lines += ["", f"### {table.name}", "", table.meaning, "", f"Kept {table.kept}.", ""]
        lines += _grid(("column", "type", "meaning"), [_row(column, table.values) for column in table.columns])
    return lines


def _table(where: str, name: str, body: str, rest: str) -> Table:
    columns, values = [], {}
    for line in body.splitlines():
        text = line.removesuffix(",")
        if check := _CHECK.match(text):
            if allowed := _VALUES.search(check[2]):
                values[allowed[1]] = re.findall(r"'(\w+)'", allowed[2])
            continue
        meaning = _meaning(f"{where}: table {name}, '{text.strip()[:60]}'", text)
        column = _COLUMN.match(_COMMENT.sub("", text))
        if column is None:
            raise DictionaryError(f"{where}: table {name}: expected a column or a constraint, found '{text}'")
        columns.append(Column(column[1] or column[2], column[3], meaning))
    key = _KEY.search(rest)
    if key is None:
        raise DictionaryError(f"{where}: table {name} has no ORDER BY over plain columns")
    kept = _KEPT.search(rest)
    if kept is None and re.search(r"^TTL ", rest, re.MULTILINE):
        raise DictionaryError(f"{where}: table {name}: expected TTL of the form toDateTime(column) + INTERVAL n DAY")
    return Table(
        name=name,
        columns=columns,
        key=[column.strip(" `") for column in key[1].split(",")],
        kept=f"{kept[2]} days from `{kept[1]}`" if kept else "for ever",
        meaning=_meaning(f"{where}: table {name}", rest),
        values=values,
    )


def _with_column(where: str, table: Table, text: str, *, known: bool = False) -> Table:
    """Return a table with a further column; with one that is `known` already as it is from now on."""
    meaning = _meaning(f"{where}: table {table.name}, '{text[:60]}'", text)
    column = _COLUMN.match("    " + _COMMENT.sub("", text))
    if column is None:
        raise DictionaryError(f"{where}: table {table.name}: expected a column, found '{text}'")
    added = Column(column[1] or column[2], column[3], meaning)
    if not known:
        return replace(table, columns=[*table.columns, added])
    if all(one.name != added.name for one in table.columns):
        raise DictionaryError(f"{where}: table {table.name} has no column {added.name} to modify")
    return replace(table, columns=[added if one.name == added.name else one for one in table.columns])


def _with_meaning(where: str, table: Table, name: str, text: str) -> Table:
    """Return a table with another meaning of a column."""
    if name not in [column.name for column in table.columns]:
        raise DictionaryError(f"{where}: table {table.name} has no column {name} to comment")
    meaning = _meaning(f"{where}: table {table.name}, {name}", f" COMMENT '{text}'")
    columns = [replace(column, meaning=meaning) if column.name == name else column for column in table.columns]
    return replace(table, columns=columns)


def _with_values(table: Table, condition: str) -> Table:
    """Return a table with a further constraint, or one that takes another's place."""
    allowed = _VALUES.search(condition)
    if allowed is None:
        return table
    return replace(table, values={**table.values, allowed[1]: re.findall(r"'(\w+)'", allowed[2])})


def _with_terms(table: Table, found: re.Match[str]) -> Table:
    """Return a table whose rows of some topics go earlier than the others."""
    topics = ", ".join(found[6].split("|"))
    kept = f"{found[3]} days from `{found[2]}`; of topics {topics} {found[5]} days from `{found[4]}`"
    return replace(table, kept=kept)


def _meaning(what: str, text: str) -> str:
    """Return the COMMENT that a text ends with."""
    found = _COMMENT.search(text)
    if found is None or not found[1].strip():
        raise DictionaryError(f"{what} has no COMMENT; write one, in a sentence")
    return re.sub(r"\\(.)|'(')", lambda pair: pair[1] or pair[2], found[1])


def _hidden(dictionary: Dictionary) -> Sequence[tuple[str, ...]]:
    """Return rows of the columns that views leave out, one a distinct meaning."""
    rows: dict[tuple[str, ...], None] = {}
    for view in dictionary.views:
        table = dictionary.tables[view.table]
        rows |= {_row(column, {}): None for column in table.columns if column.name in view.hidden}
    return list(rows)


def _common(tables: Sequence[Table]) -> Sequence[Column]:
    """Return the columns that all tables have, in the first one's order."""
    return (
        [column for column in tables[0].columns if all(column in table.columns for table in tables)] if tables else []
    )


def _row(column: Column, values: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    allowed = f" One of {', '.join(values[column.name])}." if column.name in values else ""
    return f"`{column.name}`", f"`{_cell(column.type)}`", _cell(column.meaning + allowed)


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _grid(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> Sequence[str]:
    return [f"| {' | '.join(cells)} |" for cells in (titles, ["---"] * len(titles), *rows)]
