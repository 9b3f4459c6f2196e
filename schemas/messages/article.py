"""Article: An article that may apply. An officer decides."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Article:
    """An article that may apply. An officer decides.

    Attributes:
        code: Article and part, e.g. KoAP 592.2.
        band: What makes it apply, in words.
    """

    code: str
    band: str
