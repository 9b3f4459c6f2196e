"""TrackViews: when the tracks with a voted plate were in view; tells two vehicles from a track that broke. Bounded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from processors.rules.second import Second

#: Tracks remembered on one camera; the one that was in view the longest ago leaves first.
MOST_VIEWS: Final = 256
#: How long a track is remembered after it was last in view, microseconds: the duplicate guard's minute, and half of
#: one for what waits in rules and docket.
KEPT_US: Final = 90_000_000


@dataclass(slots=True)
class TrackViews:
    """One camera's tracks with a plate.

    Attributes:
        spans: capture times of a track's first and last box, microseconds since the Unix epoch; by track, the one that
            was in view the longest ago first.
    """

    spans: dict[str, tuple[int, int]] = field(default_factory=dict)

    def see(self, second: Second) -> None:
        """Take a second's boxes of tracks that have a vote, or had one; those out of view for long leave."""
        t = second.tracks
        if t.plates or self.spans:
            voted = {vote.track for vote in t.plates if vote.candidates}
            forget, last_box = self.spans.pop, second.last_box
            for i, track in enumerate(t.track_id):
                known = forget(track, None)
                if known is None and i not in voted:
                    continue
                b = last_box[i]
                last_us = t.sample_at_us[t.box_sample[b]] if b >= 0 else t.track_first_seen_us[i]
                first_us = t.track_first_seen_us[i] if known is None else known[0]
                self.spans[track] = (first_us, max(last_us, first_us))
        while self.spans:
            track, (_, last_us) = next(iter(self.spans.items()))
            if len(self.spans) <= MOST_VIEWS and second.at_us - last_us <= KEPT_US:
                break
            del self.spans[track]

    def together(self, a: str, b: str) -> bool:
        """Say whether two tracks may have been in view at once; so too where one of them is not remembered."""
        if a == b:
            return False
        one, other = self.spans.get(a), self.spans.get(b)
        return one is None or other is None or (one[0] <= other[1] and other[0] <= one[1])

    def pack(self) -> list[Any]:
        """Return this as plain data."""
        return [[track, *span] for track, span in self.spans.items()]

    @classmethod
    def unpack(cls, plain: Sequence[Any]) -> "TrackViews":
        """Return what `pack` gave."""
        return cls({track: (first_us, last_us) for track, first_us, last_us in plain})
