"""KeyRing: the store as the violations stage and the review desk use it."""

import logging
from functools import lru_cache
from typing import Final

from infra.keys.key_store import KeyStore
from infra.keys.period import period_of
from infra.keys.period_key import PeriodKey
from processors.violations.plate_seal import SealedPlate

logger = logging.getLogger(__name__)
#: Sealed readings that are kept: a vehicle's plate is sealed anew each second that it is in view.
MOST_SEALED: Final = 16_384


class KeyRing:
    """Seals and opens plates; implements processors.violations.plate_seal.PlateSeal.

    A key that was read stays for the life of the process: restart the stage after a destruction. A period without a key
    is asked for again only by another process.

    Args:
        store: the keys.
    """

    def __init__(self, store: KeyStore) -> None:
        self._store = store
        self._keys: dict[str, PeriodKey | None] = {}
        self._sealed = lru_cache(MOST_SEALED)(self._seal)

    def seal(self, plate: str, track_id: str, at_us: int) -> SealedPlate | None:
        """Return a plate sealed under the key of its period; None, and one error in the log, where that has no key."""
        return self._sealed(plate, track_id, period_of(at_us))

    def _seal(self, plate: str, track_id: str, period: str) -> SealedPlate | None:
        key = self._key(period)
        if key is None:
            return None
        return SealedPlate(key.vehicle_key(plate), period, key.seal(plate, track_id))

    def open(self, sealed: bytes, period: str, track_id: str) -> str | None:
        """Return a plate; None: its period's key is gone.

        Raises:
            SealBrokenError: another key sealed it, or it was altered.
        """
        key = self._key(period)
        return None if key is None else key.open(sealed, track_id)

    def _key(self, period: str) -> PeriodKey | None:
        if period not in self._keys:
            self._keys[period] = self._store.key(period)
            if self._keys[period] is None:
                logger.error("period %s has no key: its plates stay unread; run 'vigil keys create %s'", period, period)
        return self._keys[period]
