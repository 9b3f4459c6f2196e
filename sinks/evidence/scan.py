"""Which offsets of one `detections` partition have to be read for the findings that wait. Pure.

Each want has a cursor of its own and is read from where its seconds begin, so wants that lie hours apart are two short
readings, not one long.
"""

from dataclasses import dataclass

from sinks.evidence.detections_head import DetectionsHead


@dataclass(slots=True)
class Want:
    """Reads until a camera's span is covered.

    Attributes:
        ticket: whose it is.
        camera_id: the camera.
        to_us: end of the span, capture time.
        named_ms: CreateTime of the last frames that the finding names in the span; older ones do not end the reading:
            a file that is played again has the same times.
        until_ms: when the partition has come to frames created after this, the camera's have not come.
        cursor: next offset to look at.
        complete: the span is covered.
        passed: the partition went past it without covering it.
    """

    ticket: int
    camera_id: str
    to_us: int
    named_ms: int
    until_ms: int
    cursor: int
    complete: bool = False
    passed: bool = False

    @property
    def over(self) -> bool:
        """Nothing more is read for it."""
        return self.complete or self.passed


class PartitionScan:
    """The wants on one partition."""

    def __init__(self) -> None:
        self._wants: list[Want] = []

    def add(self, want: Want) -> None:
        """Take a want."""
        self._wants.append(want)

    def drop(self, ticket: int) -> None:
        """Forget the wants of a ticket."""
        self._wants = [want for want in self._wants if want.ticket != ticket]

    def position(self) -> int | None:
        """Return the next offset to read; None: nothing is wanted."""
        return min((want.cursor for want in self._wants if not want.over), default=None)

    def take(self, offset: int, head: DetectionsHead | None) -> None:
        """Note what lies at an offset; None: nothing that can be read."""
        for want in self._wants:
            if want.over or want.cursor > offset:
                continue
            want.cursor = offset + 1
            if head is None:
                continue
            mine = head.camera_id == want.camera_id and head.frames_created_at_ms >= want.named_ms
            if mine and head.captured_at_us + head.duration_us >= want.to_us:
                want.complete = True
            elif head.frames_created_at_ms > want.until_ms:
                want.passed = True
