"""LiveVehicleKeys: a vehicle's keys in the other quarters, as long as their keys live; in memory, for one look."""

import logging
from collections.abc import Sequence

from infra.keys.key_store import KeyStore
from infra.keys.period import period_of
from infra.keys.period_key import PeriodKey, SealBrokenError

logger = logging.getLogger(__name__)


class LiveVehicleKeys:
    """Looks a sealed plate up under every live key; implements processors.cases.relay.other_quarters.VehicleKeys.

    What it finds is returned and kept nowhere: that two keys are one vehicle's is known only while a caller holds both.

    Args:
        store: the keys.
    """

    def __init__(self, store: KeyStore) -> None:
        self._store = store
        self._keys: dict[str, PeriodKey] = {}
        self.refresh()

    def refresh(self) -> None:
        """Take up keys that were made, and let go of those that were destroyed.

        Raises:
            KeyStoreError: a key is readable by others, or none.
        """
        periods = self._store.periods()
        if list(self._keys) == list(periods):
            return
        found = {period: self._keys.get(period) or self._store.key(period) for period in periods}
        self._keys = {period: key for period, key in found.items() if key is not None}

    def others(self, sealed: bytes, period: str, track_id: str) -> Sequence[str] | None:
        """Return a vehicle's keys under every live key but its own quarter's; None: its plate cannot be opened.

        Args:
            sealed: nonce, ciphertext and tag.
            period: the quarter whose key sealed it.
            track_id: the track that was authenticated with it.
        """
        own = self._keys.get(period)
        if own is None:
            return None
        try:
            plate = own.open(sealed, track_id)
        except SealBrokenError as error:
            logger.error("%s", error)  # noqa: TRY400  the sentence says it; it names no plate
            return None
        return [key.vehicle_key(plate) for name, key in self._keys.items() if name != period]

    def turns(self, at_us: int, within_us: int) -> bool:
        """Return whether one quarter turns into the next at most so far from an instant."""
        return period_of(at_us - within_us) != period_of(at_us + within_us)
