"""PlateOpening: whether an officer may see a case's sealed plate, and what stands in its place otherwise."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from infra.keys.key_store import KeyStore
from infra.keys.period_key import PeriodKey, SealBrokenError
from infra.review.officers import Officer, Role

UNREAD: Final = "the plate was not read with enough certainty; read it in the pictures, and confirm with --plate"
NO_STORE: Final = "the plate is sealed, and no key store is named; set VIGIL_KEY_STORE to the folder of the keys"


@dataclass(frozen=True, slots=True)
class SealedCasePlate:
    """The plate as a case's violation carries it.

    Attributes:
        track_id: the vehicle's track, which is authenticated with the ciphertext.
        key_period: the quarter whose key sealed it; None: the plate was not read.
        sealed: nonce, ciphertext and tag; empty: the plate was not read.
    """

    track_id: str
    key_period: str | None
    sealed: bytes


@dataclass(frozen=True, slots=True)
class ShownPlate:
    """What an officer sees of a plate.

    Attributes:
        text: the plate; None: it stays closed.
        note: why it stays closed, or is empty.
    """

    text: str | None
    note: str


def refusal(officer: Officer, plate: SealedCasePlate, key: PeriodKey | None, *, has_store: bool) -> str | None:
    """Return why a plate stays closed, in words that name what to do; None: it may be opened.

    Args:
        officer: who asks.
        plate: the plate.
        key: the key of its quarter, None where the store has none.
        has_store: a key store is named.
    """
    if plate.key_period is None or not plate.sealed:
        return UNREAD
    if Role.PLATES not in officer.roles:
        return f"the plate is sealed, and {officer.officer_id} lacks the role {Role.PLATES}, which opens it"
    if not has_store:
        return NO_STORE
    if key is None:
        return (
            f"the plate is sealed, and the key store has no key of {plate.key_period}: it was destroyed"
            " ('vigil retention report' says when), or the store of another machine has it"
        )
    return None


def opened(plate: SealedCasePlate, key: PeriodKey) -> ShownPlate:
    """Return an opened plate; a ciphertext that the key does not fit stays closed and is said so."""
    try:
        return ShownPlate(key.open(plate.sealed, plate.track_id), "")
    except SealBrokenError as error:
        return ShownPlate(None, str(error))


def shown(officer: Officer, plate: SealedCasePlate, keys: KeyStore | None, record: Callable[[], None]) -> ShownPlate:
    """Return a plate, or why it stays closed; nothing is opened that is not on record before.

    Args:
        officer: who asks.
        plate: the plate.
        keys: the keys; None: no store is named.
        record: puts the opening on record, and returns when it is there.

    Raises:
        KeyStoreError: the key store is not safe.
    """
    period = plate.key_period
    key = keys.key(period) if keys is not None and period is not None else None
    refused = refusal(officer, plate, key, has_store=keys is not None)
    if refused is not None or key is None:
        return ShownPlate(None, refused or "")
    record()
    return opened(plate, key)
