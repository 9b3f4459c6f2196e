"""Identifiers of violations, cases and vehicles: invented, in the form of the product's own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from producers.simulator.history.city import City
from producers.simulator.history.draws import Draws
from producers.simulator.history.texts import Packed, hexadecimal, packed

#: Digits of an id behind its kind, of a track, and of a vehicle's key (HMAC-SHA-256, hexadecimal).
ID_DIGITS, TRACK_DIGITS, KEY_DIGITS = 20, 24, 64


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """Parts of the identifiers of N violations.

    Attributes:
        ids: (N, 20) uint8, what a violation's and its case's id end with.
        keys: (N, 64) uint8, the vehicle's key: of the vehicle, or the track where the plate is unread.
        key_length: (N,) int64, how much of it counts.
        tracks: (N, 24) uint8, the vehicle's track.
    """

    ids: NDArray[np.uint8]
    keys: NDArray[np.uint8]
    key_length: NDArray[np.int64]
    tracks: NDArray[np.uint8]

    def violations(self, kinds: tuple[str, ...], kind: NDArray[np.int64], row: NDArray[np.int64]) -> Packed:
        """Return the violation ids of some rows: the kind and the digits.

        Args:
            kinds: names.
            kind: (M,) number of each row's kind.
            row: (M,) number of each row's violation.
        """
        return packed([f"{name}-" for name in kinds], kind, self.ids, row)

    def cases(self, row: NDArray[np.int64]) -> Packed:
        """Return the case ids of some rows."""
        return packed(["case-"], np.zeros(len(row), np.int64), self.ids, row)

    def vehicles(self, row: NDArray[np.int64]) -> Packed:
        """Return the vehicle keys of some rows."""
        return packed([""], np.zeros(len(row), np.int64), self.keys, row, self.key_length)


def names(draws: Draws, numbers: NDArray[np.int64], vehicle: NDArray[np.int64], unread: NDArray[np.bool_]) -> Names:
    """Return the names of N violations.

    Args:
        draws: the seed's.
        numbers: (N,) of the violations.
        vehicle: (N,) numbers.
        unread: (N,) bool, the plate was not read.
    """
    tracks = hexadecimal([draws.wide("track 1", numbers), draws.wide("track 2", numbers)], TRACK_DIGITS)
    keys = hexadecimal([draws.wide(f"vehicle key {part}", vehicle) for part in range(4)], KEY_DIGITS)
    keys[unread, :TRACK_DIGITS] = tracks[unread]
    return Names(ids(draws, numbers), keys, np.where(unread, TRACK_DIGITS, KEY_DIGITS).astype(np.int64), tracks)


def ids(draws: Draws, numbers: NDArray[np.int64], what: str = "id") -> NDArray[np.uint8]:
    """Return (N, 20) uint8, the digits of ids."""
    return hexadecimal([draws.wide(f"{what} 1", numbers), draws.wide(f"{what} 2", numbers)], ID_DIGITS)


def kinds_of(city: City) -> tuple[str, ...]:
    """Return the kinds of violations, in the order of the mix."""
    return tuple(dict.fromkeys(offence.kind for offence in city.mix.offences))


def kind_numbers(city: City) -> NDArray[np.int64]:
    """Return (offences,) the number of each offence's kind in `kinds_of`."""
    kinds = kinds_of(city)
    return np.array([kinds.index(offence.kind) for offence in city.mix.offences], np.int64)
