"""Which articles a camera may find, by the day of the offence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from schemas.law.article import Articles
from schemas.law.entry import entries
from schemas.law.spans import Span, check_contiguous

FILE: Final = "scope.toml"


@dataclass(frozen=True, slots=True)
class CameraScope:
    """The camera's articles.

    Attributes:
        rows: spans of days and the codes of that time.
    """

    rows: tuple[tuple[Span, frozenset[str]], ...]

    @classmethod
    def from_toml(cls, data: Mapping[str, Any], articles: Articles) -> "CameraScope":
        """Read and check the content of scope.toml.

        Raises:
            LawError: a gap, an overlap, or a name that no article has.
        """
        found = entries(data, FILE, "scope")
        rows = []
        for entry in found:
            entry.only("from", "until", "articles", "source", "mark", "uncertain")
            entry.sourced()
            names = entry.data.get("articles")
            if not isinstance(names, list) or not names:
                raise entry.error(f"articles = {names!r}", 'a list such as ["592", "593.2"]')
            codes: set[str] = set()
            for name in names:
                hit = {a.code for a in articles.rows if name in (a.number, a.code.removeprefix("KoAP "))}
                if not hit:
                    raise entry.error(f"{name!r} among its articles", "articles that articles.toml has")
                codes |= hit
            rows.append((Span.of(entry), frozenset(codes)))
        check_contiguous(found, "scope")
        return cls(tuple(rows))

    def holds(self, code: str, day: date) -> bool:
        """Tell whether a camera may find an article on a day of an offence; days before the first span: no."""
        return any(day in span and code in codes for span, codes in self.rows)
