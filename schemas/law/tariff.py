"""Another tariff laid over the law, for counterfactual reports: other indices, other prices, another discount."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from schemas.law.entry import Entry, LawError, entries, read_toml
from schemas.law.law import Law, full_code
from schemas.law.spans import OPEN, Span

SOURCE: Final = {"mark": "K-L"}
_TABLES: Final = ("tariff", "mrp", "price", "discount")


def overlaid(law: Law, path: Path) -> Law:
    """Return a law with the entries of a tariff file in the place of those that they cover.

    Args:
        law: the law that holds elsewhere.
        path: the file: [tariff] with a name, then any of [[mrp]] (from, until, kzt), [[price]] (article, from, until,
            first, repeat, classes, as in schedules.toml) and [discount] (percent). Days without an entry keep the
            law's.

    Raises:
        LawError: the file is not as it must be, or the law with it.
    """
    file = path.name
    change = read_toml(path, file)
    further = sorted(change.keys() - set(_TABLES))
    if further:
        raise LawError(f"{file}: found [{further[0]}]; expected none but {', '.join(_TABLES)}; correct its name")
    if not isinstance(change.get("tariff"), dict):
        raise LawError(f'{file}: found no [tariff]; expected one with a name; add [tariff] and name = "..."')
    head = Entry(file, "tariff", 1, change["tariff"])
    head.only("name", "note")
    name = head.text("name")
    if len(change) == 1:
        raise LawError(f"{file}: found no figure in it; expected [[mrp]], [[price]] or [discount]; add what changes")
    data = {key: dict(value) for key, value in law.data.items()}
    if "mrp" in change:
        data["mrp"]["mrp"] = _mrp(data["mrp"]["mrp"], entries(change, file, "mrp"), name)
    if "price" in change:
        data["schedules"] |= _prices(law, data["schedules"], entries(change, file, "price"), name)
    if "discount" in change:
        data["terms"]["rule"] = _discount(data["terms"]["rule"], Entry(file, "discount", 1, change["discount"]))
    try:
        return Law.of(data, name)
    except LawError as error:
        raise LawError(f"{file} laid over the law: {error}") from error


def _mrp(rows: list[Mapping[str, Any]], changes: list[Entry], name: str) -> list[Mapping[str, Any]]:
    for entry in changes:
        entry.only("from", "until", "kzt")
        entry.whole("kzt", 1)
        rows = _put(rows, entry, {**entry.data, "source": name, **SOURCE})
    return rows


def _prices(law: Law, schedules: Mapping[str, Any], changes: list[Entry], name: str) -> Mapping[str, Any]:
    """Return the tables of schedules.toml with further prices, and a version wherever one begins or ends."""
    versions = {row["from"]: row for row in schedules["version"]}
    prices: list[Mapping[str, Any]] = list(schedules["price"])
    for entry in changes:
        entry.only("article", "from", "until", "first", "repeat", "classes")
        code = full_code(entry.text("article"))
        if code not in law.articles.codes():
            raise entry.error(f"article = {code!r}", "an article of the law", "see `vigil law check` for the articles")
        valid = law.articles.span(code)
        span = Span(entry.day("from", valid.first), entry.day("until", valid.last))
        if span.first > span.last or span.first < valid.first or span.last > valid.last:
            raise entry.error(
                f"from {span.first} until {span.last}", f"days on which {code} is law, from {valid.first} on"
            )
        days: dict[str, Any] = {"from": span.first} | ({} if span.last == OPEN else {"until": span.last})
        row = {**entry.data, **days, "article": code, "source": name, **SOURCE}
        own = _put([p for p in prices if p["article"] == code], Entry(entry.file, "price", entry.number, row), row)
        prices = [p for p in prices if p["article"] != code] + own
        for price in own:
            versions.setdefault(price["from"], {"from": price["from"], "law": name, "source": name, **SOURCE})
    return {"version": [versions[day] for day in sorted(versions)], "price": prices}


def _put(rows: list[Mapping[str, Any]], entry: Entry, row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return rows with one put over the days that it covers; rows that it cuts keep the rest of their days."""
    span = Span.of(entry)
    out: list[Mapping[str, Any]] = [row]
    for old in rows:
        first, last = old["from"], old.get("until", OPEN)
        if last < span.first or first > span.last:
            out.append(old)
            continue
        if first < span.first:
            out.append({**old, "until": span.first - timedelta(days=1)})
        if last > span.last:
            rest = {**old, "from": span.last + timedelta(days=1)}
            out.append(rest if last == OPEN else {**rest, "until": last})
    return sorted(out, key=lambda one: one["from"])


def _discount(rules: list[Mapping[str, Any]], entry: Entry) -> list[Mapping[str, Any]]:
    entry.only("percent")
    percent = entry.whole("percent")
    return [{**rule, "percent": percent} if rule["rule"] == "discount" else rule for rule in rules]
