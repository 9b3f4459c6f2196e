"""One change as `git diff` would show it: + for what comes, - for what goes, ~ for what changes in place."""

import difflib
import json

from rich.text import Text

from infra.topics.difference import Change, Line

SIGNS = {
    "create_topic": "+ topic",
    "recreate_topic": "~ topic",
    "add_partitions": "~ topic",
    "set_config": "~ topic",
    "register_schema": "+ schema",
    "set_compatibility": "~ schema",
}
COLOURS = {"+": "green", "-": "red", "~": "yellow", "!": "bold red"}


def change_text(change: Change, *, brief: bool = False) -> Text:
    """Return a change as lines of text.

    Args:
        change: the change.
        brief: leave out the values of a new topic and the text of a schema.
    """
    lines = [f"{SIGNS[change.action]} {change.target}{_title(change)}"]
    if not (brief and change.action in {"create_topic", "register_schema"}):
        for line in change.lines:
            lines += _schema_lines(line) if change.action == "register_schema" else _value_lines(line)
    if change.refused is not None:
        lines.append(f"! refused: {change.refused}")
    if change.loses is not None:
        lines.append(f"! loses data (needs --allow-data-loss): {change.loses}")
    text = Text()
    for number, shown in enumerate(lines):
        text.append(("\n" if number else "") + shown, style=COLOURS.get(shown[0], ""))
    return text


def _title(change: Change) -> str:
    if change.action == "create_topic":
        values = {line.name: line.after for line in change.lines}
        return f" ({values['partitions']} partitions, {values['replication']} replica(s))"
    if change.action == "register_schema":
        return " (first version)" if change.lines[0].before is None else " (next version)"
    if change.action == "recreate_topic" and change.refused is None:
        return " (made anew)"
    return ""


def _value_lines(line: Line) -> list[str]:
    lines = [] if line.before is None else [f"-     {line.name} = {line.before}{_unit(line.name, line.before)}"]
    return [*lines, f"+     {line.name} = {line.after}{_unit(line.name, line.after)}"]


def _unit(name: str, value: str) -> str:
    if value == "-1":
        return "  (no limit)"
    if name.endswith(".ms") and value.isdigit():
        hours = int(value) / 3_600_000
        return f"  ({hours / 24:g} d)" if hours >= 48 else f"  ({hours:g} h)"
    if name.endswith("bytes") and value.isdigit():
        return f"  ({int(value) / 1_048_576:,.4g} MiB)"
    return ""


def _schema_lines(line: Line) -> list[str]:
    before = [] if line.before is None else json.dumps(json.loads(line.before), indent=2).splitlines()
    after = json.dumps(json.loads(line.after), indent=2).splitlines()
    if not before:
        document = json.loads(line.after)
        return [f"+     {document['type']} {document['name']} of {len(document.get('fields', ()))} fields"]
    return [
        f"{d[0]}     {d[1:]}" for d in list(difflib.unified_diff(before, after, lineterm="", n=1))[2:] if d[0] in "+-"
    ]
