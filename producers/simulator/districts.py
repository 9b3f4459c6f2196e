"""The city's eight districts, by where they lie to each other; their borders here are invented."""

from typing import Final

#: District and its middle: share of the city's extent from west to east, and from south to north.
DISTRICTS: Final = (
    ("Alatau", 0.15, 0.80),
    ("Almaly", 0.52, 0.55),
    ("Auezov", 0.28, 0.48),
    ("Bostandyk", 0.50, 0.25),
    ("Medeu", 0.80, 0.35),
    ("Nauryzbay", 0.15, 0.20),
    ("Turksib", 0.85, 0.85),
    ("Zhetysu", 0.55, 0.85),
)


def district_at(east_ratio: float, north_ratio: float) -> str:
    """Return the district whose middle is nearest to a place, given in shares of the city's extent."""
    return min(DISTRICTS, key=lambda d: (d[1] - east_ratio) ** 2 + (d[2] - north_ratio) ** 2)[0]
