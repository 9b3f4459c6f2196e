"""Plates of the city's vehicles: invented, of the Kazakh format of 2012 (three digits, three letters, region)."""

from functools import lru_cache
from typing import Final

from producers.simulator.noise.plate_reading import as_bytes
from producers.simulator.seeds import stream_number

LETTERS: Final = "ABCDEFGHKLMNOPRSTUVXYZ"
#: Region numbers: Almaty's 02 for most, the country's others for the rest.
REGIONS: Final = 20


#: A bit of the numbers of emergency vehicles: they are of the city's fleet, whose plates a register knows. SUMO's
#: vehicles, walkers and staged actors have the bits above it.
SERVICE: Final = 1 << 57
#: Vehicles of the fleet; the last ones are other cities' and in no register.
FLEET: Final = 40
UNLISTED: Final = 4
SERVICES: Final = ("ambulance", "fire service", "police")


@lru_cache(maxsize=65_536)
def plate_of(actor: int) -> str:
    """Return the plate of a vehicle, e.g. 123ABC02."""
    if actor & SERVICE:
        return _plate("fleet", stream_number("fleet", actor) % FLEET)
    return _plate("plate", actor)


def exempt_vehicles_csv() -> str:
    """Return the city's register of emergency vehicles, as the product takes it."""
    rows = [f"{_plate('fleet', n)},{SERVICES[n % len(SERVICES)]},2020-01-01," for n in range(FLEET - UNLISTED)]
    return "\n".join(["plate,service,valid_from,valid_to", *rows]) + "\n"


def _plate(what: str, of: int) -> str:
    number = stream_number(what, of)
    digits, number = number % 999 + 1, number // 999
    letters = ""
    for _ in range(3):
        letters += LETTERS[number % len(LETTERS)]
        number //= len(LETTERS)
    region = 2 if number % 10 < 8 else number // 10 % REGIONS + 1
    return f"{digits:03d}{letters}{region:02d}"


@lru_cache(maxsize=65_536)
def plate_bytes(actor: int) -> bytes:
    """Return the plate of a vehicle as the reader takes it, padded with zeros."""
    return as_bytes(plate_of(actor)).tobytes()
