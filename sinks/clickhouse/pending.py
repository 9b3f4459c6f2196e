"""The range under way, as it stands in the metadata of the partition's committed offset. Pure."""

import json
from dataclasses import dataclass, replace
from typing import Final

#: Kafka's limit for the metadata of one offset (offset.metadata.max.bytes).
MOST_METADATA_BYTES: Final = 4096
#: Version of the metadata's form.
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Pending:
    """A range whose insert may have begun.

    Attributes:
        topic_id: UUID of the topic: a topic made anew begins at offset 0 again.
        first: first offset.
        last: last offset, included.
        attempt: how many tokens have been used up by attempts whose outcome was unknown; 0 at first.
        replay: id of the replay that sends the rows again, which has tokens of its own; empty in the sink.
    """

    topic_id: str
    first: int
    last: int
    attempt: int = 0
    replay: str = ""

    def next_attempt(self) -> "Pending":
        """Return the same range under the next token."""
        return replace(self, attempt=self.attempt + 1)

    def token(self, partition: int, first: int | None = None, last: int | None = None) -> str:
        """Return the deduplication token of the range, or of a part of it.

        The same token always means the same rows: it names their coordinates, and an attempt whose outcome is unknown
        uses its number up.
        """
        first, last = self.first if first is None else first, self.last if last is None else last
        attempt = f":r{self.attempt}" if self.attempt else ""
        replay = f":p{self.replay}" if self.replay else ""
        return f"{self.topic_id}:{partition}:{first}-{last}{replay}{attempt}"

    def to_metadata(self) -> str:
        """Return the text that is committed beside the offset `first`."""
        return json.dumps({"v": VERSION, "t": self.topic_id, "f": self.first, "l": self.last, "r": self.attempt})

    @classmethod
    def from_metadata(cls, text: str | None) -> "Pending | None":
        """Return what a committed offset says, or None where nothing is under way.

        Raises:
            ValueError: the metadata is not the sink's own; another program commits in its group.
        """
        if not text:
            return None
        try:
            data = json.loads(text)
            version, fields = data["v"], (str(data["t"]), int(data["f"]), int(data["l"]), int(data["r"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                f"offset metadata {text[:200]!r} is not the sink's ({error}); another program commits in its group"
            ) from error
        if version != VERSION:
            raise ValueError(f"offset metadata has version {version!r}; this sink knows {VERSION}")
        return cls(*fields)
