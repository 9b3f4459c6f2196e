"""CorrectedPlate: a plate that an officer read in the pictures, sealed for the review that carries it."""

from dataclasses import dataclass
from typing import Final

from infra.keys.key_store import KeyStore
from infra.keys.period import period_of
from infra.review.officers import Officer, Role
from processors.plates.plate_formats import format_of, latin
from schemas.city_time import day_of

NO_STORE: Final = (
    "a plate is sealed before it is sent, and no key store is named; set VIGIL_KEY_STORE to the folder of the keys"
)


class PlateError(ValueError):
    """What was typed cannot be sealed; says why, never what was typed: what is printed is kept in logs."""


@dataclass(frozen=True, slots=True)
class CorrectedPlate:
    """What a review carries of a plate.

    Attributes:
        vehicle_key: HMAC of the plate under the key of the offence's quarter.
        encrypted: the plate under the same key, for the violation's track.
    """

    vehicle_key: str
    encrypted: bytes


def corrected_plate(
    officer: Officer, typed: str, track_id: str, occurred_at_us: int, keys: KeyStore | None
) -> CorrectedPlate:
    """Return a plate sealed as the violations stage would have sealed it.

    Args:
        officer: who typed it.
        typed: the plate; spaces and small letters are taken as they are meant, Cyrillic letters as the Latin ones that
            they look like.
        track_id: of the violation, which is authenticated with the plate.
        occurred_at_us: when the offence happened: its quarter's key seals, and the formats of its day hold.
        keys: None: no store is named.

    Raises:
        OfficerError: the officer does not handle plates.
        PlateError: it is no plate that Kazakhstan gave out by then, or there is no key to seal it.
        KeyStoreError: the store is not safe.
    """
    officer.needs(Role.PLATES)
    plate = latin("".join(typed.upper().split()))
    if format_of(plate, day_of(occurred_at_us)) is None:
        raise PlateError(
            f"what was typed has {len(plate)} characters and the form of no plate of processors/plates/plates.toml"
            " on the day of the offence;"
            " expected one such as 123ABC02. A case of another country's plate is taken up by hand: reject it here"
        )
    if keys is None:
        raise PlateError(NO_STORE)
    period = period_of(occurred_at_us)
    key = keys.key(period)
    if key is None:
        raise PlateError(
            f"a plate is sealed before it is sent, and the key store has no key of {period}, the quarter of the"
            " offence: 'vigil keys list' shows those that there are"
        )
    return CorrectedPlate(key.vehicle_key(plate), key.seal(plate, track_id))
