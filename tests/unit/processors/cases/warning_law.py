"""A law in which cameras may find daytime lights that are off: the one article that begins with a warning."""

from typing import Final

from schemas.law import Law
from tests.unit.processors.cases.desk import LAW

WARNED_ARTICLE: Final = "KoAP 602.1"


def warning_law() -> Law:
    """Return the law that ships with that article in the cameras' scope."""
    scopes = [{**scope, "articles": [*scope["articles"], "602.1"]} for scope in LAW.data["scope"]["scope"]]
    return Law.of({**LAW.data, "scope": {"scope": scopes}})
